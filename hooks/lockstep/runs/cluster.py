"""The Spark that a notebook runs on: its master, and the settings that make it repeatable.

A notebook says ``SparkSession.builder.getOrCreate()`` and nothing more, so all settings come from
outside: a ``SPARK_HOME`` of the run's own, links to the installed package with another ``conf``.
Logs, work folders and shuffle files then lie below it, and what the JVM writes on standard error
goes into a file there, not into a cell's output. Settings:
https://spark.apache.org/docs/latest/configuration.html
"""

import importlib.util
import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

ARITHMETIC: Mapping[str, str] = {
    "ATEN_CPU_CAPABILITY": "default",
    "MKL_CBWR": "COMPATIBLE",
    "OMP_NUM_THREADS": "1",
    "ONEDNN_MAX_CPU_ISA": "SSE41",
    "PYTHONHASHSEED": "0",
}
"""Variables that make training give the same numbers on every processor of a kind.

Last digits aside: MKL's square roots, whatever its branch, begin with ``rsqrtps``, an estimate that
Intel and AMD each make in their own way.
"""

_MEMORY = 1024
"""Megabytes for each executor of the embedded cluster; less than 471 Spark refuses."""
_SUBMIT = """\
#!/bin/sh
# The JVM's own words go to a file: a cell would otherwise record them as its output.
exec "${SPARK_HOME}/bin/spark-class" org.apache.spark.deploy.SparkSubmit "$@" \\
  2>>"${SPARK_HOME}/logs/driver.log"
"""


class ClusterError(Exception):
    """Spark cannot be used; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What was found out about a cluster of other hosts (``preflight.examine``)."""

    address: str
    """This machine's, as the cluster reaches it."""
    interface: str = ""
    """The network interface that leads to the others, where all hosts call it the same."""
    shared: Path | None = None
    """A folder that all hosts see at this path."""
    hosts: int = 1
    slots: int = 0
    """How many were free."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A Spark master, and how much of the cluster one notebook may take."""

    master: str
    """Spark's master URL, such as ``local-cluster[2,1,1024]`` or ``spark://host:7077``."""
    ranks: int = 1
    """Slots that the notebook asks for."""
    surroundings: Surroundings | None = None
    """Where this machine is in it; ``None`` where nobody looked, and where it is embedded."""

    def within(self, surroundings: Surroundings | None) -> "Cluster":
        """Return the same cluster, seen from here."""
        return replace(self, surroundings=surroundings)

    @property
    def kind(self) -> str:
        """The scheme of the master: ``local-cluster``, ``spark``, ``local``, ``yarn``, ``k8s``."""
        return re.split(r"[:\[]", self.master, maxsplit=1)[0]

    @property
    def embedded(self) -> bool:
        """Whether it lives and dies with the notebook's kernel, on this machine."""
        return self.kind in {"local", "local-cluster"}

    @property
    def executors(self) -> int | None:
        """How many executors there will be; ``None`` where only the cluster knows."""
        shape = self._shape()
        return shape[0] if shape else None

    @property
    def slots(self) -> int | None:
        """How many tasks can run at a time; ``None`` where only the cluster knows."""
        shape = self._shape()
        return shape[0] * shape[1] if shape else None

    def _shape(self) -> tuple[int, int] | None:
        """Executors, and slots of each."""
        if match := re.fullmatch(r"local-cluster\[\s*(\d+)\s*,\s*(\d+)\s*,\s*\d+\s*]", self.master):
            return int(match[1]), int(match[2])
        if match := re.fullmatch(r"local(?:\[\s*(\d+|\*)\s*(?:,\s*\d+\s*)?])?", self.master):
            threads = match[1] or "1"
            return 1, (os.cpu_count() or 1) if threads == "*" else int(threads)
        return None


def of(master: str | None, ranks: int) -> Cluster:
    """Return the cluster for a notebook that needs so many ranks.

    master: Spark's master URL, or ``None`` for the embedded cluster: an executor process for each
    rank, with one slot.
    """
    return Cluster(master or f"local-cluster[{max(ranks, 1)},1,{_MEMORY}]", ranks)


def install(cluster: Cluster, home: Path, support: Path) -> dict[str, str]:
    """Write a ``SPARK_HOME`` for a cluster, and return the variables that make Spark use it.

    home: a folder, which may exist from an earlier time; support: the notebooks' own modules, which
    executors must find too. Raises ``ClusterError`` where pyspark is not installed.
    """
    spec = importlib.util.find_spec("pyspark")
    if spec is None or spec.origin is None:
        message = "pyspark is not installed here; `make run` and `make lab` set it up"
        raise ClusterError(message)
    package = Path(spec.origin).parent
    for folder in ("bin", "conf", "local", "logs", "temporary"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    for target in (package / "jars", package / "python", *(package / "bin").iterdir()):
        link = home / target.relative_to(package)
        link.unlink(missing_ok=True)
        link.symlink_to(target)
    submit = home / "bin" / "spark-submit"
    submit.unlink()
    submit.write_text(_SUBMIT, "utf-8")
    submit.chmod(0o755)
    lines = (f"{name} {value}\n" for name, value in _settings(cluster, home, support).items())
    (home / "conf" / "spark-defaults.conf").write_text("".join(lines), "utf-8")
    variables = {
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_DIRS": str(home / "local"),
    }
    if cluster.embedded:
        # No address of this machine is needed then, nor does one get into any log.
        variables["SPARK_LOCAL_IP"] = "127.0.0.1"
    else:
        if cluster.surroundings is not None:
            variables["SPARK_LOCAL_IP"] = cluster.surroundings.address
        chosen = ("PYSPARK_PYTHON", "SPARK_LOCAL_HOSTNAME", "SPARK_LOCAL_IP")
        variables.update({name: os.environ[name] for name in chosen if name in os.environ})
    return variables


def environment(root: Path, notebooks: str = "notebooks") -> dict[str, str]:
    """Return the variables with which JupyterLab's kernels find Spark and ``sparkdl`` as runs do.

    root: the project's folder, which gets a lasting ``SPARK_HOME`` below ``.lockstep/``. Raises
    ``ClusterError``.
    """
    support = root / notebooks / "support"
    variables = install(of(None, ranks=2), root / ".lockstep" / "spark", support)
    return {**ARITHMETIC, **variables, "PYTHONPATH": str(support)}


def logs(home: Path) -> dict[str, Path]:
    """Return what Spark wrote about a run: a name for each log that says something, and its path.

    Executors that a driver started while it was being ended say nothing but their command.
    """
    found = {"driver.log": home / "logs" / "driver.log"}
    for path in sorted(home.glob("work/app-*/*/std*")):
        found[f"executor-{path.parent.name}-{path.name}.log"] = path
    return {name: path for name, path in found.items() if path.is_file() and _says(path)}


def _says(path: Path) -> bool:
    """Whether a log holds more than the command and the rule with which Spark opens it."""
    with path.open("rb") as log:
        return bool(log.read(50_000).rpartition(b"=" * 40)[2].strip())


def _settings(cluster: Cluster, home: Path, support: Path) -> dict[str, str]:
    # Native libraries that the JVM unpacks would stay in the system's folder if it were killed.
    java = f'"-Djava.io.tmpdir={home / "temporary"}" -XX:-UsePerfData'
    settings = {
        "spark.master": cluster.master,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.warehouse.dir": str(home / "warehouse"),
        "spark.driver.extraJavaOptions": java,
        "spark.executorEnv.PYTHONPATH": str(support),
        **{f"spark.executorEnv.{name}": value for name, value in ARITHMETIC.items()},
    }
    if cluster.embedded:
        settings["spark.executor.extraJavaOptions"] = java
    else:
        settings |= _settings_of_others(cluster, home, support)
    return settings


def _settings_of_others(cluster: Cluster, home: Path, support: Path) -> dict[str, str]:
    """Return what a cluster needs that has hosts of its own."""
    settings = {
        # A standalone application takes every core otherwise, and the next one waits for ever.
        "spark.cores.max": str(cluster.ranks),
        # A host that is gone without a word is missed after this long, not after two minutes.
        "spark.network.timeout": "40s",
        "spark.network.timeoutInterval": "5s",
        "spark.executor.heartbeatInterval": "5s",
        "spark.rpc.askTimeout": "120s",
    }
    if any(support.glob("*")):
        # Other hosts need not have the project's folder.
        modules = shutil.make_archive(str(home / "notebook-modules"), "zip", support)
        settings["spark.submit.pyFiles"] = modules
    found = cluster.surroundings
    if found is not None:
        settings["spark.driver.host"] = os.environ.get("SPARK_LOCAL_IP", found.address)
        if found.interface:
            # PyTorch otherwise takes the one that the host's own name leads to: often loopback.
            settings["spark.executorEnv.GLOO_SOCKET_IFNAME"] = found.interface
    return settings
