"""What programs are told of runs: an event a line as JSON, and a JUnit report at the end.

Both take the events that ``progress`` shows to people. The form of JUnit's XML that continuous
integration reads: https://github.com/testmoapp/junitxml
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from xml.etree import ElementTree as ET

from lockstep.notebooks.output import clean
from lockstep.runs.events import CellDone, CellStarted, Event, NotebookFailed
from lockstep.runs.running import Result


class JsonLines:
    """Writes each event as a JSON object with its kind under ``event``: ``cell-done``."""

    def __init__(self, write: Callable[[str], None]) -> None:
        """Take what writes a line."""
        self._write = write

    def __call__(self, event: Event) -> None:
        """Take one event."""
        words = re.findall(r"[A-Z][a-z]+", type(event).__name__)
        self._put("-".join(words).lower(), asdict(event))

    def result(self, result: Result) -> None:
        """Write what became of a notebook."""
        self._put("result", asdict(result))

    def _put(self, event: str, facts: Mapping[str, object]) -> None:
        self._write(json.dumps({"event": event, **facts}, ensure_ascii=False))


class JUnit:
    """Collects how long cells took, and which one ended a run."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._seconds: dict[tuple[str, str], float | None] = {}
        self._failed: dict[str, NotebookFailed] = {}

    def __call__(self, event: Event) -> None:
        """Take one event."""
        match event:
            case CellStarted(notebook, cell, _):
                self._seconds[notebook, cell] = None
            case CellDone(notebook, cell, _, seconds):
                self._seconds[notebook, cell] = seconds
            case NotebookFailed(notebook, _, _):
                self._failed[notebook] = event

    def xml(self, results: Sequence[Result]) -> str:
        """Return the report: a suite for each notebook, a case for each cell and its recording."""
        suites = ET.Element("testsuites", name="lockstep run")
        for result in results:
            self._suite(suites, result)
        for element in (suites, *suites):
            cases = list(element.iter("testcase"))
            element.set("tests", str(len(cases)))
            element.set("failures", str(sum(case.find("failure") is not None for case in cases)))
            element.set("time", f"{sum(float(case.get('time', 0)) for case in cases):.3f}")
        ET.indent(suites)
        return ET.tostring(suites, "unicode", xml_declaration=True) + "\n"

    def _suite(self, suites: ET.Element, result: Result) -> None:
        suite = ET.SubElement(suites, "testsuite", name=result.lab)
        failed = self._failed.get(result.lab)
        cells = [
            (cell, t) for (notebook, cell), t in self._seconds.items() if notebook == result.lab
        ]
        for cell, seconds in cells:
            case = _case(suite, result.lab, cell, seconds or 0)
            if seconds is None and failed is not None:
                _fail(case, result.message)
        case = _case(suite, result.lab, "(recording)", 0)
        if failed is not None and any(seconds is None for _, seconds in cells):
            ET.SubElement(case, "skipped", message="the run did not end")
        elif result.failed:
            _fail(case, result.message)


def _case(suite: ET.Element, notebook: str, name: str, seconds: float) -> ET.Element:
    return ET.SubElement(suite, "testcase", classname=notebook, name=name, time=f"{seconds:.3f}")


def _fail(case: ET.Element, message: str) -> None:
    # What lab code said may hold characters that XML has no way to write.
    text = clean(message)
    ET.SubElement(case, "failure", message=text.partition("\n")[0]).text = text
