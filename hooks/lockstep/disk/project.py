"""A project on disk: everything that is read, and the few things that are written.

Nothing here runs lab code. What is written goes through a temporary file and a rename, so that a
file is whole whatever happens.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po

from lockstep.disk import conversion, layout
from lockstep.ground import settings
from lockstep.ground.language import Language, Words
from lockstep.ground.location import Location
from lockstep.ground.problem import Problem
from lockstep.ground.settings import Settings
from lockstep.guides import document
from lockstep.guides.document import Document
from lockstep.notebooks import comments, fingerprint, notebook, program, recording
from lockstep.notebooks.comments import Catalog
from lockstep.notebooks.fingerprint import Fingerprint
from lockstep.notebooks.lab import Lab
from lockstep.notebooks.notebook import Notebook
from lockstep.notebooks.recording import Outputs, Pair, Recording
from lockstep.pages.site import Site
from lockstep.terms import glossary
from lockstep.terms.glossary import Glossary

STATE = ".lockstep"
"""Untracked folder for durations, logs and reports of failed runs."""

LOCALE = Path(__file__).parent.parent / "locale"
"""Where the engine's own words are, a file for each language."""


class Project:
    """A project's files, seen from its root."""

    def __init__(self, config: Path, settings: Settings) -> None:
        """Take the site's configuration, in the project's root, and what it says."""
        self.config = config
        self.root = config.parent
        self.settings = settings

    @classmethod
    def open(cls, config: Path) -> "Project":
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

    def site(self) -> Site:
        """Read the whole project. Never raises for what its files hold."""
        problems = list(layout.misplaced(self.root, self.settings))
        labs = {lab.name: lab for lab in self._labs()}
        languages = self.settings.languages
        docs = self.root / self.settings.guides
        guides = {each.code: dict(self._pages(docs / each.code, problems)) for each in languages}
        words = {language.code: self.words(language) for language in languages}
        accepted = {
            language.code: dict(self._pages(self.accepted(language), problems))
            for language in languages.translations
        }
        terms = self._glossary(problems)
        convert = conversion.converter(self.config)
        return Site(self.settings, labs, guides, words, terms, accepted, tuple(problems), convert)

    def accepted(self, language: Language) -> Path:
        """Return the folder of the English from which a language's guides were made."""
        return self.root / self.settings.translations / language.code

    def words(self, language: Language) -> Words:
        """Return the engine's own words in a language, English where there are none."""
        catalog = LOCALE / f"{language.code}.po"
        if not catalog.exists():
            return Words(language)
        with catalog.open("rb") as stream:
            messages = read_po(stream)
        return Words(language, {str(m.id): str(m.string) for m in messages if m.id and m.string})

    def fingerprint(self, source: Notebook) -> Fingerprint:
        """Return the fingerprint of a notebook as the files are now.

        A declared data file that does not exist has an empty hash.
        """
        cells = tuple((cell.key, fingerprint.of_code(cell.source)) for cell in source.cells)
        imports = {name for cell in source.cells for name in _imports(cell.source)}
        modules, packages = self._reached(imports)
        folder = self.root / self.settings.notebooks
        data = {
            name: fingerprint.of_bytes(path.read_bytes())
            if (path := folder / name).is_file()
            else ""
            for name in source.needs.data
        }
        pins = self.pins()
        names = sorted({fingerprint.distribution_of(name) for name in packages} & pins.keys())
        headers = tuple(
            fingerprint.of_header(cell.values, raises="raises-exception" in cell.tags)
            for cell in source.cells
        )
        return Fingerprint(cells, modules, data, {name: pins[name] for name in names}, headers)

    def pins(self) -> dict[str, str]:
        """Return the pinned versions of the labs' environment; none where there is no such file."""
        path = self.root / self.settings.pins
        return fingerprint.read_pins(path.read_text("utf-8")) if path.is_file() else {}

    def write_pair(self, source: Notebook, outputs: Outputs, recorded: Recording | None) -> bool:
        """Write a notebook's ``.ipynb``; return whether its content changed."""
        path = self.root / source.path
        return self.write(path.with_suffix(".ipynb"), recording.write(source, outputs, recorded))

    def write(self, path: Path, text: str) -> bool:
        """Write a text file if its content changes, whole or not at all; return whether it did."""
        data = text.encode()
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
        for given, root in ((path, self.root), (path.resolve(), self.root.resolve())):
            if given.is_relative_to(root):
                return given.relative_to(root).as_posix()
        return path.as_posix()

    def _labs(self) -> Iterator[Lab]:
        for path in _visible(self.root / self.settings.notebooks, "*.py"):
            source = self._script(path)
            if source is None:
                continue
            pair = self._pair(path.with_suffix(".ipynb"))
            catalogs = {
                language.code: catalog
                for language in self.settings.languages.translations
                if (catalog := self.catalog(source.name, language)) is not None
            }
            yield Lab(source, self.fingerprint(source), pair, catalogs)

    def catalog(self, name: str, language: Language) -> Catalog | None:
        """Return the comment catalog of a notebook in a language, if there is one."""
        path = self.root / self.settings.catalogs / language.code / f"{name}.po"
        if not path.is_file():
            return None
        problems: list[Problem] = []
        text = self._text(path, problems)
        if text is None:
            return Catalog(self.relative(path), problems=tuple(problems))
        return comments.read(text, self.relative(path))

    def _glossary(self, problems: list[Problem]) -> Glossary | None:
        path = self.root / self.settings.glossary
        if not path.exists():
            return None
        text = self._text(path, problems)
        if text is None:
            return Glossary(self.relative(path))
        return glossary.read(text, self.relative(path), self.settings.languages)

    def _pages(self, folder: Path, problems: list[Problem]) -> Iterator[tuple[str, Document]]:
        for path in _visible(folder, "**/*.md"):
            text = self._text(path, problems)
            if text is not None:
                yield path.relative_to(folder).as_posix(), document.read(text, self.relative(path))

    def _script(self, path: Path) -> Notebook | None:
        """Read a notebook script; ``None`` where a Python file is none."""
        problems: list[Problem] = []
        text = self._text(path, problems)
        if text is None:
            unread = Notebook(path.stem, self.relative(path), "", problems=tuple(problems))
            if problems[0].rule == "unreadable":
                return unread
            legible = path.read_text("utf-8", errors="replace")
            return unread if notebook.is_notebook(legible) else None
        return notebook.read(text, self.relative(path)) if notebook.is_notebook(text) else None

    def _pair(self, path: Path) -> Pair | None:
        if not path.is_file():
            return None
        problems: list[Problem] = []
        text = self._text(path, problems)
        if text is None:
            return recording.unreadable(problems[0])
        return recording.read(text, self.relative(path))

    def _text(self, path: Path, problems: list[Problem]) -> str | None:
        """Read a text file; that it cannot be read, or is no UTF-8, is a finding."""
        try:
            data = path.read_bytes()
        except OSError as error:
            where = Location(self.relative(path), 1)
            message = f"cannot be read: {error.strerror or error}"
            problems.append(Problem(where, "unreadable", message))
            return None
        try:
            return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError as error:
            where = Location(self.relative(path), data.count(b"\n", 0, error.start) + 1)
            message = f"byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8"
            problems.append(Problem(where, "not-utf8", message))
            return None

    def _reached(self, imports: set[str]) -> tuple[dict[str, str], set[str]]:
        """Follow imports: local modules with their hashes, and names of modules from elsewhere."""
        modules: dict[str, str] = {}
        packages: set[str] = set()
        waiting = sorted(imports)
        while waiting:
            name = waiting.pop()
            files = list(self._module_files(name))
            if not files:
                packages.add(name.split(".")[0])
            for path in files:
                key = self.relative(path)
                if key in modules:
                    continue
                source = path.read_text("utf-8", errors="replace")
                modules[key] = fingerprint.of_code(source)
                package = ".".join(path.relative_to(self.root / self.settings.support).parts[:-1])
                waiting += [_absolute(found, package) for found in _imports(source)]
        return dict(sorted(modules.items())), packages

    def _module_files(self, name: str) -> Iterator[Path]:
        """Yield the local files that importing a dotted name executes, packages first."""
        parts = name.split(".")
        for depth in range(1, len(parts) + 1):
            base = (self.root / self.settings.support).joinpath(*parts[:depth])
            for path in (base / "__init__.py", base.with_suffix(".py")):
                if path.is_file():
                    yield path


def _visible(folder: Path, pattern: str) -> Iterator[Path]:
    """Yield a folder's files in order, without hidden ones: editors leave locks and drafts there.

    A link to nothing is among them: that it cannot be read is to be found.
    """
    for path in sorted(folder.glob(pattern)):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and (path.is_file() or not path.exists()):
            yield path


def _imports(source: str) -> tuple[str, ...]:
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
