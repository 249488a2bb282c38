"""What a run was made with, found out on this machine: the facts that a page tells its readers."""

import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

from lockstep.notebooks import program
from lockstep.notebooks.notebook import Notebook
from lockstep.notebooks.recording import Run
from lockstep.runs.cluster import ARITHMETIC, Cluster

_PACKAGES = {
    "horovod": {"horovod", "sparkdl"},
    "mlflow": {"mlflow"},
    "optuna": {"optuna"},
    "torch": {"torch"},
}
"""Packages whose version a page tells, and the modules whose import means that it was used."""


def of(notebook: Notebook, cluster: Cluster, spark: Mapping[str, Any] | None) -> Run:
    """Return the circumstances of a run that has just ended.

    spark: what ``probe.spark`` said in the notebook's kernel; ``None`` where it used no Spark.
    Versions are those of this interpreter's packages, which are the kernel's.
    """
    imported = imports(notebook)
    versions = {"python": platform.python_version()}
    for package, modules in _PACKAGES.items():
        if imported & modules:
            versions[package] = metadata.version(package)
    if spark is not None:
        versions |= {"spark": str(spark["spark"]), "java": str(spark["java"])}
    facts = spark or {"executors": 0}
    return Run(
        date=datetime.now(UTC).date().isoformat(),
        versions=dict(sorted(versions.items())),
        processor=platform.machine(),
        cluster=cluster.kind if spark is not None else "",
        executors=facts.get("executors", cluster.executors or 0),
        ranks=notebook.needs.ranks,
        hosts=1 if cluster.embedded else facts.get("hosts", 1),
        environment=dict(ARITHMETIC),
    )


def imports(notebook: Notebook) -> frozenset[str]:
    """Return the top-level modules that the notebook's cells import."""
    return frozenset(
        module.partition(".")[0]
        for cell in notebook.cells
        for module in program.imported_modules(cell.source)
    )
