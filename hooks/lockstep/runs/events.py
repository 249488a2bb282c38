"""What happens while a notebook runs, as values: ``execution`` reports them, ``progress`` shows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NotebookStale:
    """A notebook that will be run has a recording that is stale."""

    notebook: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotebookStarted:
    """A kernel is being started."""

    notebook: str
    cells: int
    cluster: str
    """The Spark master."""


@dataclass(frozen=True, slots=True)
class CellStarted:
    """A cell was sent to the kernel."""

    notebook: str
    cell: str
    """The cell's key."""
    number: int
    """Its place among the cells, from 1."""


@dataclass(frozen=True, slots=True)
class OutputLine:
    """A cell wrote something: the last line of it that is not blank."""

    notebook: str
    cell: str
    text: str


@dataclass(frozen=True, slots=True)
class CellDone:
    """A cell ended as it should."""

    notebook: str
    cell: str
    number: int
    seconds: float


@dataclass(frozen=True, slots=True)
class NotebookDone:
    """All cells ended, all values were read, and no process is left."""

    notebook: str
    seconds: float


@dataclass(frozen=True, slots=True)
class NotebookFailed:
    """The run ended early, and no process is left."""

    notebook: str
    seconds: float
    message: str
    """What a person needs to know, in a few lines."""


@dataclass(frozen=True, slots=True)
class NotebookInterrupted:
    """The run was broken off from outside (Ctrl-C), and no process is left."""

    notebook: str
    seconds: float
    where: str
    """Place and name of the cell that ran."""


Event = (
    NotebookStale
    | NotebookStarted
    | CellStarted
    | OutputLine
    | CellDone
    | NotebookDone
    | NotebookFailed
    | NotebookInterrupted
)
