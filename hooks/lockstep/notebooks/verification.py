"""A fresh run held against a recording: what differs, where it matters.

Values may differ within their own tolerance, figures where nobody sees it. Output of volatile cells
and figures drawn on another kind of processor are not compared: floating-point results depend on
instruction sets, and in the last digits on who made the processor.
"""

import difflib
import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lockstep.notebooks import svg
from lockstep.notebooks.lab import Lab
from lockstep.notebooks.notebook import Notebook
from lockstep.notebooks.recording import Recording, Scalar, flat

LONGEST = 60
"""Lines of a cell's difference that are shown."""


def same_content(before: Recording | None, after: Recording) -> bool:
    """Whether two recordings differ in nothing but the date of their run."""
    if before is None:
        return False
    return (
        before.fingerprint == after.fingerprint
        and dict(before.values) == dict(after.values)
        and flat(before.outputs) == flat(after.outputs)
        and replace(before.run, date="") == replace(after.run, date="")
    )


def differences(lab: Lab, fresh: Recording) -> list[str]:
    """Return what a fresh run did otherwise than the recording, one readable text per cell.

    Raises ``ValueError`` where the lab has no recording to compare with.
    """
    recorded = lab.recording
    if recorded is None:
        message = f"{lab.notebook.path} has no recording to compare with"
        raise ValueError(message)
    same_processor = recorded.run.processor == fresh.run.processor
    before = lab.carried_over
    found = list(_values(lab.notebook, recorded.values, fresh.values))
    for cell in lab.notebook.cells:
        if "volatile" in cell.tags:
            continue
        old = _comparable(before.get(cell.key, []), figures=same_processor)
        outputs = _as_recorded(before.get(cell.key, []), fresh.outputs.get(cell.key, []))
        new = _comparable(outputs, figures=same_processor)
        if old != new:
            lines = list(difflib.unified_diff(old, new, "recorded", "this run", lineterm="", n=2))
            if len(lines) > LONGEST:
                lines[LONGEST:] = [f"… and {len(lines) - LONGEST} more lines"]
            found.append(f"cell {cell.key!r} ({cell.header}):\n" + "\n".join(lines))
    return found


def _values(
    notebook: Notebook, before: Mapping[str, Scalar], after: Mapping[str, Scalar]
) -> Iterator[str]:
    for name, tolerance in notebook.declared_values.items():
        old, new = before.get(name), after.get(name)
        if not _agree(old, new, tolerance):
            within = f" (tolerance {tolerance:g})" if tolerance else ""
            yield f"value {name!r}: recorded {old!r}, this run {new!r}{within}"


def _agree(old: Scalar, new: Scalar, tolerance: float | None) -> bool:
    if isinstance(old, float) and isinstance(new, float) and math.isnan(old) and math.isnan(new):
        return True
    both = isinstance(old, int | float) and isinstance(new, int | float)
    if tolerance and both:
        return abs(float(old or 0) - float(new or 0)) <= tolerance
    return old == new


def _as_recorded(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """Return outputs of a run; a figure that looks like the recorded one is the recorded one."""
    outputs = list(after)
    for place, pair in enumerate(zip(before, after, strict=False)):
        drawings = ["".join(output.get("data", {}).get("image/svg+xml", "")) for output in pair]
        if all(drawings) and svg.look_alike(*drawings):
            outputs[place] = pair[0]
    return outputs


def _comparable(outputs: Sequence[Mapping[str, Any]], *, figures: bool) -> list[str]:
    """Return outputs as lines: a figure is one, with a digest unless it cannot be compared."""
    lines: list[str] = []
    for output in outputs:
        data = output.get("data", {})
        figure = next((kind for kind in data if kind.startswith("image/")), None)
        if figure and not figures:
            lines.append(f"[{figure}]")
            continue
        text = output.get("text") or data.get(figure or "text/plain") or output.get("evalue") or ""
        said = ("".join(text) if isinstance(text, list) else str(text)).splitlines()
        if figure:
            digest = hashlib.sha256("\n".join(said).encode(errors="replace")).hexdigest()
            lines.append(f"[{figure}: {len(said)} lines, {digest[:12]}]")
            continue
        lines.append(f"[{output.get('name') or output.get('output_type')}]")
        lines += said
    return lines
