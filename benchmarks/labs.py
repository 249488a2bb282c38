"""Many labs, made from this project's own: sites large enough to time.

Each real lab is cut into pieces of about 12 kB of English, a notebook and its guides in every
language; the pieces are then repeated until there are enough. Each copy has sentences of its own,
code of its own in every cell and comments of its own in every catalog, as real labs would: what is
kept by content is worth no more here than it is there. Nothing is executed: recordings are written
by the engine with the outputs that the real runs had.
"""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from lockstep.authoring import accepting
from lockstep.authoring.accepting import Place
from lockstep.disk.project import Project
from lockstep.guides import footnote, section
from lockstep.guides.document import Document
from lockstep.guides.section import Section
from lockstep.notebooks import notebook
from lockstep.notebooks.lab import Lab
from lockstep.notebooks.notebook import Cell
from lockstep.notebooks.recording import Recording
from lockstep.pages.site import Site

ROOT = Path(__file__).parent.parent
SIZE = 12_000
"""Bytes of English of a lab."""
COPY = {"en": "This is copy {}.", "zh": "这是第 {} 份。", "ja": "これは {} 番目です。"}
"""A sentence for the end of every section, so that no two copies are alike."""
LINE = "copy = {0}  # copy {0}"
"""A statement for the end of every cell, for the same reason."""
COMMENT = {"zh": "第 {} 份", "ja": "{} 番目"}
"""What the comment in it is in other languages."""
_CELL = re.compile(r"\{\{\s*(?:cell|output)\s+([\w-]+)\s")
_LOCAL = re.compile(r"\]\((?!https?:)[^)\s]*\)")
_QUOTED = re.compile(r"^[ \t]*\{\{\s*\w+\s+[\w-]+:.*\n", re.MULTILINE)
"""A directive for another notebook's cell, alone on its line."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a real lab that is a lab of its own."""

    lab: Lab
    anchors: tuple[str, ...]
    cells: tuple[Cell, ...]


def pieces(site: Site) -> Iterator[Piece]:
    """Yield the pieces of every lab of a site that all languages have."""
    source = site.settings.languages.source.code
    for guide in site.guides[source].values():
        lab = site.lab(guide.meta)
        if lab is None:
            continue
        waiting: list[Section] = []
        for each in [*section.sections(guide)[1:], None]:
            size = sum(len(it.text.encode()) for it in waiting)
            if waiting and (each is None or size + len(each.text.encode()) > SIZE):
                if size > SIZE / 2 and (cells := _cells(lab, waiting)):
                    yield Piece(lab, tuple(it.anchor for it in waiting), cells)
                waiting = []
            if each is not None:
                waiting.append(each)


def _cells(lab: Lab, kept: list[Section]) -> tuple[Cell, ...]:
    """Return the cells that sections show, and the tests behind them."""
    named = {name for each in kept for name in _CELL.findall(each.text)}
    found: list[Cell] = []
    before: Cell | None = None
    for cell in lab.notebook.cells:
        if cell.name in named or (cell.is_test and before is not None and before in found):
            found.append(cell)
        before = cell
    return tuple(found)


def script(piece: Piece, number: int) -> str:
    """Return a piece's notebook; its last cell vouches for all values that the guides may state."""
    lines = piece.lab.notebook.text.split("\n")
    starts = [cell.header.line - 1 for cell in piece.lab.notebook.cells] + [len(lines)]
    found = lines[: starts[0]]
    values = sorted(piece.lab.notebook.declared_values)
    last = [cell for cell in piece.cells if not cell.is_test][-1]
    tested = any(cell.is_test for cell in piece.cells)
    for cell in piece.cells:
        first = cell.header.line - 1
        end = next(start for start in starts if start > first)
        header = f'# %% name="{cell.name}"' if cell.name else '# %% tags=["test"]'
        listed = ", ".join(f'"{name}"' for name in values)
        found.append(f"{header} values=[{listed}]" if cell is last else header)
        code = "\n".join(lines[first + 1 : end]).rstrip("\n")
        found += [code, LINE.format(number), ""]
    if not tested:
        found += ['# %% tags=["test"]', "assert True", ""]
    return "\n".join(found)


def guide(piece: Piece, document: Document, code: str, name: str, number: int) -> str:
    """Return a piece's guide in a language."""
    theirs = {each.anchor: each for each in section.sections(document)}
    top = theirs[section.TOP].text.split("---\n", 2)[1]
    top = re.sub(r"(?m)^notebook:.*$", f"notebook: {name}", top)
    top = re.sub(r"(?m)^title: (.*)$", rf"title: \1 {number}", top)
    said = COPY.get(code, COPY["en"]).format(number)
    parts = [f"---\n{top}---\n\n{said}"]
    for anchor in piece.anchors:
        text = _LOCAL.sub(f"](#{piece.anchors[0]})", theirs[anchor].text)
        parts.append(_QUOTED.sub("", text) + f"\n\n{said}")
    body = "\n\n".join(parts)
    kept = [
        "\n".join(document.lines[row] for row in rows)
        for label, rows in footnote.definitions(document).items()
        if f"[^{label}]" in body and f"[^{label}]:" not in body
    ]
    return "\n\n".join([body, *kept]) + "\n"


def write(folder: Path, labs: int) -> Project:
    """Write a site of so many labs into an empty folder and return it."""
    own = Project.open(ROOT / "mkdocs.yml")
    site = own.site()
    languages = site.settings.languages
    found = list(pieces(site))
    for name in ("glossary.yml", "hooks", "notebooks/support", "requirements"):
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, folder / name)
    config = (ROOT / "mkdocs.yml").read_text("utf-8")
    (folder / "mkdocs.yml").write_text(re.sub(r"(?ms)^nav:\n.*?\n\n", "", config), "utf-8")
    project = Project.open(folder / "mkdocs.yml")
    for language in languages:
        for page in ("index.md", "glossary.md"):
            text = _LOCAL.sub(
                "](index.md)", (ROOT / "docs" / language.code / page).read_text("utf-8")
            )
            project.write(folder / "docs" / language.code / page, text)
    for number in range(labs):
        piece = found[number % len(found)]
        name = f"{piece.lab.name}-{number:04}"
        _write_lab(project, site, piece, name, number)
    _accept(project)
    return project


def _write_lab(project: Project, site: Site, piece: Piece, name: str, number: int) -> None:
    root, languages = project.root, site.settings.languages
    path = f"{project.settings.notebooks}/{name}.py"
    text = script(piece, number)
    project.write(root / path, text)
    source = notebook.read(text, path)
    lab, recorded = piece.lab, piece.lab.recording
    if recorded is None:
        message = f"{lab.notebook.path} was never run"
        raise click.ClickException(message)
    outputs = {cell.key: recorded.outputs.get(cell.key, []) for cell in source.cells}
    values = {key: lab.values[key] for key in source.declared_values}
    fresh = Recording(project.fingerprint(source), recorded.run, values, outputs)
    project.write_pair(source, outputs, fresh)
    for language in languages:
        guides = site.guides[language.code]
        document = next(each for each in guides.values() if site.lab(each.meta) is lab)
        text = guide(piece, document, language.code, name, number)
        project.write(root / f"docs/{language.code}/labs/{name}.md", text)
        catalog = Path(project.settings.catalogs) / language.code / f"{lab.name}.po"
        if (ROOT / catalog).exists():
            said = (ROOT / catalog).read_text("utf-8")
            own = COMMENT[language.code].format(number)
            said += f'\nmsgid "copy {number}"\nmsgstr "{own}"\n'
            project.write(root / catalog.with_name(f"{name}.po"), said)


def _accept(project: Project) -> None:
    """Say of every guide that it was made from today's English."""
    site = project.site()
    for language in site.settings.languages.translations:
        places = [Place(page) for page in site.guides[language.code]]
        accepting.accept(project, site, language, places)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--labs", default=300, show_default=True, help="How many.")
def main(folder: Path, labs: int) -> None:
    """Write a site of many labs into FOLDER, which must not exist."""
    folder.mkdir(parents=True)
    project = write(folder, labs)
    click.echo(f"{labs} labs in {project.root}")


if __name__ == "__main__":
    main()
