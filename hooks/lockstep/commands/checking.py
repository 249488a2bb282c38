"""Every rule over everything: the command that tells what is wrong."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from lockstep.commands import listing
from lockstep.commands.command import FINDINGS, examples, is_below, stop, with_folder
from lockstep.disk import checking
from lockstep.disk.folder import Folder
from lockstep.ground.problem import Problem, Severity


@click.command(epilog=examples(
    "lockstep check",
    "lockstep check docs/zh/labs/train-deep-learning-model.md",
    "lockstep check --debts --format github",
))  # fmt: skip
@click.argument("pages", nargs=-1, type=click.Path(path_type=Path))
@click.option("--debts", is_flag=True, help="Fail on what is known to be behind, too.")
@click.option("--strict", is_flag=True, help="Fail on advice, too.")
@click.option("--rules", "list_rules", is_flag=True, help="List the rules and exit.")
@click.option(
    "--format", "style", type=click.Choice(listing.STYLES), default="text",
    show_default=True, help="For people, for annotations on a pull request, or for machines.",
)  # fmt: skip
@with_folder
def check(  # noqa: PLR0913 each is an option
    project: Folder, pages: Sequence[Path], *, debts: bool, strict: bool, list_rules: bool,
    style: str,
) -> None:  # fmt: skip
    """Check notebooks, guides and translations. Never executes lab code.

    With PAGES (files or folders), report only what stands in them.
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
        for problem in _findings(project)
        if not wanted or any(is_below(problem.location.path, page) for page in wanted)
    ]
    if text := listing.written(problems, style):
        click.echo(text)
    limit = Severity.ADVICE if strict else Severity.DEBT if debts else Severity.ERROR
    if any(problem.severity <= limit for problem in problems):
        sys.exit(FINDINGS)


def _findings(folder: Folder) -> list[Problem]:
    known = checking.remembered(folder)
    if known is not None:
        return known
    from lockstep.disk.project import Project  # noqa: PLC0415 brings much with it

    return checking.check(Project(folder.config, folder.settings))[1]
