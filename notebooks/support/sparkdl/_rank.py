"""What runs inside a rank: the user's function, and the word it leaves about how that ended.

The function `run_main` reaches the rank pickled by value, so that a rank needs cloudpickle but not
this package. It finds its supervisor (see `_process`) through inherited descriptors.
"""

from __future__ import annotations

import ctypes
import faulthandler
import json
import os
import signal
import sys

from sparkdl._failure import describe

__all__ = [
    "BOOTSTRAP",
    "FAILURE",
    "LOG_DESCRIPTOR",
    "LONGEST_MESSAGE",
    "OUTCOME_DESCRIPTOR",
    "VALUE",
    "run_main",
]

BOOTSTRAP = "import sys, cloudpickle; cloudpickle.load(sys.stdin.buffer)()"
"""The rank's program: what comes on its stdin is the pickled call of `run_main`."""

OUTCOME_DESCRIPTOR = "SPARKDL_OUTCOME_DESCRIPTOR"
LOG_DESCRIPTOR = "SPARKDL_LOG_DESCRIPTOR"
"""Environment variables that hold the numbers of two pipes: for the outcome, for messages."""

LONGEST_MESSAGE = 4000
"""Bytes; below the 4096 (PIPE_BUF on Linux) that a pipe takes in one piece."""

VALUE, FAILURE = b"V", b"F"
"""First byte of an outcome: rank 0's pickled value follows, or a JSON list (see `describe`).

The outcome of a rank that was ended is what `faulthandler` wrote: where it stood.
"""

PR_SET_PDEATHSIG = 1


def run_main(call: bytes, search_path: list[str] | None) -> None:
    """Run the pickled ``(main, kwargs)`` and write the outcome; the supervisor reads it.

    ``search_path`` replaces ``sys.path`` where the rank shares the driver's file system. A rank
    whose function raised leaves at once: Horovod's own shutdown would wait for ranks that wait
    for this one.
    """
    import cloudpickle  # noqa: PLC0415 - only ranks and drivers that start ranks have it

    _die_with_supervisor()
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - a descriptor is wanted
        os.dup2(nothing.fileno(), 0)
    descriptor = int(os.environ.pop(OUTCOME_DESCRIPTOR))
    for inherited in (descriptor, int(os.environ[LOG_DESCRIPTOR])):
        os.set_inheritable(inherited, False)  # noqa: FBT003
    # A rank that is ended because it hangs leaves word of where it stood.
    faulthandler.register(signal.SIGTERM, descriptor, all_threads=False, chain=True)
    if search_path is not None:
        sys.path[:] = search_path
    try:
        main, kwargs = cloudpickle.loads(call)
        value = main(**kwargs)
        outcome = VALUE
        if os.environ["HOROVOD_RANK"] == "0":
            try:
                outcome += cloudpickle.dumps(value)
            except Exception as error:
                error.add_note(f"The value of rank 0, {type(value)}, must be picklable.")
                raise
    except BaseException as error:  # noqa: BLE001 - whatever ended it is what the user has to see
        chain = describe(error, run_main.__code__.co_filename)
        outcome = FAILURE + json.dumps(chain).encode()
    faulthandler.unregister(signal.SIGTERM)
    with os.fdopen(descriptor, "wb") as pipe:
        pipe.write(outcome)
    if outcome.startswith(FAILURE):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(1)


def _die_with_supervisor() -> None:
    """Ask Linux to kill this process with its parent, even if that is killed with SIGKILL."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
