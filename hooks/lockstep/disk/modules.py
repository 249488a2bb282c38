"""The notebooks' own modules, as they are on disk: imports, followed from file to file."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from lockstep.disk.folder import Folder
from lockstep.notebooks import fingerprint, program

# What has been read is remembered by its text: `mkdocs serve` reads a project after every edit.
of_code = lru_cache(maxsize=16384)(fingerprint.of_code)


class _Module(NamedTuple):
    """A file that an import executes."""

    path: str
    hash: str
    imports: tuple[str, ...]
    """Dotted names, none of them relative."""


class Modules:
    """The modules of a project, for one reading of it: each is looked for once."""

    def __init__(self, project: Folder) -> None:
        """Take the project."""
        self._project = project
        self._folder = project.root / project.settings.support
        self._known: dict[str, tuple[_Module, ...]] = {}
        """Dotted name to what importing it executes."""
        there = self._folder.iterdir() if self._folder.is_dir() else ()
        self._local = {"", *(path.stem for path in there)}
        """How names begin that may be found; few do, and each would be asked for on disk."""

    def reached(self, names: set[str]) -> tuple[dict[str, str], set[str]]:
        """Follow imports: local modules with their hashes, and names of modules from elsewhere.

        names: the dotted names that are imported first.
        """
        modules: dict[str, str] = {}
        packages: set[str] = set()
        waiting = sorted(names)
        while waiting:
            name = waiting.pop()
            found = self._found(name)
            if not found:
                packages.add(name.partition(".")[0])
            for module in found:
                if module.path not in modules:
                    modules[module.path] = module.hash
                    waiting += module.imports
        return dict(sorted(modules.items())), packages

    def _found(self, name: str) -> tuple[_Module, ...]:
        if name.partition(".")[0] not in self._local:
            return ()
        if name not in self._known:
            self._known[name] = tuple(map(self._read, self._files(name)))
        return self._known[name]

    def _files(self, name: str) -> Iterator[Path]:
        """Yield the local files that importing a dotted name executes, packages first."""
        parts = name.split(".")
        for depth in range(1, len(parts) + 1):
            base = self._folder.joinpath(*parts[:depth])
            for path in (base / "__init__.py", base.with_suffix(".py")):
                if path.is_file():
                    yield path
            if not base.is_dir():
                break

    def _read(self, path: Path) -> _Module:
        source = path.read_text("utf-8", errors="replace")
        package = ".".join(path.relative_to(self._folder).parts[:-1])
        names = tuple(_absolute(name, package) for name in imports(source))
        return _Module(self._project.relative(path), of_code(source), names)


@lru_cache(maxsize=16384)
def imports(source: str) -> tuple[str, ...]:
    """Return the dotted names of the modules that code imports; none where it is no Python."""
    if "import" not in source:  # as most cells
        return ()
    try:
        return program.imported_modules(source)
    except (SyntaxError, ValueError):
        return ()


def _absolute(name: str, package: str) -> str:
    """Resolve a relative import (``.spark``) inside a package."""
    if not name.startswith("."):
        return name
    level = len(name) - len(name.lstrip("."))
    parents = package.split(".")
    base = parents[: len(parents) - level + 1]
    return ".".join([*base, *filter(None, name.lstrip(".").split("."))])
