"""The duty of guides: one in each language carries a notebook, and shows every cell once, in order.

This is a rule between pages: which guide is a notebook's is known only when all are.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping

from lockstep.ground.language import Language
from lockstep.ground.location import Location
from lockstep.ground.problem import Problem, Severity
from lockstep.ground.settings import Settings
from lockstep.guides.document import Document
from lockstep.notebooks.lab import Lab
from lockstep.pages.injection import Shown
from lockstep.pages.site import Site


def carrying(site: Site) -> dict[str, list[tuple[Language, Document]]]:
    """Return the guides that carry each notebook that there is, in order, by its name."""
    found: dict[str, list[tuple[Language, Document]]] = {name: [] for name in site.labs}
    for language, _, document in site.documents():
        name = site.notebook(document.meta, language)
        if name in found:
            found[name].append((language, document))
    return found


def problems(
    lab: Lab,
    guides: Iterable[tuple[Language, Document]],
    settings: Settings,
    shown: Mapping[str, Collection[Shown]],
) -> Iterator[Problem]:
    """Yield where guides neglect a notebook, or that it has none.

    guides: those that carry it; shown: path of a guide to the cells that it shows, in order.
    """
    if lab.notebook.unreadable:
        return
    first: dict[str, Document] = {}
    for language, document in guides:
        if language.code in first:
            path = first[language.code].path
            message = f"{path} carries {lab.name!r} already; quote its cells as `{lab.name}:CELL`"
            yield Problem(document.meta_line("notebook"), "duplicate-guide", message)
        else:
            first[language.code] = document
            yield from _coverage(lab, document, shown.get(document.path, ()))
    source = settings.languages.source.code
    if source not in first:
        message = f"no guide in {settings.guides}/{source} says `notebook: {lab.name}`"
        yield Problem(Location(lab.notebook.path, 1), "no-guide", message, Severity.DEBT)


def _coverage(lab: Lab, document: Document, shown: Collection[Shown]) -> Iterator[Problem]:
    order = [cell.key for cell in lab.notebook.shown]
    seen: dict[str, Location] = {}
    latest = -1
    for name, key, where in shown:
        if name != lab.name:
            continue
        if key in seen:
            message = f"cell {key!r} is shown already at {seen[key]}; a reader would run it twice"
            yield Problem(where, "cell-shown-twice", message)
            continue
        seen[key] = where
        position = order.index(key)
        if position < latest:
            message = f"cell {key!r} comes before {order[latest]!r} in {lab.notebook.path}"
            yield Problem(where, "cell-out-of-order", message)
        latest = max(latest, position)
    for cell in lab.notebook.shown:
        if cell.key not in seen:
            message = (
                f"does not show cell {cell.key!r} ({cell.header}): `{{{{ cell {cell.key} }}}}`"
            )
            yield Problem(document.meta_line("notebook"), "cell-not-shown", message)
