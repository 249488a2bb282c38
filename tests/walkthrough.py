"""The author's guide as something to be done: its code fences, read as steps and taken.

What a page tells its reader to do stands in fences that a machine can follow too:

- one whose title names a ``.py`` or ``.md`` file is put at the end of that file;
- one whose title names a ``.po`` file replaces its messages that have no translation;
- ``diff`` replaces lines in the file that its title names;
- ``text`` that begins with ``$ lockstep`` is a command and all that it prints.

Other fences are for reading only.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from lockstep.cli import main
from lockstep.guides.document import Document, Fence

_PROMPT = "$ lockstep"
_SECONDS = re.compile(r"(?:\d+ min )?[\d.]+ s\b")
_EMPTY = 'msgstr ""'


@dataclass(frozen=True, slots=True)
class Writing:
    """A step that changes a file."""

    path: str
    language: str
    text: str

    def take(self, root: Path) -> None:
        """Change the file; raises ``ValueError`` where the step does not fit what it holds."""
        file = root / self.path
        before = file.read_text("utf-8")
        if self.language == "diff":
            after = _replaced(before, self.text)
        elif self.path.endswith(".po"):
            after = before
            for message in self.text.split("\n\n"):
                untranslated = f"{message.partition('msgstr ')[0]}{_EMPTY}"
                after = _swapped(after, untranslated, message.rstrip("\n"))
        else:
            after = f"{before}\n{self.text}"
        file.write_text(after, "utf-8")


@dataclass(frozen=True, slots=True)
class Call:
    """A command and what it prints."""

    arguments: tuple[str, ...]
    printed: str

    def take(self) -> str:
        """Run the command in the current folder; return what it prints, both streams."""
        result = CliRunner().invoke(main, self.arguments)
        if not isinstance(result.exception, SystemExit | None):
            raise result.exception
        return result.output


Step = Writing | Call


def steps(fences: tuple[Fence, ...]) -> Iterator[Step]:
    """Yield the steps among a page's fences."""
    for fence in fences:
        if fence.code.startswith(_PROMPT):
            command, _, printed = fence.code.partition("\n")
            yield Call(tuple(shlex.split(command.removeprefix(_PROMPT))), printed)
        elif title := fence.options.get("title"):
            yield Writing(title, fence.language, fence.code)


def between(document: Document, anchor: str) -> tuple[Fence, ...]:
    """Return the fences of the section with that anchor, up to the next heading."""
    starts = [heading.location.line for heading in document.headings]
    (at,) = (i for i, heading in enumerate(document.headings) if heading.anchor == anchor)
    end = (*starts, len(document.lines) + 1)[at + 1]
    return tuple(fence for fence in document.fences if starts[at] < fence.location.line < end)


def without_times(printed: str) -> str:
    """Return what a command printed with all durations alike."""
    return _SECONDS.sub("0 s", printed)


def _replaced(text: str, diff: str) -> str:
    old, new = (
        "".join(f"{line[1:]}\n" for line in diff.splitlines() if line.startswith(sign))
        for sign in "-+"
    )
    return _swapped(text, old, new)


def _swapped(text: str, old: str, new: str) -> str:
    if text.count(old) != 1:
        message = f"does not hold once: {old!r}"
        raise ValueError(message)
    return text.replace(old, new)
