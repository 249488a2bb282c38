"""Which findings concern a change: those in what changed, and in pages that are made from it.

Which files changed is handed in. A page is made from its English, the notebooks that it shows, the
comments translated for its language, and what holds for the whole site.
"""

from collections.abc import Collection, Iterable, Iterator

from lockstep.ground.problem import Problem
from lockstep.guides import directive
from lockstep.guides.directive import DirectiveError, Reference
from lockstep.guides.document import Document
from lockstep.notebooks.lab import Lab
from lockstep.pages.site import Site, named


def concerning(
    problems: Iterable[Problem], site: Site, changed: Collection[str], config: str
) -> list[Problem]:
    """Return the findings that concern a change.

    changed: paths of the files that are new, other or gone; config: the site's configuration.
    """
    if {config, site.settings.glossary} & set(changed):
        return list(problems)  # every page is made from these
    paths = {*changed, *_notebooks(site, changed), *_guides(site, changed)}
    return [problem for problem in problems if problem.location.path in paths]


def _notebooks(site: Site, changed: Collection[str]) -> Iterator[str]:
    """Yield the notebooks, with their catalogs, that have to do with what changed."""
    for lab in site.labs.values():
        if _own(lab, site) & set(changed):
            yield from (f"{site.settings.notebooks}/{lab.name}{end}" for end in (".py", ".ipynb"))
            yield from (catalog.path for catalog in lab.catalogs.values())


def _own(lab: Lab, site: Site) -> set[str]:
    """Return what a notebook and its recording are made from, catalogs too."""
    settings = site.settings
    recorded = [lab.recording.fingerprint] if lab.recording else []
    found = {f"{settings.notebooks}/{lab.name}{end}" for end in (".py", ".ipynb")}
    for each in (lab.fingerprint, *recorded):
        found |= each.modules.keys()
        found |= {f"{settings.notebooks}/{name}" for name in each.data}
    if lab.fingerprint.pins:
        found.add(settings.pins)
    codes = (language.code for language in settings.languages.translations)
    return found | {f"{settings.catalogs}/{code}/{lab.name}.po" for code in codes}


def _guides(site: Site, changed: Collection[str]) -> Iterator[str]:
    """Yield the guides that are made from what changed."""
    source = site.settings.languages.source.code
    folder = site.settings.guides
    labs = {lab.name: _own(lab, site) for lab in site.labs.values()}
    touched = set(changed)
    carried = {
        (language.code, name)
        for language, _, guide in site.documents()
        if guide.path in touched and (name := named(guide.meta.get("notebook")))
    }
    for page in site.pages:
        gone = any(
            f"{folder}/{each.code}/{page}" in touched
            for each in site.settings.languages
            if page not in site.guides.get(each.code, {})
        )
        for language, guide in site.versions(page).items():
            code = language.code
            made = {f"{folder}/{source}/{page}", f"{site.settings.translations}/{code}/{page}"}
            for name in _shown(guide):
                # One that is gone is no lab, but was in this place.
                own = {f"{site.settings.notebooks}/{name}.py"} | labs.get(name, set())
                others = f"{site.settings.catalogs}/"
                made |= {path for path in own if not path.startswith(others)}
                made.add(f"{others}{code}/{name}.po")
            rival = (code, named(guide.meta.get("notebook"))) in carried
            if (gone and code == source) or rival or made & touched:
                yield guide.path
        accepted = (each.get(page) for each in site.accepted.values())
        if f"{folder}/{source}/{page}" in touched:
            yield from (each.path for each in accepted if each)


def _shown(guide: Document) -> set[str]:
    """Return the notebooks that a guide carries, or refers to."""
    found = {named(guide.meta.get("notebook"))}
    for span in guide.spans:
        try:
            wanted = directive.parse(span.text, span.location)
        except DirectiveError:
            continue
        if isinstance(wanted, Reference):
            found.add(wanted.notebook)
    return {name for name in found if name}
