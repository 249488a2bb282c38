"""A lab in one language, ready to be written as a file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lockstep.export import commonmark, flow
from lockstep.export.commonmark import linked, paragraph, text
from lockstep.export.inline import Addresses
from lockstep.export.piece import Piece, Prose
from lockstep.ground.language import Words
from lockstep.notebooks.lab import Lab
from lockstep.pages import rendering
from lockstep.pages.injection import Page


@dataclass(frozen=True, slots=True)
class Lesson:
    """A guide with the cells of its notebook, in order."""

    lab: Lab
    words: Words
    """In the language that the guide is written in."""
    title: str
    pieces: tuple[Piece, ...]
    meta: Mapping[str, Any] = field(default_factory=dict)
    """The guide's front matter."""
    address: str | None = None
    """Of its page, where the site's own is known."""
    licence: str = ""
    """What the site says of copyright, in HTML."""

    @property
    def name(self) -> str:
        """What its files are called: the name of its notebook."""
        return self.lab.name

    @property
    def code(self) -> str:
        """Code of its language."""
        return self.words.language.code


def lesson(  # noqa: PLR0913, PLR0917 a guide, its lab, its reader, its place
    page: Page,
    meta: Mapping[str, Any],
    lab: Lab,
    words: Words,
    addresses: Addresses,
    licence: str = "",
) -> Lesson:
    """Return a lab as it leaves the site.

    page, meta: its guide with blocks in place, and the guide's front matter; words: in the guide's
    language; addresses: where its links lead; licence: what the site says of copyright, in HTML.
    """
    title = str(meta.get("title") or lab.name)
    found = tuple(flow.pieces(page, lab.name, words, addresses))
    return Lesson(lab, words, title, found, meta, addresses.of(""), licence)


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
