"""Questions to a running kernel; ``execution`` has it run this file, in a namespace of its own.

Every answer is JSON text. Nothing of the engine can be imported here: in the kernel only the
notebook's own modules are on the path.
"""

import json
import sys
import traceback
from typing import Any


def scalar(value: object) -> str:
    """Return a value's type and, where JSON has it as one number, text, truth value or null, it."""
    kind = type(value)
    plain = kind in {str, int, float, bool, type(None)}
    if isinstance(value, float) and not isinstance(value, bool):
        # NumPy's float64 is a float and arithmetic makes it unasked; JSON has no nan and infinity.
        value = float(value)
        plain = value - value == 0
    if not plain:
        name = kind.__qualname__ if kind.__module__ == "builtins" else _full_name(kind)
        return json.dumps({"refused": name, "shown": repr(value)[:80]})
    return json.dumps({"value": value})


def raised() -> str:
    """Return the last exception that ended a cell: its type, message, frames and traceback.

    An exception that carries a rank's own (``sparkdl.RankFailed``) gives that one's.
    """
    error: Any = getattr(sys, "last_value", None)
    if error is None:
        return "null"
    frames = [[f.filename, f.lineno or 0] for f in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        frames.append([error.filename, error.lineno or 0])
    answer = {
        "type": _full_name(type(error)),
        "message": str(error),
        "frames": frames,
        "rank": getattr(error, "rank", None),
        "rank_frames": [],
        "text": "".join(traceback.format_exception(error)),
    }
    if isinstance(answer["rank"], int):
        answer["type"] = getattr(error, "exception_type", None)
        answer["message"] = str(getattr(error, "exception_message", error))
        answer["rank_frames"] = [[f[0], f[1]] for f in getattr(error, "frames", [])]
    return json.dumps(answer)


def spark() -> str:
    """Return what Spark ran the notebook: versions, executors, hosts; null if none did."""
    pyspark: Any = sys.modules.get("pyspark")
    jvm = getattr(pyspark.SparkContext, "_jvm", None) if pyspark else None
    if jvm is None:
        return "null"
    answer = {"spark": pyspark.__version__, "java": jvm.System.getProperty("java.version")}
    context = pyspark.SparkContext._active_spark_context  # noqa: SLF001 there is no public way
    if context is not None:
        driver = jvm.org.apache.spark.SparkEnv.get().blockManager().blockManagerId()
        nodes = context._jsc.sc().statusTracker().getExecutorInfos()  # noqa: SLF001
        places = {(node.host(), node.port()) for node in nodes} - {(driver.host(), driver.port())}
        answer["executors"] = len(places)
        answer["hosts"] = len({host for host, _ in places})
    return json.dumps(answer)


def _full_name(kind: type) -> str:
    home = "" if kind.__module__ in {"builtins", "__main__"} else f"{kind.__module__}."
    return f"{home}{kind.__qualname__}"
