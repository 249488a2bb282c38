"""Ranks in the tasks of a Spark job: what ``np > 0`` asks for.

A barrier job of as many tasks as there are ranks: Spark starts all of them together, or none. What
runs in a task is not the user's function but a supervisor (`_wire.supervise`), which reports where
it is, is told which rank it starts, passes on what that rank writes, and ends it within seconds of
the first failure. All that travels goes to and from one address of the driver's, and each rank
talks to the others over the interface that leads there: neither host names nor the names of
interfaces, which need not be equal, matter.
"""

from __future__ import annotations

import contextlib
import functools
import socket
import threading
import time
import uuid
from typing import TYPE_CHECKING

from pyspark import cloudpickle as sparks_pickle

import sparkdl
from sparkdl._gathering import Gathering
from sparkdl._rendezvous import rendezvous
from sparkdl._wire import interface_with, listen, supervise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyspark import SparkContext

    from sparkdl._job import Job

__all__ = ["run_on_spark"]

TICK = 0.1
"""Seconds between looks at the job; Ctrl-C is heard at this pace too."""

START_WITHIN = 300.0
"""Seconds for all tasks to start and report, where Spark has promised that there is room."""

END_WITHIN = 15.0
"""Seconds for ranks to end once they were told to, a silent machine's included; then for Spark."""


def run_on_spark(job: Job, program: bytes, context: SparkContext) -> None:
    """Run ``job.size`` ranks on the executors of a Spark application and wait for their end.

    Returns when all have ended, one way or the other; the job knows which.

    Raises:
        RuntimeError: Spark could not run the tasks, or the executors cannot reach the driver.
        KeyboardInterrupt: the user interrupted it; the ranks have ended.

    """
    address = _meeting_point(context)
    with rendezvous(address) as store:
        gathering = Gathering(job.size, store)
        with listen(job, gathering, address) as (port, key):
            task = functools.partial(
                supervise, program=program, host=address, port=port, key=key
            )  # fmt: skip
            with _submitted(context, task, job) as submitted:
                deadline = time.monotonic() + START_WITHIN
                while submitted.runs and not job.over.wait(TICK):
                    if not gathering.complete.is_set() and time.monotonic() > deadline:
                        break
    if job.failed() is None and not job.over.is_set():
        said = submitted.error or f"{gathering.here} tasks came within {START_WITHIN:.0f} s"
        problem = f"Spark could not run {job.size} ranks on {context.master}: {said}"
        raise RuntimeError(problem)


class _SparkJob:
    """A job of supervisors, which a thread submits and waits for."""

    def __init__(self, context: SparkContext, tasks: functools.partial[None], size: int) -> None:
        self.error = ""
        """What Spark said, where the job failed."""
        self._context, self._tasks, self._size = context, tasks, size
        self._group = f"sparkdl-{uuid.uuid4().hex}"
        self._thread = threading.Thread(target=self._submit, daemon=True)

    def start(self) -> None:
        # Executors need not have this package: it travels with what they are to do.
        sparks_pickle.register_pickle_by_value(sparkdl)  # type: ignore[no-untyped-call]
        self._thread.start()

    @property
    def runs(self) -> bool:
        """Whether Spark has not finished with it."""
        return self._thread.is_alive()

    def end(self) -> None:
        """Wait for its end, which is near; then have Spark end it."""
        self._thread.join(1.0)
        if self.runs:
            with contextlib.suppress(Exception):  # the cluster may be gone
                self._context.cancelJobGroup(self._group)
            self._thread.join(END_WITHIN)

    def _submit(self) -> None:
        tasks = self._tasks

        def run(index: int, _: Iterable[int]) -> Iterator[None]:
            tasks(index)
            yield None

        try:
            self._context.setJobGroup(self._group, "ranks", interruptOnCancel=True)
            numbers = self._context.parallelize(range(self._size), self._size)
            numbers.barrier().mapPartitionsWithIndex(run).collect()
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller tells the user
            self.error = str(error).partition("\n\tat ")[0].strip()


@contextlib.contextmanager
def _submitted(
    context: SparkContext, tasks: functools.partial[None], job: Job
) -> Iterator[_SparkJob]:
    """Run the job; on leaving, its ranks have ended and Spark is done with it."""
    spark_job = _SparkJob(context, tasks, job.size)
    spark_job.start()
    try:
        yield spark_job
    finally:
        job.stopping.set()
        # Executors that are lost take a moment to be noticed on the line, after Spark did.
        job.over.wait(END_WITHIN if spark_job.runs else 2.0)
        spark_job.end()


def _meeting_point(context: SparkContext) -> str:
    """Give the driver's address that executors reach."""
    driver = context.getConf().get("spark.driver.host") or "localhost"
    address = socket.gethostbyname(driver)
    if interface_with(address) is None:
        problem = (
            f"spark.driver.host is {driver} ({address}), which no network interface of this "
            "machine has, and ranks report to it. Set spark.driver.host to an address of this "
            "machine that the executors can reach."
        )
        raise RuntimeError(problem)
    if address.startswith("127."):
        infos = context._jsc.sc().statusTracker().getExecutorInfos()  # noqa: SLF001 - see _slots
        away = {info.host() for info in infos if not _is_here(info.host())}
        if away:
            problem = (
                f"spark.driver.host is {driver} ({address}), which executors on "
                f"{', '.join(sorted(away))} cannot reach. Set SPARK_LOCAL_IP or spark.driver.host "
                "to an address of this machine that they can."
            )
            raise RuntimeError(problem)
    return address


def _is_here(host: str) -> bool:
    try:
        return interface_with(socket.gethostbyname(host)) is not None
    except OSError:
        return False
