"""MkDocs events for Lockstep: each fetches, calls the engine, and returns what it gave.

Everything the site's languages share is read once, before the first language is built, and kept in
the configuration of that build (``config.extra["lockstep"]``), so that ``mkdocs serve`` starts from
the files as they are after every change.
"""

import logging
import os
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url, write_file

from lockstep.disk.build import Build
from lockstep.ground.language import Words
from lockstep.ground.location import Location
from lockstep.ground.problem import Problem, Severity
from lockstep.ground.settings import SettingsError
from lockstep.pages import rendering

log = logging.getLogger("mkdocs.lockstep")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Read and check the project before the first language, and claim the engine's fence.

    Where ``LOCKSTEP_LANGUAGE`` names one (``make serve LANGUAGE=…``), only that language and the
    source are built.
    """
    if not isinstance(config.extra.get("lockstep"), Build):
        try:
            build = Build.open(Path(config.config_file_path))
        except SettingsError as error:
            raise PluginError(str(error)) from error
        _tell(build.findings)
        config.extra["lockstep"] = build
        fences = config.mdx_configs.setdefault("pymdownx.superfences", {})
        parts = (build.blocks, lambda: _words(config), lambda: build.original, build.status)
        fences.setdefault("custom_fences", []).append(rendering.fence(*parts))
        i18n: Any = config.plugins["i18n"]
        wanted = os.environ.get("LOCKSTEP_LANGUAGE")
        for language in i18n.config.languages:
            titles = build.admonitions(language.locale)
            language.admonition_translations = titles | (language.admonition_translations or {})
            if wanted:
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
            said = Problem(Location(path, 1), "unreadable", f"cannot be read: {error}")
            _tell(build.new([said]))


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Put keys where directives stand."""
    build: Build = config.extra["lockstep"]
    file: Any = page.file
    source = build.site.settings.languages.source.code
    build.original = file.alternates.get(source, file).url_relative_to(file)
    build.address, build.root = partial(_address, files, file), get_relative_url(".", file.url)
    # Of the page as it was read: a plugin may have taken the last newline from `markdown` since.
    offset = file.content_string.count("\n") - (page.markdown or "").count("\n")
    path = Path(file.abs_src_path or file.src_uri)
    text, found = build.begin(markdown, path, page.meta, file.locale, offset)
    _tell(build.new(found))  # new where the page is in no language's folder
    return text


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Lead terms to the glossary; put a lab's header and what else is to be said above the text."""
    build: Build = config.extra["lockstep"]
    file: Any = page.file
    for block in build.blocks.values():
        log.warning("%s: Python-Markdown did not reach %s", file.src_uri, block)
    words = _words(config)
    shown: Any = map(files.get_file_from_path, build.glossary_pages(words.language))
    glossary = next((it for it in shown if it and it.inclusion.is_included()), file)
    address = glossary.url_relative_to(file) if glossary is not file else None
    return build.finish(html, page.meta, words, file.locale, address)


@event_priority(50)  # before the search plugin, which then finds nothing left to do
def on_page_context(
    context: dict[str, Any], page: Page, config: MkDocsConfig, nav: Navigation
) -> dict[str, Any]:
    """Put a page into the search index of the language being built, as its reader gets it."""
    build: Build = config.extra["lockstep"]
    index = build.index(_words(config).language.code)
    index.add(page.url, page.content or "", str(page.title), page.meta)
    page.meta["search"] = {"exclude": True}
    return context


def on_post_build(config: MkDocsConfig) -> None:
    """Write the language's search index and, for programs, how every page stands."""
    build: Build = config.extra["lockstep"]
    build.write_status(Path(config.site_dir))
    index = build.index(_words(config).language.code)
    write_file(
        index.written().encode("utf-8", "replace"),
        f"{config.site_dir}/search/{index.language}.json",
    )


def _address(files: Files, here: Any, language: str, page: str) -> str | None:  # noqa: ANN401
    """Return where a page is in a language, seen from another; ``None`` where it is left out."""
    shown: Any = files.get_file_from_path(f"{here.locale_alternate_of}/{page}")
    if shown is None or not shown.inclusion.is_included():
        return None
    found = shown.alternates.get(language, shown)
    return str(found.url_relative_to(here))


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> None:
    """Give the templates the reader's words, and those of every language."""
    env.globals.update(words=_words(config), all_words=config.extra["lockstep"].site.words)


def on_post_template(output_content: str, template_name: str, config: MkDocsConfig) -> str:
    """Put a translated not-found page into the folder of its language: one serves all the rest."""
    build: Build = config.extra["lockstep"]
    language = _words(config).language
    if template_name != "404.html" or language == build.site.settings.languages.source:
        return output_content
    build.project.write(Path(config.site_dir, language.code, template_name), output_content)
    return ""


def _tell(problems: Iterable[Problem]) -> None:
    """Log findings: errors fail a strict build, all others never."""
    for problem in problems:
        level = logging.ERROR if problem.severity is Severity.ERROR else logging.INFO
        log.log(level, str(problem))


def _words(config: MkDocsConfig) -> Words:
    """Return the words of the language being built."""
    i18n: Any = config.plugins["i18n"]
    build: Build = config.extra["lockstep"]
    return build.words(i18n.current_language)
