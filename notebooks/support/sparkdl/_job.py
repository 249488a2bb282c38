"""What the driver knows of one run: it shows the ranks' lines and decides which rank failed."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import sys
import threading
from collections import defaultdict, deque
from typing import TYPE_CHECKING, Any, Literal, TextIO

from sparkdl._failure import Frame, Raised, RankFailed, RankFailure, stack
from sparkdl._rank import FAILURE, VALUE

if TYPE_CHECKING:
    from sparkdl._process import Ending

__all__ = ["Job", "Verbosity"]

Verbosity = Literal["all", "log_callback_only"]

GRACE = 1.0
"""Seconds from the first failure to the end of all: time for its cause to be heard too."""

LINES_KEPT = 20
"""Lines of a rank's stderr, of those not shown, that are kept for the message if it fails."""

LOGGED = 5_000_000
"""Characters of what a rank writes that are kept in its file."""

HOROVOD_LOG = re.compile(r"\[\d{4}-\d\d-\d\d [\d:.]+: (?P<level>[TDIWEF]) \S+:\d+\] ")
"""How a line of Horovod's own log starts (horovod/common/logging.cc): time, level, source file."""


class Job:
    """The ranks of one `HorovodRunner.run`, as their supervisors report them.

    Supervisors call `show`, `ended` and `lost`, from any thread, and end their ranks once
    `stopping` is set.
    """

    def __init__(self, size: int, verbosity: Verbosity) -> None:
        """Expect ``size`` ranks; write to what are stdout and stderr now (a kernel's cell)."""
        self.size = size
        self.stopping = threading.Event()
        """Set when every rank that is left has to end."""
        self.over = threading.Event()
        """Set when all ranks have ended, one way or the other."""
        self._verbosity = verbosity
        self._targets: dict[str, TextIO] = {
            "stdout": sys.stdout,
            "stderr": sys.stderr,
            "log": sys.stdout,
        }
        self._lock = threading.Lock()
        self._failures: list[RankFailure] = []
        self._last_lines: dict[int, deque[str]] = defaultdict(lambda: deque(maxlen=LINES_KEPT))
        self._value: bytes | None = None
        self._returned = 0
        self.stood: dict[int, list[Frame]] = {}
        """Where ranks stood when they were told to end: outermost frame first."""
        self._folder = os.environ.get("SPARKDL_LOGS")
        self._logged: defaultdict[int, int] = defaultdict(int)
        self._ended: set[int] = set()

    def show(self, rank: int, stream: str, line: str) -> None:
        """Write ``[RANK]<STREAM>:line`` in one piece, if the verbosity lets it through."""
        shown = self._verbosity == "all" or stream == "log"
        horovod = HOROVOD_LOG.match(line) if stream == "stderr" else None
        if horovod:
            line = line[horovod.end() :]
            # Errors come when another rank has ended: RankFailed says which, without port numbers.
            shown = shown and horovod["level"] not in "EF"
        with self._lock:
            self._log(rank, f"<{stream}>:{line}\n")
            if shown:
                target = self._targets[stream]
                target.write(f"[{rank}]<{stream}>:{line}\n")
                target.flush()
            elif stream == "stderr":
                self._last_lines[rank].append(line)

    def ended(self, rank: int, ending: Ending) -> None:
        """Take note of how a rank ended."""
        kind, content = ending.outcome[:1], ending.outcome[1:]
        if kind == VALUE:
            with self._lock:
                self._returned += 1
                if rank == 0:
                    self._value = content
        elif kind == FAILURE:
            self._fail(rank, chain=_chain(content))
        elif ending.stopped:
            if frames := stack(ending.outcome.decode(errors="replace")):
                self.stood[rank] = frames
        else:
            self._fail(rank, ending=_ending_in_words(ending.exit_status))
        self._count(rank)

    def lost(self, rank: int, host: str = "") -> None:
        """Take note of a rank whose supervisor is gone, with its executor or its machine."""
        self._fail(rank, ending=f"was lost with its executor{f' on {host}' if host else ''}")
        self._count(rank)

    def failed(self) -> RankFailed | None:
        """Say which rank failed first, if any did; those that Horovod broke off come after it."""
        with self._lock:
            if not self._failures:
                return None
            cause = next((f for f in self._failures if not f.is_consequence), None)
            return RankFailed(cause or min(self._failures, key=lambda failure: failure.rank))

    def value(self) -> bytes | None:
        """Give rank 0's pickled value, or None where not every rank returned."""
        with self._lock:
            return self._value if self._returned == self.size else None

    def _count(self, rank: int) -> None:
        with self._lock:
            self._ended.add(rank)
            if len(self._ended) == self.size:
                self.over.set()

    def _log(self, rank: int, line: str) -> None:
        """Keep a line in the rank's file, where there is a folder for them and it is not long."""
        self._logged[rank] += len(line)
        if self._folder is not None and self._logged[rank] <= LOGGED:
            path = os.path.join(self._folder, f"rank-{rank}.log")  # noqa: PTH118 - reaches executors
            with contextlib.suppress(OSError), open(path, "a", encoding="utf-8") as log:  # noqa: PTH123
                log.write(line)

    def _fail(self, rank: int, *, chain: tuple[Raised, ...] = (), ending: str = "") -> None:
        with self._lock:
            lines = tuple(self._last_lines[rank])
            self._failures.append(RankFailure(rank, self.size, chain, ending, lines))
            if len(self._failures) == 1:
                timer = threading.Timer(GRACE, self.stopping.set)
                timer.daemon = True
                timer.start()


def _chain(content: bytes) -> tuple[Raised, ...]:
    return tuple(_raised(part) for part in json.loads(content))


def _raised(part: dict[str, Any]) -> Raised:
    frames = tuple((str(name), int(line), str(function)) for name, line, function in part["frames"])
    location = tuple(part["location"]) if part["location"] else None
    return Raised(
        **{
            **part,
            "frames": frames,
            "sources": tuple(part["sources"]),
            "location": location,
        }
    )


def _ending_in_words(exit_status: int) -> str:
    if exit_status >= 0:
        return f"exited with status {exit_status}"
    try:
        return f"was killed by {signal.Signals(-exit_status).name}"
    except ValueError:
        return f"was killed by signal {-exit_status}"
