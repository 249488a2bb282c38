"""Translations of the comments in lab code: gettext catalogs in, localised cells out.

A message is a run of whole-line comments or one trailing comment (``program.comments``). Exact
matches come before fuzzy ones. A translation that could change the program in any tool that reads
notebooks is refused. Format of the catalogs:
https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html
"""

import difflib
import io
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from babel.messages.catalog import Catalog as GettextCatalog
from babel.messages.pofile import PoFileError, read_po, write_po

from lockstep.ground.location import Location
from lockstep.ground.problem import Problem, Severity
from lockstep.notebooks import program
from lockstep.notebooks.notebook import Cell, Notebook

_NOTEBOOK_SYNTAX = re.compile(
    r"(%|!|\?|\+\s|\+$|-$|COMMAND ----------|MAGIC\b|DBTITLE\b|Databricks notebook source\b"
    r"|<codecell>|In\[)"
)
_PO_LINE = re.compile(
    r'\s*(?:#.*|(?:(?:msgctxt|msgid|msgid_plural|msgstr(?:\[\d+\])?)\s+)?"(?:[^"\\]|\\.)*"\s*)?'
)
_NOISE = re.compile(
    r'^"(?:POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator|Project-Id-Version|'
    r'Report-Msgid-Bugs-To|Language-Team): .*\\n"\n',
    re.MULTILINE,
)


class Message(NamedTuple):
    """One comment and its translation."""

    source: str
    translation: str
    fuzzy: bool
    location: Location


@dataclass(frozen=True)  # without slots, in which nothing can be kept that is worked out once
class Catalog:
    """The translations of one notebook's comments into one language."""

    path: str
    messages: tuple[Message, ...] = ()
    problems: tuple[Problem, ...] = ()

    def translation(self, source: str) -> str | None:
        """Return the translation of a comment if there is a finished one."""
        return self._finished.get(source)

    @cached_property
    def _finished(self) -> dict[str, str]:
        """Each comment with a finished translation, and that."""
        return {
            each.source: each.translation
            for each in reversed(self.messages)
            if each.translation and not each.fuzzy
        }


class Localised(NamedTuple):
    """A cell's code with its comments in another language."""

    source: str
    lines: tuple[int, ...]
    """For each line of the original source, from 0, the line at which it stands here."""


def read(text: str, path: str) -> Catalog:
    """Read a catalog. Never raises for what a file can hold: findings are in ``problems``."""
    rows = enumerate(text.split("\n"), 1)
    for row, line in rows:  # Babel itself takes the most of these, and makes something of them
        if line and line[0] != "#" and not _PO_LINE.fullmatch(line):
            return _unreadable(path, row, f"cannot read `{line}`")
    try:
        catalog = read_po(io.StringIO(text), abort_invalid=True)
    except (PoFileError, ValueError, LookupError, AttributeError) as error:
        return _unreadable(path, (getattr(error, "lineno", None) or 0) + 1, str(error))
    messages = tuple(
        Message(message.id, str(message.string), message.fuzzy, Location(path, message.lineno or 1))
        for message in catalog
        if message.id and isinstance(message.id, str)
    )
    return Catalog(path, messages)


def _unreadable(path: str, row: int, said: str) -> Catalog:
    message = f'not valid PO: {said}; a message is `msgid "…"`, then `msgstr "…"`'
    return Catalog(path, problems=(Problem(Location(path, row), "bad-catalog", message),))


def localised(cell: Cell, catalog: Catalog) -> Localised:
    """Return the cell's code with every comment that has a finished translation translated.

    A harmful translation is left out; ``check`` reports it. The program is the tested one whatever
    the catalog holds: a comment ends with its line, wherever that stands
    (https://docs.python.org/3/reference/lexical_analysis.html#comments), and ``harm`` lets no
    character through that ends one.
    """
    lines = cell.source.split("\n")
    replaced: dict[int, tuple[program.Comment, list[str]]] = {}
    for comment in cell.comments:
        translation = catalog.translation(comment.text)
        if translation is not None and not harm(comment, translation):
            replaced[comment.first] = (comment, translation.split("\n"))
    result: list[str] = []
    places: list[int] = []
    index = 0
    while index < len(lines):
        if index not in replaced:
            places.append(len(result))
            result.append(lines[index])
            index += 1
            continue
        comment, translated = replaced[index]
        lead = lines[index][: comment.column]
        height = comment.last - comment.first + 1
        places.extend(len(result) + min(row, len(translated) - 1) for row in range(height))
        result.extend(f"{lead}# {line}".rstrip() for line in translated)
        index = comment.last + 1
    return Localised("\n".join(result), tuple(places))


def harm(comment: program.Comment, translation: str) -> str | None:
    """Return why a translation may not stand in a comment's place; ``None`` where it may.

    A line break is allowed where the comment is a run of whole lines: each line becomes a comment.
    """
    doubtful = "" if translation.isprintable() else translation
    for character in doubtful:
        if character == "\n" and not comment.trailing:
            continue
        category = unicodedata.category(character)
        if category in {"Cc", "Cf", "Cs", "Zl", "Zp"} and character != "\t":
            lines = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
            kind = "line break" if character in lines else "control or invisible character"
            return f"it holds a {kind} (U+{ord(character):04X})"
    from lockstep.notebooks.jupyter import jupytext  # noqa: PLC0415 takes long, see there

    is_magic = jupytext.magics.is_magic
    for line in translation.split("\n"):
        words = line.lstrip("# \t")
        if _NOTEBOOK_SYNTAX.match(words) or is_magic(f"# {line}", "python", explicitly_code=True):
            return f"Jupyter or Databricks would read `# {line}` as code"
    return None


def texts(notebook: Notebook) -> tuple[str, ...]:
    """Return the comments of the cells that guides show, each once, in order."""
    found = (comment.text for cell in notebook.shown for comment in cell.comments)
    return tuple(dict.fromkeys(found))


def problems(notebook: Notebook, catalog: Catalog) -> list[Problem]:
    """Return what is wrong with or missing from a catalog, seen against its notebook."""
    found = list(catalog.problems)
    if catalog.problems:
        return found
    if not catalog.messages and any(cell.comments for cell in notebook.shown):
        message = (
            f"no translations of its comments in {catalog.path}; start it: `lockstep comments`"
        )
        where = Location(notebook.path, 1)
        return [Problem(where, "comment-untranslated", message, Severity.DEBT)]
    known = {message.source: message for message in catalog.messages}
    reported: set[str] = set()
    for cell in notebook.shown:
        for comment in cell.comments:
            if comment.text in reported:
                continue
            reported.add(comment.text)
            where = Location(cell.header.path, cell.first_line + comment.first)
            found.extend(_findings(comment, known.get(comment.text), where, catalog.path))
    return found


def updated(notebook: Notebook, catalog: Catalog, language: str) -> str:
    """Return the text of a catalog brought into step with its notebook.

    Finished translations of comments that still exist stay; a new comment that resembles one that
    is gone takes its translation over, marked fuzzy; what is left over is dropped.
    """
    result = GettextCatalog(locale=language, fuzzy=False, charset="utf-8")
    result.header_comment = f"# Comments in {notebook.path}, for translation."
    known = {message.source: message for message in catalog.messages if message.translation}
    wanted: dict[str, list[str]] = {}
    for cell in notebook.shown:
        for comment in cell.comments:
            wanted.setdefault(comment.text, []).append(f"cell {cell.key}")
    orphans = {source: known[source] for source in known if source not in wanted}
    for source, places in wanted.items():
        notes = list(dict.fromkeys(places))
        if source in known:
            old = known[source]
            flags = ("fuzzy",) if old.fuzzy else ()
            result.add(source, old.translation, auto_comments=notes, flags=flags)
        elif near := difflib.get_close_matches(source, orphans, n=1, cutoff=0.6):
            old = orphans.pop(near[0])
            previous = (old.source,)
            result.add(source, old.translation, auto_comments=notes, flags=("fuzzy",),
                       previous_id=previous)  # fmt: skip
        else:
            result.add(source, "", auto_comments=notes)
    buffer = io.BytesIO()
    write_po(buffer, result, width=0, include_previous=True)
    return _without_clock(buffer.getvalue().decode()).rstrip("\n") + "\n"


def _findings(
    comment: program.Comment, message: Message | None, where: Location, path: str
) -> Iterable[Problem]:
    short = comment.text.split("\n")[0]
    if message is None or not message.translation:
        text = f"`# {short}` has no translation in {path}; it appears in English"
        yield Problem(where, "comment-untranslated", text, Severity.DEBT)
    elif message.fuzzy:
        text = f"`# {short}` changed: review its translation and remove `fuzzy`"
        yield Problem(message.location, "comment-fuzzy", text, Severity.DEBT)
    if message is not None and (reason := harm(comment, message.translation)):
        text = f"the translation of `# {short}` is not used: {reason}; reword it as plain text"
        yield Problem(message.location, "hostile-comment", text)


def _without_clock(text: str) -> str:
    """Leave out the header's dates and names: they change with every run and say nothing."""
    return _NOISE.sub("", text)
