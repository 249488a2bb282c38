"""What is timed: a command on a site, and the state in which it finds the site."""

import re
import tempfile
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

VARIABLES = {"NO_MKDOCS_2_WARNING": "1"}
"""What commands find in their environment beside what there is: Material announces its end."""
BASIS = "plain-cold"
"""The scenario that all others are compared with."""

_MKDOCS = ("-m", "mkdocs", "build", "-q", "--strict")
_CHECK = ("-m", "lockstep", "check")
_MADE = ("site", ".lockstep")
"""What builds leave, and what ours keep."""
_SENTENCE = re.compile(r"This is copy 0(?:, edited (?P<times>\d+) times)?\.")


class State(Enum):
    """How a command finds a site."""

    COLD = "cold"
    """As nothing had ever been built or checked there."""
    UNCHANGED = "unchanged"
    """As the same command left it."""
    EDITED = "one guide edited"
    """As the same command left it, but for a sentence of an English guide."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A command on a site in a state."""

    name: str
    """By which a person asks for it."""
    title: str
    site: str
    """The folder of the site: ``plain``, ``ours`` or ``sphinx``."""
    state: State
    arguments: tuple[str, ...]
    """Of the interpreter."""
    grows: bool = False
    """Whether it is timed on the largest sites too."""

    def command(self, python: str) -> tuple[str, ...]:
        """Return the command for an interpreter."""
        if self.site == "sphinx":
            return ("sh", "-ec", _SPHINX, python)
        return (python, *self.arguments)


_SPHINX = """
for language in */conf.py; do
  language=${language%/conf.py}
  "$0" -m sphinx -b html -q -W "$language" "site/$language"
done
"""

SCENARIOS = (
    Scenario(BASIS, "plain stack, cold", "plain", State.COLD, _MKDOCS, grows=True),
    Scenario("ours-cold", "ours, cold", "ours", State.COLD, _MKDOCS, grows=True),
    Scenario("ours-unchanged", "ours, unchanged", "ours", State.UNCHANGED, _MKDOCS),
    Scenario("ours-edited", "ours, one guide edited", "ours", State.EDITED, _MKDOCS),
    Scenario("sphinx-cold", "Sphinx and MyST, cold", "sphinx", State.COLD, ()),
    Scenario("sphinx-unchanged", "Sphinx and MyST, unchanged", "sphinx", State.UNCHANGED, ()),
    Scenario("check-cold", "`lockstep check`, cold", "ours", State.COLD, _CHECK),
    Scenario("check-unchanged", "`lockstep check`, unchanged", "ours", State.UNCHANGED, _CHECK),
    Scenario("check-edited", "`lockstep check`, one guide edited", "ours", State.EDITED, _CHECK),
)


def clear(site: Path, aside: Path) -> None:
    """Move what commands have left in a site into a folder.

    To remove thousands of files would slow down what is timed next: for some minutes, ext4 looks at
    each of them, and passes it over, whenever it makes a new one.
    """
    for name in _MADE:
        if (site / name).exists():
            (site / name).rename(Path(tempfile.mkdtemp(dir=aside), name))


def edit(site: Path) -> None:
    """Change a sentence of an English guide to one that it never was."""
    guide = next((site / "docs/en/labs").glob("*-0000.md"))
    text = guide.read_text("utf-8")
    match = _SENTENCE.search(text)
    if match is None:
        message = f"{guide} does not say which copy it is"
        raise ValueError(message)
    times = int(match["times"] or 0) + 1
    said = f"This is copy 0, edited {times} times."
    guide.write_text(f"{text[: match.start()]}{said}{text[match.end() :]}", "utf-8")
