"""What a person sees while notebooks run."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from lockstep.runs import progress
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

RUN: list[Event] = [
    NotebookStarted("penguins", 2, "local-cluster[2,1,1024]"),
    CellStarted("penguins", "load", 1),
    OutputLine("penguins", "load", "344 rows"),
    CellDone("penguins", "load", 1, 0.42),
    CellStarted("penguins", "train", 2),
    OutputLine("penguins", "train", "[1]<stdout>:epoch \x1b[31m3\x1b[0m\u202e"),
]


def test_plain_lines_tell_each_cell_that_ended() -> None:
    lines: list[str] = []
    reporter = progress.Plain(lines.append, {"penguins": 75}, clock=lambda: 0)
    for event in [*RUN, CellDone("penguins", "train", 2, 64.6), NotebookDone("penguins", 3725)]:
        reporter(event)
    assert lines == [
        "penguins: 2 cells on local-cluster[2,1,1024], about 1 min 15 s",
        "penguins: 1/2 load (0.4 s)",
        "penguins: 2/2 train (1 min 5 s)",
        "penguins: done in 1 h 2 min",
    ]


def test_plain_lines_show_now_and_then_what_a_long_cell_says() -> None:
    lines: list[str] = []
    time = [0.0]
    reporter = progress.Plain(lines.append, {}, clock=lambda: time[0])
    for event in RUN:
        reporter(event)
    for second in range(29, 95, 3):
        time[0] = second
        reporter(OutputLine("penguins", "train", f"second {second}\x1b[0m"))
    reporter(NotebookFailed("penguins", 95, "penguins.py:3: …"))
    assert lines == [
        "penguins: 2 cells on local-cluster[2,1,1024]",
        "penguins: 1/2 load (0.4 s)",
        "penguins: train says: second 32",
        "penguins: train says: second 62",
        "penguins: train says: second 92",
        "penguins: failed after 1 min 35 s",
    ]


def test_why_it_runs_and_where_it_was_interrupted_is_told_to_all() -> None:
    reasons = ("cell 'load' changed", "module '[bold].py' is new")
    told = [NotebookStale("penguins", reasons), RUN[0], RUN[1]]
    told.append(NotebookInterrupted("penguins", 9.5, "penguins.py:3: cell 'load'"))
    lines: list[str] = []
    plain = progress.Plain(lines.append, {}, clock=lambda: 0)
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=120, color_system=None)
    with progress.shown(console, {}) as terminal:
        for event in told:
            plain(event)
            terminal(event)
    assert lines[0] == "penguins: stale: cell 'load' changed; module '[bold].py' is new"
    assert lines[2:] == ["penguins: interrupted after 9.5 s in penguins.py:3: cell 'load'"]
    assert "penguins is stale: cell 'load' changed; module '[bold].py' is new" in stream.getvalue()
    assert last_drawn(stream).endswith("interrupted in penguins.py:3: cell 'load'")


def test_a_console_that_is_no_terminal_gets_plain_lines() -> None:
    stream = io.StringIO()
    with progress.shown(Console(file=stream, width=40), {}) as reporter:
        for event in RUN:
            reporter(event)
        reporter(NotebookStarted("[bold]", 1, "[red]x[/]"))
    assert "\x1b" not in stream.getvalue()
    assert stream.getvalue().splitlines()[-1] == "[bold]: 1 cells on [red]x[/]"


def test_a_terminal_shows_the_cell_that_runs_and_what_it_said_last() -> None:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=100, color_system=None)
    with progress.shown(console, {"penguins": 75}) as reporter:
        for event in RUN:
            reporter(event)
    last = last_drawn(stream)
    assert "penguins" in last
    assert "1/2" in last
    assert "of about 1 min 15 s" in last
    assert "train  [1]<stdout>:epoch 3\\u202e" in last


@pytest.mark.parametrize(
    ("event", "word"),
    [(NotebookDone("penguins", 9), "done"), (NotebookFailed("penguins", 9, "why"), "failed")],
)
def test_a_terminal_keeps_how_a_notebook_ended(event: Event, word: str) -> None:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=100, color_system=None)
    with progress.shown(console, {}) as reporter:
        for heard in [*RUN, event]:
            reporter(heard)
    assert last_drawn(stream).endswith(word)


def last_drawn(stream: io.StringIO) -> str:
    """Return the last row that was drawn; the line behind it brings the cursor back."""
    return stream.getvalue().splitlines()[-2].rstrip()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.6, "1 min 0 s"), (3600, "1 h 0 min")],
)
def test_durations_are_in_words(seconds: float, words: str) -> None:
    assert progress.duration(seconds) == words
