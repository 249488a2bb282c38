"""The commands of translators: what is behind, what exactly changed, and that it is done."""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from lockstep.authoring import accepting, fixing
from lockstep.authoring.accepting import Accepted, Correction, Place
from lockstep.commands.command import FINDINGS, authored, examples, is_below, stop, with_project
from lockstep.disk.project import Project
from lockstep.rules import debts
from lockstep.translations import difference
from lockstep.translations.difference import Kind, Piece
from lockstep.translations.translation import Standing, State

_COLOURS = {Kind.GONE: "red", Kind.NEW: "green"}
_SAID = {
    State.CURRENT: "the program behind it changed",
    State.OUTDATED: "its English changed",
    State.UNACCEPTED: "never accepted",
    State.MISSING: "missing in the translation",
    State.REMOVED: "no longer in English",
}


@click.command(epilog=examples(
    "lockstep diff zh labs/my-lab              every section that is behind",
    "lockstep diff zh labs/my-lab#split-rows   this section",
    "lockstep diff --format json zh my-lab     for an editor",
))  # fmt: skip
@click.argument("language")
@click.argument("page", metavar="PAGE[#ANCHOR]")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text")
@with_project
def diff(project: Project, language: str, page: str, style: str) -> None:
    """Show what changed in English since it was translated, with the translation below.

    Words that are gone are in [-…-], new ones in {+…+}; on a terminal, in red and green. Without an
    anchor, every section of the page that is behind.
    """
    site = project.site()
    wanted = authored(accepting.language, site, language)
    where = authored(accepting.place, site, page)
    found: Sequence[Standing] = authored(accepting.standings, site, wanted, where)
    behind = [each for each in found if each.state is not State.CURRENT or each.changed_cells]
    if style == "json":
        click.echo(json.dumps(list(map(_record, behind)), ensure_ascii=False, indent=2))
        sys.exit(FINDINGS if behind else 0)
    for index, standing in enumerate(behind):
        click.echo("\n" * (index > 0) + "\n".join(_shown(standing)))
    if not behind:
        click.echo(f"{debts.name(where.page, where.anchor or '')} agrees with today's English")
        return
    click.echo(f"\nIf it agrees: lockstep accept {wanted.code} {debts.name(where.page)}#ANCHOR")
    sys.exit(FINDINGS)


@click.command(epilog=examples(
    "lockstep accept zh labs/my-lab#split-rows   this section agrees with today's English",
    "lockstep accept zh labs/my-lab labs/other   every section of these pages",
    "lockstep accept zh --all                    every page",
    "lockstep accept --unchanged labs/my-lab     English was corrected, its meaning is the same",
))  # fmt: skip
@click.argument("arguments", nargs=-1, metavar="[LANGUAGE] [PAGE[#ANCHOR]]...")
@click.option("--all", "everything", is_flag=True, help="Every page of the language.")
@click.option(
    "--unchanged", is_flag=True,
    help="The correction of English changed no meaning: takes every language that had accepted "
    "the version before it, and no LANGUAGE is named. Shows what changed, and asks.",
)  # fmt: skip
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_project
def accept(
    project: Project, arguments: Sequence[str], *, everything: bool, unchanged: bool, yes: bool
) -> None:
    """Record that sections of a translation agree with today's English.

    A section that breaks a rule of parity is refused.
    """
    site = project.site()
    if unchanged:
        if not arguments or everything:
            stop("say which pages were corrected: `lockstep accept --unchanged PAGE[#ANCHOR]`")
        places = [authored(accepting.place, site, each) for each in arguments]
        found = authored(accepting.corrections, site, places)
        if found and not yes and not _confirmed(found):
            sys.exit(FINDINGS)
        done = authored(accepting.accept_corrections, project, site, found)
    else:
        if not arguments:
            stop("say which language: `lockstep accept zh PAGE[#ANCHOR]`, or `… zh --all`")
        wanted = authored(accepting.language, site, arguments[0])
        places = [authored(accepting.place, site, each) for each in arguments[1:]]
        if everything == bool(places):
            stop("say which pages, or `--all`")
        if everything:
            source = site.guides.get(site.settings.languages.source.code, {})
            both = sorted(source.keys() & site.guides.get(wanted.code, {}).keys())
            places = [Place(page) for page in both]
        done = authored(accepting.accept, project, site, wanted, places)
    _tell(done)


@click.command(epilog=examples(
    "lockstep fix                                everything",
    "lockstep fix docs/zh notebooks/my-lab.py    in these files and folders",
))  # fmt: skip
@click.argument("pages", nargs=-1, type=click.Path(path_type=Path))
@with_project
def fix(project: Project, pages: Sequence[Path]) -> None:
    """Write what can be derived: missing anchors, names of cells, directives that were lost.

    Only what is unambiguous is written; PAGES (files or folders) narrow it.
    """
    for page in pages:
        if not page.exists():
            stop(f"{page} does not exist")
    within = [project.relative(page.resolve()) for page in pages]
    site = project.site()
    known = [guide.path for _, _, guide in site.documents()]
    known += [lab.notebook.path for lab in site.labs.values()]
    paths = [path for path in known if any(is_below(path, page) for page in within)]
    done = authored(fixing.fix, project, paths) if paths or not pages else []
    for mend in done:
        click.echo(f"{mend.location}: {mend.what}")
    if not done:
        click.echo("nothing to fix")


def _tell(done: Sequence[Accepted]) -> None:
    """Print what was accepted and what was refused; findings where anything was."""
    for each in done:
        if each.anchors:
            sections = f"{len(each.anchors)} section{'s' if len(each.anchors) > 1 else ''}"
            names = ", ".join(f"#{anchor}" for anchor in each.anchors)
            click.echo(f"{each.path}: accepted {sections}: {names}")
        for problem in each.refused:
            click.echo(f"{problem} (not accepted)", err=True)
    if not any(each.anchors or each.refused for each in done):
        click.echo("nothing to accept")
    if any(each.refused for each in done):
        sys.exit(FINDINGS)


def _confirmed(found: Sequence[Correction]) -> bool:
    """Show what changed in English, each change once, and ask whether it means the same."""
    told: dict[tuple[str, str], list[Correction]] = {}
    for each in found:
        changed = "\n".join(_change(each.standing))
        told.setdefault((debts.name(each.page, each.standing.anchor), changed), []).append(each)
    for (place, changed), concerned in told.items():
        names = ", ".join(each.language.code for each in concerned)
        click.echo(f"{click.style(place, bold=True)} ({names})\n{changed}\n")
    return click.confirm("Does all of this mean what it meant before?")


def _change(standing: Standing) -> Iterator[str]:
    """Yield what changed behind a section, as text."""
    if standing.state is State.OUTDATED and standing.accepted and standing.source:
        pieces = difference.pieces(standing.accepted.plain, standing.source.text)
        yield _coloured(pieces).rstrip("\n")
    if standing.changed_cells:
        yield f"the program of {', '.join(standing.changed_cells)} changed"


def _record(standing: Standing) -> dict[str, object]:
    """Return how a section stands, for programs."""
    parts = {"english": standing.source, "translation": standing.translated}
    pieces = (
        difference.pieces(standing.accepted.plain, standing.source.text)
        if standing.accepted and standing.source
        else []
    )
    return {
        "anchor": standing.anchor,
        "state": str(standing.state.value),
        "changed_cells": list(standing.changed_cells),
        "changes": [{"kind": str(piece.kind.value), "text": piece.text} for piece in pieces],
        **{
            name: part and {**part.location._asdict(), "text": part.text}
            for name, part in parts.items()
        },
    }


def _shown(standing: Standing) -> Iterator[str]:
    """Yield what a translator wants to see of a section."""
    here = standing.translated or standing.source
    where = here.location if here else ""
    cells = f" ({', '.join(standing.changed_cells)})" if standing.changed_cells else ""
    title = f"{where}: #{standing.anchor}: {_SAID[standing.state]}"
    yield click.style(title + cells * (standing.state is State.CURRENT), bold=True)
    if standing.state is State.OUTDATED and standing.accepted and standing.source:
        pieces = difference.pieces(standing.accepted.plain, standing.source.text)
        yield from _part(f"English, then and now ({standing.source.location})", _coloured(pieces))
    elif standing.source:
        yield from _part(f"English ({standing.source.location})", standing.source.text)
    if standing.translated:
        yield from _part(f"translation ({standing.translated.location})", standing.translated.text)


def _part(title: str, text: str) -> Iterator[str]:
    yield click.style(f"--- {title}", fg="cyan")
    yield text.rstrip("\n")


def _coloured(pieces: Sequence[Piece]) -> str:
    """Return pieces marked; on a terminal the marks are coloured too."""
    marked = ((difference.plain([piece]), _COLOURS.get(piece.kind)) for piece in pieces)
    return "".join(click.style(text, fg=colour) if colour else text for text, colour in marked)
