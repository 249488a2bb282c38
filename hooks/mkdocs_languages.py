"""Languages built side by side, each by a process that begins with all that the first one knows.

The plugin for languages builds the others when the first is done. Here they begin as soon as the
site's folder is empty. What is logged in them is said when the first is done, one language after
the other: a strict build counts it. Where processes cannot be forked, or there is one processor,
the plugin builds the languages, and the site is the same. A server does not wait for languages at
which nobody looks: they begin when the others are done. Its processes stay, and make pages again.
"""

import gc
import logging
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from dataclasses import dataclass, field
from logging.handlers import QueueHandler
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from queue import SimpleQueue
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment
from mkdocs import utils
from mkdocs.commands import build as building
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, BuildError
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation

import mkdocs_again
import mkdocs_command
import mkdocs_screen
import mkdocs_writing
from lockstep.disk import workers
from mkdocs_again import Left

_REPEATED = ("Documentation built in", "Building documentation to directory")
"""What MkDocs says of the whole site, in each language again; the plugin leaves it out too."""
_NAME = "lockstep: "
"""What the name of a process begins with that builds a language."""
_SITEMAP = "sitemap.xml"
_BEHIND = 10
"""How nice a process is that builds what nobody waits for."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a process sends when it has built a language."""

    records: list[logging.LogRecord]
    pages: list[SimpleNamespace]
    """What the sitemap asks of each page."""
    error: str
    kept: set[str]
    """Files of the last site that would be the same."""


@dataclass
class Others:
    """The languages that are built beside another; a site's configuration holds them."""

    running: dict[str, tuple[BaseProcess, Connection]] = field(default_factory=dict)
    """Each with its code, its process, and where its outcome comes from."""
    later: list[str] = field(default_factory=list)
    """Codes of those that need not be waited for."""
    following: threading.Thread | None = None
    """What waits for those."""
    built: dict[str, Connection] = field(default_factory=dict)
    """How those are asked to make pages again that are done, by their codes."""
    nav: Navigation | None = None
    """The navigation of the language that this process builds."""
    left: Left | None = None
    """What the build of that leaves."""

    @staticmethod
    def of(config: MkDocsConfig) -> "Others":
        """Return those of a site."""
        found: Others = config.extra["lockstep_others"]
        return found


last = Others()
"""Those of the site that this process has built last."""


def begin(files: Files, config: MkDocsConfig) -> Files:
    """Start building all languages but the first, where there are processors for it (an event)."""
    i18n: Any = config.plugins["i18n"]
    if i18n.building:
        return files
    global last  # noqa: PLW0603 a site is built in one process
    others = last = config.extra["lockstep_others"] = Others()
    dirty = {"--dirty", "--dirtyreload"} & {*sys.argv}
    if dirty or workers.processors() == 1:
        return files
    codes = [code for code in i18n.build_languages if code != i18n.current_language]
    first = codes if config.strict else mkdocs_screen.first(codes)
    others.later = [code for code in codes if code not in first]
    gc.freeze()  # what all of them share: looking at it for garbage would copy it
    others.running = {code: _started(config, code) for code in first}
    gc.unfreeze()
    return files


def _started(config: MkDocsConfig, code: str, nice: int = 0) -> tuple[BaseProcess, Connection]:
    """Start building a language; return its process, and where its outcome comes from.

    nice: how far it stands back where others want a processor.
    """
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    given = (config, code, ours, theirs, nice)
    process = context.Process(target=_build, args=given, name=_NAME + code, daemon=True)
    with workers.forking():
        process.start()
    theirs.close()
    return process, ours


def navigate(nav: Navigation, config: MkDocsConfig, files: Files) -> None:  # noqa: ARG001 MkDocs' own
    """Keep the navigation (an event)."""
    Others.of(config).nav = nav


def keep(env: Environment, config: MkDocsConfig, files: Files) -> None:
    """Keep what the sitemap is written with, and pages that are made again (an event)."""
    others = Others.of(config)
    if others.nav is not None:
        others.left = Left(config, others.nav, env, files)


def end(config: MkDocsConfig) -> None:
    """Wait for the languages, say what was logged in them, and list the pages of all (an event).

    Raises ``BuildError`` where a language could not be built.
    """
    i18n: Any = config.plugins["i18n"]
    others = Others.of(config)
    if i18n.building or not (others.running or others.later):
        return
    known = {str(each) for each in config.extra["lockstep"].findings}
    for code in others.running:
        i18n.i18n_files_per_language[code] = _ended(others, code, known)
    i18n.building = True  # nothing is left to do for the plugin
    if others.later:
        # A browser is about to show what was built.
        others.running |= {code: _started(config, code, nice=_BEHIND) for code in others.later}
        others.following = threading.Thread(target=_follow, args=(others, known), daemon=True)
        others.following.start()
    elif others.left and Path(config.site_dir, _SITEMAP).exists():
        left, nowhere = others.left, Navigation([], [])
        building._build_theme_template(_SITEMAP, left.env, left.files, config, nowhere)  # noqa: SLF001


def _ended(others: Others, code: str, known: set[str]) -> list[SimpleNamespace]:
    """Wait for a language, say what was logged in it, and return its pages.

    known: what was said already. Raises ``BuildError`` where the language could not be built.
    """
    process, pipe = others.running[code]
    try:
        outcome: _Outcome = pipe.recv()
    except EOFError:
        process.join()
        message = f"the process that built {code} ended with status {process.exitcode}"
        raise BuildError(message) from None
    if mkdocs_command.serves() and not outcome.error:
        others.built[code] = pipe
    else:
        process.join()
    for record in outcome.records:
        said = record.getMessage()
        if said not in known and not said.startswith(_REPEATED):
            logging.getLogger(record.name).handle(record)
    if outcome.error:
        raise BuildError(outcome.error)
    mkdocs_writing.keep(outcome.kept)
    known |= {it.getMessage() for it in outcome.records if it.name == "mkdocs.lockstep"}
    return outcome.pages


def _follow(others: Others, known: set[str]) -> None:
    """Say what is logged in languages that nobody waits for, and what is wrong with them."""
    for code in others.later:
        try:
            _ended(others, code, known)
        except BuildError:
            if others.running[code][0].exitcode != -signal.SIGTERM:  # else an edit has ended it
                logging.getLogger("mkdocs.lockstep").exception("%s could not be built", code)


def in_its_folder(output_content: str, template_name: str, config: MkDocsConfig) -> str:
    """Put a translated not-found page into its language's folder: one serves all the rest (event).

    Return what is left to be written.
    """
    i18n: Any = config.plugins["i18n"]
    if template_name != "404.html" or i18n.is_default_language_build:
        return output_content
    folder = Path(config.site_dir, i18n.current_language)
    utils.write_file(output_content.encode(), str(folder / template_name))
    return ""


def stop(*_: object, **__: object) -> None:
    """Leave no language behind that is being built: the first could not be, or is again (event)."""
    for process in multiprocessing.active_children():
        if process.name.startswith(_NAME):
            process.terminate()
            process.join()


def _build(config: MkDocsConfig, code: str, ours: Connection, pipe: Connection, nice: int) -> None:
    """Build a language as the plugin would, and send what came of it."""
    ours.close()
    workers.settle()
    os.nice(nice)
    i18n: Any = config.plugins["i18n"]
    i18n.building, i18n.current_language = True, code
    utils.clean_directory = mkdocs_writing.leave  # it is the first language's too
    config.strict = False  # it counts what all languages log
    logger, said = logging.getLogger("mkdocs"), SimpleQueue[logging.LogRecord]()
    logger.handlers[:] = [QueueHandler(said)]
    logger.propagate = False
    error = ""
    try:
        building.build(config)
    except Abort as aborted:
        error = str(aborted)
    except Exception:  # noqa: BLE001 whatever a plugin raises is told by the first process
        error = traceback.format_exc()
    pages = [_listed(file) for file in i18n.i18n_files_per_language.get(code, [])]
    records = [said.get() for _ in range(said.qsize())]
    pipe.send(_Outcome(records, pages, error, mkdocs_writing.kept()))
    if mkdocs_command.serves() and not error and last.left:
        mkdocs_again.answer(last.left, pipe)


def _listed(file: Any) -> SimpleNamespace:  # noqa: ANN401 the plugin's files have no type
    page = SimpleNamespace(is_link=bool(file.page and file.page.is_link))
    others = {
        code: SimpleNamespace(url=it.url, locale=it.locale) for code, it in file.alternates.items()
    }
    return SimpleNamespace(url=file.url, locale=file.locale, alternates=others, page=page)
