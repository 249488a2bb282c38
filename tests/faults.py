"""Faults as people make them in translations, for a guide of any language: what to do to its lines.

A fault is one edit of one place, drawn at random among the places where it can be made. Harmless
edits are made in the same way: they change words, lines and widths, and nothing that counts.
"""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from lockstep.guides import document, inventory, number, section
from lockstep.guides.document import Document
from lockstep.guides.item import Inventory, Item
from lockstep.terms.glossary import Glossary


@dataclass(frozen=True)
class Edit:
    """Lines that stand for others."""

    first: int
    """Index of the first line that is replaced."""
    end: int
    """Index behind the last one."""
    lines: tuple[str, ...]


class Guide:
    """A guide in which faults are made."""

    def __init__(self, read: Document, code: str, glossary: Glossary) -> None:
        """Take a guide, its language and the terms of its site."""
        self.document = read
        self.lines = read.lines
        self.code = code
        self.glossary = glossary
        self.held: Inventory = inventory.read(read)
        self.sections = section.sections(read)
        self.fenced = {i for fence in read.fences for i in range(fence.first, fence.last + 1)}

    def all(self, *kinds: str) -> Iterator[Item]:
        """Yield the items of some kinds that stand in text, and not in a code block."""
        yield from (
            it for it in self.held.items if it.kind in kinds and it.index not in self.fenced
        )

    def rewritten(self, kinds: str, form: str, by: str | Callable[[re.Match[str]], str]) -> "Edits":
        """Yield edits that replace what a form matches once in the lines of items."""
        for index in sorted({it.index for it in self.all(*kinds.split())}):
            yield from self.substituted(index, form, by)

    def substituted(
        self, index: int, form: str, by: str | Callable[[re.Match[str]], str]
    ) -> "Edits":
        """Yield one edit for each place in a line that a form matches."""
        line = self.lines[index]
        for match in re.finditer(form, line):
            new = match.expand(by) if isinstance(by, str) else by(match)
            if new != match[0]:
                text = line[: match.start()] + new + line[match.end() :]
                yield Edit(index, index + 1, (text,))

    def without(self, item: Item) -> Edit:
        """Return the edit that takes an item away, with the blank line behind it."""
        end = max(item.end, item.index + 1)
        while end > item.index + 1 and not self.lines[end - 1].strip():
            end -= 1
        return Edit(item.index, end, ())


Edits = Iterator[Edit]
Fault = Callable[[Guide], Edits]


def _siblings(guide: Guide, kind: str) -> Iterator[tuple[Item, Item]]:
    """Yield neighbours in one list or table, heads of tables aside."""
    found = [it for it in guide.all(kind) if kind == "step" or it.index > it.place.index]  # type: ignore[union-attr]
    for item, other in pairwise(found):
        beside = item.place is other.place and item.end <= other.index
        if beside and all(not line.strip() for line in guide.lines[item.end : other.index]):
            yield item, other


def _swapped(guide: Guide, kind: str) -> Edits:
    for item, other in _siblings(guide, kind):
        first, second = guide.lines[item.index : item.end], guide.lines[other.index : other.end]
        if first != second:
            between = guide.lines[item.end : other.index]
            yield Edit(item.index, other.end, (*second, *between, *first))


def _step_added(guide: Guide) -> Edits:
    for item in guide.all("step"):
        if mark := re.match(r"[ >]*(?:\d+[.]|[-*])[ ]+", guide.lines[item.index]):
            yield Edit(item.index, item.index, (f"{mark[0]}再看一看。",))


def _heading(guide: Guide, form: str, by: str) -> Edits:
    for heading in guide.document.headings:
        yield from guide.substituted(heading.location.line - 1, form, by)


def _section_moved(guide: Guide) -> Edits:
    for one, other in zip(guide.sections[1:], guide.sections[2:], strict=False):
        if one.level == other.level:
            lines = guide.lines
            moved = (*lines[other.first : other.end], "", *lines[one.first : one.end])
            yield Edit(one.first, other.end, moved)


def _fence_edited(guide: Guide) -> Edits:
    for fence in guide.document.fences:
        if fence.language in {"bash", "python", "text", "yaml", "powershell"}:
            for index in range(fence.first + 1, fence.last):
                code = guide.lines[index].split("#")[0]
                if code.strip():
                    yield Edit(index, index + 1, (guide.lines[index].replace(code, f"{code}x", 1),))


def _fence_lost(guide: Guide) -> Edits:
    yield from (Edit(it.first, it.last + 1, ()) for it in guide.document.fences)


def _number_changed(guide: Guide) -> Edits:
    for text in guide.held.texts:
        for row, words in enumerate(text.words.split("\n")):
            index = text.index + row
            for each in number.in_digits(words):
                line = guide.lines[index]
                if not each.is_trivial and line.count(each.text) == 1:
                    other = str(int(each.text) + 3) if each.text.isdigit() else f"{each.text}7"
                    yield Edit(index, index + 1, (line.replace(each.text, other),))


def _paragraph_lost(guide: Guide) -> Edits:
    for text in guide.held.texts:
        item = text.place
        begins = item is not None and item.index == text.index  # a step without words, or a title
        if text.kind == "paragraph" and not begins and text.index not in guide.fenced:
            yield Edit(text.index, text.index + text.words.count("\n") + 1, ())


def _cell_emptied(guide: Guide) -> Edits:
    for row in guide.all("row"):
        yield from guide.substituted(row.index, r"(?<=\| )[^|`\n]+?(?= \|)", "")


def _front_matter(guide: Guide) -> Edits:
    for index, line in enumerate(guide.lines[: guide.sections[0].end]):
        if re.match(r"(?:duration|level|runs-on|notebook): ", line):
            yield Edit(index, index + 1, ())
            yield Edit(index, index + 1, (f"{line}x",))


def _term_forbidden(guide: Guide) -> Edits:
    for term in guide.glossary.terms:
        plain = [it.form for it in term.avoided.get(guide.code, ()) if not it.means]
        form = term.forms[guide.code][0]
        for text in guide.held.texts:
            if plain and text.kind == "paragraph" and guide.lines[text.index].count(form) == 1:
                line = guide.lines[text.index].replace(form, plain[0])
                yield Edit(text.index, text.index + 1, (line,))


FAULTS: dict[str, Fault] = {
    "step lost": lambda guide: (guide.without(item) for item in guide.all("step")),
    "step added": _step_added,
    "steps swapped": lambda guide: _swapped(guide, "step"),
    "link lost": lambda guide: guide.rewritten("link", r"(?<!!)\[([^\]^]+)\]\([^)]+\)", r"\1"),
    "link changed": lambda guide: guide.rewritten("link", r"(?<=\]\()[^)]+(?=\))", r"\g<0>x"),
    "code changed": lambda guide: guide.rewritten("code", r"(?<!`)`([^`]+)`(?!`)", r"`\1x`"),
    "value hard-coded": lambda guide: guide.rewritten("value", r"\{\{ value [^}]+\}\}", "42"),
    "value changed": lambda guide: guide.rewritten("value", r"(?<=\{\{ value )\w+", r"\g<0>_x"),
    "cell lost": lambda guide: (guide.without(item) for item in guide.all("directive")),
    "cell changed": lambda guide: guide.rewritten("directive", r"(\{\{ \w+ [\w-]+)", r"\1-x"),
    "row lost": lambda guide: (
        guide.without(row) for row in guide.all("row") if row.place and row.index > row.place.index
    ),
    "rows swapped": lambda guide: _swapped(guide, "row"),
    "table cell emptied": _cell_emptied,
    "heading level": lambda guide: _heading(guide, r"\A##", "###"),
    "anchor changed": lambda guide: _heading(guide, r"\{#[\w-]+", r"\g<0>-x"),
    "section moved": _section_moved,
    "admonition changed": lambda guide: guide.rewritten("block", r"(?<=!!! )\w+", "danger"),
    "block lost": lambda guide: (guide.without(item) for item in guide.all("block")),
    "code block edited": _fence_edited,
    "code block lost": _fence_lost,
    "footnote lost": lambda guide: guide.rewritten("reference", r"\[\^[^\]]+\](?!:)", ""),
    "number changed": _number_changed,
    "paragraph lost": _paragraph_lost,
    "front matter": _front_matter,
    "emphasis broken": lambda guide: (
        edit
        for text in guide.held.texts
        if text.kind == "paragraph"
        for edit in guide.substituted(text.index, r"\*\*([^\s*][^*]*\*\*)", r"** \1")
    ),
    "forbidden term": _term_forbidden,
}
"""Each kind of fault, and the edits that make it."""
ALONE = {"section moved", "anchor changed", "heading level", "front matter"}
"""Faults that change which section is which, or what the whole page is."""


def _wrapped(guide: Guide) -> Edits:
    """Break a line of a paragraph between two Chinese or Japanese characters."""
    for text in guide.held.texts:
        line = guide.lines[text.index]
        if text.kind == "paragraph" and "`" not in line and "[" not in line and "{" not in line:
            indent = re.match(r"[ >]*", line)[0] + " " * 4 * (text.place is not None)  # type: ignore[index]
            for match in re.finditer(r"(?<=[\u4e00-\u9fff\u3040-\u30ff])(?=[\u4e00-\u9fff])", line):
                yield Edit(text.index, text.index + 1,
                           (line[: match.start()], indent + line[match.start() :]))  # fmt: skip


def _in_words(guide: Guide, form: str, by: str | Callable[[re.Match[str]], str]) -> Edits:
    for text in guide.held.texts:
        if text.kind == "paragraph" and "`" not in guide.lines[text.index]:
            yield from guide.substituted(text.index, form, by)


def _links_swapped(guide: Guide) -> Edits:
    form = r"(\[[^\]]+\]\([^)]+\))([^\[\]|]+?)(\[[^\]]+\]\([^)]+\))"
    yield from guide.rewritten("link", form, r"\3\2\1")


def _values_swapped(guide: Guide) -> Edits:
    form = r"(\{\{ value [^}]+\}\})([^|{]+?)(\{\{ value [^}]+\}\})"
    yield from guide.rewritten("value", form, r"\3\2\1")


def _wide(match: re.Match[str]) -> str:
    return match[0].translate({ord("0") + at: 0xFF10 + at for at in range(10)})


HARMLESS: dict[str, Fault] = {
    "line broken": _wrapped,
    "blanks at the end": lambda guide: (
        Edit(text.index, text.index + 1, (f"{guide.lines[text.index]}   ",))
        for text in guide.held.texts
        if text.kind == "paragraph"
    ),
    "links in another order": _links_swapped,
    "values in another order": _values_swapped,
    "other words": lambda guide: _in_words(guide, r"这里|此处|ここ|そこ", "这儿"),
    "other quotation marks": lambda guide: _in_words(
        guide, r"“([^“”]+)”|「([^「」]+)」", r"『\1\2』"
    ),
    "wide digits": lambda guide: _in_words(guide, r"(?<![\w.`/{-])\d{2,4}(?= ?[分个台行])", _wide),
}
"""Each kind of edit that no rule may find, and the edits that make it."""


def edited(guide: Guide, edits: list[Edit]) -> Document:
    """Return a guide with edits made that do not overlap."""
    lines = list(guide.lines)
    for edit in sorted(edits, key=lambda it: it.first, reverse=True):
        lines[edit.first : edit.end] = edit.lines
    return document.read("\n".join(lines), guide.document.path)


def draw(guide: Guide, kinds: dict[str, Fault], luck: random.Random) -> dict[str, list[Edit]]:
    """Return the edits of each kind that can be made in a guide, in random order."""
    found = {kind: list(fault(guide)) for kind, fault in kinds.items()}
    for edits in found.values():
        luck.shuffle(edits)
    return found
