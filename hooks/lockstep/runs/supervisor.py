"""Nothing that a kernel starts outlives its run, however the run or the runner ends.

``execution`` starts this file as a program between the runner and the kernel::

    python -I supervisor.py SCRATCH python -m ipykernel_launcher -f SCRATCH/kernel.json

It ends with the kernel, when it is told to (SIGTERM), or when the runner dies, even by SIGKILL:
its standard input is a pipe whose other end the runner holds and nobody writes to. Before it exits
it ends the whole tree: Spark's JVMs, their Python workers, Horovod's ranks, sessions of their own
or not. After the runner's death it removes the run's scratch folder too, since nobody else will.

Members of the tree are known twice: by descent (on Linux orphans of the tree become children of
this process, see PR_SET_CHILD_SUBREAPER in prctl(2)) and by a variable in their environment, which
is all there is on other systems, and for the runner if this process was killed.
"""

import ctypes
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress

import psutil

RUN_VARIABLE = "LOCKSTEP_RUN"
"""Environment variable that holds the identity of the run in all its processes."""

PATIENCE = 2.0
"""Seconds that processes get between SIGTERM and SIGKILL: a JVM deletes its folders meanwhile."""
PATIENCE_OF_ORPHANS = 1.0
"""The same, where the runner is gone."""
RESIGNATION = 10.0
"""Seconds after which a process that even SIGKILL does not end is given up (one in a disk wait)."""

_PR_SET_CHILD_SUBREAPER = 36


def processes_of(run: str) -> list[psutil.Process]:
    """Return the processes of a run, by their environment, except this one."""
    return [
        process
        for process in psutil.process_iter()
        if process.pid != os.getpid() and _variable(process) == run
    ]


def end(find: Callable[[], list[psutil.Process]], patience: float = PATIENCE) -> None:
    """End all processes that ``find`` returns, and those that they start meanwhile.

    Each is asked once (SIGTERM), when its parent has ended: Spark's driver would replace executors
    that end before it. After ``patience`` seconds what is left is killed. Returns when ``find``
    returns nothing.
    """
    started = time.monotonic()
    asked: set[psutil.Process] = set()
    while (found := find()) and (elapsed := time.monotonic() - started) < patience + RESIGNATION:
        members = {process.pid for process in found}
        for process in found:
            with suppress(psutil.Error):
                if elapsed > patience:
                    process.kill()
                elif process not in asked and process.ppid() not in members:
                    process.terminate()
                    asked.add(process)
        psutil.wait_procs(found, timeout=0.1)


def supervise(scratch: str, command: list[str]) -> int:
    """Run a kernel and end its tree with it; returns its exit status, 128 + n for signal n."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    bell = _hear(signal.SIGCHLD, signal.SIGINT, signal.SIGTERM)
    kernel = subprocess.Popen(  # noqa: S603 the command is the runner's
        command,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        # ipykernel ends itself when its parent is no longer the one that is named here.
        env={**os.environ, "JPY_PARENT_PID": str(os.getpid())},
    )
    status, orphaned = None, False
    while status is None and not orphaned:
        readable, _, _ = select.select([sys.stdin.fileno(), bell], [], [])
        orphaned = sys.stdin.fileno() in readable
        for number in os.read(bell, 64) if bell in readable else b"":
            if number == signal.SIGTERM:
                status = 128 + number
            elif number == signal.SIGINT:
                # The kernel alone: Spark's executors would end too, and be started again.
                with suppress(ProcessLookupError):
                    os.kill(kernel.pid, number)
            elif number == signal.SIGCHLD:
                status = _reaped(kernel.pid) if status is None else status
    end(_descendants, PATIENCE_OF_ORPHANS if orphaned else PATIENCE)
    kernel.returncode = status or 0
    if orphaned:
        shutil.rmtree(scratch, ignore_errors=True)
    return kernel.returncode


def _hear(*numbers: signal.Signals) -> int:
    """Have the signals written, a byte each, to a pipe; returns the end to read from."""
    bell, rope = os.pipe()
    os.set_blocking(rope, False)
    signal.set_wakeup_fd(rope)
    for number in numbers:
        signal.signal(number, lambda *_: None)
    return bell


def _reaped(kernel: int) -> int | None:
    """Reap all that has ended, adopted orphans too; returns the kernel's status if it is among."""
    status = None
    with suppress(ChildProcessError):
        while True:
            pid, code = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            if pid == kernel:
                code = os.waitstatus_to_exitcode(code)
                status = code if code >= 0 else 128 - code
    return status


def _descendants() -> list[psutil.Process]:
    own = psutil.Process().children(recursive=True)
    return list({*own, *processes_of(os.environ.get(RUN_VARIABLE, "none"))})


def _variable(process: psutil.Process) -> str | None:
    with suppress(psutil.Error, OSError):
        return process.environ().get(RUN_VARIABLE)
    return None


if __name__ == "__main__":
    sys.exit(supervise(sys.argv[1], sys.argv[2:]))
