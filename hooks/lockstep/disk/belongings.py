"""What a lab needs beside its notebook, read for those who take it away."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path, PurePosixPath

from lockstep.disk.project import Project
from lockstep.export.kit import Belongings
from lockstep.export.readme import START
from lockstep.notebooks.lab import Lab


def of(project: Project, labs: Iterable[Lab]) -> Belongings:
    """Read the data of labs, the modules that they import, and the pinned versions.

    Where ``start.sh`` stands beside the pins, it goes along, with what it calls there.
    """
    root, pins = project.root, project.root / project.settings.pins
    folder = pins.parent.relative_to(root).as_posix()
    setup = [pins, *_called(pins.parent / START)]
    read = cache(Path.read_bytes)  # most labs need the same
    shared = {path.relative_to(root).as_posix(): read(path) for path in _files(setup)}
    found = {lab.name: {**shared, **dict(_own(project, lab, read))} for lab in labs}
    return Belongings(found, f"{folder}/" if folder != "." else "")


def _own(project: Project, lab: Lab, read: Callable[[Path], bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield what one lab needs: the path as its notebook knows it, and the content."""
    support, notebooks = PurePosixPath(project.settings.support), project.settings.notebooks
    data = {name: f"{notebooks}/{name}" for name in lab.notebook.needs.data}
    modules = {
        PurePosixPath(name).relative_to(support).as_posix(): name
        for name in lab.fingerprint.modules
    }
    for name, path in {**data, **modules}.items():
        for file in _files([project.root / path]):
            yield name, read(file)


def _called(script: Path) -> list[Path]:
    """Return a script and the files beside it that it names, and those that these name."""
    found = [script] if script.is_file() else []
    for path in found:
        text = path.read_text("utf-8", "replace") if path.suffix == script.suffix else ""
        beside = (each for each in sorted(script.parent.iterdir()) if each not in found)
        found += [each for each in beside if each.name in text]
    return found


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    return (path for path in paths if path.is_file())
