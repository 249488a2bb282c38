"""What a lab is made of once it leaves the site, in order, and the cells that come of it.

``flow`` makes pieces of a page; ``jupyter`` and ``databricks`` write them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from lockstep.pages.block import CodeBlock, OutputBlock


@dataclass(frozen=True, slots=True)
class Prose:
    """Text in CommonMark, with GitHub's tables."""

    markdown: str
    begins: bool = False
    """Whether it begins with a heading, and so a cell of its own."""


@dataclass(frozen=True, slots=True)
class Code:
    """A cell that the learner runs."""

    block: CodeBlock


@dataclass(frozen=True, slots=True)
class Result:
    """The recorded output of a cell, where the page shows it alone."""

    block: OutputBlock


@dataclass(frozen=True, slots=True)
class Diagram:
    """A drawing that is written as text, in Mermaid's language."""

    source: str
    description: str = ""
    """What it shows, in words, where the source says so."""


Piece = Prose | Code | Result | Diagram


def cells(
    pieces: Iterable[Piece], written: Callable[[Result | Diagram], str]
) -> Iterator[str | Code]:
    """Yield the cells that pieces come to: text as Markdown, and code.

    written: what stands in the text for a result or a diagram; may be empty.
    """
    text: list[str] = []
    for piece in pieces:
        begins = isinstance(piece, Prose) and piece.begins
        if text and (begins or isinstance(piece, Code)):
            yield "\n\n".join(text)
            text = []
        if isinstance(piece, Code):
            yield piece
        elif markdown := piece.markdown if isinstance(piece, Prose) else written(piece):
            text.append(markdown)
    if text:
        yield "\n\n".join(text)
