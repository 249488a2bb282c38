"""The commands of those who write and run lab code."""

import difflib
import shlex
import sys
from collections.abc import Sequence

import click

from lockstep.authoring import languages, pairs, starting
from lockstep.commands import running
from lockstep.commands.command import FINDINGS, authored, examples, stop, with_project
from lockstep.disk.project import Project
from lockstep.notebooks.lab import Lab
from lockstep.pages.site import Site


@click.command(epilog=examples(
    "lockstep sync                               every .ipynb follows its .py",
    "lockstep sync --from-notebook my-lab        take over what was edited in Jupyter",
))  # fmt: skip
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--from-notebook", metavar="NAME", help="Write the .py from the .ipynb; asks first.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_project
def sync(project: Project, names: Sequence[str], from_notebook: str | None, *, yes: bool) -> None:
    """Bring each .ipynb into step with its .py. Executes nothing, keeps recordings."""
    site = project.site()
    if from_notebook is None:
        changed = authored(pairs.sync, project, _chosen(site, names))
        click.echo("\n".join(f"wrote {path}" for path in changed) or "everything is in step")
        return
    lab = _chosen(site, [from_notebook])[0]
    text = authored(pairs.script_from_pair, project, lab)
    lines = list(difflib.unified_diff(
        lab.notebook.text.splitlines(), text.splitlines(), lab.notebook.path, "from the .ipynb",
        lineterm="",
    ))  # fmt: skip
    if not lines:
        click.echo(f"{lab.notebook.path} holds what its .ipynb holds")
        return
    for line in lines:
        colour = {"+": "green", "-": "red", "@": "cyan"}.get(line[0])
        click.secho(line, fg=colour)
    if yes or click.confirm(f"Write these changes to {lab.notebook.path}?"):
        project.write(project.root / lab.notebook.path, text)
        click.echo(f"wrote {lab.notebook.path}; record it with `lockstep run {lab.name}`")
    else:
        sys.exit(FINDINGS)


@click.command(epilog=examples("lockstep comments", "lockstep comments train-deep-learning-model"))
@click.argument("names", nargs=-1, metavar="[NAME]...")
@with_project
def comments(project: Project, names: Sequence[str]) -> None:
    """Update the catalogs in which comments of lab code are translated."""
    changed = authored(pairs.update_comments, project, _chosen(project.site(), names))
    click.echo("\n".join(f"wrote {path}" for path in changed) or "every catalog is up to date")


@click.command(epilog=examples(
    "lockstep new count-words             a lab",
    "lockstep new count-words --no-run",
    "lockstep new --language ko           a language, Korean",
))  # fmt: skip
@click.argument("name", required=False)
@click.option("--run/--no-run", "execute", default=True, help="Execute the new notebook at once.")
@click.option("--language", metavar="CODE", help="Add this language to the site instead of a lab.")
@with_project
def new(project: Project, name: str | None, language: str | None, *, execute: bool) -> None:
    """Start a lab: a notebook that runs, and a guide in each language. Or add a language.

    NAME is kebab-case. The lab is recorded at once, so that it passes `check`.

    A language gets its place in mkdocs.yml and empty catalogs for comments. Pages that it lacks
    show the source language, with a notice; what is missing is a debt.
    """
    if (name is None) == (language is None):
        stop("say what to start: `lockstep new NAME`, a lab, or `lockstep new --language CODE`")
    if language is not None:
        written = authored(languages.add, project, language)
        click.echo("\n".join(f"wrote {path}" for path in written) or f"{language} is all there")
        click.echo("what it lacks, readers get in the source language; `lockstep status` lists it")
        return
    for path in authored(starting.new, project, name):
        click.echo(f"wrote {path}")
    if execute:
        click.get_current_context().invoke(running.run, names=(name,))
    else:
        click.echo(f"record it with `lockstep run {name}`")


@click.command(epilog=examples('eval "$(lockstep environment)"; jupyter lab notebooks'))
@with_project
def environment(project: Project) -> None:
    """Print the variables with which lab notebooks run, as shell exports."""
    from lockstep.runs import cluster  # noqa: PLC0415 needs the labs' environment

    try:
        variables = cluster.environment(project.root, project.settings.notebooks)
    except cluster.ClusterError as error:
        stop(str(error))
    for name, value in variables.items():
        click.echo(f"export {name}={shlex.quote(value)}")


def _chosen(site: Site, names: Sequence[str]) -> list[Lab]:
    """Return the labs of those names, all where there are none."""
    for name in names:
        if name not in site.labs:
            stop(f"there is no notebook {name!r}; there are: {', '.join(sorted(site.labs))}")
    return [site.labs[name] for name in names or sorted(site.labs)]
