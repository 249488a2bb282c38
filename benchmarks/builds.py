"""How long builds and checks take: ours, the plain stack's and Sphinx's, side by side.

``make bench``, or by hand::

    python -m benchmarks.builds --labs 30 --times 5 --only plain-cold --only ours-edited

Sites of so many labs are made from this project's own (``labs``), in three languages, and written
once more for the plain stack (``plain``) and for Sphinx with MyST (``myst``), so that the same is
said by all. Whole processes are timed, in turns, so that what else this machine does meets all of
them alike; read the ratios. Nothing else should run meanwhile.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import click

from benchmarks import labs as generated
from benchmarks import myst, plain, scenarios, tables
from benchmarks.scenarios import SCENARIOS, Scenario, State
from benchmarks.timing import Measure, measured
from lockstep.disk.project import Project

ROOT = Path(__file__).parents[1]
SPHINX = ROOT / ".venv/bench/bin/python"
RESULTS = ROOT / "benchmarks/results.md"
LARGEST = 300
"""Labs up to which everything is timed; of larger sites only what tells how they grow."""


@dataclass
class Bench:
    """The sites of one size, and what was measured on them."""

    folder: Path
    labs: int
    scenarios: Sequence[Scenario]
    python: dict[str, str]
    """Site to the interpreter that builds it."""
    taken: dict[str, list[Measure]] = field(default_factory=dict)
    """Scenario to what it took each time."""
    warm: set[tuple[str, ...]] = field(default_factory=set)
    """Commands that have seen their site as it is now."""

    @property
    def aside(self) -> Path:
        """Where that is that builds have left."""
        return self.folder / "aside"

    def prepare(self) -> None:
        """Write what sites there are not."""
        ours = self.folder / "ours"
        wanted = {scenario.site for scenario in self.scenarios}
        if not ours.exists():
            _tell(f"writing {self.labs} labs in three languages")
            _whole(ours, lambda folder: generated.write(folder, self.labs))
        shutil.copytree(ROOT / "hooks", ours / "hooks", dirs_exist_ok=True)  # as they are today
        for name, write in (("plain", plain.write), ("sphinx", myst.write)):
            site = self.folder / name
            if name in wanted and not site.exists():
                _tell(f"writing them once more for {name}")
                project = Project.open(ours / "mkdocs.yml")
                _whole(site, partial(write, project))

    def turn(self, said: str) -> None:
        """Measure each scenario once."""
        for scenario in self.scenarios:
            measure = self._measure(scenario)
            self.taken.setdefault(scenario.name, []).append(measure)
            memory = f", {tables.megabytes(measure.memory)}" if measure.memory else ""
            _tell(f"{self.labs} labs, {said}: {scenario.title}: {measure.seconds:.1f} s{memory}")

    def _measure(self, scenario: Scenario) -> Measure:
        site = self.folder / scenario.site
        command = scenario.command(self.python[scenario.site])
        if scenario.state is State.COLD:
            self.aside.mkdir(exist_ok=True)
            scenarios.clear(site, self.aside)
            self.warm -= {key for key in self.warm if key[0] == scenario.site}
        elif (scenario.site, *command) not in self.warm:
            measured(command, site, scenarios.VARIABLES)
        if scenario.state is State.EDITED:
            scenarios.edit(site)
            self.warm -= {key for key in self.warm if key[0] == scenario.site}
        os.sync()  # else the system writes meanwhile what was written before
        measure = measured(command, site, scenarios.VARIABLES)
        self.warm.add((scenario.site, *command))
        return measure


def _whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write a folder that is there only when all of it is."""
    making = path.with_name(f"{path.name}.part")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    write(making)
    making.rename(path)


def _tell(line: str) -> None:
    click.echo(line, err=True)


_SIZES, _NAMES = (30, 300, 1000), [each.name for each in SCENARIOS]
_PATH = click.Path(path_type=Path)


@click.command()
@click.option("--labs", "sizes", type=int, multiple=True, default=_SIZES, show_default=True)
@click.option("--times", default=3, show_default=True, help="How often each; medians are shown.")
@click.option("--only", "names", type=click.Choice(_NAMES), multiple=True, help="What to time.")
@click.option("--folder", type=_PATH, help="Keep the sites there, or use those that are there.")
@click.option("--sphinx", type=_PATH, default=SPHINX, help="The Python that has Sphinx and MyST.")
@click.option("--write", is_flag=True, help="Write benchmarks/results.md.")
def main(  # noqa: PLR0913, PLR0917 its options
    sizes: Sequence[int],
    times: int,
    names: Sequence[str],
    folder: Path | None,
    sphinx: Path,
    write: bool,  # noqa: FBT001 a flag
) -> None:
    """Time builds of sites of many labs, and print a table for each size."""
    python = {"plain": sys.executable, "ours": sys.executable, "sphinx": str(sphinx)}
    wanted = [each for each in SCENARIOS if each.name in names or not names]
    if not sphinx.exists():
        _tell(f"{sphinx} does not exist, so there is no Sphinx to compare with; `make bench`")
        wanted = [each for each in wanted if each.site != "sphinx"]
    _tell(f"load before the first build: {os.getloadavg()[0]:.1f}")
    with ExitStack() as stack:
        root = folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="builds-")))
        found: dict[int, dict[str, list[Measure]]] = {}
        for size in sorted(sizes):
            chosen = [each for each in wanted if size <= LARGEST or each.grows or names]
            bench = Bench(root.absolute() / f"{size}-labs", size, chosen, python)
            bench.prepare()
            try:
                for number in range(1, times + 1):
                    bench.turn(f"{number} of {times}")
            finally:
                shutil.rmtree(bench.aside, ignore_errors=True)
            found[size] = bench.taken
            if write:
                RESULTS.write_text(tables.page(found, times), "utf-8")
    click.echo(tables.text(found))


if __name__ == "__main__":
    main()
