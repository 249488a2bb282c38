"""A process tree that ends with its supervisor, whatever its members do to stay."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import uuid
from textwrap import dedent
from typing import TYPE_CHECKING

import psutil
import pytest

from lockstep.runs import supervisor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

STAYING = """
import os, signal, subprocess, sys, time
from pathlib import Path

here = Path(sys.argv[1])
sleep = ["sleep", "600"]
# A session of its own, an environment without a mark, and an orphan as Horovod makes them
subprocess.Popen(sleep, start_new_session=True)
subprocess.Popen(sleep, start_new_session=True, env={"PATH": os.environ["PATH"]})
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execvpe(sleep[0], sleep, {"PATH": os.environ["PATH"]})
    os._exit(0)
os.wait()
(here / "ready").touch()
"""
WAIT = "time.sleep(600)"
RESIST = "[signal.signal(n, signal.SIG_IGN) for n in (2, 15)]; " + WAIT


class Tree:
    """A supervisor, what it supervises, and the pipe that tells it that we live."""

    def __init__(self, folder: Path, program: str) -> None:
        """Start it, with a program that tells when it is ready."""
        self.run = uuid.uuid4().hex
        self.scratch = folder / "scratch"
        self.scratch.mkdir()
        (folder / "program.py").write_text(dedent(program), "utf-8")
        listening, self.lifeline = os.pipe()
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-I", supervisor.__file__, str(self.scratch)),
                *(sys.executable, str(folder / "program.py"), str(folder)),
            ],
            stdin=listening,
            env={**os.environ, supervisor.RUN_VARIABLE: self.run},
        )
        os.close(listening)
        wait_for((folder / "ready").exists)
        self.members = psutil.Process(self.process.pid).children(recursive=True)

    def left(self) -> list[psutil.Process]:
        """Return the members that still run; what nobody reaps any more does not."""
        return [process for process in self.members if runs(process)]

    def close(self) -> None:
        """Let go of the pipe, and end what a failed test left."""
        if self.lifeline >= 0:
            os.close(self.lifeline)
            self.lifeline = -1
        supervisor.end(lambda: supervisor.processes_of(self.run), 0)
        for process in self.left():
            process.kill()
        self.process.wait()


def runs(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False


def wait_for(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def trees() -> Iterator[list[Tree]]:
    started: list[Tree] = []
    yield started
    for tree in started:
        tree.close()


def test_a_tree_ends_with_its_kernel_and_the_status_is_kept(
    tmp_path: Path, trees: list[Tree]
) -> None:
    program = """
        while not (here / "go").exists():
            time.sleep(0.05)
        sys.exit(7)
        """
    tree = Tree(tmp_path, STAYING + dedent(program))
    trees.append(tree)
    assert len(tree.members) == 4
    (tmp_path / "go").touch()
    assert tree.process.wait(10) == 7
    assert tree.left() == []
    assert tree.scratch.exists()


@pytest.mark.parametrize("program", [WAIT, RESIST])
def test_a_tree_ends_with_the_runner_and_its_folder_goes(
    tmp_path: Path, trees: list[Tree], program: str
) -> None:
    tree = Tree(tmp_path, STAYING + program)
    trees.append(tree)
    started = time.monotonic()
    os.close(tree.lifeline)
    tree.lifeline = -1
    tree.process.wait(10)
    assert time.monotonic() - started < 5
    assert tree.left() == []
    assert not tree.scratch.exists()


@pytest.mark.parametrize("program", [WAIT, RESIST])
def test_a_tree_ends_when_it_is_told_to(tmp_path: Path, trees: list[Tree], program: str) -> None:
    tree = Tree(tmp_path, STAYING + program)
    trees.append(tree)
    tree.process.terminate()
    assert tree.process.wait(10) == 128 + signal.SIGTERM
    assert tree.left() == []


def test_an_interrupt_is_passed_on_to_the_kernel_alone(tmp_path: Path, trees: list[Tree]) -> None:
    program = """
        try:
            time.sleep(600)
        except KeyboardInterrupt:
            (here / "heard").touch()
            time.sleep(600)
        """
    tree = Tree(tmp_path, STAYING + dedent(program))
    trees.append(tree)
    tree.process.send_signal(signal.SIGINT)
    wait_for((tmp_path / "heard").exists)
    assert len(tree.left()) == 4


def test_a_kernel_killed_by_a_signal_gives_the_status_that_shells_give(
    tmp_path: Path, trees: list[Tree]
) -> None:
    tree = Tree(tmp_path, STAYING + WAIT)
    trees.append(tree)
    (kernel,) = psutil.Process(tree.process.pid).children()[:1]
    kernel.kill()
    assert tree.process.wait(10) == 128 + signal.SIGKILL
    assert tree.left() == []


def test_the_runner_ends_what_a_killed_supervisor_left(tmp_path: Path, trees: list[Tree]) -> None:
    tree = Tree(tmp_path, STAYING + RESIST)
    trees.append(tree)
    marked = {process.pid for process in supervisor.processes_of(tree.run)}
    tree.process.kill()
    tree.process.wait()
    assert {process.pid for process in supervisor.processes_of(tree.run)} < marked
    supervisor.end(lambda: supervisor.processes_of(tree.run), 0.5)
    # Those that dropped the mark are out of reach then, and only then.
    assert supervisor.processes_of(tree.run) == []
    assert {process.name() for process in tree.left()} <= {"sleep"}


def test_children_are_asked_after_their_parents(tmp_path: Path, trees: list[Tree]) -> None:
    program = """
        import signal, subprocess, sys, time
        from pathlib import Path

        here = Path(sys.argv[1])
        child = subprocess.Popen(["sleep", "600"])

        def leave(*_):
            time.sleep(0.5)
            (here / "child").write_text("runs" if child.poll() is None else "ended")
            sys.exit(0)

        signal.signal(signal.SIGTERM, leave)
        (here / "ready").touch()
        time.sleep(600)
        """
    tree = Tree(tmp_path, program)
    trees.append(tree)
    tree.process.terminate()
    tree.process.wait(10)
    assert (tmp_path / "child").read_text() == "runs"
    assert tree.left() == []
