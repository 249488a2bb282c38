"""``mkdocs build`` where nothing has changed: the site is there, and nothing is done.

What a site is made from is known by its content: the configuration with the options of the command,
the programs, the folders that are read, the day, which the sitemap names. That the site is the one
that was made then, the system says of each file: which it is, how long, and when it last changed.
Of other programs in the configuration than the engine's it is not known what they read: then, and
where anything is to be warned of, the site is always made.
"""

import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig

import mkdocs_command
import mkdocs_templates
from lockstep.disk import inputs
from lockstep.disk.cache import digest
from lockstep.disk.folder import Folder
from lockstep.ground.settings import SettingsError

log = logging.getLogger("mkdocs.lockstep")

_PLUGINS = {"i18n", "material/search", "search"}
"""Plugins that read nothing else, by what a configuration calls them."""
_ALWAYS = ("Cleaning site directory", "Building documentation", "Documentation built in")
"""How that begins which every build says of itself."""
_KIND = "site"


@dataclass(eq=False)
class _Build(logging.Handler):
    """The build that is going on."""

    folder: Folder
    site: Path
    key: str
    read: Callable[[], str]
    """Gives a digest of all files that it is made from, as they are now."""
    before: str
    """What that gave before any was read."""
    said: list[tuple[str, str]] = field(default_factory=list)
    """What is to be said again: the logger's name, and the message."""
    whole: bool = True
    """Whether nothing speaks against keeping it."""

    def __post_init__(self) -> None:
        super().__init__(logging.INFO)

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        self.whole &= record.levelno < logging.WARNING
        if not message.startswith(_ALWAYS):
            self.said.append((record.name, message))


_builds: list[_Build] = []
"""The one build of this process, where it may be kept."""


def leave(config: MkDocsConfig) -> None:
    """End the command where the site is there already; else listen to what is said of it."""
    if mkdocs_command.name != "build":
        return
    try:
        folder = Folder.open(Path(config.config_file_path))
    except SettingsError:
        return  # which is told later on
    asked, site = _asked(config, folder), Path(config.site_dir)
    if not asked:
        return
    folders = sorted({*_folders(config, folder)})

    def read() -> str:
        return digest(
            inputs.programs(folder.config, folder.settings), *map(inputs.contents, folders)
        )

    before = read()
    key = digest(asked, before)
    known = folder.cache.get(_KIND, key)
    if known and known[1] == _state(site):
        for name, message in known[0]:
            logging.getLogger(name).info("%s", message)
        log.info("Nothing has changed: %s is as it was built", site)
        sys.exit()
    _builds.append(_Build(folder, site, key, read, before))
    logging.getLogger("mkdocs").addHandler(_builds[0])


def stop() -> None:
    """Keep what was built, once all that there is to do with it is done (an event)."""
    for build in _builds if sys.exc_info()[0] is None else ():  # else the build has failed
        if build.whole and build.read() == build.before:  # what changed meanwhile may be in it
            build.folder.cache.put((build.said, _state(build.site)), _KIND, build.key)
            build.folder.cache.flush()


def has_others(config: MkDocsConfig) -> bool:
    """Whether a configuration has programs of which it is not known what they read and write."""
    own, root = Path(__file__).with_name("mkdocs_hook.py"), Path(config.config_file_path).parent
    hooks = [name for name in config.hooks if (root / name).resolve() != own.resolve()]
    return bool(hooks or {*config.plugins} - {*config.hooks} - _PLUGINS)


def _asked(config: MkDocsConfig, folder: Folder) -> str:
    """Return a digest of what is asked for; nothing where it is not known what is read for that."""
    if folder.cache.basis is None or has_others(config) or config.exclude_docs:
        return ""
    given = [json.dumps(each, sort_keys=True, default=_name) for each in config.user_configs]
    variables = {name: it for name, it in os.environ.items() if name.startswith("LOCKSTEP_")}
    level = logging.getLogger("mkdocs").getEffectiveLevel()
    today = datetime.now(UTC).date().isoformat()
    return digest(given, sorted(variables.items()), level, today, config.site_dir)


def _folders(config: MkDocsConfig, folder: Folder) -> Iterator[Path]:
    """Yield the folders from which a site is made, but for what was installed."""
    settings, root = folder.settings, folder.root
    yield Path(config.docs_dir)
    for name in (settings.notebooks, settings.translations):
        yield root / name
    yield (root / settings.pins).parent
    yield from mkdocs_templates.own_folders(config)


def _state(site: Path) -> str:
    """Return what the system knows of each file of a site."""
    found = []
    for place, folders, files in os.walk(site):
        folders.sort()
        for name in sorted(files):
            it = os.stat(os.path.join(place, name))  # noqa: PTH116, PTH118 there are many
            found.append((place, name, it.st_ino, it.st_size, it.st_mtime_ns, it.st_ctime_ns))
    return digest(found)


def _name(value: Any) -> str:  # noqa: ANN401 what a configuration can hold
    """Return what stands for a value that JSON has not: a function's name, a path."""
    return f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', value)}"
