"""Work done side by side, in processes that begin with all that this one knows."""

import atexit
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import current_process, get_context
from typing import Any, TypeVar

_T = TypeVar("_T")
_R = TypeVar("_R")

_SELDOM = 10_000
"""How many new objects make a process look for garbage: pages are many small ones, that stay.

With ten times as many, builds were no faster, and what holds each other filled the memory.
"""
_ENDING = (signal.SIGINT, signal.SIGTERM)
"""What ends processes."""
FEW = 16
"""Below so many pieces of work, starting processes costs more than it gives."""


def side_by_side(work: Callable[[_T], _R], items: Sequence[_T]) -> Iterator[_R]:
    """Return what ``work`` gives for each item, in order; on several processors where that helps.

    There, it has begun when this returns: whoever asks for what is given only later does something
    else meanwhile. What is given back must be picklable. Processes are forked, which is safe on
    Linux while there is no other thread; elsewhere, the work is done here, when it is asked for.
    So it is in a process that may start none.
    """
    at_once = processors()
    alone = threading.active_count() > 1 or current_process().daemon
    if at_once == 1 or len(items) < FEW or alone:
        return map(work, items)
    given = _given(work, items, at_once)
    next(given)
    return given


def _given(work: Callable[[Any], Any], items: Sequence[Any], at_once: int) -> Iterator[Any]:
    """Begin the work, yield nothing, then what came of it; who stops asking leaves the rest."""
    size = max(1, len(items) // (at_once * 64))
    pool = ProcessPoolExecutor(at_once, get_context("fork"), _begin, (work,))
    try:
        with forking():
            results = pool.map(_do, items, chunksize=size)
        yield None
        yield from results
    finally:
        pool.shutdown(cancel_futures=True)


def processors() -> int:
    """Return how many processes can work at a time; one where they cannot be forked."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1


def be_patient() -> None:
    """Make a process that reads a whole site look for garbage less often: most of it stays."""
    gc.set_threshold(_SELDOM)
    atexit.unregister(gc.freeze)
    atexit.register(gc.freeze)  # at its end, all of it goes: that need not be found out


@contextmanager
def forking() -> Iterator[None]:
    """Let no process that is forked meanwhile be ended before it is settled.

    Where this one takes a signal as an exception, that would be raised in what Python calls in new
    processes, which ignores it: the process would go on.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def settle() -> None:
    """Make a process that was just forked one that works."""
    # What was there before is not garbage, and looking at it would make a copy of it.
    gc.freeze()
    gc.set_threshold(_SELDOM)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started it ends it
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)


_work: list[Callable[[Any], Any]] = []
"""In a worker: what it does."""


def _begin(work: Callable[[Any], Any]) -> None:
    settle()
    _work.append(work)


def _do(item: Any) -> Any:  # noqa: ANN401 whatever the work takes and gives
    return _work[0](item)
