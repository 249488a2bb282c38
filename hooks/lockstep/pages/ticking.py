"""Steps that readers tick: which they are on a page, and what the page holds for it.

A step is known by its English, in every language (``guides.step``). What a reader ticked stays in
the browser; ``hooks/theme/scripts/progress.js`` shows it.
"""

from collections.abc import Mapping, Sequence
from html import escape

from lockstep.ground.language import Words
from lockstep.guides import document, section, step
from lockstep.guides.document import Document
from lockstep.guides.section import TOP, Section
from lockstep.guides.step import Step
from lockstep.pages.elements import Reader, with_code_blank
from lockstep.translations.alignment import align
from lockstep.translations.translation import Standing

Keys = Mapping[str, Sequence[str | None]]
"""Anchor of a section to the keys of its steps, in order; ``None`` for one that has none."""


def keys(guide: Document, standings: Sequence[Standing]) -> Keys:
    """Return the keys of a guide's steps.

    guide: as it is published; standings: how its sections stand to their English, none for a guide
    that translates nothing.
    """
    if guide.origins:  # put together from several files, whose lines its sections would have
        guide = document.read(guide.text, guide.path, offset=guide.offset)
    english = {each.anchor: (each.accepted, each.source) for each in standings}
    return {
        part.anchor: _keys(step.steps(part), english.get(part.anchor, ()))
        for part in section.sections(guide)
    }


def known(keys: Keys) -> list[str]:
    """Return the keys that there are, in order."""
    return [key for each in keys.values() for key in each if key]


def marked(html: str, keys: Keys) -> str:
    """Return a page with the key of each step on its list item, as ``data-step``.

    A section that has other steps in HTML than in Markdown stays as it is.
    """
    if not known(keys):
        return html
    blank = with_code_blank(html)
    reader = _Reader(keys)
    reader.read(blank)
    places = [
        (place, key)
        for anchor, found in reader.items.items()
        if len(found) == len(keys[anchor])
        for place, key in zip(found, keys[anchor], strict=True)
        if key
    ]
    for place, key in sorted(places, reverse=True):
        html = f'{html[:place]} data-step="{escape(key)}"{html[place:]}'
    return html


def line(lab: str, words: Words, steps: Sequence[str] = ()) -> str:
    """Return where a reader sees how far a lab is done; nothing shows until a script fills it.

    lab: its name; steps: the keys of its steps, on another page than its own.
    """
    told = {
        "lab": lab,
        "steps": " ".join(steps),
        "count": words("{done} of {total} steps done"),
        "tick": words("Step {number} done"),
        "reset": words("Start over"),
        "undo": words("Undo"),
        "search-exclude": "",
    }
    data = "".join(f' data-{name}="{escape(text)}"' for name, text in told.items())
    lang = escape(words.language.code)
    return f'<div class="lockstep-progress" lang="{lang}"{data} hidden></div>\n'


def _keys(own: Sequence[Step], english: Sequence[Section | None]) -> Sequence[str | None]:
    """Return the keys that the English gives to a section's steps.

    english: the English that the section was made from, and that of today, which may stand here.
    """
    sources = [step.steps(part) for part in english if part]
    if not sources or own == sources[-1]:
        return [each.key for each in own]
    for source in sources:
        if [each.depth for each in source] == [each.depth for each in own]:
            return [each.key for each in source]
    matched = {id(other): it for it, other in align(sources[0], own, _likeness) if it and other}
    return [matched[id(each)].key if id(each) in matched else None for each in own]


def _likeness(ours: Step, theirs: Step) -> float:
    """Return how alike two steps of a section are that is damaged."""
    if ours.depth != theirs.depth:
        return 0
    shared, every = ours.marks & theirs.marks, ours.marks | theirs.marks
    return 0.1 + len(shared) / len(every) if every else 0.5


class _Reader(Reader):
    """Finds the items of ordered lists, by the section in which they stand."""

    def __init__(self, anchors: Keys) -> None:
        super().__init__()
        self.items: dict[str, list[int]] = {anchor: [] for anchor in anchors}
        """Anchor to the place behind each ``<li``."""
        self._anchor = TOP
        self._lists: list[str] = []
        self._in_footnotes = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in {"ol", "ul"}:
            self._lists.append(tag)
        elif tag == "li" and self._lists[-1:] == ["ol"] and not self._in_footnotes:
            if self._anchor in self.items:
                self.items[self._anchor].append(self.at + len("<li"))
        elif len(tag) == len("h1") and tag[0] == "h" and given.get("id") in self.items:
            self._anchor = str(given["id"])
        elif tag == "div" and given.get("class") == "footnote":
            self._in_footnotes = True  # they are the last of a page

    def handle_endtag(self, tag: str) -> None:
        if tag in {"ol", "ul"} and self._lists:
            self._lists.pop()
