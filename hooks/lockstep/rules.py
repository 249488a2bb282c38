"""The rules that hold a site together: a ``Site`` in, findings out, all of them.

What a directive refers to is checked where it is resolved (``injection``), what a file's own format
demands where it is read; here they are gathered, and here are the rules between files.
"""

from collections.abc import Iterator

from lockstep import allowance, comments, debts, pairing, parity, rendered, terminology
from lockstep.document import Document
from lockstep.injection import Page
from lockstep.lab import Lab
from lockstep.location import Location
from lockstep.problem import Problem, Severity, in_order
from lockstep.rendering import LEVELS, PLACES
from lockstep.site import Site, named

RULES = {
    "bad-allowance": "An exception names a rule that knows exceptions, and a reason.",
    "bad-catalog": "A comment catalog is valid PO.",
    "bad-cell-header": "A cell header has name, tags and values, well formed.",
    "bad-front-matter": "A guide has a title; a lab's also has duration, level and runs-on.",
    "bad-glossary": "The glossary names each term once, in every language, with a definition.",
    "bad-notebook-header": "A notebook's header is YAML; `lockstep` holds ranks, timeout, data.",
    "broken-pair": "An .ipynb is a notebook in JSON.",
    "cell-not-shown": "A lab's guide shows every cell that is no test.",
    "cell-out-of-order": "A lab's guide shows the cells in the order in which they run.",
    "cell-shown-twice": "A lab's guide shows a cell once.",
    "changed-program": "The words around a cell were looked at since its program changed.",
    "comment-fuzzy": "A changed comment's translation was reviewed.",
    "comment-untranslated": "Comments in lab code are translated.",
    "directive-not-alone": "A cell or an output stands alone on its line.",
    "duplicate-anchor": "An anchor stands once in a guide.",
    "duplicate-cell-name": "A cell's name is unique in its notebook.",
    "duplicate-guide": "One guide per language carries a notebook.",
    "duplicate-value": "A value is recorded by one cell.",
    "edited-recording": "Outputs and values are those that the run wrote.",
    "forbidden-term": "A translation uses no form of a term that the glossary forbids.",
    "hand-written-code": "Runnable code comes from a notebook, or says why it is not run.",
    "hidden-character": "Lab code holds no control or bidirectional characters.",
    "hostile-comment": "A translated comment cannot change the program.",
    "magic": "Lab code is plain Python: no magics, no shell commands.",
    "malformed-directive": "A directive follows the grammar.",
    "misplaced-directive": "Directives stand where they work.",
    "misplaced-fence": "Code blocks stand where they are checked.",
    "missing-alt": "A figure has alternative text.",
    "missing-anchor": "A heading has an explicit anchor, the same in all languages.",
    "missing-cell-name": "A cell that is no test has a name.",
    "missing-data": "Declared data files exist.",
    "missing-guide": "A guide exists in every language.",
    "missing-pair": "A notebook script has its .ipynb.",
    "missing-section": "A translated guide has the sections of its English.",
    "missing-term": "A translation uses an approved form of each term that its English uses.",
    "no-glossary": "A page that shows the glossary has one to show.",
    "no-guide": "A notebook is shown by a guide.",
    "no-output": "A cell whose output is shown has one recorded.",
    "no-test-cell": "A notebook asserts what its guide claims.",
    "not-percent": "A notebook is in jupytext's percent format and has cells.",
    "not-python": "A cell is valid Python.",
    "not-utf8": "Files are UTF-8.",
    "orphan-guide": "A translated guide has a source.",
    "orphan-translation": "Accepted English belongs to a guide.",
    "out-of-step": "An .ipynb holds the cells of its script.",
    "outdated-section": "A section is translated from today's English.",
    "parity-blocks": "A translated section has the admonitions, tabs and quotes of its English.",
    "parity-code": "A translated section has the inline code of its English.",
    "parity-directives": "A translated section shows the cells and outputs of its English.",
    "parity-fences": "A translated section has the code blocks of its English.",
    "parity-footnotes": "A translated section has the footnotes of its English.",
    "parity-front-matter": "A translated guide has the front matter of its English.",
    "parity-images": "A translated section has the images of its English.",
    "parity-links": "A translated section has the links of its English.",
    "parity-sections": "Translated sections have the order and the level of their English.",
    "parity-steps": "A translated section has the steps and list items of its English.",
    "parity-tables": "A translated section has the tables of its English, row by row.",
    "parity-values": "A translated section has the values of its English.",
    "pins-changed": "A recording was made with the versions pinned today.",
    "removed-section": "A translated guide has no section that its English lacks.",
    "reserved-fence": "The engine's own fence language is not written by hand.",
    "stale-recording": "What is published was run: code, modules and data are as recorded.",
    "stray-markup": "Readers see no Markdown where it should have become something.",
    "unaccepted-section": "Somebody said from which English a section was translated.",
    "unknown-cell": "A directive names a cell that exists.",
    "unknown-directive": "There are cell, output, value and glossary.",
    "unknown-line": "hl names lines that the cell has.",
    "unknown-notebook": "A guide or directive names a notebook that exists.",
    "unknown-option": "A directive has the options of its kind.",
    "unknown-reason": "The reason why code is not run is one of the list.",
    "unknown-value": "A value was recorded by the run.",
    "unreadable": "Files can be read.",
    "unused-allowance": "An exception allows something that a rule finds.",
}
"""Every rule by name, with what it asks for."""

EXCEPTIONS = ("forbidden-term", "missing-term", *parity.RULES)
"""Rules to which a guide can make an exception in a section (``allowance``)."""


def check(site: Site) -> list[Problem]:
    """Return every finding of every rule over the whole project, errors first."""
    pages = {
        document.path: site.page(document, language) for language, _, document in site.documents()
    }
    found = [*site.problems, *(site.glossary.problems if site.glossary else ())]
    for lab in site.labs.values():
        found += _notebook(lab, pages)
        for language in site.settings.languages.translations:
            catalog = lab.catalogs.get(language.code)
            path = f"{site.settings.catalogs}/{language.code}/{lab.name}.po"
            found += comments.problems(lab.notebook, catalog or comments.Catalog(path))
    for _, _, document in site.documents():
        found += document.problems
        found += pages[document.path].problems
        found += _front_matter(document, site)
        found += _anchors(document)
    found += _duty(site, pages)
    found += _languages(site)
    found += debts.problems(site)
    found += parity.problems(site)
    found += terminology.problems(site)
    found += rendered.problems(site)
    documents = (document for _, _, document in site.documents())
    return in_order(allowance.apply(found, documents, EXCEPTIONS))


def _notebook(lab: Lab, pages: dict[str, Page]) -> Iterator[Problem]:
    """Check a notebook, its pair and its recording."""
    notebook, pair = lab.notebook, lab.pair
    yield from notebook.problems
    top = Location(notebook.path, 1)
    if notebook.unreadable:
        return
    for path, digest in lab.fingerprint.data.items():
        if not digest:
            message = f"data file {path!r} does not exist; add it, or take it out of the header"
            yield Problem(top, "missing-data", message)
    if pair is None:
        message = f"its .ipynb is missing; write and record it with `lockstep run {lab.name}`"
        yield Problem(top, "missing-pair", message)
        return
    yield from pair.problems
    if not pair.broken:
        yield from _steps(lab)
    if not pair.problems and not any(problem.rule == "not-python" for problem in notebook.problems):
        yield from _staleness(lab, pages)
    for change in lab.pin_changes:
        message = f"{change}; record it again with `lockstep run --force {lab.name}`"
        yield Problem(top, "pins-changed", message, Severity.DEBT)


def _steps(lab: Lab) -> Iterator[Problem]:
    if lab.pair is None or pairing.in_step(lab.pair, lab.notebook):
        return
    if lab.recording and lab.stale and pairing.as_run(lab.pair, lab.recording):
        return  # nobody edited it: the run that the stale script needs anyway writes it
    theirs = dict(lab.pair.cells)
    cells = lab.notebook.cells
    first = next((cell for cell in cells if theirs.get(cell.key) != cell.source), None)
    where = first.header if first else Location(lab.notebook.path, 1)
    what = f"from cell {first.key!r} on" if first else "in the order or number of cells"
    message = (
        f"{lab.pair.path} differs from the script {what}; bring it into step with "
        f"`lockstep sync {lab.name}`, or keep what was edited in Jupyter with "
        f"`lockstep sync --from-notebook {lab.name}`"
    )
    yield Problem(where, "out-of-step", message)


def _staleness(lab: Lab, pages: dict[str, Page]) -> Iterator[Problem]:
    """Report each change since the recording, with the guides that show the cell."""
    places = [place for page in pages.values() for place in page.shown if place[0] == lab.name]
    for change in lab.stale:
        if change.kind == "data file" and not lab.fingerprint.data.get(change.item, ""):
            continue  # missing-data says so
        of_cell = change.kind == "cell"
        cells = (cell for cell in lab.notebook.cells if of_cell and cell.key == change.item)
        cell = next(cells, None)
        where = cell.header if cell else Location(lab.notebook.path, 1)
        if of_cell:
            shown = [str(place) for _, key, place in places if key == change.item]
        else:
            shown = list(dict.fromkeys(place.path for _, _, place in places))
        guides = f" (shown at {', '.join(shown)})" if shown else ""
        message = f"{change.since}{guides}; record it with `lockstep run {lab.name}`"
        yield Problem(where, "stale-recording", message)


def _front_matter(document: Document, site: Site) -> Iterator[Problem]:
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


def _anchors(document: Document) -> Iterator[Problem]:
    seen: dict[str, Location] = {}
    for heading in document.headings:
        if heading.anchor is None:
            title = f"{'#' * heading.level} {heading.title}"
            message = f"`{title}` has no anchor; write `{title} {{#its-name}}`"
            yield Problem(heading.location, "missing-anchor", message)
        elif heading.anchor in seen:
            message = f"anchor {heading.anchor!r} stands already at {seen[heading.anchor]}"
            yield Problem(heading.location, "duplicate-anchor", message)
        else:
            seen[heading.anchor] = heading.location


def _duty(site: Site, pages: dict[str, Page]) -> Iterator[Problem]:
    """One guide per notebook and language shows every cell once, in order."""
    carriers: dict[tuple[str, str], Document] = {}
    for language, _, document in site.documents():
        name = named(document.meta.get("notebook"))
        if name is None or name not in site.labs or site.labs[name].notebook.unreadable:
            continue
        first = carriers.setdefault((language.code, name), document)
        if first is not document:
            message = f"{first.path} carries {name!r} already; quote its cells as `{name}:CELL`"
            yield Problem(document.meta_line("notebook"), "duplicate-guide", message)
        else:
            yield from _coverage(site.labs[name], document, pages[document.path])
    source = site.settings.languages.source.code
    for name, lab in site.labs.items():
        if (source, name) not in carriers and not lab.notebook.unreadable:
            message = f"no guide in {site.settings.guides}/{source} says `notebook: {name}`"
            yield Problem(Location(lab.notebook.path, 1), "no-guide", message, Severity.DEBT)


def _coverage(lab: Lab, document: Document, page: Page) -> Iterator[Problem]:
    order = [cell.key for cell in lab.notebook.shown]
    seen: dict[str, Location] = {}
    latest = -1
    for name, key, where in page.shown:
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


def _languages(site: Site) -> Iterator[Problem]:
    source = site.guides.get(site.settings.languages.source.code, {})
    for language in site.settings.languages.translations:
        theirs = site.guides.get(language.code, {})
        for page, document in source.items():
            if page not in theirs:
                path = f"{site.settings.guides}/{language.code}/{page}"
                message = f"has no {language.name} version; readers get this page. Write {path}"
                yield Problem(document.at(0), "missing-guide", message, Severity.DEBT)
        for page, document in theirs.items():
            if page not in source:
                message = f"translates nothing: there is no {page} in the source language"
                yield Problem(document.at(0), "orphan-guide", message)
