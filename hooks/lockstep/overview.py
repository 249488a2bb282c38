"""The state of every lab in every language, as ``lockstep status`` shows it."""

from typing import TypedDict

from lockstep.lab import Lab
from lockstep.language import Language
from lockstep.site import Site, named


class GuideState(TypedDict):
    """How far a lab is in one language."""

    page: str | None
    """Path of the guide; ``None`` where it is missing."""
    comments: int
    """Comments in the code that have no finished translation."""


class LabState(TypedDict):
    """How a lab stands."""

    lab: str
    run: str | None
    """Date of the recording; ``None`` where it may not be published."""
    stale: list[str]
    """Why it may not."""
    pins: list[str]
    """Versions that have moved since."""
    guides: dict[str, GuideState]
    """By language code."""


def states(site: Site) -> list[LabState]:
    """Return how each lab of a site stands."""
    return [
        LabState(
            lab=lab.name,
            run=lab.recording.run.date if lab.recording and not lab.stale else None,
            stale=[str(change) for change in lab.stale],
            pins=[str(change) for change in lab.pin_changes],
            guides={
                language.code: GuideState(
                    page=_page(site, lab, language), comments=_open_comments(site, lab, language)
                )
                for language in site.settings.languages
            },
        )
        for lab in site.labs.values()
    ]


def brief(guide: GuideState) -> str:
    """Return the state of a guide in a word or two."""
    if guide["page"] is None:
        return "missing"
    if guide["comments"]:
        return f"{guide['comments']} comment{'s' if guide['comments'] > 1 else ''} open"
    return "whole"


def _page(site: Site, lab: Lab, language: Language) -> str | None:
    guides = site.guides.get(language.code, {}).values()
    carriers = (guide.path for guide in guides if named(guide.meta.get("notebook")) == lab.name)
    return next(carriers, None)


def _open_comments(site: Site, lab: Lab, language: Language) -> int:
    if language == site.settings.languages.source:
        return 0
    catalog = lab.catalogs.get(language.code)
    return sum(catalog is None or catalog.translation(text) is None for text in lab.comment_texts)
