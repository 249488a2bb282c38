"""A command, timed: how long it and all that it starts took, and the most memory they had at once.

Memory is that of all processes of the command together, what they share counted once (the
proportional set size, https://docs.kernel.org/filesystems/proc.html), looked at five times a
second, or less often where a look takes long: it is taken from what is timed. Systems without
``/proc`` do not say it, and of what ends within a second or two it is not known.
"""

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import click

EVERY = 0.2
"""Seconds between two looks at the memory, at least."""
REST = 50
"""How many times as long as a look there is none."""
ENOUGH = 5
"""Looks from which the most of them is worth anything."""
_PROCESSES = Path("/proc")


@dataclass(frozen=True, slots=True)
class Measure:
    """What a command took."""

    seconds: float
    memory: int
    """Bytes; none where that is not known."""


def measured(
    command: Sequence[str], folder: Path, variables: Mapping[str, str] | None = None
) -> Measure:
    """Run a command in a folder; stop with what it printed where it fails."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as printed:
        started = time.monotonic()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **(variables or {})},
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a group of its own, by which its processes are known
        )
        with _Watch(process.pid) as watch:
            try:
                status = process.wait()
            except BaseException:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                raise
            seconds = time.monotonic() - started
        if status:
            printed.seek(0)
            message = f"{' '.join(command)} ended with {status} in {folder}\n{printed.read()}"
            raise click.ClickException(message)
    return Measure(seconds, watch.most if watch.looks >= ENOUGH else 0)


class _Watch:
    """Looks at a group of processes until the block ends."""

    def __init__(self, group: int) -> None:
        self.group = group
        self.most = 0
        self.looks = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        rest = EVERY
        while not self._ended.wait(rest):
            began = time.thread_time()
            self.looks += 1
            self.most = max(self.most, sum(map(_memory, _members(self.group))))
            rest = max(EVERY, REST * (time.thread_time() - began))


def _members(group: int) -> Iterator[Path]:
    """Yield the folder of each process of a group."""
    for folder in _PROCESSES.glob("[0-9]*"):
        try:
            # Behind the name, which may hold anything: state, parent, group.
            fields = (folder / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        if int(fields[2]) == group:
            yield folder


def _memory(process: Path) -> int:
    """Return the bytes of a process, its share of what it shares with others."""
    try:
        lines = (process / "smaps_rollup").read_text("utf-8").splitlines()
    except OSError:  # it has ended
        return 0
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
