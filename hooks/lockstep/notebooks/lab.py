"""A lab's notebook with all that is known of it: its recording, today's fingerprint, its comments.

Everything a page may show of a notebook is asked of a ``Lab``.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from lockstep.ground.problem import Problem
from lockstep.notebooks import comments, fingerprint, output, pairing
from lockstep.notebooks.comments import Catalog, Localised
from lockstep.notebooks.fingerprint import Change, Fingerprint, PinChange
from lockstep.notebooks.notebook import Cell, Notebook
from lockstep.notebooks.recording import Outputs, Pair, Recording, Scalar


@dataclass(frozen=True)
class Lab:
    """A notebook as a guide sees it.

    Every block of every page asks for outputs and staleness, so each is worked out once.
    """

    notebook: Notebook
    fingerprint: Fingerprint
    """Of the files as they are now."""
    pair: Pair | None = None
    """The ``.ipynb``, if there is one."""
    catalogs: Mapping[str, Catalog] = field(default_factory=dict)
    """Language code to the translations of the comments."""

    @property
    def name(self) -> str:
        """The notebook's name."""
        return self.notebook.name

    @property
    def recording(self) -> Recording | None:
        """The recording, if there is one that can be believed."""
        return self.pair.recording if self.pair else None

    @cached_property
    def stale(self) -> tuple[Change, ...]:
        """What keeps the recording from being published; empty where it is fresh."""
        if self.recording is None:
            return (Change("notebook", self.name, "was never run"),)
        found = fingerprint.changes(self.recording.fingerprint, self.fingerprint)
        if self.recording.run.ranks != self.notebook.needs.ranks:
            found += (Change("number of", "ranks", "changed"),)
        return found

    @property
    def pin_changes(self) -> tuple[PinChange, ...]:
        """Which pinned versions differ from those that it was run with."""
        if self.recording is None:
            return ()
        return fingerprint.pin_changes(self.recording.fingerprint, self.fingerprint)

    @property
    def values(self) -> Mapping[str, Scalar]:
        """The recorded values."""
        return self.recording.values if self.recording else {}

    @property
    def comment_texts(self) -> tuple[str, ...]:
        """The comments of the cells that guides show, each once."""
        return comments.texts(self.notebook)

    @cached_property
    def carried_over(self) -> Outputs:
        """The outputs in the pair, under the keys that the notebook's cells have today."""
        return pairing.carried_over(self.pair, self.notebook) if self.pair else {}

    def outputs(self, cell: Cell) -> tuple[output.Text | output.Figure, ...]:
        """Return what may be published of the cell's recorded output."""
        if self.recording is None:
            return ()
        if cell.key not in self._published:
            self._published[cell.key] = output.published(self.carried_over[cell.key])
        return self._published[cell.key]

    @cached_property
    def _published(self) -> dict[str, tuple[output.Text | output.Figure, ...]]:
        """What was asked for already: every language asks."""
        return {}

    def localised(self, cell: Cell, language: str) -> Localised:
        """Return the cell's code with its comments in a language, in English where untranslated."""
        catalog = self.catalogs.get(language)
        if catalog is None:
            return Localised(cell.source, tuple(range(cell.source.count("\n") + 1)))
        key = (cell.source, language)
        if key not in self._localised:
            self._localised[key] = comments.localised(cell, catalog)
        return self._localised[key]

    @cached_property
    def _localised(self) -> dict[tuple[str, str], Localised]:
        """What was asked for already, by code and language: checks, pages and exports ask."""
        return {}

    @cached_property
    def catalog_problems(self) -> dict[str, list[Problem]]:
        """What is wrong with or missing from each catalog, by language code."""
        return {code: comments.problems(self.notebook, it) for code, it in self.catalogs.items()}

    @cached_property
    def digest(self) -> str:
        """A digest of all of it."""
        source = self.notebook
        whole = (source.path, source.text, self.fingerprint, self.pair, self.catalogs)
        return hashlib.blake2b(repr(whole).encode("utf-8", "surrogatepass")).hexdigest()

    def prepare(self) -> None:
        """Work out what will be asked for, once for all processes that get it."""
        self.digest  # noqa: B018 a property that is worked out once
        self.catalog_problems  # noqa: B018 the same
        for cell in self.notebook.shown:
            for language in self.catalogs:
                self.localised(cell, language)


class Codes(Mapping[str, str]):
    """Cells of all notebooks, those of one by their keys alone too, to the fingerprints of code."""

    def __init__(self, labs: Mapping[str, Lab], own: str | None) -> None:
        """Take labs by name, and the name of the one whose cells need no name before them."""
        self._labs = labs
        self._own = self._of(own or "")

    def __getitem__(self, cell: str) -> str:
        """Return the fingerprint of a cell's code."""
        if cell in self._own:
            return self._own[cell]
        name, _, key = cell.partition(":")
        return self._of(name)[key]

    def __iter__(self) -> Iterator[str]:
        """Iterate over all that cells are called."""
        yield from self._own
        yield from (f"{name}:{key}" for name in self._labs for key in self._of(name))

    def __len__(self) -> int:
        """Return how many names of cells there are."""
        return sum(1 for _ in self)

    def _of(self, name: str) -> dict[str, str]:
        lab = self._labs.get(name)
        return dict(lab.fingerprint.cells) if lab else {}
