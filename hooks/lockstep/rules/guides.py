"""Rules on one guide, and on which languages it exists in."""

from collections.abc import Iterator

from lockstep.ground.language import Language
from lockstep.ground.problem import Problem, Severity
from lockstep.guides.document import Document, Heading
from lockstep.pages.rendering import LEVELS, PLACES
from lockstep.pages.site import Site


def front_matter(document: Document, language: Language, site: Site) -> Iterator[Problem]:
    """Yield what is wrong with the front matter of a guide; language: the one it is written in."""
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
    if site.notebook(meta, language) not in site.labs:
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
        goes_on = {new for (code, _), new in site.moved.items() if code == language.code}
        if source is not None and translated is None and page not in goes_on:
            path = f"{site.settings.guides}/{language.code}/{page}"
            message = f"has no {language.name} version; readers get this page. Write {path}"
            yield Problem(source.at(0), "missing-guide", message, Severity.DEBT)
        elif source is None and translated is not None:
            yield _orphan(site, language, page, translated)


def _orphan(site: Site, language: Language, page: str, translated: Document) -> Problem:
    """Report a translation without English: a debt where there was one, else a mistake."""
    accepted = site.accepted.get(language.code, {}).get(page)
    name = site.moved.get((language.code, page))
    if accepted is None:
        message = f"translates nothing: there is no {page} in the source language"
        return Problem(translated.at(0), "orphan-guide", message)
    if name is None:
        message = (
            f"its English is gone; remove this page and {accepted.path}, or move both to the page "
            "in which it goes on"
        )
        return Problem(translated.at(0), "orphan-guide", message, Severity.DEBT)
    moves = " and ".join(
        f"`git mv {path} {path.removesuffix(page)}{name}`"
        for path in (translated.path, accepted.path)
    )
    message = f"its English is now {name}; follow with {moves}"
    return Problem(translated.at(0), "orphan-guide", message, Severity.DEBT)
