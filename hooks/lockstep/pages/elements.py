"""Elements of a page's HTML, and what makes reading them quick: code is most of a page.

Python-Markdown writes the pages: ``<`` in code and in attributes is escaped, and tags are closed.
"""

import re
from functools import lru_cache
from html import unescape
from html.parser import HTMLParser
from typing import NamedTuple

INLINE = {
    *("a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "i", "img"),
    *("ins", "kbd", "label", "mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup"),
    *("time", "u", "var", "wbr"),
}
"""Elements that a word may go through; all others end it."""
VOID = {
    *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source"),
    *("track", "wbr"),
}
"""Elements that are never closed."""
EXCLUDED = "data-search-exclude"
"""The attribute of what is no text of the page."""
_CODE = re.compile(r"(<(pre|svg)\b[^<>]*>)(.*?)(</\2>)", re.DOTALL)
_HIGHLIGHT = re.compile(r'</?(?:span|a)\b(?:[^<>"]|"[^"]*")*>')
_OTHERWISE = "script|style|textarea|title|iframe|noembed|noframes|noscript|plaintext|xmp"
"""Elements in which tags are text, to one version of Python or another."""
_NAME = "[A-Za-z][A-Za-z0-9:-]*"
_GIVEN = re.compile(rf'[ \n]+({_NAME})(?:(=)"([^"]*)")?')
_TAG = re.compile(
    rf"(?!(?:{_OTHERWISE})\b)(?P<begun>[a-z][a-z0-9]*)"
    rf"(?P<given>(?:[ \n]+{_NAME}(?:=\"[^\"]*\")?)*+)[ \n]*(?P<end>/?)"
    r"|/(?P<ended>[a-z][a-z0-9]*)"
    r"|!--[^-]*(?:-[^-]+)*--"
)
"""What stands between ``<`` and ``>``."""
_TEXT = re.compile(
    "(?P<data>[^&]+)|&(?:(?P<name>[A-Za-z][A-Za-z0-9]*)|#(?P<number>[0-9]+|[xX][0-9a-fA-F]+));"
)
"""Text, and characters that are written by name or number."""


class _Tag(NamedTuple):
    """A tag, or a comment: that has no name."""

    name: str = ""
    given: tuple[tuple[str, str | None], ...] = ()
    begins: bool = False
    ends: bool = False


@lru_cache(maxsize=1024)  # most of a page's tags are the same few
def _tag(written: str) -> _Tag | None:
    """Read what stands between ``<`` and ``>``; ``None`` where that is no plain tag."""
    found = _TAG.fullmatch(written)
    if found is None:
        return None
    begun, given, end, ended = found.group("begun", "given", "end", "ended")
    if begun is None:
        return _Tag(ended or "", ends=bool(ended))
    attributes = (
        (name.lower(), unescape(value) if stated else None)
        for name, stated, value in _GIVEN.findall(given)
    )
    return _Tag(begun, tuple(attributes), begins=True, ends=bool(end))


class Reader(HTMLParser):
    """An ``HTMLParser`` that is given a page at once, and knows where in it each piece stands.

    Nearly all pages are made of plain tags, plain text and comments, which are read in a quarter of
    the time. A page that holds anything else goes to ``html.parser`` as a whole.
    """

    def read(self, page: str) -> None:
        """Tell of each tag and of the text between, in order."""
        self._at = 0
        self._lines: list[int] = []
        """Where each line of the page begins, where the standard library reads it."""
        first, *rest = page.split("<")
        pieces = [each.partition(">") for each in rest]
        tags = [tag for written, end, _ in pieces if end and (tag := _tag(written))]
        texts = [first, *(text for _, _, text in pieces)]
        if len(tags) < len(pieces) or not all(map(self._is_plain, texts)):
            self.read_slowly(page)
            return
        if first:
            self._tell(first)
        begin, end = self.handle_starttag, self.handle_endtag
        for (name, given, begins, ends), (written, _, text) in zip(tags, pieces, strict=True):
            if not begins:
                if ends:
                    end(name)
            elif ends:
                self.handle_startendtag(name, [*given])
            else:
                begin(name, [*given])
            self._at += len(written) + len("<>")
            if text:
                self._tell(text)

    def _is_plain(self, text: str) -> bool:
        """Whether all characters that are written by name are told of as such, if they must be."""
        return self.convert_charrefs or "&" not in text or "&" not in _TEXT.sub("", text)

    def _tell(self, text: str) -> None:
        """Tell of the text between two tags."""
        if self.convert_charrefs or "&" not in text:
            self.handle_data(unescape(text))
            self._at += len(text)
            return
        for piece in _TEXT.finditer(text):
            if piece["data"]:
                self.handle_data(piece["data"])
            elif piece["name"]:
                self.handle_entityref(piece["name"])
            else:
                self.handle_charref(piece["number"])
            self._at += len(piece[0])

    def read_slowly(self, page: str) -> None:
        """Do the same for any page."""
        self._lines = [0]
        for line in page.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self.feed(page)
        self.close()

    @property
    def at(self) -> int:
        """Where in the page that stands which is being told of."""
        if not self._lines:
            return self._at
        line, column = self.getpos()
        return self._lines[line - 1] + column


class Selective(Reader):
    """A reader that leaves elements alone, with all that is in them."""

    def __init__(self, *, convert_charrefs: bool = True) -> None:
        """Begin outside of all elements; see ``HTMLParser``."""
        super().__init__(convert_charrefs=convert_charrefs)
        self._open: list[tuple[str, bool]] = []
        """Elements around, each with whether all in it is left alone."""

    @property
    def is_left_alone(self) -> bool:
        """Whether what is being told of is in such an element."""
        return bool(self._open) and self._open[-1][1]

    def begin(self, tag: str, *, is_left_alone: bool) -> None:
        """Take it that an element begins."""
        self._open.append((tag, is_left_alone or self.is_left_alone))

    def end(self, tag: str) -> None:
        """Take it that an element ends, and all in it that did not."""
        nearest = bool(self._open) and self._open[-1][0] == tag
        if nearest or any(tag == name for name, _ in self._open):
            while self._open.pop()[0] != tag:
                pass

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Read what looks closed as open, since HTML knows no ``<p/>``.

        Where it is left alone, as in a drawing, nothing depends on it.
        """
        if not self.is_left_alone:
            self.handle_starttag(tag, attrs)


def with_code_blank(html: str) -> str:
    """Return a page with blanks in place of code and drawings: all else stands where it stood."""
    return _CODE.sub(lambda it: f"{it[1]}{' ' * len(it[3])}{it[4]}", html)


def with_code_plain(html: str) -> str:
    """Return a page whose code is not highlighted, without what is in its drawings."""
    return _CODE.sub(_plain, html)


def _plain(found: re.Match[str]) -> str:
    opening, name, content, closing = found.groups()
    if EXCLUDED not in content:
        content = "" if name == "svg" else _HIGHLIGHT.sub("", content)
    return f"{opening}{content}{closing}"
