"""What can be wrong with a project, as values. ``rules`` finds it, ``cli`` prints it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import NamedTuple

from lockstep.ground.location import Location


class Severity(IntEnum):
    """How much a finding weighs; the order is the order in which findings are shown."""

    ERROR = 0
    """A fact that makes a page wrong: fails ``check`` and a strict build."""
    DEBT = 1
    """Known to be behind: never fails a build; ``check --debts`` fails."""
    ADVICE = 2
    """A judgement; ``check --strict`` fails."""


_SEPARATOR = "; "


class Detail(NamedTuple):
    """One of several things that a finding says."""

    location: Location | None
    """Where it shows; none where that is not known."""
    said: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding: where, by which rule, how grave, and what to do about it."""

    location: Location
    rule: str
    """Kebab-case name of the rule; the catalogue of rules is ``rules.RULES``."""
    message: str
    """The offending item in quotes, what was expected, and how to mend it."""
    severity: Severity = Severity.ERROR
    details: tuple[Detail, ...] = ()
    """What the end of the message is made of, where one finding says several things."""

    @classmethod
    def of(
        cls,
        where: Location,
        rule: str,
        about: str,
        details: tuple[Detail, ...],
        severity: Severity = Severity.ERROR,
    ) -> "Problem":
        """Return a finding that says several things; it stands where the first of them shows.

        where: for details that show nowhere. about: what the message begins with.
        """
        first = min((it.location for it in details if it.location), default=where)
        message = about + _SEPARATOR.join(it.said for it in details)
        return cls(first, rule, message, severity, details)

    def without(self, settled: Callable[[str], bool]) -> "Problem | None":
        """Return what is left of a finding without what is settled; ``None`` where nothing is."""
        if not self.details:
            return None if settled(self.message) else self
        left = tuple(each for each in self.details if not settled(each.said))
        if len(left) == len(self.details):
            return self
        about = self.message.removesuffix(_SEPARATOR.join(it.said for it in self.details))
        return Problem.of(self.location, self.rule, about, left, self.severity) if left else None

    def flat(self) -> "Problem":
        """Return the finding as it is shown, whose parts are no longer asked for."""
        return replace(self, details=()) if self.details else self

    def __str__(self) -> str:
        """Return ``path:line: RULE message``."""
        return f"{self.location}: {self.rule} {self.message}"


def in_order(problems: "list[Problem] | tuple[Problem, ...]") -> list[Problem]:
    """Return the findings without repetitions, errors first, then by file, line and rule."""
    unique = dict.fromkeys(problems)
    return sorted(unique, key=lambda p: (p.severity, p.location, p.rule, p.message))
