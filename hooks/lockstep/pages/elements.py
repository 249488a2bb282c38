"""Elements of a page's HTML, and what makes reading them quick: code is most of a page.

Python-Markdown writes the pages: ``<`` in code and in attributes is escaped, and tags are closed.
"""

import re
from html import unescape
from html.parser import HTMLParser
from operator import itemgetter

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
_TAGS = (
    rf"<(?!(?:{_OTHERWISE})\b)(?P<begun>[a-z][a-z0-9]*)"
    rf"(?P<given>(?:[ \n]+{_NAME}(?:=\"[^\"]*\")?)*+)[ \n]*(?P<end>/?)>"
    r"|</(?P<ended>[a-z][a-z0-9]*)>"
    r"|<!--[^<>-]*(?:-[^<>-]+)*-->"
)
_CHARACTER = "&(?:(?P<name>[A-Za-z][A-Za-z0-9]*)|#(?P<number>[0-9]+|[xX][0-9a-fA-F]+));"
_PIECES = {
    True: re.compile(rf"(?P<text>[^<]+)|{_TAGS}"),
    False: re.compile(rf"(?P<text>[^<&]+)|{_CHARACTER}|{_TAGS}"),
}
"""What a page is made of; by whether characters that are written by name are text as others are."""


class Reader(HTMLParser):
    """An ``HTMLParser`` that is given a page at once, and knows where in it each piece stands.

    Nearly all pages are made of plain tags, plain text and comments, which one expression reads in
    a third of the time. A page that holds anything else goes to ``html.parser`` as a whole.
    """

    def read(self, page: str) -> None:
        """Tell of each tag and of the text between, in order."""
        self._at = 0
        self._lines: list[int] = []
        """Where each line of the page begins, where the standard library reads it."""
        pieces = [*_PIECES[self.convert_charrefs].finditer(page)]
        if sum(map(len, map(itemgetter(0), pieces))) < len(page):
            self.read_slowly(page)
            return
        plain = self.convert_charrefs
        for piece in pieces:
            self._at = piece.start()
            kind, found = piece.lastgroup, piece[0]
            if kind == "text":
                self.handle_data(unescape(found) if plain else found)
            elif kind == "ended":
                self.handle_endtag(piece["ended"])
            elif kind == "end":
                tag, written, empty = piece.group("begun", "given", "end")
                given = [
                    (name.lower(), unescape(value) if stated else None)
                    for name, stated, value in (_GIVEN.findall(written) if written else ())
                ]
                (self.handle_startendtag if empty else self.handle_starttag)(tag, given)
            elif kind == "name":
                self.handle_entityref(piece["name"])
            elif kind == "number":
                self.handle_charref(piece["number"])

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
