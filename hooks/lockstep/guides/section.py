"""Sections of a guide: the parts that are translated, accepted and compared on their own.

A section runs from a heading with an anchor to the next one. What stands before the first of them,
front matter included, is the section ``top``.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from lockstep.ground.location import Location
from lockstep.guides import markup
from lockstep.guides.document import Document, Heading

TOP = "top"
"""Anchor of what stands before the first heading."""

_CODE = re.compile(
    r"(?P<plain>\{\{\s*(?:cell|output)\s+(?P<cell>[^\s}]+)(?:\"[^\"\n]*\"|[^\"}\n])*?)"
    r"\s+code=(?P<code>[0-9a-f]+)(?=[\s}])"
)
"""A block directive in accepted English: what it is elsewhere, and its cell's fingerprint."""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a guide, as it is written."""

    anchor: str
    level: int
    """That of its heading; 0 for what stands before the first."""
    title: str
    location: Location
    """Of the heading; the first line of the file for ``top``."""
    first: int
    """Index in ``Document.lines``."""
    end: int
    """Index behind its last line."""
    text: str
    """Its lines, without blank ones at the end."""

    @property
    def substance(self) -> tuple[tuple[str, str, str], ...]:
        """What counts when versions are compared: two sections are equal where these are.

        Line breaks inside paragraphs, blanks at the ends of lines, on which side the columns of a
        table are set and the fingerprints in accepted English do not count. Each item is a kind of
        Markdown token, its tag, language or addresses, its text.
        """
        return tuple(substance(markup.outline(self.plain)))

    @property
    def plain(self) -> str:
        """Its text without the fingerprints that accepted English carries."""
        return without_codes(self.text)

    @property
    def codes(self) -> dict[str, str]:
        """What each block directive refers to, and the fingerprint it carries, where it does."""
        return {match["cell"]: match["code"] for match in _CODE.finditer(self.text)}


def without_codes(text: str) -> str:
    """Return a text without the fingerprints that directives in accepted English carry."""
    return _CODE.sub(r"\g<plain>", text) if "code=" in text else text


def sections(document: Document) -> tuple[Section, ...]:
    """Return the sections of a guide in order; of two with one anchor, the first.

    ``top`` is there where the file says anything before its first heading.
    """
    starts: dict[str, tuple[int, Heading | None]] = {TOP: (0, None)}
    for heading in document.headings:
        index = heading.location.line - document.offset - 1
        if heading.anchor is not None:
            starts.setdefault(heading.anchor, (index, heading))
    begun = sorted(starts.items(), key=lambda item: item[1][0])
    ends = [start for _, (start, _) in begun[1:]] + [len(document.lines)]
    found = (
        _section(document, anchor, heading, first, end)
        for (anchor, (first, heading)), end in zip(begun, ends, strict=True)
    )
    return tuple(section for section in found if section.text or section.level)


def _section(
    document: Document, anchor: str, heading: Heading | None, first: int, end: int
) -> Section:
    text = "\n".join(document.lines[first:end]).rstrip()
    level, title = (heading.level, heading.title) if heading else (0, "")
    return Section(anchor, level, title, document.at(first), first, end, text)


def substance(tokens: Sequence[Token]) -> Iterator[tuple[str, str, str]]:
    """Yield what counts of each token when versions are compared, see ``Section.substance``."""
    for token in tokens:
        if token.type == "fence":
            code = "\n".join(line.rstrip() for line in token.content.split("\n"))
            yield token.type, " ".join(token.info.split()), code
        elif token.type in ("code_block", "html_block"):
            yield token.type, "", token.content.rstrip()
        elif token.type == "inline":
            # An address may stand in another place: `[the plan][plan]`.
            addresses = (it.attrs.get("href", it.attrs.get("src")) for it in token.children or [])
            led = " ".join(str(address) for address in addresses if address)
            yield token.type, led, " ".join(token.content.split())
        else:
            kind = f"{token.markup} {(token.meta or {}).get('tag', '')}"  # of an admonition
            yield token.type, token.tag, str(token.attrs.get("start", kind))
