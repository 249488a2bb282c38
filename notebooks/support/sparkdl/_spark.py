"""Ranks in the tasks of a Spark job: what ``np > 0`` asks for.

`horovod.spark.run` places the ranks: it starts one Spark task for each, waits until all of them
have reported (so the ranks start together), numbers them by machine and tells them where to meet.
What it starts there is not the user's function but a supervisor (`_wire.supervise`), which brings
what Horovod leaves out: lines that carry their rank and arrive whole, a rank's own exception, and
an end to every rank within seconds of the first failure.
"""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
from collections import deque
from typing import TYPE_CHECKING

import horovod.spark

from sparkdl._wire import interface_with, listen, supervise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark import SparkContext

    from sparkdl._job import Job

__all__ = ["run_on_spark"]

PIECES_KEPT = 50
"""How much of what Horovod itself says is kept, for the message if it cannot start the ranks."""


def run_on_spark(job: Job, program: bytes, context: SparkContext) -> None:
    """Run ``job.size`` ranks on the executors of a Spark application and wait for their end.

    Returns when all have ended, one way or the other; the job knows which.

    Raises:
        RuntimeError: Horovod could not start the ranks; the executors cannot reach the driver;
            or the caller is not the main thread, which Horovod needs for its signal handlers.
        KeyboardInterrupt: the user interrupted it; the ranks have ended.

    """
    if threading.current_thread() is not threading.main_thread():
        problem = "HorovodRunner.run with np > 0 must be called from the main thread"
        raise RuntimeError(problem)
    address, interface = _meeting_point(context)
    said = _Said()
    with listen(job, address) as (port, key), _signals_heard(job.stopping), _threads_heard(said):
        try:
            horovod.spark.run(
                supervise,
                args=(program, address, port, key),
                num_proc=job.size,
                use_gloo=True,
                nics={interface},
                stdout=said,
                stderr=said,
                verbose=0,
                executable=context.pythonExec,
            )
        except Exception as error:  # noqa: BLE001 - Horovod raises bare Exception
            failed = error
        else:
            return
    if job.failed() is not None:
        return
    problem = f"Horovod could not run {job.size} ranks on {context.master}: {failed}\n{said}"
    raise RuntimeError(problem) from failed


def _meeting_point(context: SparkContext) -> tuple[str, str]:
    """Give the driver's address that executors reach, and the network interface that has it.

    Left alone, Horovod picks any interface that all machines share by name.
    """
    driver = context.getConf().get("spark.driver.host") or "localhost"
    address = socket.gethostbyname(driver)
    interface = interface_with(address)
    if interface is None:
        problem = (
            f"spark.driver.host is {driver} ({address}), which no network interface of this "
            "machine has; Horovod needs one. Set spark.driver.host to an address of this machine "
            "that the executors can reach."
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
    return address, interface


def _is_here(host: str) -> bool:
    try:
        return interface_with(socket.gethostbyname(host)) is not None
    except OSError:
        return False


class _Said:
    """Takes what Horovod and the supervisors print, which is full of ports and paths."""

    def __init__(self) -> None:
        self._pieces: deque[str] = deque(maxlen=PIECES_KEPT)

    def write(self, text: str) -> int:
        self._pieces.append(text)
        return len(text)

    def flush(self) -> None:
        pass

    def __str__(self) -> str:
        return "".join(self._pieces).strip()


@contextlib.contextmanager
def _signals_heard(stopping: threading.Event) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end the ranks, and mean afterwards what they meant before.

    Horovod installs handlers that swallow both and stay. The wake-up descriptor tells of a signal
    whatever its handler does.
    """
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    received: set[int] = set()
    reader, writer = socket.socketpair()
    writer.setblocking(False)  # noqa: FBT003

    def hear() -> None:
        while numbers := reader.recv(64):
            received.update(kept.keys() & set(numbers))
            if received:
                stopping.set()

    thread = threading.Thread(target=hear, daemon=True)
    thread.start()
    previous = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        ours_alone = all(signal.getsignal(number) is kept[number] for number in kept)
        signal.set_wakeup_fd(previous)
        for number, handler in kept.items():
            signal.signal(number, handler)
        writer.close()
        thread.join()
        reader.close()
        if received and not ours_alone:
            for heard in received:
                signal.raise_signal(heard)


@contextlib.contextmanager
def _threads_heard(said: _Said) -> Iterator[None]:
    """Keep the tracebacks of Horovod's threads out of the notebook: `RankFailed` says it better."""
    usual = threading.excepthook

    def hook(arguments: threading.ExceptHookArgs, /) -> None:
        trace = arguments.exc_traceback
        while trace is not None:
            if str(trace.tb_frame.f_globals.get("__name__")).startswith("horovod."):
                said.write(f"{arguments.exc_value}\n")
                return
            trace = trace.tb_next
        usual(arguments)

    threading.excepthook = hook
    try:
        yield
    finally:
        threading.excepthook = usual
