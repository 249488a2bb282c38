"""What was measured, as Markdown: a table for each size, and how times grow."""

import os
import platform
import statistics
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.scenarios import BASIS, SCENARIOS
from benchmarks.timing import Measure

Taken = Mapping[int, Mapping[str, Sequence[Measure]]]
"""Number of labs to scenario to what it took each time."""
PINS = Path(__file__).parents[1] / "requirements/bench.txt"
NOTHING = "-"
"""What stands where nothing was measured."""
_OURS = {
    "mkdocs": "MkDocs",
    "mkdocs-material": "Material",
    "mkdocs-static-i18n": "static-i18n",
    "pymdown-extensions": "pymdown-extensions",
    "jieba": "jieba",
}
_OTHERS = ("Sphinx", "myst-parser")
_HEAD = """\
# What builds take

Written by `make bench` (`python -m benchmarks.builds --help`). Sites of so many labs of about 12 kB
in English, Chinese and Japanese, made from this repository's own; the plain stack and Sphinx get
the same pages with code and outputs pasted in. Whole processes, in turns; medians of {times}.
Memory is that of all processes together, at its peak. Read the ratios: seconds are this machine's.

{machine}
"""


def page(taken: Taken, times: int) -> str:
    """Return the results with what they were measured on."""
    return f"{_HEAD.format(times=times, machine=machine())}\n{text(taken)}\n"


def text(taken: Taken) -> str:
    """Return a table for each size, and one across sizes."""
    parts = [*(_size(labs, found) for labs, found in taken.items()), _growth(taken)]
    return "\n\n".join(part for part in parts if part)


def machine() -> str:
    """Return when, on what and with what was measured."""
    pins = dict(line.split("==") for line in PINS.read_text("utf-8").split() if "==" in line)
    versions = [f"{title} {version(name)}" for name, title in _OURS.items()]
    versions += [f"{name} {pins[name]}" for name in _OTHERS if name in pins]
    rows = (
        f"- Date: {datetime.now(UTC).date()}",
        f"- Processor: {_processor()}, {os.cpu_count()} cores, {platform.system()}",
        f"- Python {platform.python_version()}, {', '.join(versions)}",
    )
    return "\n".join(rows)


def megabytes(size: float) -> str:
    """Return a number of bytes as a person reads it."""
    return f"{size / 1e6:,.0f} MB"


def _size(labs: int, found: Mapping[str, Sequence[Measure]]) -> str:
    basis = found.get(BASIS)
    rows = (
        f"| {each.title} | {' | '.join(_cells(found[each.name], basis))} |"
        for each in SCENARIOS
        if each.name in found
    )
    return "\n".join(
        [
            f"## {labs:,} labs in three languages",
            "",
            "| | Time | to plain | Memory | to plain |",
            "|---|--:|--:|--:|--:|",
            *rows,
        ]
    )


def _cells(own: Sequence[Measure], basis: Sequence[Measure] | None) -> Iterator[str]:
    """Yield time and memory, each with its ratio to the plain stack's cold build."""
    time, memory = _seconds(own), _memory(own)
    yield f"{time:.1f} s"
    yield f"{time / _seconds(basis):.2f}" if basis else NOTHING
    yield megabytes(memory) if memory else NOTHING
    yield f"{memory / _memory(basis):.2f}" if basis and memory and _memory(basis) else NOTHING


def _growth(taken: Taken) -> str:
    """Return what each lab adds, where there are several sizes; empty where there is one."""
    wanted = [each for each in SCENARIOS if sum(each.name in it for it in taken.values()) > 1]
    if not wanted:
        return ""
    heads = " | ".join(f"{labs:,} labs" for labs in taken)
    rows = (f"| {each.title} | {' | '.join(_a_lab(taken, each.name))} |" for each in wanted)
    return "\n".join(
        [
            "## Milliseconds for each lab",
            "",
            f"| | {heads} |",
            f"|---|{'--:|' * len(taken)}",
            *rows,
        ]
    )


def _a_lab(taken: Taken, name: str) -> Iterator[str]:
    for labs, found in taken.items():
        yield f"{_seconds(found[name]) * 1000 / labs:.0f}" if name in found else NOTHING


def _seconds(measures: Sequence[Measure]) -> float:
    return statistics.median(each.seconds for each in measures)


def _memory(measures: Sequence[Measure]) -> float:
    return statistics.median(each.memory for each in measures)


def _processor() -> str:
    """Return what the processor calls itself."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())
