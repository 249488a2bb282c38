"""What an author starts or brings into step: pairs, comment catalogs, new labs.

Each function writes through ``Project.write`` and returns the paths it changed; asking and printing
are the command line's.
"""

import re
from collections.abc import Collection
from pathlib import Path
from string import Template

import jupytext
import nbformat

from lockstep import comments, header, mending, notebook, pairing, translation
from lockstep.lab import Lab
from lockstep.mending import Mend
from lockstep.problem import Problem
from lockstep.project import Project

TEMPLATES = Path(__file__).parent / "templates"
_HEADER = re.compile(r"# ---\n(?:#.*\n)*?# ---\n")


class AuthoringError(Exception):
    """Nothing was written; the text says why and what to do."""


def sync(project: Project, labs: list[Lab]) -> list[str]:
    """Bring each ``.ipynb`` into step with its script, keeping outputs and recording.

    Raises ``AuthoringError`` where a script has errors or a pair cannot be read: nothing is written
    over what might be somebody's work.
    """
    _refuse([problem for lab in labs for problem in _errors(lab)])
    _refuse([problem for lab in labs if lab.pair for problem in lab.pair.problems])
    changed: list[str] = []
    for lab in labs:
        if lab.pair is not None and pairing.in_step(lab.pair, lab.notebook):
            continue
        recorded = lab.recording
        if lab.pair and recorded:
            recorded = pairing.without_lost_outputs(lab.pair, lab.notebook, recorded)
        if project.write_pair(lab.notebook, lab.carried_over, recorded):
            changed.append(lab.notebook.path.removesuffix(".py") + ".ipynb")
    return changed


def script_from_pair(project: Project, lab: Lab) -> str:
    """Return the script as the ``.ipynb`` has it, for ``sync --from-notebook``.

    The script's own header stays. Raises ``AuthoringError`` where there is no readable pair.
    """
    path = (project.root / lab.notebook.path).with_suffix(".ipynb")
    if lab.notebook.unreadable:
        _refuse(list(lab.notebook.problems))
    if lab.pair is None or lab.pair.broken:
        message = f"{project.relative(path)} is missing or broken; nothing to take from it"
        raise AuthoringError(message)
    document = nbformat.read(path, as_version=4)
    script = jupytext.reads(lab.notebook.text, fmt="py:percent")
    document.metadata = script.metadata
    text = str(jupytext.writes(document, fmt="py:percent"))
    own, written = (_HEADER.match(script) for script in (lab.notebook.text, text))
    return text if own is None or written is None else own.group() + text[written.end() :]


def update_comments(project: Project, labs: list[Lab]) -> list[str]:
    """Bring the comment catalogs of every language into step with the notebooks.

    Raises ``AuthoringError`` where a script or a catalog cannot be read whole: translations of what
    was not read would be dropped.
    """
    _refuse([problem for lab in labs for problem in _errors(lab)])
    catalogs = [catalog for lab in labs for catalog in lab.catalogs.values()]
    _refuse([problem for catalog in catalogs for problem in catalog.problems])
    changed: list[str] = []
    for lab in labs:
        for language in project.settings.languages.translations:
            path = f"{project.settings.catalogs}/{language.code}/{lab.name}.po"
            catalog = lab.catalogs.get(language.code) or comments.Catalog(path)
            text = comments.updated(lab.notebook, catalog, language.code)
            if project.write(project.root / path, text):
                changed.append(path)
    return changed


def _errors(lab: Lab) -> list[Problem]:
    """Return what keeps a script from being read whole."""
    return [problem for problem in lab.notebook.problems if problem.rule != "no-test-cell"]


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise AuthoringError("\n".join(map(str, problems)))


def new(project: Project, name: str) -> list[str]:
    """Start a lab: a small notebook that runs, a guide in each language, comments translated.

    Raises ``AuthoringError`` where the name is unfit or taken.
    """
    if not header.is_name(name):
        message = f"{name!r} is not kebab-case: lower-case letters, digits, single hyphens"
        raise AuthoringError(message)
    files = dict(_new_files(project, name))
    taken = [path for path in files if (project.root / path).exists()]
    if taken:
        message = f"{taken[0]} exists already; choose another name"
        raise AuthoringError(message)
    for path, text in files.items():
        project.write(project.root / path, text)
    accepted = _accept_new(project, f"labs/{name}.md")
    script = f"{project.settings.notebooks}/{name}.py"
    project.write_pair(notebook.read(files[script], script), {}, None)
    changed = [*files, *accepted, script.removesuffix(".py") + ".ipynb"]
    return [*changed, *_into_navigation(project, name)]


def _new_files(project: Project, name: str) -> list[tuple[str, str]]:
    title = name.replace("-", " ").capitalize()

    def filled(template: str) -> str:
        text = (TEMPLATES / template).read_text("utf-8")
        return Template(text).safe_substitute(name=name, title=title)

    files = [(f"{project.settings.notebooks}/{name}.py", filled("notebook.py.txt"))]
    for language in project.settings.languages:
        guide = f"guide.{language.code}.md"
        known = (TEMPLATES / guide).exists()
        source = guide if known else "guide.en.md"
        files.append((f"{project.settings.guides}/{language.code}/labs/{name}.md", filled(source)))
        catalog = f"comments.{language.code}.po"
        if (TEMPLATES / catalog).exists():
            path = f"{project.settings.catalogs}/{language.code}/{name}.po"
            files.append((path, filled(catalog)))
    return files


def _accept_new(project: Project, page: str) -> list[str]:
    """Write the accepted English of a new guide for the languages that have a template."""
    changed: list[str] = []
    site = project.site()
    source = site.guides[project.settings.languages.source.code][page]
    for language in project.settings.languages.translations:
        if (TEMPLATES / f"guide.{language.code}.md").exists():
            anchors = [standing.anchor for standing in site.standings(language, page)]
            translated = site.guides[language.code][page]
            codes = site.codes(source)
            text = translation.accept(source, translated, None, anchors, codes)
            path = project.accepted(language) / page
            project.write(path, text)
            changed.append(project.relative(path))
    return changed


def fix(project: Project, paths: Collection[str]) -> list[Mend]:
    """Write what can be derived, and return what was done.

    paths: guides and notebook scripts as findings name them; all of them where there are none.
    """
    done: list[Mend] = []

    def write(path: str, mends: list[Mend]) -> None:
        if mends and (not paths or path in paths):
            text = (project.root / path).read_text("utf-8")
            project.write(project.root / path, mending.mended(text, mends))
            done.extend(mends)

    site = project.site()
    source = site.settings.languages.source
    for lab in site.labs.values():
        if not lab.notebook.unreadable:
            write(lab.notebook.path, list(mending.cell_names(lab.notebook)))
    for guide in site.guides[source.code].values():
        write(guide.path, list(mending.anchors(guide)))
    site = project.site()
    guides = site.guides[source.code]
    for _, page, guide in site.documents():
        if page in guides and guide is not guides[page]:
            write(guide.path, list(mending.anchors_from(guides[page], guide)))
    site = project.site()
    guides = site.guides[source.code]
    for language, page, guide in site.documents():
        found = site.standings(language, page) if language != source else ()
        mends = (mending.directives(guides[page], guide, each) for each in found)
        write(guide.path, [mend for each in mends for mend in each])
    return done


def _into_navigation(project: Project, name: str) -> list[str]:
    """Add the guide below the last lab in ``nav``; a site without such a line is left alone."""
    path = project.config
    lines = path.read_text("utf-8").split("\n") if path.exists() else []
    last = [
        i for i, line in enumerate(lines) if re.match(r"\s+- (?:.*: )?labs/[\w-]+\.md\s*$", line)
    ]
    if not last:
        return []
    indent = lines[last[-1]][: lines[last[-1]].index("-")]
    lines.insert(last[-1] + 1, f"{indent}- labs/{name}.md")
    project.write(path, "\n".join(lines))
    return [path.name]
