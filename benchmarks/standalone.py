"""A standalone Spark on this machine: a master and a worker from the pip package's jars."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

STARTS_WITHIN = 120.0


@dataclass(frozen=True)
class Standalone:
    """A running Spark."""

    url: str
    master: subprocess.Popen[bytes]
    worker: subprocess.Popen[bytes]


@contextmanager
def standalone(folder: Path, cores: int) -> Iterator[Standalone]:
    """Start a master and a worker with so many slots; they end with the block.

    folder: gets their logs and the executors' folders.
    """
    spec = find_spec("pyspark")
    if spec is None or spec.origin is None:
        message = "pyspark is not installed"
        raise ModuleNotFoundError(message)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = Path(spec.origin).parent
    variables = {
        **os.environ,
        "SPARK_HOME": str(home),
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(folder / "local"),
        "SPARK_WORKER_DIR": str(folder / "work"),
    }
    url = f"spark://127.0.0.1:{port}"
    started: list[subprocess.Popen[bytes]] = []

    def start(what: str, *arguments: str, until: str) -> subprocess.Popen[bytes]:
        log = folder / f"{what}.log"
        command = [str(home / "bin/spark-class"), f"org.apache.spark.deploy.{what}", *arguments]
        with log.open("wb") as written:
            process = subprocess.Popen(
                command, env=variables, stdin=subprocess.DEVNULL, stdout=written, stderr=written
            )
        started.append(process)
        deadline = time.monotonic() + STARTS_WITHIN
        while until not in log.read_text("utf-8"):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(log.read_text("utf-8"))
            time.sleep(0.1)
        return process

    here = ("--host", "127.0.0.1", "--webui-port", "0")
    try:
        master = start("master.Master", *here, "--port", str(port), until="elected leader")
        slots = ("--cores", str(cores), "--memory", "4g")
        worker = start("worker.Worker", *here, *slots, url, until="registered with master")
        yield Standalone(url, master, worker)
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait()
