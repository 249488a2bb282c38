"""Pages that take little memory while nobody reads their texts."""

import marshal
import zlib
from typing import Any, ClassVar

from mkdocs.structure.pages import Page
from mkdocs.utils import weak_property


def _text(index: int) -> Any:  # noqa: ANN401 a property, where MkDocs has an attribute
    """Return the attribute of a packed page that is that one of its texts."""

    def get(page: "Packed") -> str | None:
        return page.texts()[index]

    def put(page: "Packed", text: str | None) -> None:
        page.texts()[index], page.packed = text, b""

    return property(get, put)


class Packed(Page):
    """A page whose texts are packed when another's are asked for: those of all fill the memory."""

    open: "ClassVar[Packed | None]" = None
    """The one whose texts are not."""
    unpacked: list[str | None] | None = None
    packed: bytes = b""
    called: str | None = None
    """Its title, while it is packed: the navigation asks all pages for that."""
    markdown, content = _text(0), _text(1)

    @weak_property
    def title(self) -> str | None:
        """Return what MkDocs calls it, which finds that out from its texts."""
        return self.called if self.unpacked is None else Page.title.func(self)

    def texts(self) -> list[str | None]:
        """Return its Markdown and its HTML, to be read and written."""
        if self.unpacked is None:
            self.unpacked = [None, None]
            if self.packed:
                self.unpacked = marshal.loads(zlib.decompress(self.packed))  # noqa: S302 as packed
        if Packed.open is not self:
            if Packed.open is not None:
                Packed.open.pack()
            Packed.open = self
        return self.unpacked

    def pack(self) -> None:
        """Take little memory until its texts are asked for again."""
        if not self.packed:
            self.called = self.title
            self.packed = zlib.compress(marshal.dumps(self.unpacked), 1)
        self.unpacked = None
