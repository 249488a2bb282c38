"""A fresh run held against a recording."""

from dataclasses import replace
from typing import Any

import pytest

from lockstep.ground.location import Location
from lockstep.notebooks import verification
from lockstep.notebooks.fingerprint import Fingerprint
from lockstep.notebooks.lab import Lab
from lockstep.notebooks.notebook import Cell, Notebook
from lockstep.notebooks.recording import Pair, Recording, Run, Scalar

RUN = Run("2026-11-20", {"torch": "2.13.0"}, "x86 one", "local-cluster")
CELLS = (
    Cell("a", "a", "x", Location("lab.py", 8), 9, values={"n": None, "loss": 0.1, "name": 0}),
    Cell("b", "b", "y", Location("lab.py", 11), 12, frozenset({"volatile"})),
)
VALUES: dict[str, Scalar] = {"n": 3, "loss": 0.5, "name": "Gentoo"}


def stream(text: str | list[str]) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


def figure(text: str) -> dict[str, Any]:
    return {"output_type": "display_data", "data": {"image/svg+xml": text}, "metadata": {}}


def recording(run: Run = RUN, values: dict[str, Scalar] | None = None, **outputs: Any) -> Recording:  # noqa: ANN401
    return Recording(Fingerprint(), run, values or VALUES, {k: [v] for k, v in outputs.items()})


def lab(recorded: Recording | None) -> Lab:
    pair = Pair(
        "lab.ipynb", (("a", "x"), ("b", "y")), recorded.outputs if recorded else {}, recorded
    )
    return Lab(Notebook("lab", "lab.py", "", CELLS), Fingerprint(), pair)


def differences(before: Recording, fresh: Recording) -> list[str]:
    return verification.differences(lab(before), fresh)


def test_the_same_is_the_same() -> None:
    one, other = recording(a=stream(["1\n", "2"])), recording(a=stream("1\n2"))
    assert differences(one, other) == []
    assert verification.same_content(one, other)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"n": 4}, ["value 'n': recorded 3, this run 4"]),
        ({"loss": 0.6}, []),
        ({"loss": 0.61}, ["value 'loss': recorded 0.5, this run 0.61 (tolerance 0.1)"]),
        ({"loss": 0.4}, []),
        ({"loss": None}, ["value 'loss': recorded 0.5, this run None (tolerance 0.1)"]),
        ({"loss": float("nan")}, ["value 'loss': recorded 0.5, this run nan (tolerance 0.1)"]),
        ({"name": "Adelie"}, ["value 'name': recorded 'Gentoo', this run 'Adelie'"]),
        ({"n": 3.0}, []),
    ],
)
def test_values_may_differ_within_their_tolerance(
    values: dict[str, Scalar], expected: list[str]
) -> None:
    assert differences(recording(), recording(values={**VALUES, **values})) == expected


def test_what_is_no_number_stays_none() -> None:
    nothing = recording(values={**VALUES, "loss": float("nan")})
    assert differences(nothing, nothing) == []


def test_output_is_shown_as_a_difference() -> None:
    (found,) = differences(recording(a=stream("1\n2\n")), recording(a=stream("1\n3\n")))
    assert found == (
        "cell 'a' (lab.py:8):\n--- recorded\n+++ this run\n@@ -1,3 +1,3 @@\n [stdout]\n 1\n-2\n+3"
    )


def test_volatile_output_and_figures_of_other_processors_do_not_count() -> None:
    assert differences(recording(b=stream("1")), recording(b=stream("2"))) == []
    elsewhere = recording(replace(RUN, processor="arm"), a=figure("<svg>2</svg>"))
    assert differences(recording(a=figure("<svg>1</svg>")), elsewhere) == []
    assert differences(recording(a=figure("1")), recording(a=figure("2"))) != []
    assert differences(recording(a=figure("1")), recording(a=stream("1"))) != []


DRAWING = """\
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="90pt">
 <defs><path id="mb36" d="M 0 0 L 0 3.5" /></defs>
 <g clip-path="url(#p4fe)"><path d="M 60.336634 23.484091 L 63.5 28" style="stroke: #1f77b4" /></g>
 <use xlink:href="#mb36" x="44.1" y="138.65549" /><text x="4">0.2</text>
 <clipPath id="p4fe"><rect x="1" y="2" width="3" height="4" /></clipPath>
</svg>"""


@pytest.mark.parametrize(
    ("old", "new", "alike"),
    [
        ("", "", True),
        ("138.65549", "138.655491", True),
        ("23.484091 L", "23.53 L", True),
        ("23.484091 L", "23.54 L", False),
        ("63.5 28", "63.5 28 L 64 29", False),
        ("L 63.5", "M 63.5", False),
        ("p4fe", "pe3c1229513", True),
        ('id="p4fe"', 'id="p4ff"', False),
        ("#mb36", "#p4fe", False),
        ("0.2<", "0.21<", False),
        ("1f77b4", "1f77b5", False),
        ("M 0 0", "M 0 0.01", True),
        ("<rect", '<circle r="1" /><rect', False),
        ('<text x="4">0.2</text>', "", False),
    ],
)
def test_figures_are_the_same_where_nobody_sees_that_they_differ(
    old: str, new: str, *, alike: bool
) -> None:
    fresh = DRAWING.replace(old, new)
    assert (fresh == DRAWING) == (old == new)
    found = differences(recording(a=figure(DRAWING)), recording(a=figure(fresh)))
    assert (found == []) == alike


def test_a_figure_of_another_kind_differs() -> None:
    """A figure is not a text, and what is no drawing, or has entities, looks like nothing."""
    entity = f'<!DOCTYPE svg [<!ENTITY a "b">]>{DRAWING}'
    for other in [stream("1"), figure("<svg"), figure(entity), figure("")]:
        assert differences(recording(a=figure(DRAWING)), recording(a=other)) != []
        assert differences(recording(a=other), recording(a=figure(DRAWING))) != []
    assert differences(recording(a=stream("1")), recording(a=stream("2"))) != []


def test_a_difference_is_legible() -> None:
    """A figure is a line; of much text the beginning is shown."""
    (found,) = differences(
        recording(a=figure("<svg>1\n</svg>")), recording(a=figure("<svg>2</svg>"))
    )
    assert found.splitlines()[-2:] == [
        "-[image/svg+xml: 2 lines, 04a956504177]",
        "+[image/svg+xml: 1 lines, 9d04b70defc5]",
    ]
    long = "".join(f"{number}\n" for number in range(100))
    (found,) = differences(recording(a=stream("")), recording(a=stream(long)))
    assert found.splitlines()[-2:] == ["+55", "… and 44 more lines"]


def test_a_recording_is_needed() -> None:
    with pytest.raises(ValueError, match="no recording to compare with"):
        verification.differences(lab(None), recording())
    assert not verification.same_content(None, recording())


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"date": "2027-01-01"}, True),
        ({"versions": {"torch": "2.14"}}, False),
        ({"processor": "other"}, False),
        ({"cluster": "spark"}, False),
        ({"executors": 7}, False),
        ({"ranks": 7}, False),
        ({"hosts": 7}, False),
        ({"environment": {"A": "1"}}, False),
    ],
)
def test_a_recording_is_rewritten_where_a_page_would_say_something_else(
    change: dict[str, Any], *, same: bool
) -> None:
    assert verification.same_content(recording(), recording(replace(RUN, **change))) is same
