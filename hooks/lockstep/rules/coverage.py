"""The duty of guides: one in each language carries a notebook, and shows every cell once, in order.

This is a rule between pages: which guide is a notebook's is known only when all are.
"""

from collections.abc import Collection, Iterator, Mapping
from operator import itemgetter

from lockstep.ground.language import Language
from lockstep.ground.location import Location
from lockstep.ground.problem import Problem, Severity
from lockstep.guides.document import Document
from lockstep.notebooks.lab import Lab
from lockstep.pages.injection import Shown
from lockstep.pages.site import Site


def problems(site: Site, shown: Mapping[str, Collection[Shown]]) -> Iterator[Problem]:
    """Yield where guides neglect their notebook, and notebooks that have no guide.

    shown: path of a guide to the cells that it shows, in order.
    """
    carriers: dict[tuple[str, str], Document] = {}
    for name, language, document in _carrying(site):
        if site.labs[name].notebook.unreadable:
            continue
        first = carriers.setdefault((language.code, name), document)
        if first is not document:
            message = f"{first.path} carries {name!r} already; quote its cells as `{name}:CELL`"
            yield Problem(document.meta_line("notebook"), "duplicate-guide", message)
        else:
            yield from _coverage(site.labs[name], document, shown.get(document.path, ()))
    source = site.settings.languages.source.code
    for name, lab in site.labs.items():
        if (source, name) not in carriers and not lab.notebook.unreadable:
            message = f"no guide in {site.settings.guides}/{source} says `notebook: {name}`"
            yield Problem(Location(lab.notebook.path, 1), "no-guide", message, Severity.DEBT)


def _carrying(site: Site) -> list[tuple[str, Language, Document]]:
    """Return the guides that carry a notebook that there is, notebook by notebook."""
    named = (
        (site.notebook(it.meta, language), language, it) for language, _, it in site.documents()
    )
    found = [(name, language, it) for name, language, it in named if name and name in site.labs]
    return sorted(found, key=itemgetter(0))


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
