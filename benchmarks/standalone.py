"""A standalone Spark from the pip package: a master and workers, on this machine or on several.

pip's pyspark has no start scripts; the classes that they would start are in its jars.
"""

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

STARTS_WITHIN = 120.0
ENDS_WITHIN = 10.0
KEPT = ("HOME", "JAVA_HOME", "LANG", "PATH")
LOOPBACK = "127.0.0.1"


class Host(Protocol):
    """Where one of Spark's daemons runs."""

    @property
    def name(self) -> str:
        """What other hosts call it."""

    @property
    def folder(self) -> Path:
        """Its own: what is written there, no other host sees."""

    def entered(self, command: Sequence[str]) -> list[str]:
        """Return the command that runs a command there."""


@dataclass(frozen=True)
class Here:
    """The machine that we are on, under a name by which it alone reaches itself."""

    folder: Path
    name: str = LOOPBACK

    def entered(self, command: Sequence[str]) -> list[str]:
        """Return the command as it is."""
        return list(command)


class Standalone:
    """A running Spark: its master's URL, and more workers when they are wanted."""

    def __init__(self, master: Host, logs: Path, port: int = 7077) -> None:
        """Start the master; what it and the workers write goes into a folder of this machine."""
        self.url = f"spark://{master.name}:{port}"
        self._logs = logs
        self._workers = 0
        self._started: list[subprocess.Popen[bytes]] = []
        given = ("--host", master.name, "--port", str(port))
        self.master = self._start(master, "master.Master", *given)
        self._wait("I have been elected leader", 1)

    def add(self, worker: Host, *options: str, cores: int = 1, memory: str = "2g") -> None:
        """Start a worker on a host, and wait until the master knows it."""
        given = ("--cores", str(cores), "--memory", memory, *options)
        self._start(worker, "worker.Worker", *given, self.url)
        self._workers += 1
        self._wait("Registering worker", self._workers)

    def close(self) -> None:
        """End what runs; workers first, so that each still ends its executors."""
        for process in reversed(self._started):
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(ENDS_WITHIN)
            process.kill()
            process.wait()

    def said(self) -> str:
        """Give all that master and workers wrote: what a test that failed has to show."""
        return "\n".join(f"== {p.name}\n{p.read_text('utf-8')}" for p in self._logs.iterdir())

    def _start(self, host: Host, what: str, *arguments: str) -> subprocess.Popen[bytes]:
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
        if host.name == LOOPBACK:
            variables["SPARK_LOCAL_IP"] = LOOPBACK
        command = [str(home / "bin/spark-class"), f"org.apache.spark.deploy.{what}"]
        log = self._logs / f"{what}-{host.name}.log"
        with log.open("w", encoding="utf-8") as written:
            started = subprocess.Popen(
                host.entered([*command, "--webui-port", "0", *arguments]),
                stdin=subprocess.DEVNULL, stdout=written, stderr=subprocess.STDOUT, env=variables,
            )  # fmt: skip
        self._started.append(started)
        return started

    def _wait(self, words: str, times: int) -> None:
        """Wait until the master's log has some words so many times."""
        deadline = time.monotonic() + STARTS_WITHIN
        (log,) = self._logs.glob("master.Master-*")
        while log.read_text("utf-8").count(words) < times:
            if time.monotonic() > deadline or self._started[-1].poll() is not None:
                raise RuntimeError(self.said())
            time.sleep(0.1)


def _spark_home(host: Host) -> Path:
    """Make a Spark home that is the host's own, with links to what pip installed."""
    spec = find_spec("pyspark")
    if spec is None or spec.origin is None:
        message = "pyspark is not installed"
        raise ModuleNotFoundError(message)
    installed = Path(spec.origin).parent
    home = host.folder / "spark"
    script = f"""
        mkdir -p '{home}/local' '{home}/work' '{home}/conf'
        for part in bin jars python; do ln -sfn '{installed}'/$part '{home}'/$part; done
    """
    subprocess.run(host.entered(["sh", "-ec", script]), check=True)
    return home


@contextmanager
def standalone(folder: Path, cores: int) -> Iterator[Standalone]:
    """Start a master and a worker with so many slots here; they end with the block.

    folder: gets their logs and the executors' folders.
    """
    with socket.socket() as free:
        free.bind((LOOPBACK, 0))
        port = free.getsockname()[1]
    logs = folder / "logs"
    logs.mkdir(exist_ok=True)
    here = Here(folder)
    running = Standalone(here, logs, port)
    try:
        running.add(here, cores=cores, memory="4g")
        yield running
    finally:
        running.close()
