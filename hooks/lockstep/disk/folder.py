"""The folder of a project: where its files are, and how the few that are written are written.

What is written goes through a temporary file and a rename, so that a file is whole whatever
happens. What the files hold is not known here, so that nothing heavy is imported.
"""

import os
import tempfile
from functools import cached_property
from pathlib import Path
from typing import Self

from lockstep.disk import inputs
from lockstep.disk.cache import STORE, Cache
from lockstep.ground import settings
from lockstep.ground.language import Language
from lockstep.ground.settings import Settings

STATE = ".lockstep"
"""Untracked folder for durations, logs and reports of failed runs."""


class Folder:
    """A project's folder."""

    def __init__(self, config: Path, settings: Settings) -> None:
        """Take the site's configuration, in the project's root, and what it says."""
        self.config = config
        self.root = config.parent
        self.settings = settings

    @classmethod
    def open(cls, config: Path) -> Self:
        """Open the project of a ``mkdocs.yml``; raises ``SettingsError``."""
        try:
            text = config.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            message = f"cannot read {config}: {error}"
            raise settings.SettingsError(message) from error
        return cls(config.resolve(), settings.read(text, config.name))

    @property
    def state(self) -> Path:
        """The folder for what is not tracked."""
        return self.root / STATE

    @cached_property
    def cache(self) -> Cache:
        """What earlier checks and builds have made."""
        return Cache(self.state / STORE, inputs.programs(self.config, self.settings))

    def accepted(self, language: Language) -> Path:
        """Return the folder of the English from which a language's guides were made."""
        return self.root / self.settings.translations / language.code

    def write(self, path: Path, content: str | bytes) -> bool:
        """Write a file if its content changes, whole or not at all; return whether it did."""
        data = content.encode() if isinstance(content, str) else content
        if path.is_file() and path.read_bytes() == data:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as stream:
            try:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
                mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
                Path(stream.name).chmod(mode)
                Path(stream.name).replace(path)
            except BaseException:
                Path(stream.name).unlink(missing_ok=True)
                raise
        return True

    def relative(self, path: Path) -> str:
        """Return a path as findings name it: from the root, where it is below it."""
        if path.is_relative_to(self.root):
            return path.relative_to(self.root).as_posix()
        given, root = path.resolve(), self.root.resolve()
        return (given.relative_to(root) if given.is_relative_to(root) else path).as_posix()
