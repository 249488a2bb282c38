"""What a recording was made from, and what has changed since."""

import json
import re

import pytest
from hypothesis import given

from lockstep.notebooks import fingerprint
from lockstep.notebooks.fingerprint import Fingerprint, PinChange, changes, of_code
from tests.strategies import any_text, cells, few, line_text


@given(cells, line_text)
@few
def test_comments_and_layout_do_not_count(source: str, comment: str) -> None:
    lines = source.split("\n")
    own_line = [f"# {comment}", "", *lines, f"# {comment}"]
    assert of_code("\n".join(own_line)) == of_code(source)
    if '"""' not in source:
        wider = [re.sub("^ +", lambda m: m.group() * 2, line) for line in lines]
        assert of_code("\n".join(wider)) == of_code(source)
        blank = [part for line in lines for part in (line, "")]
        assert of_code("\n".join(blank)) == of_code(source)


@given(cells, cells)
@few
def test_other_code_counts(one: str, other: str) -> None:
    assert of_code(f"{one}\nx = 1") != of_code(f"{other}\nx = 2")


@given(any_text)
@few
def test_broken_code_has_a_fingerprint_too(text: str) -> None:
    assert re.fullmatch("[0-9a-f]{16}", of_code(text))


def test_the_hash_is_the_same_on_every_machine() -> None:
    """The expected ones are what `sha256sum` says of the tokens, one on a line."""
    assert of_code("x = 1  # one\nif x:\n\ty") == "0431e3f7c928fd97"
    assert fingerprint.of_bytes(b"goose\n") == "1fbc02de3d979c27"


def test_it_is_written_and_read_as_json() -> None:
    parts = ({"m.py": "3"}, {"d.csv": "4"}, {"torch": "2"})
    one = Fingerprint((("a", "1"), ("b", "2")), *parts, ("value x, may raise", ""))
    assert Fingerprint.from_json(json.loads(json.dumps(one.as_json()))) == one


def test_a_header_asks_something_of_the_run() -> None:
    cells = (("a", "1"), ("b", "2"))
    asked = (fingerprint.of_header(["y", "x"], raises=False), "")
    assert asked == ("value x, value y", "")
    then, now = (
        Fingerprint(cells, headers=asked),
        Fingerprint(cells, headers=(asked[0], "may raise")),
    )
    assert fingerprint.changes(then, then) == ()
    assert [str(change) for change in fingerprint.changes(then, now)] == [
        "cell 'b' has other values or tags in its header"
    ]


@pytest.mark.parametrize("raw", [{}, [], {"cells": [1]}, {"cells": [], "modules": []}])
def test_what_is_no_fingerprint(raw: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, AttributeError)):
        Fingerprint.from_json(raw)


def prints(*cells: str) -> Fingerprint:
    return Fingerprint(tuple((cell.split("=")[0], cell.split("=")[1]) for cell in cells))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("a=1 b=2", "a=1 b=2", []),
        ("a=1 b=2", "c=1 d=2", []),
        ("a=1 b=2", "b=1 a=2", []),
        ("a=1 b=2", "a=1 b=3", ["cell 'b' changed"]),
        ("a=1 b=2", "a=1", ["cell 'b' is gone"]),
        ("a=1", "a=1 b=2", ["cell 'b' is new"]),
        ("a=1 b=2 c=3", "a=1 c=3 b=2", ["cell 'c' moved"]),
        ("a=1 b=2", "c=1 b=3", ["cell 'b' changed"]),
        ("a=1 b=2", "a=1 c=3", ["cell 'c' is new", "cell 'b' is gone"]),
        ("t1=1 t2=2", "t1=2", ["cell 't1' is gone"]),
        ("a=1 b=1", "a=1", ["cell 'b' is gone"]),
        ("", "", []),
    ],
)
def test_changes_of_cells(before: str, after: str, expected: list[str]) -> None:
    found = changes(prints(*before.split()), prints(*after.split()))
    assert [str(change) for change in found] == expected


@given(cells=any_text.map(lambda text: text[:6]), others=any_text.map(lambda text: text[:6]))
@few
def test_no_change_goes_unnoticed(cells: str, others: str) -> None:
    before = Fingerprint(tuple((f"c{number}", code) for number, code in enumerate(cells)))
    after = Fingerprint(tuple((f"c{number}", code) for number, code in enumerate(others)))
    assert bool(changes(before, after)) == (cells != others)


def test_changes_of_modules_data_and_pins() -> None:
    before = Fingerprint((), {"a.py": "1", "b.py": "1"}, {"d": "1", "e": "1"}, {"torch": "2.12"})
    after = Fingerprint(
        (), {"a.py": "2", "c.py": "1"}, {"d": "", "e": "1"}, {"torch": "2.13", "x": "1"}
    )
    assert [str(change) for change in changes(before, after)] == [
        "module 'a.py' changed", "module 'c.py' is new", "module 'b.py' is gone",
        "data file 'd' is gone",
    ]  # fmt: skip
    assert fingerprint.pin_changes(before, after) == (PinChange("torch", "2.12", "2.13"),)


def test_pins_are_read_from_requirements() -> None:
    text = (
        "# x\ntorch==2.13.0\nScikit_Learn[a]==1.9 ; x\n  -r other\nnumpy>=2\nhorovod==0.28.1 # y\n"
    )
    assert fingerprint.read_pins(text) == {
        "torch": "2.13.0", "scikit-learn": "1.9", "horovod": "0.28.1",
    }  # fmt: skip
    assert fingerprint.distribution_of("sklearn") == "scikit-learn"
