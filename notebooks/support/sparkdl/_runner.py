"""HorovodRunner, as notebooks know it from Databricks."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import operator
import sys
from typing import TYPE_CHECKING, Any, get_args

from sparkdl._failure import tell_where
from sparkdl._job import Job, Verbosity
from sparkdl._rank import run_main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyspark import SparkContext

__all__ = ["HorovodRunner"]


class HorovodRunner:
    """Runs a function as Horovod ranks, on the driver's machine or on a Spark cluster.

    The meaning of the arguments is that of ``sparkdl`` in Databricks Runtime ML, as published in
    databricks/spark-deep-learning, ``sparkdl/horovod/runner_base.py``.
    """

    def __init__(self, *, np: int, driver_log_verbosity: Verbosity = "log_callback_only") -> None:
        """Say how many ranks to run, and how much of what they write to show.

        Args:
            np: ``np < 0``: as many processes as ``-np`` on the driver's machine. ``np > 0``: as
                many tasks of a Spark job, each in a slot of its own, that start together.
                ``np = 0``, deprecated: every slot of the cluster.
            driver_log_verbosity: ``"all"``: each line that a rank writes, as it comes, as
                ``[RANK]<stdout>:line`` or ``[RANK]<stderr>:line``. ``"log_callback_only"``: only
                what ranks pass to `sparkdl.horovod.log_to_driver`, as ``[RANK]<log>:line``.

        Raises:
            TypeError: ``np`` is no integer.
            ValueError: ``driver_log_verbosity`` is none of the two.

        """
        if driver_log_verbosity not in get_args(Verbosity):
            problem = (
                f"driver_log_verbosity is {driver_log_verbosity!r}; it can be 'all' or "
                "'log_callback_only'"
            )
            raise ValueError(problem)
        self._np = operator.index(np)
        self._verbosity = driver_log_verbosity

    def run(self, main: Callable[..., Any], **kwargs: Any) -> Any:  # noqa: ANN401 - as `main` has it
        """Call ``main(**kwargs)`` in every rank and give what it returned in rank 0.

        ``main`` and its arguments travel by cloudpickle: functions and classes of a notebook by
        value, those of modules by name, so that a rank has to be able to import them. What it
        returns in rank 0 travels the same way; for ``np < 0`` Databricks leaves that open.

        Raises:
            RankFailed: a rank raised, was killed or left early. All ranks have ended by then.
            ValueError: ``np`` exceeds the slots of the cluster. Nothing was started.
            ModuleNotFoundError: Horovod is not installed here.
            RuntimeError: there is no Spark application to run on, or Horovod could not start.

        """
        _require_horovod()
        import cloudpickle  # noqa: PLC0415 - comes with Horovod

        if self._np < 0:
            from sparkdl._local import run_on_this_machine  # noqa: PLC0415 - needs Horovod

            job = Job(-self._np, self._verbosity)
            with _telling_where(job):
                run_on_this_machine(job, _pickled(main, kwargs, sys.path))
        else:
            context = _active_context(self._np)
            from sparkdl._slots import ranks_for  # noqa: PLC0415 - no need of it without Spark
            from sparkdl._spark import run_on_spark  # noqa: PLC0415 - needs Horovod and Spark

            job = Job(ranks_for(self._np, context), self._verbosity)
            with _telling_where(job):
                run_on_spark(job, _pickled(main, kwargs, None), context)
        # Raised here, so that a notebook shows the cell, this function and the rank's traceback.
        failed = job.failed()
        if failed is not None:
            raise failed
        value = job.value()
        if value is None:
            problem = "Horovod ended the ranks before they returned, and none said why"
            raise RuntimeError(problem)
        return cloudpickle.loads(value)


@contextlib.contextmanager
def _telling_where(job: Job) -> Iterator[None]:
    """Have an interrupt tell where the ranks stood: who interrupts it asks why it takes so long."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        tell_where(interrupt, job.stood)
        raise


def _require_horovod() -> None:
    if importlib.util.find_spec("horovod") is None:
        problem = (
            "HorovodRunner.run needs Horovod, which this Python does not have. `make lab` opens "
            "the notebooks in an environment that has it."
        )
        raise ModuleNotFoundError(problem, name="horovod")


def _active_context(np: int) -> SparkContext:
    try:
        from pyspark import SparkContext  # noqa: PLC0415 - np < 0 does without Spark
    except ModuleNotFoundError:
        context = None
    else:
        context = SparkContext._active_spark_context  # noqa: SLF001 - as horovod.spark does
    if context is None:
        problem = (
            f"HorovodRunner(np={np}) runs on Spark, and no session is open here: call "
            "SparkSession.builder.getOrCreate() first (Spark Connect will not do). "
            "A negative np runs on this machine without Spark."
        )
        raise RuntimeError(problem)
    return context


def _pickled(
    main: Callable[..., Any], kwargs: dict[str, Any], search_path: list[str] | None
) -> bytes:
    """Pickle what a rank's program calls (`_rank.BOOTSTRAP`)."""
    import cloudpickle  # noqa: PLC0415 - comes with Horovod

    # Executors need not have this package: it travels with what they are to do.
    cloudpickle.register_pickle_by_value(sys.modules["sparkdl"])
    try:
        call = cloudpickle.dumps((main, kwargs))
    except Exception as error:
        error.add_note(
            "The function and its arguments are pickled for the ranks: a Spark session, an "
            "open file or a lock cannot travel. Make them inside the function."
        )
        raise
    return bytes(cloudpickle.dumps(functools.partial(run_main, call, search_path)))
