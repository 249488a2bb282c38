"""A project in which faults are made: its notebook, its runs, and what is found after each.

A run and all that it starts are in a control group where this system lets us make one (as root, on
most), so that what hides its descent and its environment is found too. ``faults`` has the faults.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import psutil

from benchmarks import scripts
from benchmarks.standalone import Standalone, standalone

ROOT = Path(__file__).parents[1]


class Limit(NamedTuple):
    """A line of the notebook's header that limits its time."""

    key: str
    seconds: int


PLENTY = Limit("timeout", 600)


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong, and what has to come of it."""

    name: str
    kind: str
    """What runs: no ranks, ranks on this machine, ranks on Spark, or on a Spark with a master."""
    says: str
    """What is printed, a regular expression; LINE<text> is the number of the line with it."""
    within: float = 10
    """Seconds from the fault to the end of the run; with a limit of time, 5 after that at most."""
    limit: Limit = PLENTY
    """What the notebook's header allows."""
    status: int = 1
    done: "Callable[[Scene], None] | None" = None
    """What somebody does from outside, once the notebook has come to the place."""
    memory: int | None = None
    """Bytes that the run may use, all its processes together."""
    full: bool = False
    """Whether the disk with the notebooks has no space for a new recording."""


@dataclass
class Outcome:
    """What came of a fault."""

    fault: Fault
    seconds: float
    """From the fault to the end of the run."""
    output: str
    wrong: list[str]
    """What should not be; empty where all is well."""


@dataclass
class Scene:
    """A project with a recorded notebook, in which faults are made."""

    root: Path
    kind: str
    arguments: Sequence[str] = ()
    """For `lockstep run`, such as a master."""
    cluster: Standalone | None = None
    """What ``arguments`` name, so that it can be hurt."""

    def __post_init__(self) -> None:
        """Write the project."""
        self.notebooks = self.root / "notebooks"
        (self.notebooks / "support").mkdir(parents=True)
        (self.notebooks / "support" / "sparkdl").symlink_to(ROOT / "notebooks/support/sparkdl")
        (self.root / "mkdocs.yml").write_text(scripts.CONFIGURATION, "utf-8")
        self.runner: subprocess.Popen[str]
        self._mark = uuid.uuid4().hex
        self._group: Path | None = None

    def works(self) -> list[str]:
        """Run the notebook as it should be run; return what is wrong."""
        self._write("", PLENTY)
        before = self.recording()
        self._start(None)
        said, _ = self.runner.communicate(timeout=300)
        wrong = self._left(10)
        if self.runner.returncode != 0:
            wrong.append(f"a run without a fault ended with {self.runner.returncode}: {said}")
        elif before and (self.recording() != before or "nothing new to record" not in said):
            wrong.append(f"a run without a fault gave another recording: {said}")
        return wrong

    def suffer(self, fault: Fault) -> Outcome:
        """Run the notebook with a fault."""
        script = self._write(fault.name.removesuffix(f"-{self.kind}"), fault.limit)
        reached = self.notebooks / "reached"
        reached.unlink(missing_ok=True)
        before = self.recording()
        with self._little_space() if fault.full else contextlib.nullcontext():
            self._start(fault.memory)
            while not (reached.exists() and reached.read_text()) and self.runner.poll() is None:
                time.sleep(0.05)
            at = float(reached.read_text()) if reached.exists() else time.time()
            if fault.done:
                fault.done(self)
                at = time.time()
            said, _ = self.runner.communicate(timeout=300)
            # Whoever killed the runner learns nothing more from it: then its processes count.
            wrong = self._left(10 if self.runner.returncode < 0 else 0)
            seconds = time.time() - at
            if self.recording() != before:
                wrong.append("the recording has changed")
            files = sorted(path.name for path in self.notebooks.iterdir())
            if set(files) - {"lab.py", "lab.ipynb", "support", "fault", "reached"}:
                wrong.append(f"files are left: {files}")
        if self.runner.returncode != fault.status:
            wrong.append(f"it ended with {self.runner.returncode}, not {fault.status}")
        if not re.search(_expected(fault.says, script), said):
            wrong.append(f"it did not say {_expected(fault.says, script)!r}")
        within = fault.within
        if fault.limit is not PLENTY:
            # The limit counts from the start of the cells, which the fault's cell may come after.
            within = fault.limit.seconds + 5
        if seconds > within:
            wrong.append(f"it took {seconds:.1f} s, more than {within}")
        return Outcome(fault, seconds, said, wrong)

    def processes(self) -> list[psutil.Process]:
        """Return the processes of the run: by control group if there is one, and by environment."""
        found = set()
        if self._group:
            for pid in (self._group / "cgroup.procs").read_text().split():
                with contextlib.suppress(psutil.Error):
                    found.add(psutil.Process(int(pid)))
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                if process.environ().get("LC_LOCKSTEP_FAULTS") == self._mark:
                    found.add(process)
        return sorted(found, key=lambda process: process.pid)

    def recording(self) -> bytes:
        """Return the recording, byte for byte; nothing where there is none yet."""
        path = self.notebooks / "lab.ipynb"
        return path.read_bytes() if path.exists() else b""

    def _write(self, fault: str, limit: Limit) -> str:
        """Write the script, and which fault it is to make; return the script."""
        script = scripts.HEADER.format(*limit) + scripts.KINDS[self.kind].lstrip("\n")
        (self.notebooks / "lab.py").write_text(script, "utf-8")
        path = self.notebooks / "fault"
        path.write_text(fault, "utf-8") if fault else path.unlink(missing_ok=True)
        return script

    def _start(self, memory: int | None) -> None:
        self._group = control_group(memory)
        group = self._group

        def enter() -> None:
            # A shell starts what runs in its background deaf to SIGINT, and that is inherited.
            signal.signal(signal.SIGINT, signal.default_int_handler)
            if group:
                (group / "cgroup.procs").write_text(str(os.getpid()))

        self.runner = subprocess.Popen(
            [sys.executable, "-m", "lockstep", "run", "--force", "lab", *self.arguments],
            cwd=self.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "LC_LOCKSTEP_FAULTS": self._mark},
            start_new_session=True,
            preexec_fn=enter,  # noqa: PLW1509 there is no other thread
        )

    def _left(self, patience: float) -> list[str]:
        """Say which processes are left when patience has ended, and end them."""
        deadline = time.monotonic() + patience
        while (left := self.processes()) and time.monotonic() < deadline:
            time.sleep(0.1)
        found = [f"left running: {process.pid} {command_of(process)}" for process in left]
        for process in left:
            with contextlib.suppress(psutil.Error):
                process.kill()
        if self._group:
            with contextlib.suppress(OSError):
                self._group.rmdir()
            self._group = None
        return found

    @contextlib.contextmanager
    def _little_space(self) -> Iterator[None]:
        """Put the notebooks on a disk of their own, too small for another recording."""
        aside = self.root / "aside"
        shutil.move(self.notebooks, aside)
        self.notebooks.mkdir()
        size = 4096 * 10 + len((aside / "lab.ipynb").read_bytes())
        mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(self.notebooks)]
        subprocess.run(mount, check=True)
        try:
            shutil.copytree(aside, self.notebooks, symlinks=True, dirs_exist_ok=True)
            yield
        finally:
            subprocess.run(["umount", str(self.notebooks)], check=True)
            self.notebooks.rmdir()
            shutil.move(aside, self.notebooks)


def control_group(memory: int | None) -> Path | None:
    """Make a control group for memory, with a limit if there is one; ``None`` where we may not."""
    name = f"lockstep-{uuid.uuid4().hex}"
    for base, limit in (("memory", "memory.limit_in_bytes"), (".", "memory.max")):
        group = Path("/sys/fs/cgroup", base, name)
        try:
            group.mkdir()
            if memory is not None:
                (group / limit).write_text(str(memory))
        except OSError:
            with contextlib.suppress(OSError):
                group.rmdir()
            continue
        return group
    return None


def can_limit_memory() -> bool:
    """Whether this system lets us make control groups."""
    group = control_group(2**30)
    if group:
        group.rmdir()
    return group is not None


def _expected(says: str, script: str) -> str:
    """Put numbers of lines into what is expected."""
    lines = script.splitlines()

    def number(match: re.Match[str]) -> str:
        return str(next(n for n, line in enumerate(lines, 1) if match[1] in line))

    return re.sub(r"LINE<([^>]+)>", number, says)


def command_of(process: psutil.Process) -> str:
    """Return the words that started a process; nothing where it has ended."""
    with contextlib.suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""


@contextlib.contextmanager
def scene(root: Path, kind: str) -> Iterator[Scene]:
    """Give a project of a kind, and the cluster that it needs, in a folder that may exist."""
    root = Path(tempfile.mkdtemp(prefix=f"{kind}-", dir=root.parent))
    if kind != "standalone":
        yield Scene(root / "project", kind)
        return
    with standalone(root, cores=2) as cluster:
        yield Scene(root / "project", kind, ["--master", cluster.url], cluster=cluster)
