"""How long an author waits: from saving a file to the page in the browser that shows it.

``make bench``, or by hand::

    python -m benchmarks.serving --labs 30 --times 20 --folder sites

``mkdocs serve`` serves a site of so many labs (``labs``) in three languages, a Chinese page is
opened in Chromium, and its guide, its notebook and its catalog of comments are edited in turn. The
clock runs from before a file is written until the text of the page has what was written. Nothing
else should run meanwhile.
"""

import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
from playwright.sync_api import Page

from benchmarks import tables
from benchmarks.builds import ROOT, Bench
from benchmarks.scenarios import VARIABLES
from tests.browser import chromium

RESULTS = ROOT / "benchmarks/serving.md"
LANGUAGE = "zh"
"""Of the page that is looked at: its text is cut into words, which takes longest."""
_PATIENCE = 120
"""Seconds for an edit to be seen."""
_PAUSE = 1.0
"""Seconds between two edits: other languages are built then."""
_SEEN = "said => document.body && document.body.textContent.includes(said)"
_HEAD = """\
# How long an author waits

Written by `make bench` (`python -m benchmarks.serving --help`). Seconds from saving a file until
Chromium shows what was written, with `mkdocs serve` on a site of so many labs of about 12 kB in
three languages, and a Chinese page open. Medians of {times} edits each, and the slowest of them.

{machine}
"""


@dataclass(frozen=True, slots=True)
class Edit:
    """A kind of edit."""

    title: str
    path: str
    """Of the file, from the site's root; ``{}`` stands for the lab."""
    place: str
    """Matches what is replaced: of its groups, the second."""
    said: str
    """What is put there and looked for in the page; ``{}`` is a number that is new each time."""


EDITS = (
    Edit("a guide", f"docs/{LANGUAGE}/labs/{{}}.md", r"(这是)(第 0 份[^。]*)", "第 0 份第 {} 版"),
    Edit("a notebook", "notebooks/{}.py", r"(copy = )(\d+)", "9{}"),
    Edit(
        "a catalog of comments",
        f"notebooks/comments/{LANGUAGE}/{{}}.po",
        r'(msgid "copy 0"\nmsgstr ")([^"]*)',
        "第 0 份注释第 {} 版",
    ),
)


@contextmanager
def served(site: Path) -> Iterator[str]:
    """Serve a site; give its address once it answers. Stop where the server ends before that."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    with tempfile.TemporaryFile("w+", encoding="utf-8") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", address],
            cwd=site, env={**os.environ, **VARIABLES}, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            while not _answers(address):
                if server.poll() is not None:
                    log.seek(0)
                    message = f"mkdocs serve ended in {site}\n{log.read()}"
                    raise click.ClickException(message)
                time.sleep(0.1)
            yield f"http://{address}"
        finally:
            server.terminate()
            server.wait()


def _answers(address: str) -> bool:
    host, port = address.split(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


def edited(site: Path, lab: str, edit: Edit, number: int) -> str:
    """Edit a file of a lab, and return what its page says then and did not say before."""
    path = site / edit.path.format(lab)
    said = edit.said.format(number)
    before = path.read_text("utf-8")
    text = re.sub(edit.place, lambda it: f"{it[1]}{said}", before, count=1)
    if text == before:
        message = f"{path} has nothing that is like {edit.place}"
        raise click.ClickException(message)
    path.write_text(text, "utf-8")
    return said


def measured(site: Path, lab: str, page: Page, edit: Edit, number: int) -> float:
    """Make an edit, and return the seconds until an open page shows it."""
    started = time.monotonic()
    said = edited(site, lab, edit, number)
    page.wait_for_function(_SEEN, arg=said, timeout=_PATIENCE * 1000)
    return time.monotonic() - started


def waited(site: Path, times: int) -> dict[str, list[float]]:
    """Make every edit so many times; return the seconds that each took, by its title."""
    lab = next((site / "notebooks").glob("*-0000.py")).stem
    paths = [site / edit.path.format(lab) for edit in EDITS]
    before = {path: path.read_bytes() for path in paths}
    taken: dict[str, list[float]] = {edit.title: [] for edit in EDITS}
    try:
        with served(site) as address, chromium.launch() as browser:
            page = browser.new_page()
            page.goto(f"{address}/{LANGUAGE}/labs/{lab}/")
            for number in range(times + 1):
                for edit in EDITS:
                    time.sleep(_PAUSE)
                    seconds = measured(site, lab, page, edit, 1_000_001 + number)
                    click.echo(f"{edit.title}: {seconds:.2f} s", err=True)
                    if number:  # the first finds nothing warm
                        taken[edit.title].append(seconds)
    finally:
        for path, data in before.items():
            path.write_bytes(data)
    return taken


def text(taken: Mapping[int, Mapping[str, Sequence[float]]]) -> str:
    """Return a table: number of labs, to kind of edit, to the seconds that each took."""
    heads = " | ".join(f"{labs:,} labs | slowest" for labs in taken)
    rows = (
        f"| {edit.title} | {' | '.join(_cells(found[edit.title]) for found in taken.values())} |"
        for edit in EDITS
    )
    return "\n".join([f"| Edited | {heads} |", f"|---|{'--:|' * 2 * len(taken)}", *rows])


def _cells(seconds: Sequence[float]) -> str:
    return f"{statistics.median(seconds):.2f} s | {max(seconds):.2f} s"


@click.command()
@click.option("--labs", "sizes", type=int, multiple=True, default=(30, 300), show_default=True)
@click.option("--times", default=20, show_default=True, help="How many edits of each kind.")
@click.option("--folder", type=click.Path(path_type=Path), help="Keep the sites there.")
@click.option("--write", is_flag=True, help="Write benchmarks/serving.md.")
def main(
    sizes: Sequence[int],
    times: int,
    folder: Path | None,
    write: bool,  # noqa: FBT001 a flag
) -> None:
    """Time how long edits take to be seen, and print a table."""
    with ExitStack() as stack:
        root = folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="serving-")))
        taken: dict[int, dict[str, list[float]]] = {}
        for size in sorted(sizes):
            bench = Bench(root.absolute() / f"{size}-labs", size, (), {})
            bench.prepare()
            taken[size] = waited(bench.folder / "ours", times)
    if write:
        head = _HEAD.format(times=times, machine=tables.machine())
        RESULTS.write_text(f"{head}\n{text(taken)}\n", "utf-8")
    click.echo(text(taken))


if __name__ == "__main__":
    main()
