"""What can be wrong with a project, as values. ``rules`` finds it, ``cli`` prints it."""

from dataclasses import dataclass
from enum import IntEnum

from lockstep.ground.location import Location


class Severity(IntEnum):
    """How much a finding weighs; the order is the order in which findings are shown."""

    ERROR = 0
    """A fact that makes a page wrong: fails ``check`` and a strict build."""
    DEBT = 1
    """Known to be behind: never fails a build; ``check --debts`` fails."""
    ADVICE = 2
    """A judgement; ``check --strict`` fails."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding: where, by which rule, how grave, and what to do about it."""

    location: Location
    rule: str
    """Kebab-case name of the rule; the catalogue of rules is ``rules.RULES``."""
    message: str
    """The offending item in quotes, what was expected, and how to mend it."""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        """Return ``path:line: RULE message``."""
        return f"{self.location}: {self.rule} {self.message}"


def in_order(problems: "list[Problem] | tuple[Problem, ...]") -> list[Problem]:
    """Return the findings without repetitions, errors first, then by file, line and rule."""
    unique = dict.fromkeys(problems)
    return sorted(unique, key=lambda p: (p.severity, p.location, p.rule, p.message))
