"""A translated guide as its readers get it, while its English moves on.

Where a section fell behind, a notice says so. Where its English gained or lost a cell, or where it
refers to what is no longer there, the English section stands in its place, so that every page's
program is whole. What was never accepted, and a
cell whose program changed, are the translator's business: readers see nothing of them.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from itertools import takewhile

from lockstep.ground.language import Language
from lockstep.ground.location import Location
from lockstep.guides import directive, document, footnote, front_matter, inventory, section
from lockstep.guides.directive import DirectiveError, Reference, ValueDirective
from lockstep.guides.document import Document
from lockstep.guides.section import TOP, Section
from lockstep.pages.block import Block, Notice, NoticeBlock, PassageEnd, PassageStart
from lockstep.translations.alignment import merged
from lockstep.translations.translation import Standing, State

Gone = Callable[[str], bool]
"""Whether an address in a page, which its English no longer has, may lead nowhere."""

SEEN = ("title", "notebook", "duration", "level", "runs-on")
"""Keys of the front matter whose values a page shows."""


@dataclass(frozen=True, slots=True)
class Published:
    """A guide with what stands in it for its readers."""

    document: Document
    """Its lines keep the places that they come from, which may be those of its English."""
    insertions: Mapping[int, Block] = field(default_factory=dict)
    """By index of a blank line, what stands there."""


def published(
    guide: Document,
    standings: Sequence[Standing],
    source: Language,
    gone: Gone = lambda _: False,
    stuck: Collection[str] = (),
) -> Published:
    """Return a guide as its readers get it.

    guide: the translation, with or without its front matter. standings: how its sections stand;
    none for a guide that translates nothing. source: the language of its English. gone: tells
    which of the links that English gave up lead nowhere, at which a strict build would end. stuck:
    outdated sections that refer to what is no longer there.
    """
    theirs = {each.anchor: each for each in section.sections(guide)}
    by_anchor = {each.anchor: each for each in standings}
    today = [each.anchor for each in standings if each.source]
    # English gives the order, once the translation is known to have been made from it.
    orders = (today, list(theirs)) if any(each.accepted for each in standings) else (theirs, today)
    order = merged(*orders)
    assembly = _Assembly(guide, source, gone, stuck)
    if order == list(theirs) and not any(map(assembly.differs, standings)):
        return Published(guide)
    for anchor in order:
        standing, own = by_anchor.get(anchor), theirs.get(anchor)
        if standing is None:
            assembly.keep(own)
        else:
            assembly.put(standing, own)
    english = [_whole(each.source) for each in standings if each.source]
    if not all(heading.anchor for part in (guide, *english) for heading in part.headings):
        return Published(guide)  # what seems to be missing may stand under one without anchor
    assembly.mend_footnotes(english)
    return Published(assembly.document(), assembly.insertions)


def _references(part: Section | None, *, values: bool) -> tuple[tuple[str, str | None, str], ...]:
    """Return the cells and outputs that a section shows, in order, or the values that it states."""
    if part is None:
        return ()
    found = []
    for span in document.read(part.plain, part.location.path).spans:
        try:
            wanted = directive.parse(span.text, span.location)
        except DirectiveError:
            continue
        if isinstance(wanted, ValueDirective) is values and isinstance(wanted, Reference):
            found.append((type(wanted).__name__, wanted.notebook, wanted.target))
    return tuple(found)


def _links(part: Section | None) -> set[str]:
    """Return the addresses to which a section leads, and those of its images."""
    if part is None:
        return set()
    items = inventory.read(document.read(part.plain, part.location.path)).items
    return {str(item.value) for item in items if item.kind in {"link", "image"}}


def _is_whole(standing: Standing, gone: Gone) -> bool:
    """Whether an outdated section shows what its English shows, or lacks it by its own fault.

    A value that English no longer states may not be recorded any more, and a page to which it no
    longer leads may not be there.
    """
    given_up = _links(standing.accepted) - _links(standing.source)
    if given_up and any(map(gone, given_up & _links(standing.translated))):
        return False
    today, then, theirs = (
        _references(part, values=False)
        for part in (standing.source, standing.accepted, standing.translated)
    )
    stated, said, told = (
        set(_references(part, values=True))
        for part in (standing.source, standing.accepted, standing.translated)
    )
    return (today in (then, theirs)) and not (said - stated) & told


def _is_unseen(standing: Standing) -> bool:
    """Whether nothing changed in English but front matter that no page shows."""
    if standing.anchor != TOP or standing.source is None or standing.accepted is None:
        return False
    seen = []
    for part in (standing.source, standing.accepted):
        meta = _whole(part).meta
        body = "\n".join(part.text.split("\n")[front_matter.length(part.text) :])
        seen.append(([meta.get(key) for key in SEEN], replace(part, text=body).substance))
    return seen[0] == seen[1]


def _notice(standing: Standing, gone: Gone) -> Notice | None:
    """Return what readers must know of a section, if there is anything."""
    if standing.state is State.OUTDATED and _is_unseen(standing):
        return None
    if standing.state is State.OUTDATED:
        return Notice.BEHIND if _is_whole(standing, gone) else Notice.CHANGED
    if standing.state is State.MISSING:
        shows = _references(standing.source, values=False)
        return Notice.UNTRANSLATED if shows else Notice.ANNOUNCED
    if standing.state is State.REMOVED and standing.accepted:
        return Notice.WITHDRAWN
    return None


def _shows_what_may_be_gone(standing: Standing, gone: Gone) -> bool:
    """Whether a section that English no longer has shows anything of the notebook, or leads there.

    That is, to where nothing may be any more.
    """
    cells = _references(standing.translated, values=False)
    if standing.accepted and any(map(gone, _links(standing.translated))):
        return True
    return bool(cells or (standing.accepted and _references(standing.translated, values=True)))


class _Assembly:
    """The lines of a page, put together from the translation and its English."""

    def __init__(
        self, guide: Document, source: Language, gone: Gone, stuck: Collection[str]
    ) -> None:
        self.guide = guide
        self.source = source
        self.gone = gone
        self.stuck = stuck
        self.lines: list[str] = []
        self.origins: list[Location] = []
        self.insertions: dict[int, Block] = {}

    def document(self) -> Document:
        """Return the page as a guide of its own."""
        text = "\n".join(self.lines)
        guide, origins = self.guide, tuple(self.origins)
        read = document.read(text, guide.path, offset=guide.offset, origins=origins)
        return replace(read, meta=guide.meta)

    def keep(self, own: Section | None) -> None:
        """Put a section of the translation as it is."""
        if own is not None:
            self._add_lines(self.guide, range(own.first, own.end))

    def differs(self, standing: Standing) -> bool:
        """Whether a section is not put as the translation has it."""
        return self._is_taken_out(standing) or self._notice(standing) is not None

    def put(self, standing: Standing, own: Section | None) -> None:
        """Put a section as its readers get it."""
        notice, english = self._notice(standing), standing.source
        if own and self._is_taken_out(standing):
            place = f'<div id="{escape(own.anchor)}"></div>'  # where links to it still lead
            self._add(["", place, ""], [own.location] * 3)
        elif notice in (Notice.BEHIND, Notice.WITHDRAWN):
            self._noticed(notice, standing, own)
        elif notice and english:
            self._english(notice, english, own)
        else:
            self.keep(own)

    def mend_footnotes(self, english: Iterable[Document]) -> None:
        """Bring in the footnotes that are referred to, and take out those that no longer are.

        english: its sections.
        """
        page = self.document()
        defined, wanted = footnote.definitions(page), footnote.references(page)
        for label, rows in defined.items():
            if label not in wanted:
                for row in rows:
                    self.lines[row] = ""
        sources = [self.guide, *english]
        for label in sorted(wanted - defined.keys()):
            for source in sources:
                there = footnote.definitions(source)
                if label in there:
                    self._add([""], [source.at(there[label].start)])
                    self._add_lines(source, there[label])
                    break

    def _is_taken_out(self, standing: Standing) -> bool:
        gone = standing.state is State.REMOVED
        return gone and _shows_what_may_be_gone(standing, self.gone)

    def _notice(self, standing: Standing) -> Notice | None:
        stuck = standing.anchor in self.stuck
        return Notice.CHANGED if stuck else _notice(standing, self.gone)

    def _noticed(self, notice: Notice, standing: Standing, own: Section | None) -> None:
        """Put a section of the translation, with a notice under its heading."""
        beside = own or standing.source
        head = 0
        if own:
            head = own.first + self._front_matter(own) + _head(own)
            self._add_lines(self.guide, range(own.first, head))
        if beside:
            leads = notice is Notice.BEHIND and beside.level
            self._insert(NoticeBlock(notice, beside.anchor if leads else ""), beside)
        if own:
            self._add_lines(self.guide, range(head, own.end))

    def _front_matter(self, own: Section) -> int:
        """Return how many lines of a section of the translation are its front matter."""
        there = own.anchor == TOP and self.guide.offset == 0
        return front_matter.length(own.text) if there else 0

    def _english(self, notice: Notice, english: Section, own: Section | None) -> None:
        """Put a section of the English, or its heading alone, marked as English."""
        text = english.text.split("\n")
        first = front_matter.length(english.text) if english.anchor == TOP else 0
        head = first + _head(english)
        if own:
            self._add_lines(self.guide, range(own.first, own.first + self._front_matter(own)))
        places = _places(english)
        self._insert(PassageStart(self.source.code), english)
        self._add(text[first:head], places[first:head])
        anchor = english.anchor if notice is Notice.ANNOUNCED else ""
        self._insert(NoticeBlock(notice, anchor), english)
        if notice is not Notice.ANNOUNCED:
            self._add(text[head:], places[head:])
        self._insert(PassageEnd(), english)

    def _insert(self, block: Block, beside: Section) -> None:
        """Put a block on a blank line, indented as the section's heading is."""
        heading = beside.text.split("\n", 1)[0] if beside.level else ""
        indentation = "".join(takewhile(str.isspace, heading))
        self._add([""], [beside.location])
        self.insertions[len(self.lines)] = block
        self._add([indentation, ""], [beside.location] * 2)

    def _add_lines(self, source: Document, rows: range) -> None:
        self._add([source.lines[row] for row in rows], [source.at(row) for row in rows])

    def _add(self, lines: Sequence[str], places: Sequence[Location]) -> None:
        apart = self.lines and self.lines[-1].strip() and lines and lines[0].strip()
        if apart:
            self.lines.append("")
            self.origins.append(places[0])
        self.lines += lines
        self.origins += places


def _head(part: Section) -> int:
    """Return how many lines a section's heading takes: two where it is underlined."""
    if not part.level:
        return 0
    first, *rest = part.text.split("\n", 2)
    underlined = not first.lstrip(" >").startswith("#") and rest
    return 2 if underlined else 1


def _whole(part: Section) -> Document:
    """Return a section as a guide of its own, whose lines keep their places."""
    return document.read(part.text, part.location.path, origins=tuple(_places(part)))


def _places(part: Section) -> list[Location]:
    """Return where each line of a section stands in its file."""
    path, line = part.location.path, part.location.line
    return [Location(path, line + row) for row in range(part.text.count("\n") + 1)]
