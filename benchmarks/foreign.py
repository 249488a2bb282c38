"""Whether errors hold up on documentation that this project did not write.

Every site's pages are checked as ``lockstep check`` does. Errors are counted by rule, and a random
sample of them is shown, each with the passage that it is about in both languages: for reading, as
only a reader can tell whether what a finding says is true. ``python -m benchmarks.foreign --help``.
"""

import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click

from lockstep.disk.project import Project
from lockstep.ground.problem import Problem, Severity
from lockstep.rules.check import Checks

_PLACE = re.compile(r"(?P<path>[^\s():]+\.md):(?P<line>\d+)")
_LINE = re.compile(r"\(line (?P<line>\d+) there\)")
AROUND = 4
"""Lines shown before and behind the one that a finding names."""


def errors(project: Project, pages: int | None, seed: int) -> Iterator[Problem]:
    """Yield the errors in a site's guides; pages: in so many of its translated pages at random."""
    site = project.site()
    source = site.settings.languages.source.code
    both = [
        page for page in site.pages
        if any(page in site.guides[code] for code in site.guides if code != source)
    ]  # fmt: skip
    if pages is not None and pages < len(both):
        both = sorted(random.Random(seed).sample(both, pages))  # noqa: S311 no secret
    checks = Checks(site)
    for page in both:
        yield from (
            each for each in checks.of_page(page).problems if each.severity is Severity.ERROR
        )


def passage(root: Path, path: str, line: int) -> str:
    """Return the lines around a place, numbered."""
    lines = (root / path).read_text("utf-8").splitlines()
    first = max(line - 1 - AROUND, 0)
    shown = enumerate(lines[first : line + AROUND], first + 1)
    return "\n".join(f"    {number:5} {text[:160]}" for number, text in shown)


def shown(root: Path, problem: Problem) -> str:
    """Return a finding with its passage in the translation and in English."""
    here = problem.location
    parts = [str(problem), f"  {here}", passage(root, here.path, here.line)]
    there = _PLACE.search(problem.message)
    if there:
        line = _LINE.search(problem.message)
        at = int((line or there)["line"])
        parts += [f"  {there['path']}:{at}", passage(root, there["path"], at)]
    return "\n".join(parts)


@click.command()
@click.argument("sites", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--sample", default=50, show_default=True, help="How many errors are shown.")
@click.option("--seed", default=1, show_default=True, help="Of the random choice.")
@click.option("--pages", type=int, help="Check so many pages of each site, chosen at random.")
def main(sites: tuple[Path, ...], sample: int, seed: int, pages: int | None) -> None:
    """Check documentation, and show errors to read. SITES are their `mkdocs.yml`."""
    found: list[tuple[Project, Problem]] = []
    for path in sites:
        project = Project.open(path)
        own = list(errors(project, pages, seed))
        counted = Counter(each.rule for each in own).most_common()
        said = ", ".join(f"{rule} {number}" for rule, number in counted) or "none"
        click.echo(f"{path}: {len(own)} errors: {said}")
        found += [(project, each) for each in own]
    random.Random(seed).shuffle(found)  # noqa: S311 no secret
    for number, (project, problem) in enumerate(found[:sample], 1):
        click.echo(f"\n{number}. {shown(project.root, problem)}")


if __name__ == "__main__":
    main()
