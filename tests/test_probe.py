"""What the engine asks a kernel; asked here of this process."""

from __future__ import annotations

import json
import sys
from enum import IntEnum

import pytest

from lockstep.runs import probe

numpy = pytest.importorskip("numpy")


class Level(IntEnum):
    """A number that is more than a number."""

    LOW = 1


@pytest.mark.parametrize("value", [3, 0.5, True, None, "é'\n\u2028", -0.0, 10**30])
def test_scalars_come_back_as_they_are(value: object) -> None:
    answer = json.loads(probe.scalar(value))
    assert answer == {"value": value}
    assert type(answer["value"]) is type(value)


def test_numpys_double_is_a_float() -> None:
    assert json.loads(probe.scalar(numpy.float64(0.1))) == {"value": 0.1}


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (numpy.int64(1), "numpy.int64"),
        (numpy.float32(1), "numpy.float32"),
        (numpy.bool_(True), "numpy.bool"),  # noqa: FBT003 numpy's own
        (float("nan"), "float"),
        (float("-inf"), "float"),
        ([1], "list"),
        (Level.LOW, f"{__name__}.Level"),
    ],
)
def test_what_json_would_change_is_refused(value: object, name: str) -> None:
    answer = json.loads(probe.scalar(value))
    assert answer["refused"] == name
    assert "value" not in answer


class OfRank(RuntimeError):  # noqa: N818 stands for sparkdl.RankFailed
    """Carries a rank's exception."""

    rank = 1
    exception_type = "KeyError"
    exception_message = "'loss'"
    frames = (("cell.py", 3, "train"), ("other.py", 4, "step"))


def raised(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    try:
        raise error
    except type(error) as caught:
        monkeypatch.setattr(sys, "last_value", caught, raising=False)
    answer = json.loads(probe.raised())
    assert isinstance(answer, dict)
    return answer


def test_an_exception_tells_type_message_and_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = raised(json.JSONDecodeError("odd", "x", 0), monkeypatch)
    assert answer["type"] == "json.decoder.JSONDecodeError"
    assert answer["message"] == "odd: line 1 column 1 (char 0)"
    assert answer["frames"] == [[__file__, raised.__code__.co_firstlineno + 2]]
    assert answer["rank"] is None


def test_a_syntax_error_tells_its_own_line(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = raised(SyntaxError("odd", ("cell.py", 7, 1, "x =")), monkeypatch)
    assert isinstance(answer["frames"], list)
    assert answer["frames"][-1] == ["cell.py", 7]


def test_an_exception_of_a_rank_tells_the_ranks_own(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = raised(OfRank("Rank 1 of 2 raised …"), monkeypatch)
    assert (answer["type"], answer["message"]) == ("KeyError", "'loss'")
    assert (answer["rank"], answer["rank_frames"]) == (1, [["cell.py", 3], ["other.py", 4]])


def test_no_exception_is_null(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "last_value", None, raising=False)
    assert probe.raised() == "null"
