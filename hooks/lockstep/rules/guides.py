"""Rules on one guide, and on which languages it exists in."""

from collections.abc import Iterator

from lockstep.ground.problem import Problem, Severity
from lockstep.guides.document import Document, Heading
from lockstep.pages.rendering import LEVELS, PLACES
from lockstep.pages.site import Site, named


def front_matter(document: Document, site: Site) -> Iterator[Problem]:
    """Yield what is wrong with the front matter of a guide."""
    meta = document.meta

    def refuse(key: str, expected: str) -> Problem:
        given = f"`{key}: {meta[key]}`" if key in meta else f"no `{key}:` in the front matter"
        return Problem(document.meta_line(key), "bad-front-matter", f"{given}; expected {expected}")

    if any(problem.rule == "bad-front-matter" for problem in document.problems):
        return
    for key in ("title", "description"):
        if not isinstance(meta.get(key), str):
            yield refuse(key, "a line of text")
    if "notebook" not in meta:
        return
    if named(meta["notebook"]) not in site.labs:
        known = ", ".join(sorted(site.labs)) or "none"
        message = f"there is no notebook {meta['notebook']!r}; there are: {known}"
        yield Problem(document.meta_line("notebook"), "unknown-notebook", message)
    if type(meta.get("duration")) is not int:
        yield refuse("duration", "minutes, a whole number")
    if not isinstance(meta.get("level"), str) or meta["level"] not in LEVELS:
        yield refuse("level", f"one of {', '.join(LEVELS)}")
    places = meta.get("runs-on")
    known_places = isinstance(places, list) and all(place in list(PLACES) for place in places)
    if not known_places:
        yield refuse("runs-on", f"a list of {', '.join(PLACES)}")


def anchors(document: Document) -> Iterator[Problem]:
    """Yield headings without an anchor, and anchors that stand twice."""
    seen: dict[str, Heading] = {}
    for heading in document.headings:
        if heading.anchor is None:
            title = f"{'#' * heading.level} {heading.title}"
            message = f"`{title}` has no anchor; write `{title} {{#its-name}}`"
            yield Problem(heading.location, "missing-anchor", message)
        elif heading.anchor in seen:
            message = f"anchor {heading.anchor!r} stands already at {seen[heading.anchor].location}"
            yield Problem(heading.location, "duplicate-anchor", message)
        else:
            seen[heading.anchor] = heading


def languages(site: Site, page: str) -> Iterator[Problem]:
    """Yield where a page is missing in a language, or translates nothing."""
    source = site.guides.get(site.settings.languages.source.code, {}).get(page)
    for language in site.settings.languages.translations:
        translated = site.guides.get(language.code, {}).get(page)
        if source is not None and translated is None:
            path = f"{site.settings.guides}/{language.code}/{page}"
            message = f"has no {language.name} version; readers get this page. Write {path}"
            yield Problem(source.at(0), "missing-guide", message, Severity.DEBT)
        elif source is None and translated is not None:
            message = f"translates nothing: there is no {page} in the source language"
            yield Problem(translated.at(0), "orphan-guide", message)
