"""Ranks as processes of the driver's machine: what ``np < 0`` asks for. Needs no Spark."""

from __future__ import annotations

import functools
import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from horovod.runner.common.util.hosts import get_host_assignments, parse_hosts
from horovod.runner.gloo_run import create_run_env_vars, create_slot_env_vars
from horovod.runner.http.http_server import RendezvousHandler, RendezvousHTTPServer

from sparkdl._process import RankProcess
from sparkdl._wire import interface_with

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    slots = get_host_assignments(parse_hosts(f"localhost:{job.size}"), job.size)
    with _rendezvous(slots) as port:
        common = create_run_env_vars(LOOPBACK, [interface_with(LOOPBACK)], port)
        running: dict[int, RankProcess] = {}
        try:
            for slot in slots:
                environment = os.environ | common | create_slot_env_vars(slot)
                show = functools.partial(job.show, slot.rank)
                running[slot.rank] = RankProcess(
                    program, {name: str(value) for name, value in environment.items()}, show
                )
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


@contextmanager
def _rendezvous(slots: list[object]) -> Iterator[int]:
    """Serve the store where ranks find each other's addresses; gives its port."""
    server = RendezvousHTTPServer((LOOPBACK, 0), RendezvousHandler, verbose=0)
    server.init(slots)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
