"""Why a run failed, as its author wants to hear it: line of the script, cell, rank, exception.

A kernel names a cell's code ``…/ipykernel_PID/HASH.py``, and so does whatever it pickled: frames in
ranks and in Spark's Python workers lead back to the script by the same name.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from lockstep.ground.location import Location
from lockstep.notebooks.notebook import Cell, Notebook

Frame = tuple[str, int]
"""File and line, from 1."""

_LONGEST = 300
"""Characters of an exception's message that are shown."""
_REMOTE_TRACEBACK = re.compile(
    r"Traceback \(most recent call last\):\n"
    r"(?P<frames>(?:[ \t]+.*\n)+)"
    r"(?P<type>[A-Za-z_][\w.]*)(?:: (?P<message>.*))?$",
    re.MULTILINE,
)
_REMOTE_FRAME = re.compile(r'^\s*File "([^"]+)", line (\d+)', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception that ended a cell, as the kernel tells it."""

    type: str | None
    """``None`` where a rank ended without raising: it was killed."""
    message: str
    frames: tuple[Frame, ...] = ()
    """Outermost first."""
    rank: int | None = None
    rank_frames: tuple[Frame, ...] = ()
    """Frames inside the rank, where one raised."""
    text: str = ""
    """The whole traceback."""

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Raised":
        """Read what ``probe.raised`` wrote."""
        frames, rank_frames = (
            tuple((str(name), int(line)) for name, line in told.get(part, []))
            for part in ("frames", "rank_frames")
        )
        kind, message, text = told["type"], told["message"], told.get("text", "")
        return cls(kind, message, frames, told.get("rank"), rank_frames, text)


class RunFailed(Exception):  # noqa: N818 it says what happened, as CalledProcessError's kin do
    """A notebook's run ended early. The recording is as it was."""

    def __init__(  # noqa: PLR0913 these are what there is to know
        self,
        location: Location,
        cell: str,
        exception_type: str | None,
        message: str,
        *,
        rank: int | None = None,
        called_from: int | None = None,
        log_folder: Path | None = None,
        text: str = "",
    ) -> None:
        """Take the facts; each is an attribute of the same name.

        location: the line of the script; cell: key of the cell that ran; called_from: line of that
        cell, where ``location`` is in another; log_folder: where report and logs are; text: the
        whole traceback.
        """
        super().__init__(location, cell, exception_type, message)
        self.location = location
        self.cell = cell
        self.exception_type = exception_type
        self.message = message
        self.rank = rank
        self.called_from = called_from
        self.log_folder = log_folder
        self.text = text

    @property
    def notebook(self) -> str:
        """Path of the script."""
        return self.location.path

    @property
    def line(self) -> int:
        """Line of the script."""
        return self.location.line

    def __str__(self) -> str:
        """Return ``path:line: cell 'x' rank 1: Type: message``, and where the logs are."""
        rank = "" if self.rank is None else f" rank {self.rank}"
        said = ": ".join(part for part in (self.exception_type, self.message) if part)
        lines = [f"{self.location}: cell {self.cell!r}{rank}: {said}"]
        if self.called_from is not None:
            lines.append(f"  called from {self.location.path}:{self.called_from}")
        if self.log_folder is not None:
            lines.append(f"  report and logs: {self.log_folder}")
        return "\n".join(lines)


def of_exception(
    raised: Raised, notebook: Notebook, running: Cell, files: Mapping[str, Cell]
) -> RunFailed:
    """Return the failure of a cell that raised.

    running: the cell that was sent to the kernel; files: the name (``HASH.py``) that the kernel
    gives to each cell's code.
    """
    kind, message = raised.type, raised.message
    here = _script_lines(raised.frames, running, files)
    there = _script_lines(raised.rank_frames, running, files)
    remote = _remote(message) if raised.rank is None else None
    if remote is not None:
        kind, message, frames = remote
        there = _script_lines(frames, running, files)
    called = next((line for cell, line in here if cell is running), None)
    line = (there or here or [(running, running.first_line)])[-1][1]
    last = running.first_line + running.source.count("\n")
    if not message:
        # `assert` says nothing by itself: its line does.
        message = f"`{notebook.text.splitlines()[line - 1].strip()}`"
    return RunFailed(
        Location(notebook.path, line),
        running.key,
        kind,
        _short(message),
        rank=raised.rank,
        called_from=None if running.first_line <= line <= last else called,
        text=raised.text,
    )


def of_cell(notebook: Notebook, running: Cell, kind: str, message: str) -> RunFailed:
    """Return the failure of a cell that did not raise: it took too long, or its kernel died."""
    return RunFailed(Location(notebook.path, running.first_line), running.key, kind, message)


def _remote(message: str) -> tuple[str, str, tuple[Frame, ...]] | None:
    """Find the exception of a Python worker in the message of Spark's exception on the driver.

    Spark repeats it with the JVM's own traces in between; of a chain the last is what ended the
    worker.
    """
    found = list(_REMOTE_TRACEBACK.finditer(message.partition("\n\tat ")[0]))
    if not found:
        return None
    last = found[-1]
    frames = tuple((name, int(line)) for name, line in _REMOTE_FRAME.findall(last["frames"]))
    return last["type"], last["message"] or "", frames


def _script_lines(
    frames: Sequence[Frame], running: Cell, files: Mapping[str, Cell]
) -> list[tuple[Cell, int]]:
    """Return the frames that lie in cells: the cell, and the line of the script."""
    found = []
    for name, line in frames:
        cell = files.get(PurePath(name).name)
        if cell is not None:
            # Cells with the same code have the same name; the one that ran is meant.
            cell = running if cell.source == running.source else cell
            found.append((cell, cell.first_line + line - 1))
    return found


def _short(message: str) -> str:
    first = next((line.strip() for line in message.splitlines() if line.strip()), "")
    return first if len(first) <= _LONGEST else f"{first[:_LONGEST]} …"
