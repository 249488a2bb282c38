"""The pins of the environment that these tests run in: with another Spark's, if they are to."""

import os
from pathlib import Path

REQUIREMENTS = Path(__file__).parents[2] / "requirements"
SPARK = os.environ.get("LOCKSTEP_SPARK", "")
"""Another Spark than the pinned one: that of ``make test SPARK=…``."""


def text() -> str:
    """Return lines of pins; the last that names a package counts."""
    names = ["labs", f"spark-{SPARK}"] if SPARK else ["labs"]
    return "".join((REQUIREMENTS / f"{name}.txt").read_text("utf-8") for name in names)
