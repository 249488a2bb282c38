"""Elements of a page's HTML, and what makes reading them quick: code is most of a page.

Python-Markdown writes the pages: ``<`` in code and in attributes is escaped, and tags are closed.
"""

import re

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
