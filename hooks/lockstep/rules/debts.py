"""What translations owe: sections that fell behind their English, or whose English nobody knows.

How a section stands is ``translation``'s; here it becomes findings with the command that settles
each. Whether a section says what its English says is not asked here.
"""

from collections.abc import Iterator, Sequence

from lockstep.ground.language import Language
from lockstep.ground.location import Location
from lockstep.ground.problem import Problem, Severity
from lockstep.guides.document import Document
from lockstep.guides.section import TOP, Section
from lockstep.pages.site import Site
from lockstep.translations.translation import Standing, State

_UNALIGNED = frozenset({State.MISSING, State.REMOVED})
_SHOWN = 3
"""How many of the sections that correspond to none are named."""


def problems(site: Site, language: Language, page: str) -> Iterator[Problem]:
    """Yield a finding for each section of a translated page that somebody has to look at."""
    translated = site.guides.get(language.code, {}).get(page)
    source = site.guides.get(site.settings.languages.source.code, {}).get(page)
    if translated is not None:
        # Where headings have no anchor, that is the finding: the section may be there.
        unsure = {
            state
            for state, guide in ((State.MISSING, translated), (State.REMOVED, source))
            if guide and not all(heading.anchor for heading in guide.headings)
        }
        known = [each for each in site.standings(language, page) if each.state not in unsure]
        if not site.settings.conventions:
            known = [each for each in known if each.state not in _UNALIGNED]
            yield from _unaligned(site.standings(language, page), translated)
        yield from _owed(known, translated, language, page)
    accepted = site.accepted.get(language.code, {}).get(page)
    if accepted is not None:
        yield from _unfit(site, accepted, language, page)


def name(page: str, anchor: str = "") -> str:
    """Return what commands call a page, or a section of it: ``labs/count-animals#load``."""
    return page.removesuffix(".md") + (f"#{anchor}" if anchor else "")


def _unaligned(found: Sequence[Standing], translated: Document) -> Iterator[Problem]:
    """Report once for a page the sections of either side that correspond to none."""
    ours = [
        each.source
        for each in found
        if each.state is State.MISSING and each.source and each.anchor != TOP
    ]
    gone = [each for each in found if each.state is State.REMOVED and each.anchor != TOP]
    theirs = [each.translated for each in gone if each.translated]
    said = [
        f"{len(own)} of {language} ({_places(own)})"
        for own, language in ((ours, "the English"), (theirs, "this page"))
        if own
    ]
    if said:
        where = theirs[0].location if theirs else translated.at(0)
        message = f"sections that correspond to none: {'; '.join(said)}; they are not compared"
        yield Problem(where, "unaligned-sections", message, Severity.DEBT)


def _places(own: Sequence[Section]) -> str:
    more = f" and {len(own) - _SHOWN} more" if len(own) > _SHOWN else ""
    return ", ".join(f"“{it.title}” {it.location}" for it in own[:_SHOWN]) + more


def _owed(
    found: Sequence[Standing], translated: Document, language: Language, page: str
) -> Iterator[Problem]:
    new = [each for each in found if each.state is State.UNACCEPTED]
    if new and all(each.accepted is None for each in found):
        source = new[0].source
        path = source.location.path if source else ""
        message = (
            f"nobody has said from which English this page was made; compare it with {path}, "
            f"then run `lockstep accept {language.code} {name(page)}`"
        )
        yield Problem(translated.at(0), "unaccepted-section", message, Severity.DEBT)
        found = [each for each in found if each.state is not State.UNACCEPTED]
    for index, each in enumerate(found):
        place = name(page, each.anchor)
        if each.state is State.MISSING:
            yield _missing(found[:index], each, translated)
        elif each.translated is not None:
            yield from _section(each, each.translated.location, language, place)


def _section(
    standing: Standing, where: Location, language: Language, place: str
) -> Iterator[Problem]:
    source = standing.source.location if standing.source else None
    accept = f"`lockstep accept {language.code} {place}`"
    if standing.state is State.OUTDATED:
        message = (
            f"the English of #{standing.anchor} ({source}) changed since it was accepted; see "
            f"`lockstep diff {language.code} {place}`, carry it over, then {accept}"
        )
        yield Problem(where, "outdated-section", message, Severity.DEBT)
    elif standing.state is State.UNACCEPTED:
        message = (
            f"nobody has said from which English #{standing.anchor} was made; compare it with "
            f"{source}, then run {accept}"
        )
        yield Problem(where, "unaccepted-section", message, Severity.DEBT)
    elif standing.state is State.REMOVED:
        lacks = "no longer has a" if standing.accepted else "has no"
        message = f"the English {lacks} section #{standing.anchor}; remove it here too"
        yield Problem(where, "removed-section", message, Severity.DEBT)
    elif standing.changed_cells:
        cells = ", ".join(map(repr, standing.changed_cells))
        message = (
            f"the program of {cells} changed since #{standing.anchor} was accepted; look whether "
            f"its words still fit, then run {accept}"
        )
        yield Problem(where, "changed-program", message, Severity.DEBT)


def _missing(before: Sequence[Standing], standing: Standing, translated: Document) -> Problem:
    """Report a section where it belongs: behind the last one above it that is there."""
    ends = (each.translated.end for each in reversed(before) if each.translated)
    where = translated.at(min(next(ends, 0), len(translated.lines) - 1))
    source = standing.source.location if standing.source else None
    message = f"section #{standing.anchor} ({source}) is missing; translate it, and put it here"
    return Problem(where, "missing-section", message, Severity.DEBT)


def _unfit(site: Site, accepted: Document, language: Language, page: str) -> Iterator[Problem]:
    """Report accepted English that cannot be used."""
    yield from accepted.unread
    source = site.settings.languages.source.code
    if all(page not in site.guides.get(code, {}) for code in (source, language.code)):
        message = f"belongs to no guide: there is no {page} in {source} or {language.code}"
        yield Problem(accepted.at(0), "orphan-translation", f"{message}; remove it")
