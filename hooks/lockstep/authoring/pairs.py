"""Scripts, their pairs and their comment catalogs brought into step.

Each function writes through ``Project.write`` and returns the paths it changed.
"""

import re

from lockstep.authoring.refusal import AuthoringError, refuse
from lockstep.disk.project import Project
from lockstep.ground.problem import Problem
from lockstep.notebooks import comments, pairing
from lockstep.notebooks.jupyter import jupytext, nbformat
from lockstep.notebooks.lab import Lab

_HEADER = re.compile(r"# ---\n(?:#.*\n)*?# ---\n")


def sync(project: Project, labs: list[Lab]) -> list[str]:
    """Bring each ``.ipynb`` into step with its script, keeping outputs and recording.

    Raises ``AuthoringError`` where a script has errors or a pair cannot be read: nothing is written
    over what might be somebody's work.
    """
    refuse([problem for lab in labs for problem in _errors(lab)])
    refuse([problem for lab in labs if lab.pair for problem in lab.pair.problems])
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
        refuse(list(lab.notebook.problems))
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
    refuse([problem for lab in labs for problem in _errors(lab)])
    catalogs = [catalog for lab in labs for catalog in lab.catalogs.values()]
    refuse([problem for catalog in catalogs for problem in catalog.problems])
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
