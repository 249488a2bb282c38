"""What answers MkDocs' events: each fetches, calls the engine, and returns what it gave.

Which event comes when, ``mkdocs_hook`` says.

Everything the site's languages share is read once, before the first language is built, and kept in
the configuration of that build (``config.extra["lockstep"]``), so that ``mkdocs serve`` starts from
the files as they are after every change.
"""

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jinja2 import Environment
from mkdocs import utils
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

import mkdocs_command
import mkdocs_files
import mkdocs_finished
import mkdocs_pages
import mkdocs_restart
import mkdocs_templates
import mkdocs_versions
from lockstep.disk.build import Build
from lockstep.ground.language import Words
from lockstep.ground.problem import Problem, Severity
from lockstep.ground.settings import SettingsError

log = logging.getLogger("mkdocs.lockstep")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Read and check the project before the first language, and claim the engine's fence.

    Where ``LOCKSTEP_LANGUAGE`` names one (``make serve LANGUAGE=…``), only that language and the
    source are built.
    """
    mkdocs_versions.place(config)
    if not isinstance(config.extra.get("lockstep"), Build):
        mkdocs_restart.if_changed(config)
        try:
            path = Path(config.config_file_path)
            build = Build.open(path, is_served=mkdocs_command.serves())
        except SettingsError as error:
            raise PluginError(str(error)) from error
        _tell(build.findings)
        config.extra["lockstep"] = build
        mkdocs_pages.prepare(config, build, lambda: _words(config))
        mkdocs_files.set_sources(config, build)
        mkdocs_files.set_languages(config, build)
    mkdocs_templates.leave_icons(config)
    return config


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> None:
    """Know where links can lead to, once all files are there."""
    config.extra["lockstep"].places = mkdocs_pages.places(files)


def on_pre_page(page: Page, config: MkDocsConfig, files: Files) -> None:
    """Empty a page whose file cannot be read, at which MkDocs would end; render no page twice."""
    build: Build = config.extra["lockstep"]
    mkdocs_pages.remember(page, build, _words(config).language.code)
    _tell(mkdocs_files.unreadable(page.file, build))


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Put keys where directives stand."""
    build: Build = config.extra["lockstep"]
    file: Any = page.file
    mkdocs_files.place(files, file, build)
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
    glossary = mkdocs_files.glossary(files, file, build, words.language.code)
    return build.finish(html, page.meta, words, file.locale, glossary)


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
    for path, content in build.end(_words(config).language.code):
        utils.write_file(content, str(Path(config.site_dir, path)))


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> None:
    """Give the templates the reader's words, and those of every language; fill in none twice."""
    mkdocs_finished.keep(env, config, _words(config))


def _tell(problems: Iterable[Problem]) -> None:
    """Log findings: errors fail a strict build, all others never."""
    for problem in problems:
        level = logging.ERROR if problem.severity is Severity.ERROR else logging.INFO
        log.log(level, str(problem))


def _words(config: MkDocsConfig) -> Words:
    """Return the words of the language being built."""
    build: Build = config.extra["lockstep"]
    return build.words(mkdocs_files.language(config))
