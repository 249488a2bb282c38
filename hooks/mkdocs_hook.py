"""MkDocs events for Lockstep: each fetches, calls the engine, and returns what it gave.

Everything the site's languages share is read once, before the first language is built, and kept in
the configuration of that build (``config.extra["lockstep"]``), so that ``mkdocs serve`` starts from
the files as they are after every change.
"""

import logging
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from lockstep import document, rendering, rules, segmentation, tooltips
from lockstep.block import Block
from lockstep.language import Words
from lockstep.location import Location
from lockstep.problem import Problem, Severity
from lockstep.project import Project
from lockstep.settings import SettingsError
from lockstep.site import Site
from lockstep.terms import Finder

log = logging.getLogger("mkdocs.lockstep")


@dataclass
class Build:
    """What one build of all languages knows."""

    project: Project
    site: Site
    finders: dict[str, Finder]
    """What finds the glossary's terms in text, by the text's language."""
    findings: list[Problem] = field(default_factory=list)
    blocks: dict[str, Block] = field(default_factory=dict)
    """Blocks of the page being rendered that Python-Markdown has not reached yet."""
    marks: list[Problem] = field(default_factory=list)
    """Findings of the page being rendered that no mark in its text shows."""
    original: str = ""
    """Address of the original of the page being rendered, from the page."""

    def note(self, problem: Problem) -> None:
        """Keep a finding that is new, and tell of it."""
        if problem not in self.findings:
            level = logging.ERROR if problem.severity is Severity.ERROR else logging.INFO
            log.log(level, str(problem))
            self.findings.append(problem)

    def words(self, config: MkDocsConfig) -> Words:
        """Return the words of the language being built."""
        i18n: Any = config.plugins["i18n"]
        return self.site.words[i18n.current_language or self.site.settings.languages.source.code]


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Read and check the project before the first language, and claim the engine's fence.

    Where ``LOCKSTEP_LANGUAGE`` names one (``make serve LANGUAGE=…``), only that language and the
    source are built.
    """
    if not isinstance(config.extra.get("lockstep"), Build):
        try:
            project = Project.open(Path(config.config_file_path))
        except SettingsError as error:
            raise PluginError(str(error)) from error
        site = project.site()
        build = Build(project, site, segmentation.finders(site.glossary, site.settings.languages))
        for problem in rules.check(site):
            build.note(problem)
        config.extra["lockstep"] = build
        fences = config.mdx_configs.setdefault("pymdownx.superfences", {})
        fence = rendering.fence(build.blocks, lambda: build.words(config), lambda: build.original)
        fences.setdefault("custom_fences", []).append(fence)
        if wanted := os.environ.get("LOCKSTEP_LANGUAGE"):
            i18n: Any = config.plugins["i18n"]
            for language in i18n.config.languages:
                language.build = language.build and (language.default or language.locale == wanted)
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Leave out all labs but one where ``LOCKSTEP_LAB`` names it (``make serve LAB=…``)."""
    if lab := os.environ.get("LOCKSTEP_LAB"):
        for file in list(files.documentation_pages()):
            if "/labs/" in file.src_uri and Path(file.src_uri).stem != lab:
                files.remove(file)
    return files


def on_pre_page(page: Page, config: MkDocsConfig, files: Files) -> None:
    """Empty a page whose file cannot be read, at which MkDocs would end."""
    build: Build = config.extra["lockstep"]
    try:
        page.file.content_string  # noqa: B018 a property that reads
    except (OSError, UnicodeDecodeError) as error:
        source = page.file.abs_src_path or page.file.src_uri
        page.file.content_string = ""  # which forgets where the file is
        page.file.abs_src_path = source
        path = build.project.relative(Path(source))
        if not any(problem.location.path == path for problem in build.findings):
            build.note(Problem(Location(path, 1), "unreadable", f"cannot be read: {error}"))


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Put keys where directives stand."""
    build: Build = config.extra["lockstep"]
    file: Any = page.file
    path = build.project.relative(Path(file.abs_src_path or file.src_uri))
    languages = build.site.settings.languages
    language = languages[file.locale]
    build.original = file.alternates.get(languages.source.code, file).url_relative_to(file)
    # Of the page as it was read: a plugin may have taken the last newline from `markdown` since.
    offset = file.content_string.count("\n") - (page.markdown or "").count("\n")
    guide = replace(document.read(markdown, path, offset=offset), meta=page.meta)
    result = build.site.page(guide, language)
    for problem in (*guide.problems, *result.problems):
        build.note(problem)  # new where the page is in no language's folder
    build.marks = build.site.concerning(build.findings, guide, language, result)
    build.blocks.clear()
    build.blocks.update(result.blocks)
    return result.markdown


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Lead terms to the glossary; put a lab's header and what else is to be said above the text."""
    build: Build = config.extra["lockstep"]
    file: Any = page.file
    for block in build.blocks.values():
        log.warning("%s: Python-Markdown did not reach %s", file.src_uri, block)
    lab, words = build.site.lab(page.meta), build.words(config)
    shown: Any = map(files.get_file_from_path, build.site.glossary_pages(words.language))
    glossary = next((it for it in shown if it and it.inclusion.is_included()), file)
    if glossary is not file:
        html = tooltips.linked(html, build.finders[file.locale], glossary.url_relative_to(file))
    return rendering.above(page.meta, lab, build.marks, words, file.locale) + html
