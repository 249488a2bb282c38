"""What a translator says of a translation: these sections agree with today's English.

Each function writes accepted English through ``Project.write`` and returns what it did; comparing
versions is ``translation``'s, printing the command line's.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import partial

from lockstep.authoring.refusal import AuthoringError
from lockstep.disk.project import Project
from lockstep.ground.language import Language
from lockstep.ground.problem import Problem, Severity
from lockstep.guides import section
from lockstep.guides.document import Document
from lockstep.pages.site import Site
from lockstep.rules import allowance, debts, parity
from lockstep.translations import translation
from lockstep.translations.alignment import align
from lockstep.translations.translation import Standing, State


@dataclass(frozen=True, slots=True)
class Place:
    """A page, or a section of it, as a command names it."""

    page: str
    """Path below a language's folder."""
    anchor: str | None = None
    """``None`` for all sections of the page."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was done with one page in one language."""

    language: Language
    page: str
    path: str
    """Of the accepted English."""
    anchors: tuple[str, ...]
    """The sections accepted now; those that were current already are none of them."""
    refused: tuple[Problem, ...] = ()
    """What keeps other sections from being accepted."""


def place(site: Site, named: str) -> Place:
    """Return what is named: ``labs/x``, ``labs/x.md#anchor``, ``docs/zh/labs/x.md``, a lab ``x``.

    Raises ``AuthoringError`` where there is no such page.
    """
    path, _, anchor = named.partition("#")
    path = path.removeprefix("./")
    for language in site.settings.languages:
        path = path.removeprefix(f"{site.settings.guides}/{language.code}/")
    pages = {page: document for _, page, document in site.documents()}
    page = path if path in pages else f"{path}.md"
    if page not in pages:
        carriers = (each for each, guide in pages.items() if site.notebook(guide.meta) == path)
        page = next(carriers, "") if path in site.labs else ""
    if not page:
        known = ", ".join(debts.name(each) for each in sorted(pages)) or "none"
        message = f"there is no page {path!r}; there are: {known}"
        raise AuthoringError(message)
    return Place(page, anchor or None)


def language(site: Site, code: str) -> Language:
    """Return the language of that code; raises ``AuthoringError`` where nothing is translated."""
    for each in site.settings.languages.translations:
        if each.code == code:
            return each
    known = ", ".join(each.code for each in site.settings.languages.translations) or "none"
    message = f"there is no language {code!r} that is translated; there are: {known}"
    raise AuthoringError(message)


def standings(site: Site, wanted: Language, where: Place) -> tuple[Standing, ...]:
    """Return how the sections at a place stand.

    Raises ``AuthoringError`` where the guide, or the section in it, exists in one language only.
    """
    found = site.standings(wanted, where.page)
    if not found:
        codes = (site.settings.languages.source.code, wanted.code)
        missing = next(code for code in codes if where.page not in site.guides.get(code, {}))
        message = f"{site.settings.guides}/{missing}/{where.page} does not exist"
        raise AuthoringError(message)
    if where.anchor is None:
        return found
    if where.anchor not in {each.anchor for each in found}:
        known = ", ".join(each.anchor for each in found)
        message = f"{where.page} has no section {where.anchor!r}; there are: {known}"
        raise AuthoringError(message)
    return tuple(each for each in found if each.anchor == where.anchor)


def accept(
    project: Project, site: Site, wanted: Language, places: Sequence[Place]
) -> list[Accepted]:
    """Record that sections agree with today's English; pages in the order in which they are named.

    Of a page that is named as a whole, sections that one of the languages lacks are passed over.
    Raises ``AuthoringError`` before anything is written where a section that was named cannot be
    accepted.
    """
    chosen: dict[str, list[str]] = {}
    for where in places:
        found = standings(site, wanted, where)
        lacking = [each for each in found if not (each.source and each.translated)]
        if where.anchor is not None and lacking:
            named = f"{debts.name(where.page, where.anchor)} is {lacking[0].state.value}"
            message = f"{named}: there is nothing to accept"
            raise AuthoringError(message)
        anchors = (each.anchor for each in found if each not in lacking)
        chosen.setdefault(where.page, []).extend(anchors)
    return [_written(project, site, wanted, page, anchors) for page, anchors in chosen.items()]


@dataclass(frozen=True, slots=True)
class Correction:
    """A section whose English was corrected, in a language that it concerns."""

    language: Language
    page: str
    standing: Standing


def corrections(site: Site, places: Sequence[Place]) -> list[Correction]:
    """Return what a correction of English concerns, if it changed no meaning.

    Those are the languages that had accepted the version before it: of all accepted versions that
    differ from today's, the one that is most like it. What is further behind stays outdated.
    """
    found: list[Correction] = []
    for where in places:
        behind = [
            (each, standing)
            for each in site.settings.languages.translations
            if where.page in site.guides.get(each.code, {})
            for standing in standings(site, each, where)
            if standing.state is State.OUTDATED or standing.changed_cells
        ]
        for anchor in dict.fromkeys(standing.anchor for _, standing in behind):
            versions = [(each, it) for each, it in behind if it.anchor == anchor]
            latest = max((_likeness(it) for _, it in versions), default=0.0)
            found += [
                Correction(each, where.page, it) for each, it in versions if _likeness(it) == latest
            ]
    return list(dict.fromkeys(found))


def accept_corrections(project: Project, site: Site, found: Sequence[Correction]) -> list[Accepted]:
    """Record that corrections of English changed no meaning, in the languages they concern."""
    chosen: dict[tuple[str, str], list[str]] = {}
    for each in found:
        chosen.setdefault((each.language.code, each.page), []).append(each.standing.anchor)
    languages = site.settings.languages
    return [
        _written(project, site, languages[code], page, anchors)
        for (code, page), anchors in chosen.items()
    ]


def _likeness(standing: Standing) -> float:
    """Return how much the accepted English is like today's, from 0 to 1."""
    if not standing.accepted or not standing.source:
        return 0.0
    then, today = (each.plain.split() for each in (standing.accepted, standing.source))
    return SequenceMatcher(None, then, today, autojunk=False).ratio()


def _written(
    project: Project, site: Site, wanted: Language, page: str, anchors: Collection[str]
) -> Accepted:
    source = site.guides[site.settings.languages.source.code][page]
    translated = site.guides[wanted.code][page]
    before = site.accepted.get(wanted.code, {}).get(page)
    refused = tuple(_broken(site, wanted, page, anchors))
    lines = {problem.location.line for problem in refused}
    found = [each for each in site.standings(wanted, page) if each.anchor in anchors]
    whole = [each for each in found if not _holds(each, lines)]
    moved = _moved(source, before, translated)
    now = tuple(
        each.anchor
        for each in whole
        if each.state is not State.CURRENT or each.changed_cells or each.anchor in moved
    )
    path = project.accepted(wanted) / page
    if now and before is None and path.exists():
        message = f"{project.relative(path)} cannot be read, and would be lost; mend or remove it"
        raise AuthoringError(message)
    if now:
        text = translation.accept(source, translated, before, now, site.codes(source))
        project.write(path, text)
    return Accepted(wanted, page, project.relative(path), now, refused)


def _moved(source: Document, accepted: Document | None, translated: Document) -> set[str]:
    """Return the sections that moved in English since, and that the translation moved too."""
    orders = [
        [each.anchor for each in section.sections(it)] if it else []
        for it in (accepted, source, translated)
    ]
    shared = set.intersection(*map(set, orders))
    then, today, theirs = ([anchor for anchor in it if anchor in shared] for it in orders)
    if today != theirs:
        return set()
    kept = {one for one, other in align(then, today, lambda a, b: float(a == b)) if other}
    return shared - kept


def _holds(standing: Standing, lines: Collection[int]) -> bool:
    section = standing.translated
    if section is None:
        return True
    first = section.location.line
    return any(first <= line < first + section.end - section.first for line in lines)


def _broken(site: Site, wanted: Language, page: str, anchors: Collection[str]) -> list[Problem]:
    """Return the errors that parity with today's English finds in sections, without exceptions."""
    source = site.guides[site.settings.languages.source.code][page]
    translated = site.guides[wanted.code][page]
    pairs = [
        (each.source, each.translated)
        for each in site.standings(wanted, page)
        if each.anchor in anchors and each.source and each.translated
    ]
    in_english = partial(site.settings.in_source, code=wanted.code)
    found = [*parity.compare(source, translated, pairs, in_english), *parity.misplaced(pairs)]
    left = allowance.apply(found, [translated], parity.RULES)
    return [each for each in left if each.rule in parity.RULES and each.severity is Severity.ERROR]
