"""Outputs of cells: from whatever a kernel sent to what may be recorded, and what may be published.

A recording is untrusted: it is a file that anybody may edit. So ``published`` cleans again what
``normalised`` cleaned, and its results are separate types for text and figures, never markup.
Outputs are nbformat's (https://nbformat.readthedocs.io/en/latest/format_description.html).
"""

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lockstep.notebooks import svg

TEXT_LIMIT = 100_000
"""Characters of one text output that are kept."""

CUT = "\n… and more, which is left out here"
"""What stands at the end of a text that was cut."""

_READ = 20 * TEXT_LIMIT
"""Characters that are looked at: enough for a progress bar to reach its end."""
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
"""Control sequences, operating system commands such as links, and other escapes (ECMA-48)."""
_INVISIBLE = re.compile(r"[^\n\t -~]")
_RANK_LINE = re.compile(r"\[(\d+)\]<(?:stdout|stderr)>:")


@dataclass(frozen=True, slots=True)
class Text:
    """Text that a cell printed or showed."""

    text: str
    error: bool = False
    """Whether it came from standard error or is an expected exception."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture that a cell showed."""

    media_type: str
    """``image/svg+xml`` or ``image/png``."""
    data: bytes


def normalised(
    outputs: Sequence[Mapping[str, Any]], paths: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """Return a cell's outputs without what differs from run to run.

    outputs: nbformat outputs; paths: absolute path to what stands for it (``{"/home/a": "~"}``).
    Execution counts, metadata, terminal escapes, memory addresses, ports and process ids go;
    streams of one kind are joined, lines of ranks ordered by rank; of several representations one
    is kept: SVG, PNG or text.
    """
    result: list[dict[str, Any]] = []
    for output in _joined_streams(outputs):
        kind = output.get("output_type")
        if kind == "stream":
            text = _by_rank(_stable(_joined(output.get("text")), paths or {}))
            if text.strip():
                result.append({"output_type": "stream", "name": output["name"], "text": text})
        elif kind == "error":
            value = _stable(_joined(output.get("evalue")), paths or {})
            name = _joined(output.get("ename"))
            result.append({"output_type": "error", "ename": name, "evalue": value, "traceback": []})
        elif kind in {"display_data", "execute_result"}:
            data = _one_representation(output.get("data") or {}, paths or {})
            if data:
                result.append({"output_type": "display_data", "data": data, "metadata": {}})
    return result


def published(outputs: Sequence[Mapping[str, Any]]) -> tuple[Text | Figure, ...]:
    """Return what of a cell's recorded outputs may appear on a page.

    Text comes without control and bidirectional characters and at most ``TEXT_LIMIT`` long; SVG
    with allow-listed elements and attributes only. What is none of these is left out.
    """
    found: list[Text | Figure] = []
    for output in outputs:
        kind = output.get("output_type")
        if kind == "stream":
            found.append(Text(clean(_joined(output.get("text"))), output.get("name") == "stderr"))
        elif kind == "error":
            line = f"{_joined(output.get('ename'))}: {_joined(output.get('evalue'))}"
            found.append(Text(clean(line), error=True))
        elif kind in {"display_data", "execute_result"} and isinstance(output.get("data"), dict):
            figure = _figure(output["data"])
            if figure is not None:
                found.append(figure)
            elif "text/plain" in output["data"]:
                found.append(Text(clean(_joined(output["data"]["text/plain"]))))
    return tuple(item for item in found if not isinstance(item, Text) or item.text.strip())


def clean(text: str) -> str:
    r"""Return text that shows what it holds: no escapes, no control or bidirectional characters.

    Such a character is shown as its code point (``\u202e``). A carriage return moves to the line's
    start, as on a terminal, so that a progress bar leaves its last state. Overlong text is cut, and
    ends with ``CUT``. Cleaning clean text changes nothing.
    """
    lines = _ESCAPE.sub("", text[:_READ]).replace("\r\n", "\n").split("\n")
    overwritten = (line.rstrip("\r").rsplit("\r", 1)[-1] for line in lines)
    # No character becomes less than one, so what stands further behind is cut in any case.
    shown = _INVISIBLE.sub(_visible, "\n".join(overwritten)[: TEXT_LIMIT + 1])
    if len(text) <= _READ and len(shown) <= TEXT_LIMIT:
        return shown
    return shown[: TEXT_LIMIT - len(CUT)] + CUT


def _joined(value: object) -> str:
    """Join nbformat's multi-line strings, which are a string or a list of them."""
    if isinstance(value, list):
        return "".join(str(part) for part in value)
    return "" if value is None else str(value)


def _joined_streams(outputs: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Join each stream at the place of its first output: timing does not interleave them."""
    result: list[dict[str, Any]] = []
    streams: dict[str, dict[str, Any]] = {}
    for output in outputs:
        if output.get("output_type") != "stream":
            result.append(dict(output))
            streams = {}
            continue
        name = str(output.get("name", "stdout"))
        if name in streams:
            streams[name]["text"] += _joined(output.get("text"))
        else:
            streams[name] = {"output_type": "stream", "name": name}
            streams[name]["text"] = _joined(output.get("text"))
            result.append(streams[name])
    return result


def _stable(text: str, paths: Mapping[str, str]) -> str:
    text = clean(text)
    for path in sorted(paths, key=len, reverse=True):
        if path.strip("/"):
            word = paths[path].replace("\\", r"\\")
            text = re.sub(rf"{re.escape(path)}(?![\w.-])", word, text)
    text = re.sub(r"(?<![^\s\"'(])[^\s\"'(]*/ipykernel_\d+/\d+\.py", "<cell>", text)
    text = re.sub(r"\b0x[0-9a-f]{6,16}\b", "0x…", text)
    text = re.sub(r"\b((?:\d{1,3}\.){3}\d{1,3}|localhost):\d{4,5}\b", r"\1:<port>", text)
    return re.sub(r"\b(pid)([ =:]+)\d+\b", r"\1\2<id>", text, flags=re.IGNORECASE)


def _by_rank(text: str) -> str:
    """Order each unbroken run of rank lines by rank; lines of one rank keep their order."""
    result: list[str] = []
    group: list[tuple[int, str]] = []
    for line in [*text.splitlines(keepends=True), ""]:
        match = _RANK_LINE.match(line)
        if match:
            group.append((int(match.group(1)), line if line.endswith("\n") else line + "\n"))
            continue
        result.extend(line for _, line in sorted(group, key=lambda item: item[0]))
        group = []
        result.append(line)
    return "".join(result)


def _one_representation(data: Mapping[str, Any], paths: Mapping[str, str]) -> dict[str, str]:
    if "image/svg+xml" in data and (safe := svg.safe(_joined(data["image/svg+xml"]))):
        return {"image/svg+xml": safe}
    if "image/png" in data:
        return {"image/png": _joined(data["image/png"])}
    if "text/plain" in data:
        return {"text/plain": _stable(_joined(data["text/plain"]), paths)}
    return {}


def _figure(data: Mapping[str, Any]) -> Figure | None:
    if "image/svg+xml" in data and (safe := svg.safe(_joined(data["image/svg+xml"]))):
        return Figure("image/svg+xml", safe.encode())
    if "image/png" in data:
        try:
            png = base64.b64decode(_joined(data["image/png"]).replace("\n", ""), validate=True)
        except (binascii.Error, ValueError):
            return None
        if png.startswith(b"\x89PNG\r\n\x1a\n") and len(png) <= svg.LIMIT:
            return Figure("image/png", png)
    return None


def _visible(match: re.Match[str]) -> str:
    character = match.group()
    if character.isprintable():
        return character
    if unicodedata.category(character) == "Zs":
        return " "
    return character.encode("unicode_escape").decode()
