"""Every rule over everything: the command that tells what is wrong."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from lockstep.commands import listing
from lockstep.commands.command import FINDINGS, authored, examples, is_below, stop, with_folder
from lockstep.disk import checking, git
from lockstep.disk.folder import Folder
from lockstep.ground.problem import Problem, Severity


@click.command(epilog=examples(
    "lockstep check",
    "lockstep check docs/zh/labs/train-deep-learning-model.md",
    "lockstep check --debts --format github",
    "lockstep check --changed HEAD                what is not yet committed",
    "lockstep check --changed origin/main         what a branch changes",
))  # fmt: skip
@click.argument("pages", nargs=-1, type=click.Path(path_type=Path))
@click.option("--debts", is_flag=True, help="Fail on what is known to be behind, too.")
@click.option("--strict", is_flag=True, help="Fail on advice, too.")
@click.option(
    "--changed",
    metavar="REV",
    help="Report only what concerns files changed since this revision of git.",
)
@click.option("--rules", "list_rules", is_flag=True, help="List the rules and exit.")
@click.option(
    "--format", "style", type=click.Choice(listing.STYLES), default="text",
    show_default=True, help="For people, for annotations on a pull request, or for machines.",
)  # fmt: skip
@with_folder
def check(  # noqa: PLR0913 each is an option
    project: Folder, pages: Sequence[Path], *, debts: bool, strict: bool, changed: str | None,
    list_rules: bool, style: str,
) -> None:  # fmt: skip
    """Check notebooks, guides and translations. Never executes lab code.

    With PAGES (files or folders), report only what stands in them.

    With --changed, report only what stands in files that differ from REV, are new or gone, or in
    pages made from such a file: a translation is made from its English; a page from the notebooks
    it shows, with their recordings, modules, data and translated comments; all pages from
    mkdocs.yml and the glossary. Everything is checked all the same.
    """
    if list_rules:
        from lockstep.rules import catalogue  # noqa: PLC0415 brings much with it

        width = max(map(len, catalogue.RULES))
        for rule, meaning in catalogue.RULES.items():
            click.echo(f"{rule:<{width}}  {meaning}")
        return
    for page in pages:
        if not page.exists():
            stop(f"{page} does not exist")
        if not page.resolve().is_relative_to(project.root.resolve()):
            stop(f"{page} is not in the project at {project.root}")
    wanted = [project.relative(page.resolve()) for page in pages]
    problems = [
        problem
        for problem in _findings(project, changed)
        if not wanted or any(is_below(problem.location.path, page) for page in wanted)
    ]
    if text := listing.written(problems, style):
        click.echo(text)
    limit = Severity.ADVICE if strict else Severity.DEBT if debts else Severity.ERROR
    if any(problem.severity <= limit for problem in problems):
        sys.exit(FINDINGS)


def _findings(folder: Folder, changed: str | None) -> list[Problem]:
    """Return all findings, or those that concern what changed since a revision."""
    files = authored(git.changed, folder.root, changed) if changed is not None else None
    whole = checking.digest(folder)
    known = checking.remembered(folder, whole) if files is None else None
    if known is not None:
        return known
    from lockstep.disk.project import Project  # noqa: PLC0415 brings much with it
    from lockstep.rules import scope  # noqa: PLC0415

    project = Project(folder.config, folder.settings)
    project.cache = folder.cache  # which looked at all programs already
    site, found = checking.check(project, whole)
    return found if files is None else scope.concerning(found, site, files, folder.config.name)
