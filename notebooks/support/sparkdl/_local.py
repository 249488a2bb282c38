"""Ranks as processes of the driver's machine: what ``np < 0`` asks for. Needs no Spark."""

from __future__ import annotations

import functools
import os
import threading
from typing import TYPE_CHECKING

from sparkdl._process import RankProcess
from sparkdl._rendezvous import rendezvous
from sparkdl._wire import interface_with

if TYPE_CHECKING:
    from sparkdl._job import Job

__all__ = ["run_on_this_machine"]

LOOPBACK = "127.0.0.1"

TICK = 0.1
"""Seconds between looks at the ranks; Ctrl-C is heard at this pace too."""


def run_on_this_machine(job: Job, program: bytes) -> None:
    """Start ``job.size`` ranks that meet on the loopback interface, and wait for their end.

    Returns when all have ended, one way or the other; the job knows which. They are ended
    with the first failure, and with whatever interrupts the wait, such as Ctrl-C.
    """
    here = interface_with(LOOPBACK) or "lo"
    with rendezvous(LOOPBACK) as store:
        running: dict[int, RankProcess] = {}
        try:
            assigned = store.assign(["localhost"] * job.size, [here] * job.size)
            for rank, variables in enumerate(assigned):
                show = functools.partial(job.show, rank)
                running[rank] = RankProcess(program, os.environ | variables, show)
            while running and not job.stopping.wait(TICK):
                _collect(job, running, 0)
        finally:
            _stop_all(running)
            _collect(job, running, None)


def _collect(job: Job, running: dict[int, RankProcess], seconds: float | None) -> None:
    for rank, process in list(running.items()):
        ending = process.wait(seconds)
        if ending is not None:
            del running[rank]
            job.ended(rank, ending)


def _stop_all(running: dict[int, RankProcess]) -> None:
    # Together, since each may take its time to end.
    threads = [threading.Thread(target=process.stop) for process in running.values()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
