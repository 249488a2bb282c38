"""Figures as SVG: which of their elements and attributes may be published, and which look alike.

A recorded figure is untrusted, and the browser runs what an SVG holds: so what is not listed here
goes. Elements and attributes: https://www.w3.org/TR/SVG11/
"""

import re
from collections.abc import Hashable
from xml.etree import ElementTree as ET

LIMIT = 4_000_000
"""Bytes of one figure that are published."""

UNSEEN = 0.05
"""By how much coordinates may differ in figures that look alike; matplotlib's unit is a point."""

_SVG = "{http://www.w3.org/2000/svg}"
_HREFS = {"href", "{http://www.w3.org/1999/xlink}href"}
_ELEMENTS = frozenset(
    """
    svg g defs clipPath path rect circle ellipse line polyline polygon text tspan use title desc
    linearGradient radialGradient stop pattern marker image
    """.split()  # noqa: SIM905 names, not a list to read down
)
_ATTRIBUTES = frozenset(
    """
    id class d x y x1 y1 x2 y2 cx cy r rx ry dx dy width height points viewBox version transform
    style opacity fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap
    stroke-linejoin stroke-dasharray stroke-dashoffset stroke-miterlimit clip-path clip-rule
    clipPathUnits font-size font-family font-weight font-style text-anchor dominant-baseline
    offset stop-color stop-opacity gradientUnits gradientTransform patternUnits patternTransform
    preserveAspectRatio markerWidth markerHeight refX refY orient
    """.split()  # noqa: SIM905 as above
)
_COORDINATES = frozenset(
    """
    d x y x1 y1 x2 y2 cx cy r rx ry dx dy width height points viewBox transform refX refY
    """.split()  # noqa: SIM905 as above
)
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_REFERENCE = re.compile(r"#([^\s)'\"]+)")
_LEAVES_THE_FILE = re.compile(
    r"url\((?!\s*['\"]?#)|(?:image|image-set|cross-fade|src|expression)\s*\(|//|javascript:|@import|\\",
    re.IGNORECASE,
)
"""In a style: fetching, running, or the escapes that could spell either."""
_SUSPICIOUS = re.compile(r"[(/:@\\]")
"""What stands in all of that: in the long lists of numbers that draw a line there is none."""


def safe(source: str) -> str | None:
    """Return the SVG with listed elements and attributes only; ``None`` where it is none.

    Entity declarations, scripts, event attributes, foreign content and references that leave the
    file do not survive.
    """
    if len(source) > LIMIT or "<!ENTITY" in source:
        return None
    try:
        # A string, not bytes: then no encoding that the file names can hide an entity.
        root = ET.fromstring(source)  # noqa: S314 entities are refused above
        if root.tag != f"{_SVG}svg":
            return None
        _prune(root)
        ET.register_namespace("", _SVG[1:-1])
        ET.register_namespace("xlink", "http://www.w3.org/1999/xlink")
        return ET.tostring(root).decode("ascii")
    except (ET.ParseError, ValueError, RecursionError):
        return None


def look_alike(one: str, other: str) -> bool:
    """Whether two SVGs draw the same: the same parts, no coordinate further apart than ``UNSEEN``.

    Names of parts do not count: matplotlib makes them of the coordinates, to the last digit.
    """
    if "<!ENTITY" in one or "<!ENTITY" in other:
        return False
    try:
        (parts, numbers), (others, there) = _drawing(one), _drawing(other)
    except ET.ParseError:
        return False
    return parts == others and all(
        abs(a - b) <= UNSEEN for a, b in zip(numbers, there, strict=True)
    )


def _drawing(source: str) -> tuple[list[Hashable], list[float]]:
    """Return the parts of an SVG, in order, and the coordinates that were taken out of them."""
    elements = list(ET.fromstring(source).iter())  # noqa: S314 entities are refused above
    named = [name for element in elements if (name := element.get("id"))]
    order = {name: str(index) for index, name in enumerate(named)}
    parts: list[Hashable] = []
    numbers: list[float] = []
    for element in elements:
        parts.append((element.tag, len(element), element.text, element.tail))
        for name, value in element.attrib.items():
            if name in _COORDINATES:
                numbers += map(float, _NUMBER.findall(value))
                parts.append((name, _NUMBER.sub("0", value)))
            elif name == "id":
                parts.append((name, order.get(value)))
            else:
                said = _REFERENCE.sub(lambda found: "#" + order.get(found[1], found[1]), value)
                parts.append((name, said))
    return parts, numbers


def _prune(element: ET.Element) -> None:
    for name, value in list(element.attrib.items()):
        if name in _HREFS:
            embedded = value.startswith("data:image/png;base64,")
            allowed = value.startswith("#") or (embedded and element.tag == f"{_SVG}image")
        else:
            allowed = name in _ATTRIBUTES and not (
                _SUSPICIOUS.search(value) and _LEAVES_THE_FILE.search(value)
            )
        if not allowed:
            del element.attrib[name]
    for child in list(element):
        if child.tag.startswith(_SVG) and child.tag.removeprefix(_SVG) in _ELEMENTS:
            _prune(child)
        else:
            element.remove(child)
