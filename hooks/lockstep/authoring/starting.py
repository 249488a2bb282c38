"""A new lab: its notebook, its guides, its comments, its place in the navigation."""

import re
from pathlib import Path
from string import Template

from lockstep.authoring.refusal import AuthoringError
from lockstep.disk.project import Project
from lockstep.notebooks import header, notebook
from lockstep.translations import translation

TEMPLATES = Path(__file__).parent / "templates"


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
