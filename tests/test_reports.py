"""What programs are told of runs."""

import json
from xml.etree import ElementTree as ET

from lockstep.runs import events
from lockstep.runs.reports import JsonLines, JUnit
from lockstep.runs.running import Result

TOLD: list[events.Event] = [
    events.NotebookStarted("a", 2, "local[1]"),
    events.CellStarted("a", "load", 1),
    events.CellDone("a", "load", 1, 1.5),
    events.CellStarted("a", "train", 2),
    events.CellDone("a", "train", 2, 2.25),
    events.NotebookDone("a", 5),
    events.NotebookStarted("b", 2, "local[1]"),
    events.CellStarted("b", "load", 1),
    events.NotebookFailed("b", 1, "b.py:3: cell 'load': ValueError: \x1b[31m\x00"),
]
RESULTS = [
    Result("a", failed=True, message="a.py: not as recorded\nvalue 'n': recorded 1, this run 2"),
    Result("b", failed=True, message="b.py:3: cell 'load': ValueError: \x1b[31m\x00"),
    Result("c", failed=True, message="c.py: cannot be run or recorded: No space left on device"),
]


def test_an_event_is_a_line_of_json() -> None:
    """Its kind comes first, in words that do not change."""
    lines: list[str] = []
    write = JsonLines(lines.append)
    write(TOLD[2])
    write(events.NotebookStale("a", ("cell 'x' changed",)))
    write.result(RESULTS[0])
    assert [json.loads(line) for line in lines] == [
        {"event": "cell-done", "notebook": "a", "cell": "load", "number": 1, "seconds": 1.5},
        {"event": "notebook-stale", "notebook": "a", "reasons": ["cell 'x' changed"]},
        {"event": "result", "lab": "a", "failed": True, "message": RESULTS[0].message},
    ]


def test_a_suite_says_which_cell_failed() -> None:
    """Or that what was recorded did: it differs, or could not be written."""
    report = JUnit()
    for event in TOLD:
        report(event)
    suites = ET.fromstring(report.xml(RESULTS).split("?>", 1)[1])  # noqa: S314 our own
    assert [suites.get(name) for name in ("tests", "failures", "time")] == ["6", "3", "3.750"]
    found = {
        (case.get("classname"), case.get("name")): [(it.tag, it.get("message")) for it in case]
        for case in suites.iter("testcase")
    }
    assert found == {
        ("a", "load"): [],
        ("a", "train"): [],
        ("a", "(recording)"): [("failure", "a.py: not as recorded")],
        ("b", "load"): [("failure", "b.py:3: cell 'load': ValueError: \\x00")],
        ("b", "(recording)"): [("skipped", "the run did not end")],
        ("c", "(recording)"): [("failure", RESULTS[2].message)],
    }
