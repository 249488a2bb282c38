"""The engine's own values, kept as bytes."""

import pickle
from pathlib import PurePosixPath
from typing import Any

import pytest

from lockstep.disk.revival import revived, stored
from lockstep.ground.location import Location
from lockstep.ground.problem import Severity


class Written:
    """Is written as what a function gives."""

    def __init__(self, function: Any, *given: Any) -> None:  # noqa: ANN401 any function
        """Take the function, and what it is given."""
        self.written = function, given

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        """Say so to pickle."""
        return self.written


@pytest.mark.parametrize("value", [Severity.ERROR, Location("a.md", 1), {"a": [None, b"b"]}])
def test_what_was_stored_is_revived(value: object) -> None:
    assert revived(stored(value)) == value


def test_members_are_revived_as_older_versions_of_python_write_them() -> None:
    """3.11.2, for one, which is Debian 12's."""
    assert revived(stored(Written(getattr, Severity, "ERROR"))) is Severity.ERROR


@pytest.mark.parametrize(
    "value",
    [
        PurePosixPath("a"),
        Written(getattr, Location, "__init__"),
        Written(getattr, Location("a.md", 1), "path"),
        Written(eval, "1"),
    ],
)
def test_nothing_else_is_revived(value: object) -> None:
    with pytest.raises(pickle.UnpicklingError):
        revived(stored(value))
