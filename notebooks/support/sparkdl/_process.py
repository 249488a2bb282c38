"""Starts one rank as a process, passes on what it writes line by line, and sees to its end.

The supervisor of a rank is the driver itself (`_local`) or a process that Horovod started on an
executor (`_spark`). This module reaches executors pickled by value.
"""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from sparkdl._rank import BOOTSTRAP, LOG_DESCRIPTOR, OUTCOME_DESCRIPTOR

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Ending", "RankProcess"]

PATIENCE = 2.0
"""Seconds between SIGTERM and SIGKILL."""


@dataclass(frozen=True)
class Ending:
    """How a rank's process ended."""

    exit_status: int
    """As `subprocess` has it: minus the signal's number where a signal ended it."""
    stopped: bool
    """Whether it ended because it was told to."""
    outcome: bytes
    """What `_rank.run_main` wrote; empty if it did not get that far."""


class RankProcess:
    """One rank's process and, behind it, the processes it starts."""

    def __init__(
        self, program: bytes, environment: Mapping[str, str], show: Callable[[str, str], None]
    ) -> None:
        """Start it with the pickled call of `_rank.run_main`.

        ``show(stream, line)`` is called, from several threads, for each line on ``stdout`` and
        ``stderr`` and each message (``log``), without its line end. A carriage return ends a line
        too, so that a progress bar cannot hold up what follows.

        The thread that starts a rank must outlive it: Linux ends the rank with that thread.
        """
        outcome, outcome_end = os.pipe()
        log, log_end = os.pipe()
        self._process = subprocess.Popen(  # noqa: S603 - the interpreter that runs this
            [sys.executable, "-c", BOOTSTRAP],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(outcome_end, log_end),
            # Its own group: Ctrl-C is the driver's to handle, and the group can be ended as one.
            process_group=0,
            env={
                **environment,
                "PYTHONUNBUFFERED": "1",
                OUTCOME_DESCRIPTOR: str(outcome_end),
                LOG_DESCRIPTOR: str(log_end),
            },
        )
        os.close(outcome_end)
        os.close(log_end)
        self._stopped = False
        self._outcome = b""
        stdin, stdout, stderr = self._process.stdin, self._process.stdout, self._process.stderr
        assert stdin is not None and stdout is not None and stderr is not None  # noqa: S101, PT018
        self._threads = [
            threading.Thread(target=work, args=arguments, daemon=True)
            for work, arguments in (
                (_feed, (stdin, program)),
                (_pass_on, (stdout, "stdout", show)),
                (_pass_on, (stderr, "stderr", show)),
                (_pass_on, (os.fdopen(log, "rb"), "log", show)),
                (self._keep, (os.fdopen(outcome, "rb"),)),
            )
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End the rank and what it started: ask first, then kill. Returns when it has ended."""
        if self._process.poll() is None:
            self._stopped = True
            self._signal_group(signal.SIGTERM)
            try:
                self._process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self._signal_group(signal.SIGKILL)
        self._process.wait()

    def wait(self, seconds: float | None) -> Ending | None:
        """Say how it ended, once all it wrote was passed on; None if it still runs by then."""
        try:
            status = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        # What a rank leaves running would hold its pipes open, and outlive the notebook.
        self._signal_group(signal.SIGKILL)
        for thread in self._threads:
            thread.join()
        return Ending(status, self._stopped, self._outcome)

    def _signal_group(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    def _keep(self, pipe: IO[bytes]) -> None:
        with pipe:
            self._outcome = pipe.read()


def _feed(pipe: IO[bytes], program: bytes) -> None:
    # A rank that dies before it has read everything has an ending that says more than this error.
    with contextlib.suppress(BrokenPipeError), pipe:
        pipe.write(program)


def _pass_on(pipe: IO[bytes], stream: str, show: Callable[[str, str], None]) -> None:
    with io.TextIOWrapper(pipe, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            show(stream, line.removesuffix("\n"))
