"""What a reader's browser makes of a built page: the blocks of the engine, as text.

Only the standard library's parser reads the HTML, so a page that breaks out of a block shows here.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "wbr"}


@dataclass
class Element:
    """An element, and all that is in it."""

    tag: str
    attributes: dict[str, str]
    children: "list[Element | str]" = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its text, as a copy button takes it."""
        return "".join(c if isinstance(c, str) else c.text for c in self.children)

    @property
    def classes(self) -> set[str]:
        """The names in its ``class``."""
        return set(self.attributes.get("class", "").split())

    def all(self, name: str) -> "list[Element]":
        """Return the elements in it of a tag, or of a class where the name begins with a dot."""
        found: list[Element] = []
        for child in self.children:
            if isinstance(child, Element):
                if child.tag == name or name.removeprefix(".") in child.classes & {name[1:]}:
                    found.append(child)
                found += child.all(name)
        return found

    def one(self, name: str) -> "Element":
        """Return the only element of that name in it; raises ``ValueError``."""
        (found,) = self.all(name)
        return found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("page", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if any(element.tag == tag for element in self.open[1:]):
            while self.open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read(html: str) -> Element:
    """Return the page as one element."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.open[0]


def open_page(site: Path, address: str) -> Element:
    """Return a page of a built site, by its address below the root."""
    return read((site / address / "index.html").read_text("utf-8"))


def code_of(cell: Element) -> str:
    """Return the code that a reader copies from a cell or a fence, without its last newline."""
    return cell.one("code").text.removesuffix("\n")
