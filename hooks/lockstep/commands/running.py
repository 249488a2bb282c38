"""The command that executes notebooks, and what it tells people and programs meanwhile."""

import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lockstep.commands.command import FINDINGS, INTERRUPTED, authored, examples, stop, with_folder
from lockstep.disk import freshness
from lockstep.disk.folder import Folder
from lockstep.disk.freshness import Fresh

if TYPE_CHECKING:  # what these import takes seconds, and is not needed where nothing is stale
    from lockstep.disk.project import Project
    from lockstep.notebooks.lab import Lab
    from lockstep.runs.progress import Reporter
    from lockstep.runs.running import Result, Wish


@click.command(epilog=examples(
    "lockstep run                          what is stale",
    "lockstep run --force my-lab           that one, in any case",
    "lockstep run --master spark://host:7077",
    "lockstep run --verify                 execute everything, compare, write nothing",
    "lockstep run --verify --junit runs.xml --format json",
))  # fmt: skip
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--master", metavar="URL", help="A Spark master; default: an embedded local-cluster.")
@click.option(
    "--shared", metavar="FOLDER", type=click.Path(path_type=Path),
    help="A folder that all hosts of the cluster see at this path, for what ranks write.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Execute also what is not stale.")
@click.option("--verify", is_flag=True, help="Execute and compare with the recordings.")
@click.option(
    "--jobs", type=click.IntRange(1), default=1, show_default=True, metavar="N",
    help="How many notebooks may run at a time, as far as there are slots for their ranks.",
)  # fmt: skip
@click.option(
    "--pass-env", "named", multiple=True, metavar="NAME",
    help="Let notebooks see this variable of the environment; can be given several times.",
)  # fmt: skip
@click.option(
    "--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True,
    help="For people, or an event a line for programs.",
)  # fmt: skip
@click.option(
    "--junit", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
    help="Write a JUnit report there.",
)  # fmt: skip
@with_folder
def run(  # noqa: PLR0913 each is an option
    folder: Folder, names: Sequence[str] = (), master: str | None = None, *,
    shared: Path | None = None, force: bool = False, verify: bool = False, jobs: int = 1,
    named: Sequence[str] = (), style: str = "text", junit: Path | None = None,
) -> None:  # fmt: skip
    """Execute notebooks on Spark and record what came out.

    A failed run changes no recording; its report and logs go to .lockstep/failures/NAME/, and what
    is left still runs.
    """
    digest = freshness.digest(folder)
    fresh = freshness.remembered(folder, digest)
    if fresh is not None and not (force or verify or junit or style == "json"):
        _say_fresh(fresh, _known(names, fresh))
        return
    try:
        from lockstep.disk.project import Project  # noqa: PLC0415 takes a while
        from lockstep.runs import reports, running  # noqa: PLC0415 needs the labs' environment
    except ImportError as error:
        stop(f"the labs' environment is not installed ({error.name}); `make run` sets it up")
    project = Project(folder.config, folder.settings)
    labs = project.labs()
    wanted = [labs[name] for name in _known(names, labs)]
    chosen = wanted if force or verify else [lab for lab in wanted if lab.stale]
    if not verify:
        _sync(project, [lab for lab in wanted if lab not in chosen])
    fresh = {lab.name: list(map(str, lab.pin_changes)) for lab in labs.values() if not lab.stale}
    if not chosen and style == "text":
        _say_fresh(fresh, [lab.name for lab in wanted])
    if fresh.keys() == labs.keys() and _in_step(labs.values()):
        freshness.remember(folder, digest, fresh)
    cases, lines = reports.JUnit(), reports.JsonLines(click.echo)
    results: list[Result] = []
    if chosen:
        wish = running.Wish(master, verify, jobs, named, shared)
        results = _run(project, chosen, wish, cases, lines if style == "json" else None)
    _report(results, lines.result if style == "json" else None)
    if junit is not None:
        authored(junit.write_text, cases.xml(results), "utf-8")
    if any(result.failed for result in results):
        sys.exit(FINDINGS)


def _run(
    project: "Project", labs: "Sequence[Lab]", wish: "Wish", cases: "Reporter",
    lines: "Reporter | None",
) -> "list[Result]":  # fmt: skip
    """Run notebooks, and tell of it: ``cases``, and ``lines`` or a person."""
    from rich.console import Console  # noqa: PLC0415 takes a while

    from lockstep.runs import events, progress, running  # noqa: PLC0415 needs the labs' environment
    from lockstep.runs.cluster import ClusterError  # noqa: PLC0415

    shown: AbstractContextManager[Reporter] = (
        nullcontext(lines) if lines else progress.shown(Console(), running.durations(project))
    )
    try:
        with shown as show:

            def tell(event: events.Event) -> None:
                cases(event)
                show(event)

            for lab in labs:
                if lab.recording is not None and lab.stale:
                    tell(events.NotebookStale(lab.name, tuple(map(str, lab.stale))))
            return running.run(project, labs, wish, tell)
    except (running.CannotRunError, ClusterError) as error:
        stop(str(error))
    except KeyboardInterrupt:
        click.echo("lockstep: interrupted; what did not end changed no recording", err=True)
        sys.exit(INTERRUPTED)


def _report(results: "Sequence[Result]", write: "Callable[[Result], None] | None") -> None:
    """Say what became of each notebook: to a program, or to a person, in the end with a count."""
    for result in results:
        if write:
            write(result)
        else:
            click.echo(result.message)
    if len(results) > 1 and not write:
        failed = [result.lab for result in results if result.failed]
        those = f"; not {', '.join(failed)}" if failed else ""
        click.echo(f"{len(results) - len(failed)} of {len(results)} notebooks ended well{those}")


def _in_step(labs: "Collection[Lab]") -> bool:
    """Whether all notebooks were as their scripts are when they were read."""
    from lockstep.notebooks import pairing  # noqa: PLC0415 takes a while

    return all(lab.pair and pairing.in_step(lab.pair, lab.notebook) for lab in labs)


def _sync(project: "Project", labs: "list[Lab]") -> None:
    from lockstep.authoring import pairs  # noqa: PLC0415 takes a while

    authored(pairs.sync, project, labs)


def _known(names: Sequence[str], there: Collection[str]) -> list[str]:
    """Return those names, all where there are none; stop where there is no such notebook."""
    for name in names:
        if name not in there:
            stop(f"there is no notebook {name!r}; there are: {', '.join(sorted(there))}")
    return list(names) or sorted(there)


def _say_fresh(fresh: Fresh, wanted: Sequence[str]) -> None:
    for line in _debts(fresh, wanted):
        click.echo(line)
    click.echo(f"nothing is stale: {len(wanted)} of {len(wanted)} recordings are fresh")


def _debts(fresh: Fresh, wanted: Sequence[str]) -> Iterator[str]:
    for name in wanted:
        for change in fresh[name]:
            yield f"{name}: {change}; record it again with `lockstep run --force {name}`"
