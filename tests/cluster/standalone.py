"""A standalone Spark from the pip package: a master and workers, each on a host of its own.

pip's pyspark has no start scripts; the classes that they would start are in its jars.
"""

from __future__ import annotations

import os
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cluster.hosts import Host

PORT = 7077
STARTS_WITHIN = 60.0
KEPT = ("HOME", "JAVA_HOME", "LANG", "PATH")


class Standalone:
    """A running Spark: its master's URL, and more workers when they are wanted."""

    def __init__(self, master: Host, logs: Path) -> None:
        """Start the master; what it and the workers write goes into a folder of this machine."""
        self.url = f"spark://{master.name}:{PORT}"
        self._logs = logs
        self._workers = 0
        self._started: list[subprocess.Popen[bytes]] = []
        self._start(master, "master.Master", "--host", master.name, "--port", str(PORT))

    def add(self, worker: Host, *options: str, cores: int = 1) -> None:
        """Start a worker on a host, and wait until the master knows it."""
        given = ("--cores", str(cores), "--memory", "2g", *options)
        self._start(worker, "worker.Worker", *given, self.url)
        self._workers += 1
        self._wait("master.Master", "Registering worker", self._workers)

    def close(self) -> None:
        """Let go of what runs on the hosts."""
        for process in self._started:
            process.kill()
            process.wait()

    def said(self) -> str:
        """Give all that master and workers wrote: what a test that failed has to show."""
        return "\n".join(f"== {p.name}\n{p.read_text('utf-8')}" for p in self._logs.iterdir())

    def _start(self, host: Host, what: str, *arguments: str) -> None:
        home = _spark_home(host)
        variables = {
            **{name: os.environ[name] for name in KEPT if name in os.environ},
            "SPARK_HOME": str(home),
            "SPARK_DAEMON_MEMORY": "256m",
            # Seconds after which the master gives up a worker that is silent; usually a minute.
            "SPARK_MASTER_OPTS": "-Dspark.worker.timeout=10",
            "SPARK_WORKER_OPTS": "-Dspark.worker.timeout=10",
            "SPARK_LOCAL_DIRS": str(home / "local"),
            "SPARK_WORKER_DIR": str(home / "work"),
        }
        command = [str(home / "bin/spark-class"), f"org.apache.spark.deploy.{what}"]
        log = self._logs / f"{what}-{host.name}.log"
        with log.open("w", encoding="utf-8") as written:
            # It ends with its host.
            started = subprocess.Popen(
                host.entered([*command, *arguments]), stdin=subprocess.DEVNULL, stdout=written,
                stderr=subprocess.STDOUT, env=variables,
            )  # fmt: skip
        self._started.append(started)
        if what == "master.Master":
            self._wait(what, "I have been elected leader", 1)

    def _wait(self, what: str, words: str, times: int) -> None:
        deadline = time.monotonic() + STARTS_WITHIN
        (log,) = self._logs.glob(f"{what}-*")
        while log.read_text("utf-8").count(words) < times:
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)


def _spark_home(host: Host) -> Path:
    """Make a Spark home that is the host's own, with links to what pip installed."""
    spec = find_spec("pyspark")
    assert spec is not None
    assert spec.origin is not None
    installed = Path(spec.origin).parent
    home = host.folder / "spark"
    host.call("sh", "-ec", f"""
        mkdir -p {home}/local {home}/work {home}/conf
        ln -sfn {installed}/bin {home}/bin
        ln -sfn {installed}/jars {home}/jars
        ln -sfn {installed}/python {home}/python
    """)  # fmt: skip
    return home
