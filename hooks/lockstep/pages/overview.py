"""The state of every page in every language, as ``lockstep status`` and the status page show it."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypedDict

from lockstep.ground.language import Language
from lockstep.notebooks.lab import Lab
from lockstep.pages.site import Site
from lockstep.translations.translation import Standing, State


class GuideState(TypedDict):
    """How far a page is in one language."""

    page: str | None
    """Path of the guide; ``None`` where it is missing."""
    comments: int
    """Comments in the code that have no finished translation."""
    damaged: int
    """Errors in what the page has otherwise than the English from which it was made."""
    sections: dict[str, str]
    """Anchors of the sections that are not current, to what they are."""


class PageState(TypedDict):
    """How a page stands."""

    page: str | None
    """Path below a language's folder; ``None`` for a lab that no guide shows."""
    lab: str | None
    """Name of the lab it carries; ``None`` for a page that is no lab's."""
    run: str | None
    """Date of the recording; ``None`` where it may not be published, and for other pages."""
    stale: list[str]
    """Why it may not."""
    pins: list[str]
    """Versions that have moved since."""
    guides: dict[str, GuideState]
    """By language code."""


Owed = Callable[[str, Language], dict[str, str]]
"""From a page and a language to what keeps its sections from being current, by their anchors."""


def states(site: Site, damages: Mapping[str, int], owed: Owed | None = None) -> list[PageState]:
    """Return how each page of a site stands: labs first, then what is no lab's, by name.

    damages: path of a guide to how many errors say that it is no translation of its English; owed:
    does what ``sections`` does; it may know what came of that before.
    """
    pages = _pages(site)
    carried = {lab: page for page, lab in reversed(pages.items()) if lab}
    found: list[tuple[str | None, str]] = [(carried.get(name), name) for name in site.labs]
    found += [(page, "") for page, lab in sorted(pages.items()) if not lab]
    owed = owed or partial(sections, site)
    return [_state(site, page, site.labs.get(lab), damages, owed) for page, lab in found]


def sections(site: Site, page: str, language: Language) -> dict[str, str]:
    """Return what keeps a page's sections from being current, by their anchors."""
    if language == site.settings.languages.source:
        return {}
    found = ((each.anchor, _what(each)) for each in site.standings(language, page))
    return {anchor: what for anchor, what in found if what}


def as_json(found: Sequence[PageState]) -> str:
    """Return the states as text for programs."""
    return json.dumps(found, ensure_ascii=False, indent=2)


def is_whole(guide: GuideState) -> bool:
    """Whether nothing is left to do for a page in one language."""
    owed = guide["sections"] or guide["comments"] or guide["damaged"]
    return guide["page"] is not None and not owed


def brief(guide: GuideState) -> str:
    """Return the state of a page in one language, a few words on each line."""
    if guide["page"] is None:
        return "missing"
    found = [f"{number} {what}" for what, number in Counter(guide["sections"].values()).items()]
    if number := guide["damaged"]:
        found.append(f"damaged ({number} error{'s' if number > 1 else ''})")
    if number := guide["comments"]:
        found.append(f"{number} comment{'s' if number > 1 else ''} open")
    return "\n".join(found) or "whole"


def _pages(site: Site) -> dict[str, str | None]:
    """Return every page with the lab that it carries in the first language that has it."""
    pages: dict[str, str | None] = {}
    for _, page, guide in site.documents():
        name = site.notebook(guide.meta)
        pages.setdefault(page, name if name in site.labs else None)
    return pages


def _state(
    site: Site, page: str | None, lab: Lab | None, damages: Mapping[str, int], owed: Owed
) -> PageState:
    paths = {each.code: _path(site, page, lab, each) for each in site.settings.languages}
    recording = lab.recording if lab and not lab.stale else None
    return PageState(
        page=page,
        lab=lab.name if lab else None,
        run=recording.run.date if recording else None,
        stale=[str(change) for change in lab.stale] if lab else [],
        pins=[str(change) for change in lab.pin_changes] if lab else [],
        guides={
            language.code: GuideState(
                page=paths[language.code],
                comments=_open_comments(site, lab, language) if lab else 0,
                damaged=damages.get(paths[language.code] or "", 0),
                sections=owed(page, language) if page else {},
            )
            for language in site.settings.languages
        },
    )


def _path(site: Site, page: str | None, lab: Lab | None, language: Language) -> str | None:
    """Return the path of a page, or of the guide that carries the lab under another name."""
    guides = site.guides.get(language.code, {})
    if page is not None and page in guides:
        return guides[page].path
    own = lab and lab.name
    carriers = (it.path for it in guides.values() if own and site.notebook(it.meta) == own)
    return next(carriers, None)


def _what(standing: Standing) -> str:
    """Return what keeps a section from being current; nothing where it is."""
    if standing.state is not State.CURRENT:
        return str(standing.state.value)
    return "program changed" if standing.changed_cells else ""


def _open_comments(site: Site, lab: Lab, language: Language) -> int:
    if language == site.settings.languages.source:
        return 0
    catalog = lab.catalogs.get(language.code)
    return sum(catalog is None or catalog.translation(text) is None for text in lab.comment_texts)
