"""A lab in one language, ready to be written as a file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lockstep.export import commonmark, flow
from lockstep.export.commonmark import linked, paragraph, text
from lockstep.export.inline import Addresses
from lockstep.export.piece import Piece, Prose
from lockstep.ground.language import Words
from lockstep.notebooks.lab import Lab
from lockstep.pages import rendering
from lockstep.pages.injection import Page


@dataclass(frozen=True)  # without slots, in which nothing can be kept that is worked out once
class Lesson:
    """A guide with the cells of its notebook, in order."""

    name: str
    """What its files are called: the name of its notebook."""
    get_page: Callable[[], Page]
    """Gives the guide with blocks in place: all guides at once would fill the memory."""
    get_lab: Callable[[], Lab]
    """Gives the lab: the same holds for those."""
    meta: Mapping[str, Any]
    """The guide's front matter."""
    words: Words
    """In the language that the guide is written in."""
    addresses: Addresses
    """Where its links lead."""
    licence: str = ""
    """What the site says of copyright, in HTML."""

    @property
    def lab(self) -> Lab:
        """The lab, with its recording."""
        return self.get_lab()

    @property
    def code(self) -> str:
        """Code of its language."""
        return self.words.language.code

    @property
    def title(self) -> str:
        """What it is called."""
        return str(self.meta.get("title") or self.name)

    @property
    def address(self) -> str | None:
        """Address of its page, where the site's own is known."""
        return self.addresses.of("")

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """Text and cells, in order: each format asks for them."""
        return tuple(flow.pieces(self.get_page(), self.name, self.words, self.addresses))


def opening(lesson: Lesson, *remarks: str) -> Prose:
    """Return a lesson's title and what stands below it on its page.

    remarks: what more there is to say of this file.
    """
    words, run = lesson.words, lesson.lab.recording
    told = rendering.provenance(run.run, words) if run else words("Not yet run.")
    facts = " · ".join(rendering.facts(lesson.meta, words))
    tokens = commonmark.wrapped("heading", [commonmark.inline([text(lesson.title)])], markup="#")
    for said in (facts, told, *remarks):
        tokens += paragraph([text(said)]) if said else []
    if lesson.address:
        label = [text(words("This lab on the web"))]
        tokens += paragraph(linked(label, lesson.address))
    if lesson.licence:
        tokens += paragraph([commonmark.html(lesson.licence)])
    return Prose(commonmark.written(tokens), begins=True)
