"""What a lab needs beside its notebook, read for those who take it away."""

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from lockstep.disk.project import Project
from lockstep.export.kit import Belongings
from lockstep.notebooks.lab import Lab


def of(project: Project, labs: Iterable[Lab]) -> Belongings:
    """Read the data of labs, the modules that they import, and the pinned versions.

    What stands in the folder of the pins goes along, so that what installs them can be there.
    """
    folder = PurePosixPath(project.settings.pins).parent
    pins = f"{folder}/" if folder.name else ""
    found = {lab.name: dict(_files(project, lab)) for lab in labs}
    return Belongings(found, pins)


def _files(project: Project, lab: Lab) -> Iterator[tuple[str, bytes]]:
    """Yield what belongs to a lab: the path in an archive, and the content."""
    root, settings = project.root, project.settings
    pins = root / settings.pins
    folder = pins.parent
    beside = sorted(folder.iterdir()) if folder != root and folder.is_dir() else [pins]
    wanted = {
        **{path.relative_to(root).as_posix(): path for path in beside},
        **{name: root / settings.notebooks / name for name in lab.notebook.needs.data},
        **{_below(name, settings.support): root / name for name in lab.fingerprint.modules},
    }
    for name, path in wanted.items():
        if path.is_file() and not path.name.startswith("."):
            yield name, path.read_bytes()


def _below(name: str, folder: str) -> str:
    return PurePosixPath(name).relative_to(folder).as_posix()
