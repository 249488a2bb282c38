"""A real Spark cluster for the tests that need one: separate executor processes on this machine."""

from __future__ import annotations

import os
import shutil
import sys
import uuid
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyspark.sql import SparkSession

RUN = "LOCKSTEP_TEST_RUN"
"""Environment variable that every process started from here inherits, on executors too."""


JAVA = """\
#!/bin/sh
exec '{}' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC "$@"
"""
"""Java as it suits processes that live for seconds: the second compiler would not pay any more."""


@pytest.fixture(scope="session", autouse=True)
def _java(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Have all that starts Java take one that spends less on itself: a third of the processor."""
    given = os.environ.get("JAVA_HOME")
    found = Path(given, "bin/java") if given else shutil.which("java")
    if found is None:
        yield
        return
    home = tmp_path_factory.mktemp("java")
    (home / "bin").mkdir()
    (home / "bin/java").write_text(JAVA.format(Path(found).resolve()), "utf-8")
    (home / "bin/java").chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAVA_HOME", str(home))
        yield


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """Open a session on two executors with one slot each, which know nothing of ``sparkdl``."""
    pytest.importorskip("pyspark")
    from pyspark.sql import SparkSession  # noqa: PLC0415 - only where it is installed

    home = _spark_home(tmp_path_factory.mktemp("spark"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(RUN, uuid.uuid4().hex)
        patch.setenv("SPARK_HOME", str(home))
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        session = SparkSession.builder.getOrCreate()
        yield session
        session.stop()


@pytest.fixture
def ranks_left(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[list[str]]]:
    """Give a function that lists the commands of ranks, and their supervisors, still running."""
    if RUN not in os.environ:
        monkeypatch.setenv(RUN, uuid.uuid4().hex)
    run = os.environ[RUN]

    def left() -> list[list[str]]:
        commands = []
        for process in psutil.process_iter():
            try:
                if process.environ().get(RUN) == run:
                    commands.append(process.cmdline())
            except psutil.Error:
                continue  # it has ended, or is none of ours
        words = ("cloudpickle.load", "horovod", "spawn_main")
        return [command for command in commands if any(w in " ".join(command) for w in words)]

    return left


def _spark_home(home: Path) -> Path:
    """Make a Spark home whose executors write here, not into the installed package.

    Executors' folders are below ``$SPARK_HOME/work``; no setting moves them.
    """
    spec = find_spec("pyspark")
    assert spec is not None
    assert spec.origin is not None
    installed = Path(spec.origin).parent
    for part in ("bin", "jars", "python"):
        (home / part).symlink_to(installed / part)
    (home / "conf").mkdir()
    settings = {
        "spark.master": "local-cluster[2,1,1024]",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.local.dir": str(home / "local"),
    }
    lines = [f"{name} {value}\n" for name, value in settings.items()]
    (home / "conf" / "spark-defaults.conf").write_text("".join(lines), encoding="utf-8")
    return home
