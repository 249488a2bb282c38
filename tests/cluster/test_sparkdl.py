"""HorovodRunner on a real cluster and in local processes, with real Horovod ranks.

The functions that ranks run are nested in the tests: cloudpickle sends such a function by value,
as it does with a notebook's. By name a rank could not find it, since it cannot import a test.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

import sparkdl
from sparkdl import HorovodRunner, RankFailed
from sparkdl.horovod import log_to_driver

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspark.sql import SparkSession

pytestmark = [
    pytest.mark.cluster,
    # py4j leaves the connection of a thread that ended to the garbage collector.
    pytest.mark.filterwarnings(
        "ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning"
    ),
]

SUPPORT = Path(sparkdl.__file__).parents[1]


@pytest.fixture(params=[-2, 2], ids=["local", "cluster"])
def np(request: pytest.FixtureRequest) -> int:
    """Run a test with two ranks on this machine, then with two on the cluster."""
    pytest.importorskip("horovod.torch")
    number = int(request.param)
    if number > 0:
        request.getfixturevalue("spark")
    return number


def in_a_notebook(source: str) -> dict[str, Any]:
    """Define what a cell would define, whose file exists nowhere."""
    names: dict[str, Any] = {"__name__": "__main__"}
    code = compile(textwrap.dedent(source), "/tmp/ipykernel_4711/1234567.py", "exec")  # noqa: S108
    exec(code, names)  # noqa: S102 - as a kernel does
    return names


def test_ranks_train_together_and_rank_0_answers(
    np: int, capsys: pytest.CaptureFixture[str], ranks_left: Callable[[], list[list[str]]]
) -> None:
    def main(base: float, *, words: list[str]) -> dict[str, Any]:
        import horovod.torch as hvd  # noqa: PLC0415 - as in a notebook: imports belong inside
        import torch  # noqa: PLC0415

        hvd.init()
        sys.stdout.write(f"{words[0]} from {hvd.rank()}\n")
        sys.stderr.write("no line end")
        log_to_driver(f"{words[1]} from {hvd.rank()}")
        average = hvd.allreduce(torch.tensor([base * hvd.rank()]))
        processes = hvd.allgather(torch.tensor([[hvd.rank(), os.getpid(), os.getppid()]]))
        return {
            "rank": hvd.rank(),
            "size": hvd.size(),
            "local_rank": hvd.local_rank(),
            "average": average.item(),
            "processes": processes.tolist(),
            "threads": os.environ.get("OMP_NUM_THREADS"),
        }

    value = HorovodRunner(np=np, driver_log_verbosity="all").run(
        main, base=3.0, words=["hi", "log"]
    )

    assert (value["rank"], value["size"], value["local_rank"]) == (0, 2, 0)
    assert value["average"] == 1.5
    assert value["threads"] == ("1" if np > 0 else os.environ.get("OMP_NUM_THREADS"))
    assert [row[0] for row in value["processes"]] == [0, 1]
    assert len({row[1] for row in value["processes"]} | {os.getpid()}) == 3
    parents = {row[2] for row in value["processes"]}
    assert parents == {os.getpid()} if np < 0 else len(parents - {os.getpid()}) == 2

    shown = capsys.readouterr()
    expected = [
        f"[{rank}]<{way}>:{word} from {rank}"
        for rank in (0, 1)
        for way, word in (("log", "log"), ("stdout", "hi"))
    ]
    assert sorted(shown.out.splitlines()) == expected
    assert sorted(shown.err.splitlines()) == ["[0]<stderr>:no line end", "[1]<stderr>:no line end"]
    assert ranks_left() == []


def test_a_rank_that_raises_is_shown_and_the_others_end(
    np: int, capsys: pytest.CaptureFixture[str], ranks_left: Callable[[], list[list[str]]]
) -> None:
    train = in_a_notebook("""\
        class Empty(Exception):
            pass

        def load(shard):
            raise Empty(f"shard {shard} has no rows")

        def train(log):
            import horovod.torch as hvd, torch
            hvd.init()
            print("never shown")
            log(f"rank {hvd.rank()} starts")
            if hvd.rank() == 1:
                load(7)
            while True:
                hvd.allreduce(torch.ones(1))
    """)["train"]

    began = time.monotonic()
    with pytest.raises(RankFailed) as caught:
        HorovodRunner(np=np).run(train, log=log_to_driver)

    assert time.monotonic() - began < 60, "start included, on a busy machine"
    failed = caught.value
    cell = "/tmp/ipykernel_4711/1234567.py"  # noqa: S108
    assert (failed.rank, failed.exception_type) == (1, "Empty")
    assert failed.exception_message == "shard 7 has no rows"
    assert failed.frames == [(cell, 13, "train"), (cell, 5, "load")]
    assert failed.location == (cell, 5, "load")
    assert str(failed).startswith(
        f"Rank 1 of 2 raised Empty: shard 7 has no rows\nat {cell}, line 5, in load\n"
    )
    assert "HorovodInternalError" not in str(failed)
    shown = capsys.readouterr()
    assert sorted(shown.out.splitlines()) == ["[0]<log>:rank 0 starts", "[1]<log>:rank 1 starts"]
    assert shown.err == ""
    assert ranks_left() == []


def test_a_killed_rank_is_named_and_the_next_run_works(
    np: int, ranks_left: Callable[[], list[list[str]]]
) -> None:
    def main(*, kill: bool) -> str:
        import horovod.torch as hvd  # noqa: PLC0415

        hvd.init()
        if kill and hvd.rank() == 1:
            subprocess.Popen(["sleep", "600"])  # left behind by a rank
            sys.stderr.write("memory is short\n")
            os.kill(os.getpid(), signal.SIGKILL)
        if kill:
            time.sleep(600)  # not in a collective, where Horovod would notice
        return "well"

    runner = HorovodRunner(np=np)
    with pytest.raises(RankFailed, match=r"^Rank 1 of 2 was killed by SIGKILL") as caught:
        runner.run(main, kill=True)
    assert (caught.value.rank, caught.value.exception_type) == (1, None)
    assert "[1]<stderr>:memory is short" in str(caught.value)
    assert ranks_left() == []
    assert runner.run(main, kill=False) == "well"


def test_more_ranks_than_slots_start_nothing(spark: SparkSession) -> None:
    before = spark.sparkContext.statusTracker().getJobIdsForGroup(None)
    with pytest.raises(ValueError, match=r"np=3\) wants 3 task slots .* has 2 in all") as caught:
        HorovodRunner(np=3).run(print)
    assert "np=-3 runs 3 ranks on the driver's machine" in str(caught.value)
    assert spark.sparkContext.statusTracker().getJobIdsForGroup(None) == before


def test_zero_ranks_are_all_slots_and_deprecated(spark: SparkSession) -> None:
    from sparkdl._slots import ranks_for  # noqa: PLC0415 - without a run: it would take 10 s

    with pytest.warns(DeprecationWarning, match="np=0"):
        assert ranks_for(0, spark.sparkContext) == 2


def test_a_thread_of_the_notebook_can_start_ranks(spark: SparkSession) -> None:
    del spark
    values = []
    thread = threading.Thread(target=lambda: values.append(HorovodRunner(np=2).run(lambda: 7)))
    thread.start()
    thread.join()
    assert values == [7]


def test_ctrl_c_ends_the_ranks_and_means_afterwards_what_it_meant_before(
    np: int, ranks_left: Callable[[], list[list[str]]], tmp_path: Path
) -> None:
    """Horovod's own handlers would swallow it, and stay. It tells where ranks stood."""
    handlers = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)

    def press_when_ranks_run() -> None:
        while len(list(tmp_path.iterdir())) < 2:
            time.sleep(0.2)
        time.sleep(2)  # until one waits for the other
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=press_when_ranks_run)
    thread.start()
    hang = in_a_notebook("""\
        def hang(folder):
            import horovod.torch as hvd, os, time, torch
            hvd.init()
            open(os.path.join(folder, str(hvd.rank())), "w").close()
            if hvd.rank() == 1:
                time.sleep(600)
            hvd.allreduce(torch.ones(1))
    """)["hang"]
    with pytest.raises(KeyboardInterrupt) as caught:
        HorovodRunner(np=np).run(hang, folder=str(tmp_path))
    thread.join()
    cell = "/tmp/ipykernel_4711/1234567.py"  # noqa: S108
    if np < 0:  # PySpark's handler, which kernels do not keep, ends the tasks before ranks can tell
        assert vars(caught.value) == {
            "rank": 1,
            "frames": [(cell, 6, "hang")],
            "__notes__": [
                f"Rank 0 stood at {cell}, line 7, in hang, waiting for other ranks",
                f"Rank 1 stood at {cell}, line 6, in hang",
            ],
        }
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == handlers
    assert ranks_left() == []


def test_lines_of_many_writers_stay_whole(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("horovod")

    def main() -> None:
        def write(letter: str) -> None:
            for number in range(200):
                sys.stdout.write(f"{letter * 3000}{number}\n")
                log_to_driver(letter * 5000)

        threads = [threading.Thread(target=write, args=(letter,)) for letter in "ab"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    HorovodRunner(np=-2, driver_log_verbosity="all").run(main)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 * 2 * 2 * 200
    line = re.compile(r"\[[01]]<(stdout>:(a{3000}|b{3000})\d+|log>:(a{4000}|b{4000}))")
    assert [found for found in lines if not line.fullmatch(found)] == []


def test_a_value_that_cannot_travel_is_the_ranks_failure() -> None:
    pytest.importorskip("horovod")
    with pytest.raises(RankFailed, match=r"of rank 0, <class '_thread.lock'>, must be picklable"):
        HorovodRunner(np=-1).run(lambda: __import__("threading").Lock())


def test_a_function_that_cannot_travel_starts_nothing() -> None:
    pytest.importorskip("horovod")
    lock = threading.Lock()
    with pytest.raises(TypeError, match="cannot pickle") as caught:
        HorovodRunner(np=-1).run(lambda: lock)
    assert "Make them inside the function" in caught.value.__notes__[0]


def test_a_notebook_shows_the_cell_and_line_of_the_rank() -> None:
    """A kernel's stdout is no file, and the source of its cells is known to the driver alone."""
    pytest.importorskip("horovod")
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    cells = [
        f"import sys; sys.path.insert(0, {str(SUPPORT)!r})",
        "def train(steps):\n    print('so far', steps)\n    return 1 / steps\n",
        "import sparkdl\nrunner = sparkdl.HorovodRunner(np=-2, driver_log_verbosity='all')",
        "runner.run(train, steps=0)",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in cells])
    client = nbclient.NotebookClient(
        notebook, timeout=120, kernel_name="python3", allow_errors=True
    )
    client.execute()
    outputs = notebook.cells[3].outputs
    shown = "".join(output.text for output in outputs if output.output_type == "stream")
    assert sorted(shown.splitlines()) == ["[0]<stdout>:so far 0", "[1]<stdout>:so far 0"]
    error = outputs[-1]
    assert error.ename == "RankFailed"
    assert re.match(
        r"Rank [01] of 2 raised ZeroDivisionError: division by zero\n"
        r"at /\S+/ipykernel_\d+/\d+\.py, line 3, in train\n",
        error.evalue,
    )
    assert "    return 1 / steps\n" in error.evalue


@pytest.mark.parametrize("verbosity", ["ALL", "none", ""])
def test_an_unknown_verbosity_is_refused(verbosity: Literal["all"]) -> None:
    with pytest.raises(ValueError, match="'all' or 'log_callback_only'"):
        HorovodRunner(np=-1, driver_log_verbosity=verbosity)


def test_without_horovod_only_a_run_says_so() -> None:
    program = f"""
        import sys
        sys.path.insert(0, {str(SUPPORT)!r})
        import sparkdl, sparkdl.horovod
        sparkdl.horovod.log_to_driver("outside a rank")
        sparkdl.HorovodRunner(np=-2).run(print)
    """
    # Without site-packages this is a Python that has only the standard library.
    ended = subprocess.run(
        [sys.executable, "-I", "-S", "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stdout == "outside a rank\n"
    assert ended.stderr.splitlines()[-1] == (
        "ModuleNotFoundError: HorovodRunner.run needs Horovod, which this Python does not have. "
        "`make lab` opens the notebooks in an environment that has it."
    )
