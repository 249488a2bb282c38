"""How far everything is, on one screen."""

import click
from rich.console import Console
from rich.measure import Measurement
from rich.table import Column, Table

from lockstep.commands.command import examples, with_project
from lockstep.disk import checking
from lockstep.disk.project import Project
from lockstep.pages import overview
from lockstep.rules import debts, parity


@click.command(epilog=examples("lockstep status", "lockstep status --format json"))
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text")
@with_project
def status(project: Project, style: str) -> None:
    """Show pages by languages: labs run or stale and why, sections behind, comments open."""
    site, found = checking.check(project)
    report = overview.states(site, parity.damages(found))
    if style == "json":
        click.echo(overview.as_json(report))
        return
    # A name that is cut cannot be copied into the next command.
    table = Table(
        Column("lab or page", no_wrap=True),
        Column("recording", min_width=len("2026-11-20")),
        *(language.name for language in site.settings.languages),
    )
    for row in report:
        guides = (overview.brief(guide) for guide in row["guides"].values())
        called = row["lab"] or debts.name(row["page"] or "")
        recording = [row["run"]] if row["run"] else row["stale"]
        table.add_row(called, "\n".join([*recording, *row["pins"]]), *guides)
    # Into a file or a pipe the table goes whole, however wide; a terminal has the width it has.
    console = Console()
    if not console.is_terminal:
        console.width = Measurement.get(console, console.options.update(width=500), table).maximum
    console.print(table)
