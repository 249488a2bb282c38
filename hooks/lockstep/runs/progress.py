"""What a person sees while notebooks run: a live display on a terminal, plain lines elsewhere.

Both are callables that take an event; neither knows how notebooks run or what becomes of them.
"""

import functools
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TaskID
from rich.progress import Task as Row
from rich.table import Column
from rich.text import Text

from lockstep.notebooks.output import clean
from lockstep.runs.events import (
    CellDone,
    CellStarted,
    Event,
    NotebookDone,
    NotebookFailed,
    NotebookInterrupted,
    NotebookStale,
    NotebookStarted,
    OutputLine,
)

Reporter = Callable[[Event], None]

_SILENCE = 30.0
"""Seconds after which plain lines show what a long cell says, so that a log is seen to move."""


@contextmanager
def shown(console: Console, expected: Mapping[str, float]) -> Iterator[Reporter]:
    """Give the reporter that suits a console; on a terminal it redraws until the block is left.

    expected: seconds that notebooks took the last time, by name.
    """
    if not console.is_terminal:
        write = functools.partial(console.print, markup=False, highlight=False, soft_wrap=True)
        yield Plain(write, expected)
        return
    with Progress(
        _Words(lambda row: Text(row.description, "bold")),
        BarColumn(20),
        MofNCompleteColumn(),
        _Words(_elapsed),
        _Words(lambda row: row.fields["now"], Column(no_wrap=True, overflow="ellipsis", ratio=1)),
        console=console,
        expand=True,
    ) as rows:
        yield Terminal(rows, expected)


class Plain:
    """A line when a notebook starts, for each cell that ends, and when the notebook ends."""

    def __init__(
        self,
        write: Callable[[str], None],
        expected: Mapping[str, float],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take what writes a line, seconds that notebooks took the last time, and a clock."""
        self._write, self._expected, self._clock = write, expected, clock
        self._cells: dict[str, int] = {}
        self._written = clock()

    def __call__(self, event: Event) -> None:
        """Take one event."""
        line = self._line(event)
        if line is not None:
            self._written = self._clock()
            self._write(f"{event.notebook}: {line}")

    def _line(self, event: Event) -> str | None:
        line = None
        match event:
            case NotebookStale(_, reasons):
                line = f"stale: {'; '.join(reasons)}"
            case NotebookStarted(notebook, cells, cluster):
                self._cells[notebook] = cells
                seconds = self._expected.get(notebook)
                about = "" if seconds is None else f", about {duration(seconds)}"
                line = f"{cells} cells on {cluster}{about}"
            case CellDone(notebook, cell, number, seconds):
                line = f"{number}/{self._cells[notebook]} {cell} ({duration(seconds)})"
            case OutputLine(_, cell, text) if self._clock() - self._written >= _SILENCE:
                line = f"{cell} says: {clean(text).strip()}"
            case NotebookDone(_, seconds):
                line = f"done in {duration(seconds)}"
            case NotebookFailed(_, seconds, _):
                line = f"failed after {duration(seconds)}"
            case NotebookInterrupted(_, seconds, where):
                line = f"interrupted after {duration(seconds)} in {where}"
        return line


class Terminal:
    """A row for each notebook: cells done, time, the cell that runs and what it said last."""

    def __init__(self, rows: Progress, expected: Mapping[str, float]) -> None:
        """Take the display, and seconds that notebooks took the last time."""
        self._rows, self._expected = rows, expected
        self._row: dict[str, TaskID] = {}

    def __call__(self, event: Event) -> None:
        """Take one event."""
        match event:
            case NotebookStale(notebook, reasons):
                said = f"{notebook} is stale: {'; '.join(reasons)}"
                self._rows.console.print(said, markup=False, highlight=False)
            case NotebookStarted(notebook, cells, cluster):
                self._row[notebook] = self._rows.add_task(
                    notebook,
                    total=cells,
                    now=Text(f"starting a kernel for {cluster}", "dim"),
                    expected=self._expected.get(notebook),
                )
            case CellStarted(notebook, cell, _):
                self._rows.update(self._row[notebook], now=Text(cell))
            case OutputLine(notebook, cell, text):
                now = Text.assemble(cell, (f"  {clean(text).strip()}", "dim"))
                self._rows.update(self._row[notebook], now=now)
            case CellDone(notebook, _, number, _):
                self._rows.update(self._row[notebook], completed=number)
            case NotebookDone(notebook, _):
                self._end(notebook, Text("done", "green"))
            case NotebookFailed(notebook, _, _):
                self._end(notebook, Text("failed", "red"))
            case NotebookInterrupted(notebook, _, where):
                self._end(notebook, Text(f"interrupted in {where}", "red"))

    def _end(self, notebook: str, how: Text) -> None:
        self._rows.update(self._row[notebook], now=how)
        self._rows.stop_task(self._row[notebook])


def duration(seconds: float) -> str:
    """Return a duration as people read it: ``0.4 s``, ``12 s``, ``2 min 5 s``, ``1 h 2 min``."""
    if seconds < 9.95:  # noqa: PLR2004 where one digit behind the point stops to matter
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes >= 60:  # noqa: PLR2004 minutes of an hour
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


class _Words(ProgressColumn):
    """A column whose text is made from its row."""

    max_refresh = None

    def __init__(self, words: Callable[[Row], Text], column: Column | None = None) -> None:
        super().__init__(column)
        self._words = words

    def render(self, task: Row) -> Text:
        return self._words(task)


def _elapsed(row: Row) -> Text:
    expected = row.fields["expected"]
    of = "" if expected is None else f" of about {duration(expected)}"
    return Text(f"{duration(round(row.elapsed or 0))}{of}", "cyan")
