"""How work is refused that would write over what somebody made."""

from collections.abc import Sequence

from lockstep.ground.problem import Problem


class AuthoringError(Exception):
    """Nothing was written; the text says why and what to do."""


def refuse(problems: Sequence[Problem]) -> None:
    """Raise ``AuthoringError`` with findings, one a line, where there are any."""
    if problems:
        raise AuthoringError("\n".join(map(str, problems)))
