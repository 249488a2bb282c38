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
from xml.etree import ElementTree

TEXT_LIMIT = 100_000
"""Characters of one text output that are kept."""
FIGURE_LIMIT = 4_000_000
"""Bytes of one figure that are published."""

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_RANK_LINE = re.compile(r"\[(\d+)\]<(?:stdout|stderr)>:")
_SVG = "{http://www.w3.org/2000/svg}"
_XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
_SVG_ELEMENTS = frozenset(
    "svg g defs clipPath path rect circle ellipse line polyline polygon text tspan use title desc "
    "linearGradient radialGradient stop pattern marker image".split()
)
_SVG_ATTRIBUTES = frozenset(
    "id class d x y x1 y1 x2 y2 cx cy r rx ry width height viewBox version transform points style "
    "fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap opacity "
    "stroke-linejoin stroke-dasharray stroke-dashoffset stroke-miterlimit clip-path clip-rule "
    "clipPathUnits font-size font-family font-weight font-style text-anchor dominant-baseline dx "
    "dy offset stop-color stop-opacity gradientUnits gradientTransform patternUnits "
    "patternTransform preserveAspectRatio markerWidth markerHeight refX refY orient".split()
)
_UNSAFE_STYLE = re.compile(r"url\((?!\s*['\"]?#)|expression|javascript:|@import|\\", re.IGNORECASE)


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
    """Return text that shows what it holds: no escapes, no control or bidirectional characters.

    Such a character is shown as its code point (``\\u202e``). A carriage return moves to the line's
    start, as on a terminal, so that a progress bar leaves its last state. Overlong text is cut.
    """
    if len(text) > TEXT_LIMIT:
        left_out = len(text) - TEXT_LIMIT
        text = f"{text[:TEXT_LIMIT]}\n… {left_out} more characters left out"
    lines = _ANSI.sub("", text).replace("\r\n", "\n").split("\n")
    overwritten = (line.rstrip("\r").rsplit("\r", 1)[-1] for line in lines)
    return "".join(_visible(character) for character in "\n".join(overwritten))


def safe_svg(source: str | bytes) -> bytes | None:
    """Return an SVG with allow-listed elements and attributes only; ``None`` where it is none.

    Entity declarations, scripts, event attributes, foreign content and references that leave the
    file do not survive.
    """
    raw = source.encode() if isinstance(source, str) else source
    if len(raw) > FIGURE_LIMIT or b"<!ENTITY" in raw:
        return None
    try:
        root = ElementTree.fromstring(raw)  # noqa: S314 entities are refused above
    except (ElementTree.ParseError, ValueError):
        return None
    if root.tag != f"{_SVG}svg":
        return None
    _prune(root)
    ElementTree.register_namespace("", _SVG[1:-1])
    ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    return ElementTree.tostring(root)


def _joined(value: object) -> str:
    """Join nbformat's multi-line strings, which are a string or a list of them."""
    if isinstance(value, list):
        return "".join(str(part) for part in value)
    return "" if value is None else str(value)


def _joined_streams(outputs: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Join each stream at the place of its first output, so that timing does not interleave them."""
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
        text = text.replace(path, paths[path])
    text = re.sub(r"/tmp/ipykernel_\d+/\d+\.py", "<cell>", text)
    text = re.sub(r"\b0x[0-9a-f]{6,16}\b", "0x…", text)
    text = re.sub(r"\b((?:\d{1,3}\.){3}\d{1,3}|localhost):\d{4,5}\b", r"\1:<port>", text)
    return re.sub(r"\b(pid|PID|process)([ =:]+)\d+\b", r"\1\2<id>", text)


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
    if "image/svg+xml" in data and (svg := safe_svg(_joined(data["image/svg+xml"]))):
        return {"image/svg+xml": svg.decode()}
    if "image/png" in data:
        return {"image/png": _joined(data["image/png"])}
    if "text/plain" in data:
        return {"text/plain": _stable(_joined(data["text/plain"]), paths)}
    return {}


def _figure(data: Mapping[str, Any]) -> Figure | None:
    if "image/svg+xml" in data and (svg := safe_svg(_joined(data["image/svg+xml"]))):
        return Figure("image/svg+xml", svg)
    if "image/png" in data:
        try:
            png = base64.b64decode(_joined(data["image/png"]).replace("\n", ""), validate=True)
        except (binascii.Error, ValueError):
            return None
        if png.startswith(b"\x89PNG\r\n\x1a\n") and len(png) <= FIGURE_LIMIT:
            return Figure("image/png", png)
    return None


def _visible(character: str) -> str:
    if character in "\n\t" or character.isprintable():
        return character
    category = unicodedata.category(character)
    if category == "Zs":
        return " "
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _prune(element: ElementTree.Element) -> None:
    for name, value in list(element.attrib.items()):
        local = name == _XLINK_HREF or name == "href"
        if local:
            embedded = value.startswith("data:image/png;base64,")
            if value.startswith("#") or (embedded and element.tag == f"{_SVG}image"):
                continue
            del element.attrib[name]
        elif name not in _SVG_ATTRIBUTES or _UNSAFE_STYLE.search(value):
            del element.attrib[name]
    for child in list(element):
        allowed = isinstance(child.tag, str) and child.tag.removeprefix(_SVG) in _SVG_ELEMENTS
        if allowed and child.tag.startswith(_SVG):
            _prune(child)
        else:
            element.remove(child)
