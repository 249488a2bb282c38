"""How many ranks a Spark application can run at once."""

from __future__ import annotations

import re
import time
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark import SparkContext

__all__ = ["ranks_for"]

EXECUTORS_REGISTER_WITHIN = 90.0
"""Seconds after the start of an application in which a cluster may still be adding executors."""

LOCAL_CLUSTER = re.compile(r"local-cluster\[\s*(\d+)\s*,\s*(\d+)\s*,\s*\d+\s*]")


def ranks_for(np: int, context: SparkContext) -> int:
    """Give the number of ranks that ``np`` asks for: itself, or every slot if it is 0.

    Raises:
        ValueError: there are fewer slots. Nothing was started then.

    """
    if np == 0:
        warnings.warn(
            "HorovodRunner(np=0) is deprecated: say how many ranks you want",
            DeprecationWarning,
            stacklevel=3,
        )
    slots = _slots(context, np)
    if slots < max(np, 1):
        problem = (
            f"HorovodRunner(np={np}) wants {np} task slots and the cluster {context.master} has "
            f"{slots} in all: a slot is a core (or a GPU), not a node. Lower np, or give the "
            f"cluster more executors or cores; np=-{np} runs {np} ranks on the driver's machine."
        )
        raise ValueError(problem)
    return np or slots


def _slots(context: SparkContext, wanted: int) -> int:
    """Count the tasks that fit on all executors, waiting for those that are still to come."""
    application = context._jsc.sc()  # noqa: SLF001 - PySpark has no public way to ask
    profile = application.resourceProfileManager().resourceProfileFromId(0)
    local = LOCAL_CLUSTER.fullmatch(str(context.master))
    if local:
        executors, cores = int(local[1]), int(local[2])
        return executors * (cores // int(context.getConf().get("spark.task.cpus", "1") or 1))
    settled = context.startTime / 1000 + EXECUTORS_REGISTER_WITHIN
    slots = int(application.maxNumConcurrentTasks(profile))
    while (slots < wanted or wanted == 0) and not _is_local(context) and time.time() < settled:
        time.sleep(0.5)
        slots = int(application.maxNumConcurrentTasks(profile))
    return slots


def _is_local(context: SparkContext) -> bool:
    """Whether the driver is the only executor, so that none is still to come."""
    return str(context.master).startswith("local")
