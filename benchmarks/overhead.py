"""What the runner costs over plain ``jupyter execute``: the same notebook on the same cluster.

::

    python -m benchmarks.overhead train-deep-learning-model --times 3

Both have the same Spark, the same settings and the same variables; they take turns, so that what
else this machine does meets both. The ratio of the medians is printed, and each time.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from lockstep.disk.project import Project
from lockstep.runs import cluster

ROOT = Path(__file__).parents[1]


def seconds(command: Sequence[str], folder: Path, variables: Mapping[str, str]) -> float:
    """Return how long a command takes; stop where it fails."""
    started = time.monotonic()
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise click.ClickException(done.stdout)
    return time.monotonic() - started


@click.command()
@click.argument("name", default="train-deep-learning-model")
@click.option("--times", default=3, show_default=True, help="How often each.")
@click.option("--master", metavar="URL", help="A Spark master; default: an embedded local-cluster.")
def main(name: str, times: int, master: str | None) -> None:
    """Time a notebook of this project with the runner and without it, in turns."""
    project = Project.open(ROOT / "mkdocs.yml")
    ranks = project.labs()[name].notebook.needs.ranks
    on = ["--master", master] if master else []
    runner = [sys.executable, "-m", "lockstep", "run", "--force", name, *on]
    plain = [sys.executable, "-m", "jupyter", "execute", f"{name}.ipynb"]
    took: dict[str, list[float]] = {"runner": [], "jupyter execute": []}
    with tempfile.TemporaryDirectory(prefix="overhead-") as folder:
        root = Path(folder)
        for part in ("mkdocs.yml", "notebooks", "requirements"):
            copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
            copy(ROOT / part, root / part)
        for _ in range(times):
            took["runner"].append(seconds(runner, root, {}))
            support = root / "notebooks" / "support"
            spark = cluster.install(cluster.of(master, ranks), root / "spark", support)
            variables = {**cluster.ARITHMETIC, **spark, "PYTHONPATH": str(support)}
            took["jupyter execute"].append(seconds(plain, root / "notebooks", variables))
    for what, times_taken in took.items():
        listed = ", ".join(f"{each:.1f}" for each in times_taken)
        click.echo(f"{what}: median {statistics.median(times_taken):.1f} s ({listed})")
    ratio = statistics.median(took["runner"]) / statistics.median(took["jupyter execute"])
    click.echo(f"{name}: the runner takes {ratio:.2f} times as long")


if __name__ == "__main__":
    main()
