"""What stands around a page and depends on it: titles of admonitions, facts on a card, links.

All other words around it stand in the theme's templates, as ``words("…")``.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urljoin

from lockstep.ground.language import Words
from lockstep.ground.settings import Settings
from lockstep.pages.rendering import LEVELS, PLACES

ADMONITIONS = {
    "note": "Note",
    "abstract": "Abstract",
    "info": "Info",
    "tip": "Tip",
    "success": "Success",
    "question": "Question",
    "warning": "Warning",
    "failure": "Failure",
    "danger": "Danger",
    "bug": "Bug",
    "example": "Example",
    "quote": "Quote",
}
"""Kinds of admonitions, and the title of one that is given none."""


def admonitions(words: Words) -> dict[str, str]:
    """Return the title of each kind of admonition."""
    return {kind: words(title) for kind, title in ADMONITIONS.items()}


def facts(meta: Mapping[str, Any], products: Iterable[str], words: Words) -> list[tuple[str, str]]:
    """Return what a lab's card says of it, each fact with its label.

    meta: the guide's front matter; products: what the lab that it carries was run with.
    """
    minutes, level, places = (meta.get(key) for key in ("duration", "level", "runs-on"))
    known = [PLACES[place] for place in PLACES if isinstance(places, list) and place in places]
    found = {
        words("Time"): words("{minutes} min", minutes=minutes) if isinstance(minutes, int) else "",
        words("Level"): words(LEVELS.get(str(level), "")),
        words("Runs on"): words(", ").join(map(words, known)),
        words("Run with"): words(", ").join(products),
    }
    return [(label, fact) for label, fact in found.items() if fact]


def report(settings: Settings, repository: str, page: str, words: Words, section: str) -> str:
    """Return the address at which a reader reports a problem with a page.

    repository: its address, which may be empty; page: the path of the page's file below the folder
    of guides; words: the reader's; section: what the report calls the section, as text.

    The title is for those who sort reports, the body asks in the reader's language. There is no
    address where the one in the settings needs a repository and there is none.
    """
    if not repository and "{repository}" in settings.report:
        return ""
    language = words.language
    body = "\n".join([
        words("Page: {page}", page=f"{settings.guides}/{page}"),
        words("Section: {section}", section=section),
        words("Language: {language}", language=f"{language.name} ({language.code})"),
        "",
        words("What is wrong, and what did you expect?"),
        "",
    ])  # fmt: skip
    title = f"{page.partition('/')[2] or page} ({language.code}): "
    return settings.report.format(
        repository=repository.rstrip("/"), title=quote(title, safe=""), body=quote(body, safe="")
    )


def sources(repository: str, edit: str, guides: str) -> str:
    """Return the address below which a repository shows its files, each by its path.

    repository: its address, which may be empty; edit: where a guide is edited, as MkDocs has it
    (``edit/main/docs/``), from there; guides: the folder of guides. Nothing where it cannot be
    told: without a repository, and where guides are edited elsewhere.
    """
    address = urljoin(f"{repository.rstrip('/')}/", edit)
    if not repository or not edit.rstrip("/").endswith(f"/{guides}"):
        return ""
    root = address.rstrip("/").removesuffix(guides)
    # As GitHub and GitLab, then as Gitea and Forgejo have it; others show what they edit.
    for editing, showing in (("/edit/", "/blob/"), ("/_edit/", "/src/branch/")):
        root = root.replace(editing, showing, 1)
    return root
