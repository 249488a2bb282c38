"""Which Spark a notebook gets, and the folder that makes Spark use it. No Spark is started here."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from lockstep.runs import cluster
from lockstep.runs.cluster import Cluster

pytest.importorskip("pyspark")


@pytest.mark.parametrize(
    ("master", "kind", "embedded", "executors", "slots"),
    [
        ("local-cluster[2,1,1024]", "local-cluster", True, 2, 2),
        ("local-cluster[ 3 , 2 , 1024 ]", "local-cluster", True, 3, 6),
        ("local", "local", True, 1, 1),
        ("local[4]", "local", True, 1, 4),
        ("local[*]", "local", True, 1, os.cpu_count()),
        ("spark://host:7077", "spark", False, None, None),
        ("spark://one:7077,two:7077", "spark", False, None, None),
        ("yarn", "yarn", False, None, None),
        ("k8s://https://host:6443", "k8s", False, None, None),
    ],
)
def test_a_master_tells_what_is_known_of_its_cluster(
    master: str, kind: str, *, embedded: bool, executors: int | None, slots: int | None
) -> None:
    given = Cluster(master, ranks=2)
    assert (given.kind, given.embedded) == (kind, embedded)
    assert (given.executors, given.slots) == (executors, slots)


@pytest.mark.parametrize(("ranks", "executors"), [(1, 1), (2, 2), (4, 4)])
def test_the_embedded_cluster_has_an_executor_for_each_rank(ranks: int, executors: int) -> None:
    given = cluster.of(None, ranks)
    assert given.kind == "local-cluster"
    assert (given.executors, given.slots) == (executors, executors)


def settings_of(home: Path) -> dict[str, str]:
    lines = (home / "conf" / "spark-defaults.conf").read_text("utf-8").splitlines()
    return dict(line.split(" ", 1) for line in lines)


def test_the_embedded_cluster_writes_below_its_home_alone(tmp_path: Path) -> None:
    home, support = tmp_path / "spark", tmp_path / "support"
    variables = cluster.install(cluster.of(None, 2), home, support)
    settings = settings_of(home)
    assert settings["spark.master"] == "local-cluster[2,1,1024]"
    assert settings["spark.executorEnv.PYTHONPATH"] == str(support)
    assert settings["spark.executorEnv.OMP_NUM_THREADS"] == "1"
    assert "spark.cores.max" not in settings
    assert variables["SPARK_HOME"] == str(home)
    assert variables["SPARK_LOCAL_IP"] == "127.0.0.1"
    folders = [variables["SPARK_LOCAL_DIRS"], settings["spark.sql.warehouse.dir"]]
    assert all(Path(folder).is_relative_to(home) for folder in folders)
    assert f"-Djava.io.tmpdir={home}/" in settings["spark.driver.extraJavaOptions"]
    assert f"-Djava.io.tmpdir={home}/" in settings["spark.executor.extraJavaOptions"]


def test_a_real_cluster_lends_as_many_cores_as_there_are_ranks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPARK_LOCAL_IP", "10.0.0.9")
    monkeypatch.setenv("PYSPARK_PYTHON", "/usr/bin/python3.11")
    home = tmp_path / "spark"
    variables = cluster.install(cluster.of("spark://host:7077", 3), home, tmp_path / "support")
    settings = settings_of(home)
    assert settings["spark.master"] == "spark://host:7077"
    assert settings["spark.cores.max"] == "3"
    # What is true of this machine's folders is not told to executors elsewhere.
    assert "spark.executor.extraJavaOptions" not in settings
    assert variables["SPARK_LOCAL_IP"] == "10.0.0.9"
    assert variables["PYSPARK_PYTHON"] == "/usr/bin/python3.11"


@pytest.mark.slow
def test_sparks_own_words_go_to_a_file(tmp_path: Path) -> None:
    home = tmp_path / "spark home"
    variables = cluster.install(cluster.of(None, 1), home, tmp_path)
    submit = [str(home / "bin" / "spark-submit"), "--version"]
    done = subprocess.run(submit, env=os.environ | variables, check=True, capture_output=True)
    assert (done.stdout, done.stderr) == (b"", b"")
    assert list(cluster.logs(home)) == ["driver.log"]
    assert "version 4." in cluster.logs(home)["driver.log"].read_text("utf-8")


def test_jupyterlab_gets_a_home_that_lasts(tmp_path: Path) -> None:
    first = cluster.environment(tmp_path)
    assert cluster.environment(tmp_path) == first
    assert Path(first["SPARK_HOME"]).is_relative_to(tmp_path / ".lockstep")
    assert first["PYTHONPATH"] == str(tmp_path / "notebooks" / "support")
    assert first["OMP_NUM_THREADS"] == "1"
    assert (Path(first["SPARK_HOME"]) / "jars").is_dir()


def test_labs_that_are_taken_away_run_as_those_that_were_published() -> None:
    """The script that starts them says on what and with which arithmetic; it knows no engine."""
    script = (Path(__file__).parents[1] / "requirements" / "start.sh").read_text("utf-8")
    exported = " ".join(re.findall(r"^export (.*)$", script, re.MULTILINE))
    given = dict(re.findall(r"(\w+)=(\S+)", exported))
    assert {name: given.get(name) for name in cluster.ARITHMETIC} == cluster.ARITHMETIC
    assert f"\nspark.master {cluster.of(None, 2).master}\n" in script


def test_logs_that_say_something_are_named_by_executor(tmp_path: Path) -> None:
    opening = f'Spark Executor Command: "java" "-cp"\n{"=" * 40}\n\n'
    written = {
        "0/stderr": f"{opening}INFO",
        "1/stderr": opening,
        "1/stdout": "rank 1",
        "2/stdout": "",
    }
    for name, text in written.items():
        path = tmp_path / "work" / "app-20261120-0000" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    assert list(cluster.logs(tmp_path)) == ["executor-0-stderr.log", "executor-1-stdout.log"]
