"""Running text of a page, made fit to leave the site.

Links become absolute or plain text, footnotes numbers; attribute lists and comments, which only
the site's own Markdown reads, go.
"""

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urljoin, urlsplit

from markdown.extensions.attr_list import AttrListTreeprocessor
from markdown_it.token import Token

from lockstep.export import commonmark
from lockstep.guides import markup

_ATTRIBUTES = re.compile(r"\{:?[ ]*[^\}\n ][^\}\n]*\}")
"""Attributes right behind a link, an image, emphasis or code."""
_CARRIES_ATTRIBUTES = {"link_close", "image", "em_close", "strong_close", "code_inline"}


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a page's links lead, seen from outside the site."""

    site: str = ""
    """The site's own address, which ends with a slash; empty where it is not known."""
    page: str = ""
    """The page, below the folder of guides: ``zh/labs/count.md``."""
    source: str = ""
    """Code of the language in which a page stands that is missing in the page's own."""
    urls: Mapping[str, str] = field(default_factory=dict)
    """Each file of the site, below the folder of guides, to its address below the site's."""

    def of(self, address: str) -> str | None:
        """Return an address as it works anywhere; ``None`` where there is no such address."""
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            return address
        target = posixpath.join(posixpath.dirname(self.page), unquote(parts.path))
        target = posixpath.normpath(target) if parts.path else self.page
        wanted = (target, f"{self.source}/{target.partition('/')[2]}")
        url = next((self.urls[each] for each in wanted if each in self.urls), None)
        if not self.site or url is None:
            return None
        fragment = f"#{parts.fragment}" if parts.fragment else ""
        return urljoin(self.site, url) + fragment


@dataclass
class Inlines:
    """Running text of one page, converted from its first line to its last."""

    addresses: Addresses
    anchors: Collection[str] = ()
    """Of the page's headings: links to them stay inside."""
    notes: dict[str, int] = field(default_factory=dict)
    """Labels of footnotes to their numbers, in the order in which the text refers to them."""

    def converted(self, token: Token) -> Token:
        """Return an inline token as it may leave the site."""
        children = list(_without_attributes(token.children or []))
        return commonmark.inline(self._converted(children))

    def cell(self, token: Token) -> Token:
        """Return the inline token of a table's cell, which may end with attributes."""
        return self.converted(commonmark.inline(_without_tail(token)))

    def heading(self, token: Token, *, targeted: Collection[str]) -> Token:
        """Return the text of a heading; with its anchor, where something in the page leads to it.

        Jupyter makes identities of headings itself, and finds none whose title is not ASCII.
        """
        anchor = anchor_of(token)
        found = list(self.cell(token).children or [])
        if anchor in targeted:
            found += [commonmark.text(" "), commonmark.html(f'<a id="{anchor}"></a>')]
        return commonmark.inline(found)

    def _converted(self, children: Iterable[Token]) -> Iterator[Token]:
        kept: list[bool] = []
        for child in children:
            if child.type == "link_open":
                address = self._address(str(child.attrs.get("href", "")))
                kept.append(address is not None)
                if address is not None:
                    yield Token("link_open", "a", 1, attrs={**child.attrs, "href": address})
            elif child.type == "link_close":
                if kept.pop():
                    yield child
            elif child.type == "image":
                yield from self._image(child)
            elif child.type == "footnote_ref":
                label = str((child.meta or {}).get("label", ""))
                number = self.notes.setdefault(label, len(self.notes) + 1)
                yield commonmark.html(f"<sup>{number}</sup>")
            elif child.type != "html_inline" or not child.content.startswith("<!--"):
                yield child

    def _address(self, address: str) -> str | None:
        if address.startswith("#") and address[1:] in self.anchors:
            return address
        return self.addresses.of(address)

    def _image(self, image: Token) -> Iterator[Token]:
        address = self.addresses.of(str(image.attrs.get("src", "")))
        if address is not None:
            yield Token("image", "img", 0, attrs={**image.attrs, "src": address},
                        children=image.children, content=image.content)  # fmt: skip
        elif image.content:
            yield from commonmark.emphasised([commonmark.text(image.content)], "em")


def anchor_of(heading: Token) -> str | None:
    """Return the anchor that the text of a heading ends with."""
    match = AttrListTreeprocessor.HEADER_RE.search(_tail(heading))
    named = re.search(r"#([^\s#}]+)", match.group()) if match else None
    return named[1] if named else None


def targets(tokens: Iterable[Token]) -> frozenset[str]:
    """Return the anchors to which a page's own links lead."""
    return frozenset(
        address[1:]
        for token in tokens
        for child in token.children or ()
        if child.type == "link_open" and (address := str(child.attrs.get("href"))).startswith("#")
    )


def sentence(phrase: str) -> list[Token]:
    """Return a phrase of the engine, which may hold Markdown, as inline tokens."""
    tokens = markup.parse(phrase)
    return list(tokens[1].children or []) if len(tokens) > 1 else []


def _tail(token: Token) -> str:
    last = token.children[-1] if token.children else None
    return last.content if last is not None and last.type == "text" else ""


def _without_tail(token: Token) -> list[Token]:
    """Return what a heading or the cell of a table holds, without the attributes at its end."""
    *before, last = token.children or [commonmark.text("")]
    if last.type != "text":
        return [*before, last]
    return [*before, commonmark.text(AttrListTreeprocessor.HEADER_RE.sub("", last.content))]


def _without_attributes(children: list[Token]) -> Iterator[Token]:
    """Yield inline tokens without attributes behind elements, and on a line of their own."""
    for at, child in enumerate(children):
        before = children[at - 1].type if at else ""
        if child.type == "text" and before in _CARRIES_ATTRIBUTES:
            attributes = _ATTRIBUTES.match(child.content)
            yield commonmark.text(child.content[attributes.end() if attributes else 0 :])
        elif child.type == "softbreak" and _is_last_line_of_attributes(children[at + 1 :]):
            return
        else:
            yield child


def _is_last_line_of_attributes(rest: list[Token]) -> bool:
    return (
        len(rest) == 1
        and rest[0].type == "text"
        and AttrListTreeprocessor.BLOCK_RE.fullmatch(f"\n{rest[0].content}") is not None
    )
