"""What a reader would see: guides as the site's own Markdown shows them, and what is wrong there.

Code is blank here: how it looks is not Markdown's business.
"""

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser

from lockstep.ground.location import Location
from lockstep.ground.problem import Problem, Severity
from lockstep.guides.document import Document
from lockstep.pages.site import Site


class ConversionError(Exception):
    """The site's Markdown cannot be had; the text says why, ``path`` where."""

    def __init__(self, message: str, path: str) -> None:
        """Keep the path of the configuration beside the message."""
        super().__init__(message)
        self.path = path


STRAY = {
    "emphasis": r"(?:(?<=\S)\*\*|\*\*(?=\S))(?!\w*args\b)|(?<!\w)__(?=\w)|(?<=\w)__(?!\w)"
    r"|(?<![\w*])\*(?=[^\s*])[^*]*?[^\s*]\*(?![\w*])",
    "a link": r"\]\([^()\s]*\)|(?<![\w\]])\[[^\[\]\n]+\]\[[^\]\s]+\]",
    "a footnote": r"\[\^[^\]\s]+\]",
    "an anchor or a class": r"\{:?\s*[#.][\w-]+[^{}]*\}",
    "an admonition": r"(?:\A|\n)(?:!!!|\?\?\?\+?) ?[a-z]+(?=\s|\Z)",
    "a tab": r"(?:\A|\n)===[!+]? *\"",
}
"""What Markdown should have read, and how it looks where it did not."""
_STRAY = re.compile("|".join(f"(?P<_{at}>{form})" for at, form in enumerate(STRAY.values())))
_HIDDEN = {"code", "kbd", "math", "pre", "samp", "script", "style", "svg", "textarea"}
_EMPHASIS = {"b", "em", "i", "strong"}
_INLINE = {*_EMPHASIS, *_HIDDEN, "a", "abbr", "br", "img", "mark", "s", "span", "sub", "sup"}
_CONTEXTS = (16, 8, 4, 0)
_ESCAPED = re.compile(r"\\[*_\[\](){}!=~]")
_EMPTY = re.compile(r"<(strong|em)>\s*</\1>")


def problems(document: Document, site: Site) -> Iterator[Problem]:
    """Yield what is wrong with a guide of a site as its readers see it."""
    if site.convert is None:
        return
    try:
        yield from stray(document, site.convert)
    except ConversionError as error:
        message = f"pages cannot be looked at as readers see them: {error}"
        yield Problem(Location(error.path, 1), "stray-markup", message, Severity.ADVICE)


def stray(document: Document, convert: Callable[[str], str]) -> Iterator[Problem]:
    """Yield what a guide shows to its readers and should not."""
    reader = _Reader()
    reader.feed(_EMPTY.sub("****", convert(_without_code(document))))
    reader.close()
    places = _Places(document)
    for text in reader.texts:
        seen: set[str] = set()
        for match in _STRAY.finditer(text):
            kind = list(STRAY)[int(str(match.lastgroup)[1:])]
            if kind not in seen:
                seen.add(kind)
                shown = " ".join(text[max(match.start() - 8, 0) : match.end() + 8].split())
                message = (
                    f"readers see {shown!r}: {kind} that Markdown does not read as such; mend it, "
                    "or write it as code"
                )
                yield Problem(places.of(text, match), "stray-markup", message)


def _without_code(document: Document) -> str:
    """Return the text without fences, and with something else for what is escaped on purpose."""
    lines = document.body.split("\n")
    for fence in document.fences:
        lines[fence.first : fence.last + 1] = [""] * (fence.last + 1 - fence.first)
    return _ESCAPED.sub("\N{OBJECT REPLACEMENT CHARACTER}", "\n".join(lines))


class _Places:
    """Tells where visible text was written, as well as can be told."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._code = {
            index for fence in document.fences for index in range(fence.first, fence.last + 1)
        }

    def of(self, text: str, match: re.Match[str]) -> Location:
        """Return the line with most of what stands around a match; the first where none has it."""
        best, most = 0, -1
        for index, line in enumerate(self._document.lines):
            if index in self._code or match[0].strip() not in line:
                continue
            common = max(_common(text, match, line, around) for around in _CONTEXTS)
            if common > most:
                best, most = index, common
        return self._document.at(best)


def _common(text: str, match: re.Match[str], line: str, around: int) -> int:
    """Return how many characters on either side of a match stand in a line, too."""
    before = text[max(match.start() - around, 0) : match.start()].rpartition("\n")[2]
    after = text[match.end() : match.end() + around].partition("\n")[0]
    found = [len(it) for it in (before, after) if it.strip() and it in line]
    both = f"{before}{match[0].strip()}{after}"
    return sum(found) + (len(both) if both in line else 0)


class _Reader(HTMLParser):
    """Gathers the visible text of a page, block by block, code left out."""

    def __init__(self) -> None:
        super().__init__()
        self.texts = [""]
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._divide(tag)
        self._hidden += tag in _HIDDEN

    def handle_endtag(self, tag: str) -> None:
        self._divide(tag)
        self._hidden -= tag in _HIDDEN and self._hidden > 0

    def handle_data(self, data: str) -> None:
        self.texts[-1] += " " if self._hidden else data

    def _divide(self, tag: str) -> None:
        if tag not in _INLINE:
            self.texts.append("")
