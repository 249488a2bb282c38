"""Notebooks that really run: in kernels of their own, some of them on Spark and with ranks."""

from __future__ import annotations

import ast
import contextlib
import os
import signal
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field, replace
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, TypeVar

import psutil
import pytest

from lockstep.notebooks import notebook, output
from lockstep.runs import client, cluster, events, execution
from lockstep.runs.failure import RunFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from lockstep.runs.execution import Finished

T = TypeVar("T")

pytestmark = pytest.mark.cluster

ROOT = Path(__file__).parents[2]
HEADER = """\
# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   lockstep:
#     ranks: {ranks}
#     timeout: {timeout}
# ---

"""
START_SPARK = """
# %% name="start"
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
"""


@dataclass
class Lab:
    """A project with one notebook, and what was heard of its run."""

    root: Path
    script: str
    heard: list[events.Event] = field(default_factory=list)

    @property
    def logs(self) -> Path:
        """Where a failed run leaves its report."""
        return self.root / ".lockstep" / "failures" / "lab"

    def run(self, cell_timeout: int | None = None) -> Finished:
        """Execute the notebook."""
        source = notebook.read(self.script, "notebooks/lab.py")
        source = replace(source, needs=replace(source.needs, cell_timeout=cell_timeout))
        assert [problem for problem in source.problems if problem.rule != "no-test-cell"] == []
        return execution.execute(
            source,
            self.root,
            cluster=cluster.of(None, source.needs.ranks),
            log_folder=self.logs,
            report=self.heard.append,
        )

    def fails(self, cell_timeout: int | None = None) -> RunFailed:
        """Execute the notebook, which must fail and leave no process; return how it failed."""
        with pytest.raises(RunFailed) as caught:
            self.run(cell_timeout)
        assert isinstance(self.heard[-1], events.NotebookFailed)
        assert str(caught.value) == self.heard[-1].message
        assert left_running() == []
        return caught.value

    def line(self, text: str) -> int:
        """Return the number of the only line of the script that holds the text."""
        found = [n for n, line in enumerate(self.script.splitlines(), 1) if text in line]
        assert len(found) == 1
        return found[0]


def lab(root: Path, cells: str, *, ranks: int = 1, timeout: int = 600) -> Lab:
    script = HEADER.format(ranks=ranks, timeout=timeout) + dedent(cells).lstrip("\n")
    (root / "notebooks" / "support").mkdir(parents=True, exist_ok=True)
    (root / "notebooks" / "lab.py").write_text(script, "utf-8")
    return Lab(root, script)


def with_sparkdl(made: Lab) -> Lab:
    support = made.root / "notebooks" / "support"
    (support / "sparkdl").symlink_to(ROOT / "notebooks" / "support" / "sparkdl")
    return made


@pytest.fixture(autouse=True)
def _marked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mark all processes that a test starts, by a variable that reaches kernels."""
    monkeypatch.setenv("LC_LOCKSTEP_TEST", uuid.uuid4().hex)


def left_running() -> list[str]:
    """Find the processes that this test started, directly or not."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get("LC_LOCKSTEP_TEST") == os.environ["LC_LOCKSTEP_TEST"]:
                found.append(f"{process.pid} {process.cmdline()}")
    return found


def text_of(finished: Finished, cell: str) -> str:
    return "".join(o["text"] for o in finished.outputs[cell] if o["output_type"] == "stream")


def test_outputs_and_values_come_back(tmp_path: Path) -> None:
    made = lab(
        tmp_path,
        """
        # %% name="first" values=["count", "share"]
        count, share, name = 3, 0.25, "é'\\n"
        print("hello")
        count

        # %% name="second" values={"name": 0}
        count = 4

        # %% name="fails" tags=["raises-exception"]
        count / 0

        # %% tags=["test"]
        assert count == 4
        """,
    )
    finished = made.run()
    assert finished.values == {"count": 3, "share": 0.25, "name": "é'\n"}
    assert list(finished.outputs) == ["first", "second", "fails", "test-1"]
    assert output.normalised(finished.outputs["first"]) == [
        {"output_type": "stream", "name": "stdout", "text": "hello\n"},
        {"output_type": "display_data", "data": {"text/plain": "3"}, "metadata": {}},
    ]
    assert finished.outputs["fails"][0]["ename"] == "ZeroDivisionError"
    assert (finished.run.cluster, finished.run.executors) == ("", 0)
    assert set(finished.run.versions) == {"python"}
    kinds = [type(event).__name__ for event in made.heard]
    assert kinds[:3] == ["NotebookStarted", "CellStarted", "OutputLine"]
    assert kinds.count("CellDone") == 4
    assert kinds[-1] == "NotebookDone"
    assert not made.logs.exists()
    assert left_running() == []


def test_the_kernel_sees_no_secret_and_works_in_the_notebooks_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_TOKEN", "hunter2")
    monkeypatch.setenv("HTTPS_PROXY", "http://user:hunter2@proxy")
    monkeypatch.setenv("LC_TIME", "C")
    made = lab(
        tmp_path,
        """
        # %% name="look"
        import os, subprocess, tempfile
        print("hunter2" in str(os.environ), os.environ["OMP_NUM_THREADS"], os.environ["LC_TIME"])
        print("hunter2" in open(f"/proc/{os.getppid()}/environ").read())
        print(os.listdir(), tempfile.gettempdir())
        """,
    )
    finished = made.run()
    lines = text_of(finished, "look").splitlines()
    assert lines[:2] == ["False 1 C", "False"]
    files, _, temporary = lines[2].rpartition(" ")
    assert sorted(ast.literal_eval(files)) == ["lab.py", "support"]
    assert finished.paths[temporary] == "<tmp>"
    assert not Path(temporary).exists()


def test_a_figure_is_the_same_in_every_run(tmp_path: Path) -> None:
    made = lab(
        tmp_path,
        """
        # %% name="draw"
        from matplotlib import pyplot as plt

        plt.fill_between([0, 1, 2], [1, 3, 2], hatch="/", label="loss")
        plt.legend()
        plt.show()
        """,
    )
    first, second = (made.run().outputs["draw"] for _ in range(2))
    assert first == second
    (drawn,) = first
    svg = drawn["data"]["image/svg+xml"]
    assert "image/png" not in drawn["data"]
    assert "<text" in svg
    assert "dc:date" not in svg


def test_a_cell_that_raises_is_named_with_its_line(tmp_path: Path) -> None:
    made = lab(
        tmp_path,
        """
        # %% name="define"
        def divide(number):
            # a comment
            return number / 0


        # %% name="call"
        print("before")
        divide(
            1
        )

        # %% name="never"
        print("never")
        """,
    )
    failed = made.fails()
    line = made.line("return number")
    assert failed.line == line
    assert failed.cell == "call"
    assert (failed.exception_type, failed.message) == ("ZeroDivisionError", "division by zero")
    assert str(failed).splitlines()[0] == (
        f"notebooks/lab.py:{line}: cell 'call': ZeroDivisionError: division by zero"
    )
    assert failed.called_from == made.line('print("before")') + 1
    assert str(failed.log_folder) == ".lockstep/failures/lab"
    assert "return number / 0" in (made.logs / "report.txt").read_text("utf-8")
    assert "before" in (made.logs / "output.txt").read_text("utf-8")
    started = [event.cell for event in made.heard if isinstance(event, events.CellStarted)]
    assert started == ["define", "call"]


def test_a_failed_assertion_shows_what_was_asserted(tmp_path: Path) -> None:
    made = lab(
        tmp_path,
        """
        # %% name="count"
        rows = 103

        # %% tags=["test"]
        assert rows > 0
        assert rows == 104
        """,
    )
    failed = made.fails()
    assert str(failed).splitlines()[0] == (
        f"notebooks/lab.py:{made.line('== 104')}: cell 'test-1': "
        "AssertionError: `assert rows == 104`"
    )


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("numpy.int64(3)", "(numpy.int64)"),
        ("[1, 2]", "is [1, 2] (list)"),
        ("float('nan')", "is nan (float)"),
    ],
)
def test_a_value_that_json_cannot_hold_is_refused(tmp_path: Path, value: str, said: str) -> None:
    made = lab(
        tmp_path,
        f"""
        # %% name="count" values=["good", "rows", "gone"]
        import numpy
        good, rows = numpy.float64(0.5), {value}
        """,
    )
    failed = made.fails()
    assert failed.line == made.line('name="count"')
    assert f"'rows' {said if said.startswith('is') else ''}".strip() in failed.message
    assert said in failed.message
    assert "float()" in failed.message
    assert "'gone' is declared and not there" in failed.message
    assert "'good'" not in failed.message


def test_a_cell_that_takes_too_long_is_named_with_the_line_where_it_stood(tmp_path: Path) -> None:
    made = lab(
        tmp_path,
        """
        # %% name="hang"
        import time
        print("hanging", flush=True)
        time.sleep(600)
        """,
    )
    started = time.monotonic()
    failed = made.fails(cell_timeout=2)
    assert time.monotonic() - started < 12
    assert failed.line == made.line("time.sleep")
    assert failed.exception_type == "TimeoutError"
    assert failed.message.startswith("the cell took longer than 2 s; ")


def test_a_notebook_that_takes_too_long_ends_though_it_resists(tmp_path: Path) -> None:
    made = lab(
        tmp_path,
        """
        # %% name="hang"
        import signal, subprocess, time
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        subprocess.Popen(["sleep", "600"], start_new_session=True)
        while True:
            time.sleep(1)
        """,
        timeout=2,
    )
    started = time.monotonic()
    failed = made.fails()
    assert time.monotonic() - started < 20
    assert failed.cell == "hang"
    assert "the notebook took longer than 2 s" in failed.message


@pytest.mark.parametrize(
    ("code", "how"),
    [
        ("os._exit(3)", "ended with exit status 3"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "was killed by SIGKILL (out of memory?)"),
        ("os._exit(0)", "ended with exit status 0"),
    ],
)
def test_a_kernel_that_dies_says_how(tmp_path: Path, code: str, how: str) -> None:
    made = lab(
        tmp_path,
        f"""
        # %% name="die" values=["done"]
        import os, signal
        done = True
        {code}
        """,
    )
    started = time.monotonic()
    failed = made.fails()
    assert time.monotonic() - started < 20
    assert failed.exception_type == "KernelDied"
    assert how in failed.message
    assert failed.cell == "die"


def test_a_cell_that_prints_fifty_megabytes_is_cut(tmp_path: Path) -> None:
    made = lab(
        tmp_path,
        """
        # %% name="flood"
        for _ in range(500):
            print("x" * 99_999)

        # %% name="after"
        print("here")
        """,
    )
    before = psutil.Process().memory_info().rss
    started = time.monotonic()
    finished = made.run()
    assert time.monotonic() - started < 30
    flood = text_of(finished, "flood")
    assert len(flood) < client.OUTPUT_LIMIT + 100
    assert flood.endswith("… output cut after 2000000 characters\n")
    assert text_of(finished, "after") == "here\n"
    assert psutil.Process().memory_info().rss - before < 300_000_000


def test_on_spark_a_task_that_raises_is_named_with_its_line(tmp_path: Path) -> None:
    made = lab(
        tmp_path,
        START_SPARK
        + """
# %% name="count" values=["rows"]
rows = spark.range(1000, numPartitions=4).count()
print("counted")

# %% name="map"
from pyspark.sql.functions import udf

@udf("int")
def broken(number):
    if number == 3:
        raise KeyError("no such penguin")
    return 1

spark.range(4).select(broken("id")).collect()
""",
        ranks=2,
    )
    failed = made.fails()
    done = [event.cell for event in made.heard if isinstance(event, events.CellDone)]
    assert done == ["start", "count"]
    assert failed.line == made.line("raise KeyError")
    assert (failed.exception_type, failed.message) == ("KeyError", "'no such penguin'")
    assert failed.called_from is None
    logs = {path.name for path in made.logs.iterdir()}
    assert {"report.txt", "output.txt", "driver.log", "executor-0-stderr.log"} <= logs
    written = {path.name for path in made.root.rglob("*") if ".lockstep" not in path.parts}
    assert written == {"notebooks", "support", "lab.py"}
    said = (made.logs / "output.txt").read_text("utf-8")
    assert said == "[start]\n[count]\ncounted\n[map]\n"


def test_ranks_on_spark_run_and_are_counted(tmp_path: Path) -> None:
    made = with_sparkdl(
        lab(
            tmp_path,
            START_SPARK
            + """
# %% name="train" values=["size", "total"]
from sparkdl import HorovodRunner

def train(start):
    import horovod.torch as hvd
    import os
    import torch

    hvd.init()
    print("rank", hvd.rank(), "threads", os.environ["OMP_NUM_THREADS"])
    return hvd.size(), hvd.allreduce(torch.tensor([start + hvd.rank()]), op=hvd.Sum).item()

size, total = HorovodRunner(np=2, driver_log_verbosity="all").run(train, start=10)
""",
            ranks=2,
        )
    )
    finished = made.run()
    assert finished.values == {"size": 2, "total": 21}
    run = finished.run
    assert (run.cluster, run.executors, run.hosts, run.ranks) == ("local-cluster", 2, 1, 2)
    assert set(run.versions) == {"horovod", "java", "python", "spark", "torch"}
    text = output.normalised(finished.outputs["train"])[0]["text"]
    assert "rank 0 threads 1" in text
    assert "rank 1 threads 1" in text
    assert left_running() == []


def test_a_rank_that_raises_is_named_with_its_own_exception_and_line(tmp_path: Path) -> None:
    made = with_sparkdl(
        lab(
            tmp_path,
            """
            # %% name="define"
            def train():
                import horovod.torch as hvd

                hvd.init()
                print("rank", hvd.rank(), "starts")
                if hvd.rank() == 1:
                    raise ValueError("the loss is nan")
                hvd.allreduce(__import__("torch").zeros(1))

            # %% name="train"
            from sparkdl import HorovodRunner

            HorovodRunner(np=-2).run(train)
            """,
            ranks=2,
        )
    )
    failed = made.fails()
    first, second, third = str(failed).splitlines()
    assert first == (
        f"notebooks/lab.py:{made.line('raise ValueError')}: cell 'train' rank 1: "
        "ValueError: the loss is nan"
    )
    assert second == f"  called from notebooks/lab.py:{made.line('np=-2')}"
    assert third == "  report and logs: .lockstep/failures/lab"
    assert failed.rank == 1
    # What ranks wrote is kept, though the cell shows none of it.
    assert (made.logs / "rank-1.log").read_text("utf-8").startswith("<stdout>:rank 1 starts\n")
    assert "starts" not in (made.logs / "output.txt").read_text("utf-8")


RUNNER = """
import signal
import sys
from pathlib import Path
from lockstep.runs import cluster, execution
from lockstep.notebooks import notebook

# A shell starts what runs in its background deaf to SIGINT, and pytest hands that on.
signal.signal(signal.SIGINT, signal.default_int_handler)
root = Path(sys.argv[1])
source = notebook.read((root / "notebooks/lab.py").read_text(), "notebooks/lab.py")
execution.execute(
    source, root, cluster=cluster.of(None, source.needs.ranks),
    log_folder=root / "logs", report=lambda event: None,
)
"""
IN_THE_MIDDLE_OF_A_JOB = (
    START_SPARK
    + """
# %% name="work"
import os, subprocess, time
from pathlib import Path

def wait(number):
    Path(os.environ["TMPDIR"], f"worker-{number}").touch()
    time.sleep(600)

subprocess.Popen(["sleep", "600"], start_new_session=True, env={})
Path("running").touch()
spark.sparkContext.parallelize(range(2), 2).map(wait).collect()
"""
)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT], ids=lambda n: n.name)
def test_nothing_is_left_of_a_runner_that_ends_in_the_middle_of_a_job(
    tmp_path: Path, number: signal.Signals
) -> None:
    made = lab(tmp_path, IN_THE_MIDDLE_OF_A_JOB, ranks=2)
    runner = subprocess.Popen(
        [sys.executable, "-c", RUNNER, str(tmp_path)],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )
    tree: list[psutil.Process] = []
    try:
        (supervisor,) = waited_for(lambda: psutil.Process(runner.pid).children())
        words = waited_for(supervisor.cmdline)
        scratch = Path(words[words.index("-m") - 2])
        waited_for(lambda: len(list(scratch.glob("tmp/worker-*"))) == 2)
        tree = psutil.Process(runner.pid).children(recursive=True)
        names = [" ".join(process.cmdline()) for process in tree if runs(process)]
        assert sum("java" in name for name in names) == 3
        assert sum("pyspark.daemon" in name for name in names) >= 4
        assert "sleep 600" in names
    finally:
        runner.send_signal(number)
        _, said = runner.communicate(timeout=60)
    assert waited_for(lambda: not any(map(runs, tree)), 10)
    assert left_running() == []
    assert waited_for(lambda: not scratch.exists(), 10)
    assert runner.returncode != 0
    if number == signal.SIGINT:
        assert said.splitlines()[-1] == "KeyboardInterrupt"
        assert "Task" not in said
    written = {path.name for path in made.root.rglob("*")}
    assert written == {"notebooks", "support", "lab.py", "running"}


def runs(process: psutil.Process) -> bool:
    """Whether a process runs; what has ended and is not reaped yet does not."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False


def waited_for(condition: Callable[[], T], seconds: float = 240) -> T:
    """Return what a condition gives once it is true."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return found
