"""A project: its folder, with its files read into values. Nothing here runs lab code."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from babel.messages.pofile import read_po

from lockstep.disk import conversion, inputs, layout, modules, workers
from lockstep.disk.cache import digest
from lockstep.disk.folder import Folder
from lockstep.disk.labs import Labs, Packed, packed
from lockstep.disk.modules import Modules
from lockstep.ground.language import Language, Words
from lockstep.ground.location import Location
from lockstep.ground.problem import Problem
from lockstep.ground.settings import Settings
from lockstep.guides import document
from lockstep.guides.document import Document
from lockstep.notebooks import comments, fingerprint, notebook, recording
from lockstep.notebooks.comments import Catalog
from lockstep.notebooks.fingerprint import Fingerprint
from lockstep.notebooks.lab import Lab
from lockstep.notebooks.notebook import Notebook
from lockstep.notebooks.recording import Outputs, Pair, Recording
from lockstep.pages.site import Site
from lockstep.terms import glossary
from lockstep.terms.glossary import Glossary

# What has been read is remembered by its text: `mkdocs serve` reads a project after every edit.
_document = lru_cache(maxsize=4096)(document.read)
_terms = lru_cache(maxsize=2)(glossary.read)
_pins = lru_cache(maxsize=4)(fingerprint.read_pins)
_labs: dict[str, Packed] = {}
"""The labs that were read last, by a digest of what from."""

LOCALE = Path(__file__).parent.parent / "locale"
"""Where the engine's own words are, a file for each language."""


class Project(Folder):
    """A project's files, seen from its root."""

    def site(self) -> Site:
        """Read the whole project. Never raises for what its files hold."""
        reading = self._reading()  # the rest is read meanwhile
        problems = list(layout.misplaced(self.root, self.settings))
        languages = self.settings.languages
        guides = self._pages(self.settings, problems)
        words = {language.code: self.words(language) for language in languages}
        folder = replace(self.settings, guides=self.settings.translations, suffixed=False)
        accepted = self._pages(folder, problems)
        accepted.pop(languages.source.code)
        terms = self._glossary(problems)
        basis = self.cache.basis
        convert = _converter(self.config, basis) if basis else conversion.converter(self.config)
        labs = reading()
        return Site(self.settings, labs, guides, words, terms, accepted, tuple(problems), convert)

    def labs(self) -> Mapping[str, Lab]:
        """Read the notebooks, with all that belongs to them, by name: those that have changed."""
        return self._reading()()

    def _reading(self) -> Callable[[], Labs]:
        """Begin to read the notebooks; return what gives them, once they are read."""
        scripts = list(_scripts(self.root / self.settings.notebooks))
        keys = self._lab_keys(scripts)
        found = {path: _labs.get(key) or self._kept_lab(key) for path, key in keys.items()}
        left = [path for path in scripts if found[path] is None]
        beside = Modules(self)

        def lab(path: Path) -> Packed | None:
            read = self._lab(path, beside)
            return packed(read) if read else None

        reading = workers.side_by_side(lab, left)

        def read() -> Labs:
            found.update(zip(left, reading, strict=True))
            for path, key in self._lab_keys(left).items():
                made = found[path]
                if made and key == keys[path]:  # else it may have changed before it was read
                    self.cache.put(tuple(made), "lab", key)
            _labs.clear()
            _labs.update((keys[path], lab) for path, lab in found.items() if lab)
            return Labs({lab.name: lab for lab in found.values() if lab})

        return read

    def _lab_keys(self, scripts: Sequence[Path]) -> dict[Path, str]:
        """Return a digest of all that each notebook is read from."""
        beside = inputs.beside_notebooks(self.root, self.settings)
        basis = (self.cache.basis, str(self.root), beside)
        return {
            path: digest(basis, inputs.notebook(path, self.root, self.settings)) for path in scripts
        }

    def _kept_lab(self, key: str) -> Packed | None:
        known = self.cache.get("lab", key)
        return Packed(*known) if known else None

    def words(self, language: Language) -> Words:
        """Return the engine's own words in a language, English where there are none."""
        catalog = LOCALE / f"{language.code}.po"
        if not catalog.exists():
            return Words(language)
        with catalog.open("rb") as stream:
            messages = read_po(stream)
        return Words(language, {str(m.id): str(m.string) for m in messages if m.id and m.string})

    def fingerprint(self, source: Notebook, beside: Modules | None = None) -> Fingerprint:
        """Return the fingerprint of a notebook as the files are now.

        A declared data file that does not exist has an empty hash. beside: the project's modules,
        where they were looked at already.
        """
        cells = tuple((cell.key, modules.of_code(cell.source)) for cell in source.cells)
        imports = {name for cell in source.cells for name in modules.imports(cell.source)}
        own, packages = (beside or Modules(self)).reached(imports)
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
        return Fingerprint(cells, own, data, {name: pins[name] for name in names}, headers)

    def pins(self) -> dict[str, str]:
        """Return the pinned versions of the labs' environment; none where there is no such file."""
        path = self.root / self.settings.pins
        return _pins(path.read_text("utf-8")) if path.is_file() else {}

    def write_pair(self, source: Notebook, outputs: Outputs, recorded: Recording | None) -> bool:
        """Write a notebook's ``.ipynb``; return whether its content changed."""
        path = self.root / source.path
        return self.write(path.with_suffix(".ipynb"), recording.write(source, outputs, recorded))

    def _lab(self, path: Path, beside: Modules) -> Lab | None:
        """Read a notebook script and all that belongs to it; ``None`` where a file is none."""
        source = self._script(path)
        if source is None:
            return None
        pair = self._pair(path.with_suffix(".ipynb"))
        catalogs = {
            language.code: catalog
            for language in self.settings.languages.translations
            if (catalog := self.catalog(source.name, language)) is not None
        }
        lab = Lab(source, self.fingerprint(source, beside), pair, catalogs)
        lab.prepare()
        return lab

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
        return _terms(text, self.relative(path), self.settings.languages)

    def _pages(self, settings: Settings, problems: list[Problem]) -> dict[str, dict[str, Document]]:
        """Read the guides of each language, or what else is laid out as they are."""
        return {
            code: {
                page: _document(text, self.relative(path))
                for page, path in files.items()
                if (text := self._text(path, problems)) is not None
            }
            for code, files in layout.guides(self.root, settings).items()
        }

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


@lru_cache(maxsize=1)
def _converter(config: Path, _basis: str) -> Callable[[str], str]:
    """Return what converts the pages of a site, to be used as long as its basis is the same.

    Of a page that is edited, its other languages were converted before.
    """
    return lru_cache(maxsize=64)(conversion.converter(config))


def _scripts(folder: Path) -> Iterator[Path]:
    """Yield the Python files in a folder in order, without hidden ones."""
    for path in sorted(folder.glob("*.py")):
        if not path.name.startswith(".") and (path.is_file() or not path.exists()):
            yield path
