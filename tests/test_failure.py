"""From an exception in a kernel, a rank or a Spark worker to a line of the script."""

from __future__ import annotations

from pathlib import Path

import pytest

from lockstep.notebooks import notebook
from lockstep.runs import failure
from lockstep.runs.failure import Raised

SCRIPT = notebook.read(
    """\
# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% name="define"
def square(number):
    return number * number

# %% name="call"

square("a")

# %% name="again"
square("a")

# %% tags=["test"]
assert True
assert square(2) == 5
""",
    "notebooks/lab.py",
)
DEFINE, CALL, AGAIN, TEST = SCRIPT.cells
FILES = {"1.py": DEFINE, "2.py": CALL, "3.py": TEST}
CELL = "/tmp/lockstep-x/tmp/ipykernel_7/{}.py"  # noqa: S108 what a kernel names its cells


def test_the_innermost_line_of_the_script_is_named() -> None:
    frames = (
        ("/usr/lib/IPython/shell.py", 3000),
        (CELL.format(2), 1),
        (CELL.format(1), 2),
        ("/usr/lib/numpy/core.py", 12),
    )
    failed = failure.of_exception(Raised("TypeError", "no\nway", frames), SCRIPT, CALL, FILES)
    assert (failed.notebook, failed.line, failed.cell) == ("notebooks/lab.py", 11, "call")
    failed.log_folder = Path("logs")
    assert str(failed).splitlines() == [
        "notebooks/lab.py:11: cell 'call': TypeError: no",
        "  called from notebooks/lab.py:15",
        "  report and logs: logs",
    ]


def test_of_cells_with_the_same_code_the_one_that_ran_is_named() -> None:
    raised = Raised("TypeError", "no", ((CELL.format(2), 1),))
    assert failure.of_exception(raised, SCRIPT, CALL, FILES).line == 15
    assert failure.of_exception(raised, SCRIPT, AGAIN, FILES).line == 18


def test_an_assertion_without_words_is_quoted() -> None:
    raised = Raised("AssertionError", "", ((CELL.format(3), 2),))
    failed = failure.of_exception(raised, SCRIPT, TEST, FILES)
    assert str(failed) == (
        "notebooks/lab.py:22: cell 'test-1': AssertionError: `assert square(2) == 5`"
    )


def test_a_rank_speaks_for_itself() -> None:
    driver, rank = ((CELL.format(2), 1), ("/x/sparkdl/_runner.py", 9)), ((CELL.format(1), 2),)
    raised = Raised("ValueError", "the loss is nan", driver, rank=1, rank_frames=rank)
    failed = failure.of_exception(raised, SCRIPT, CALL, FILES)
    assert str(failed).splitlines()[0] == (
        "notebooks/lab.py:11: cell 'call' rank 1: ValueError: the loss is nan"
    )


def test_a_rank_that_was_killed_raised_nothing() -> None:
    raised = Raised(None, "was killed by SIGKILL", ((CELL.format(2), 1),), rank=0)
    failed = failure.of_exception(raised, SCRIPT, CALL, FILES)
    assert str(failed) == "notebooks/lab.py:15: cell 'call' rank 0: was killed by SIGKILL"
    assert failed.called_from is None


WORKER = f"""\
Traceback (most recent call last):
  File "/opt/pyspark/worker.py", line 100, in main
    process()
    ~~~~~~~^^
  File "{CELL.format(1)}", line 2, in square
KeyError: 'penguin'
"""
CHAIN = f"""\
Traceback (most recent call last):
  File "{CELL.format(2)}", line 1, in <module>
OSError: first

During handling of the above exception, another exception occurred:

{WORKER}"""


@pytest.mark.parametrize(
    "message",
    [
        f"An exception was thrown from the Python worker.\n{WORKER}",
        (
            "An error occurred while calling o1.collect.\n: org.apache.spark.SparkException: Job "
            f"aborted: org.apache.spark.api.python.PythonException: {WORKER}\n\n"
            "\tat org.apache.spark.A.b(A.scala:1)\nCaused by: org.apache.spark.api.python."
            "PythonException: Traceback (most recent call last):\n"
            f'  File "{CELL.format(2)}", line 1, in f\nOSError: the JVM repeats it otherwise\n'
        ),
        CHAIN,
    ],
)
def test_a_worker_of_spark_speaks_for_itself(message: str) -> None:
    raised = Raised("pyspark.errors.PythonException", message, ((CELL.format(2), 1),))
    failed = failure.of_exception(raised, SCRIPT, CALL, FILES)
    assert (failed.exception_type, failed.message) == ("KeyError", "'penguin'")
    assert (failed.line, failed.called_from) == (11, 15)


def test_a_message_without_end_is_cut() -> None:
    raised = Raised("ValueError", "x" * 10_000, ())
    assert len(str(failure.of_exception(raised, SCRIPT, CALL, FILES))) < 400
