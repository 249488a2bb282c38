"""What a lab needs beside its notebook, read for those who take it away."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath

from lockstep.disk.project import Project
from lockstep.export.readme import START
from lockstep.notebooks.lab import Lab


class Shelf:
    """What labs need, of which each file is read once: most labs need the same."""

    def __init__(self, project: Project) -> None:
        """Take the project."""
        self._project = project
        self._read = cache(Path.read_bytes)
        pins = project.root / project.settings.pins
        self._setup = [pins, *_called(pins.parent / START)]
        folder = project.relative(pins.parent)
        self.pins = f"{folder}/" if folder != "." else ""
        """Folder of the pinned versions, as ``Belongings`` has it."""

    def of(self, lab: Lab) -> dict[str, bytes]:
        """Return the data of a lab, the modules that it imports, and the pinned versions.

        By paths as its notebook knows them. Where ``start.sh`` stands beside the pins, it goes
        along, with what it calls there.
        """
        found = [(self._project.relative(path), path) for path in self._setup]
        return {
            name: self._read(path) for name, path in (*found, *self._own(lab)) if path.is_file()
        }

    def _own(self, lab: Lab) -> Iterator[tuple[str, Path]]:
        settings, root = self._project.settings, self._project.root
        support = PurePosixPath(settings.support)
        yield from ((name, root / settings.notebooks / name) for name in lab.notebook.needs.data)
        for name in lab.fingerprint.modules:
            yield PurePosixPath(name).relative_to(support).as_posix(), root / name


def _called(script: Path) -> list[Path]:
    """Return a script and the files beside it that it names, and those that these name."""
    found = [script] if script.is_file() else []
    for path in found:
        text = path.read_text("utf-8", "replace") if path.suffix == script.suffix else ""
        beside = (each for each in sorted(script.parent.iterdir()) if each not in found)
        found += [each for each in beside if each.name in text]
    return found
