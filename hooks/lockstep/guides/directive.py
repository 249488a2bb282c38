"""The grammar of directives: what may stand between ``{{`` and ``}}`` in a guide.

::

    directive = "{{" blank ( reference | "glossary" | "status" ) blank "}}" ;
    reference = name blank argument { blank option } ;
    name      = "cell" | "output" | "value" ;
    argument  = [ notebook ":" ] target ;          target of a cell or output: kebab-case;
    option    = key "=" ( quoted | bare ) ;        of a value: a Python name
    quoted    = '"' { any character but '"' } '"' ;
    bare      = { any character but blank, '"', "}" } ;

Which places of a guide hold directives is ``document``'s business; what they are replaced by,
``injection``'s.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from lockstep.ground.location import Location

_HEAD = re.compile(r"\{\{\s*([A-Za-z-]+)(?:\s+|(?=\}\}))")
_ARGUMENT = re.compile(r"(?:(?P<notebook>[A-Za-z0-9_-]+):)?(?P<target>[^\s:=\"]+)(?:\s+|(?=\}\}))")
_OPTION = re.compile(
    r"(?P<key>[a-z]+)=(?:\"(?P<quoted>[^\"]*)\"|(?P<bare>[^\s\"}]+))(?:\s+|(?=\}\}))"
)
_T = TypeVar("_T")
_D = TypeVar("_D")
_RANGES = re.compile(r"\d{1,4}(-\d{1,4})?([ ,]\d{1,4}(-\d{1,4})?)*\Z")

FORMATS = ("number", "percent", "text")
FOLDS = ("fold", "open", "none")


class DirectiveError(Exception):
    """A directive that cannot be read. ``rule`` names the finding; the text says the fix."""

    def __init__(self, message: str, *, rule: str) -> None:
        """Keep the rule beside the message."""
        super().__init__(message)
        self.rule = rule


@dataclass(frozen=True, slots=True)
class CellDirective:
    """``{{ cell NAME }}``: the code of a cell, then its recorded output."""

    location: Location
    notebook: str | None
    target: str
    highlighted: tuple[int, ...] = ()
    """Lines of the source to mark, from 1."""
    output: str = "fold"
    """One of ``FOLDS``."""


@dataclass(frozen=True, slots=True)
class OutputDirective:
    """``{{ output NAME }}``: the recorded output alone."""

    location: Location
    notebook: str | None
    target: str
    alt: str = ""
    """Alternative text of a figure."""


@dataclass(frozen=True, slots=True)
class ValueDirective:
    """``{{ value NAME }}``: a recorded value, formatted for the page's language."""

    location: Location
    notebook: str | None
    target: str
    format: str = "number"
    """One of ``FORMATS``."""
    digits: int | None = None
    """Decimal places; as many as the value has where absent."""


@dataclass(frozen=True, slots=True)
class GlossaryDirective:
    """``{{ glossary }}``: every term of the glossary, in the page's language."""

    location: Location


@dataclass(frozen=True, slots=True)
class StatusDirective:
    """``{{ status }}``: how every page stands in every language, in the reader's language."""

    location: Location


Reference = CellDirective | OutputDirective | ValueDirective
"""What names something in a notebook."""
Directive = Reference | GlossaryDirective | StatusDirective

EXAMPLES = {
    "cell": '{{ cell split-rows hl="2" output="open" }}',
    "output": '{{ output loss-curves alt="Both losses fall" }}',
    "value": '{{ value test_accuracy format="percent" digits=1 }}',
    "glossary": "{{ glossary }}",
    "status": "{{ status }}",
}
_ALONE: dict[str, type[GlossaryDirective | StatusDirective]] = {
    "glossary": GlossaryDirective,
    "status": StatusDirective,
}
"""Directives that take nothing."""


def parse(text: str, location: Location) -> Directive:
    """Read one directive.

    text: from ``{{`` to ``}}``. Raises ``DirectiveError`` with rule ``unknown-directive``,
    ``malformed-directive`` or ``unknown-option``.
    """
    if not text.endswith("}}"):
        message = f"`{text}` is not closed by `}}}}` on its line"
        raise DirectiveError(message, rule="malformed-directive")
    head = _HEAD.match(text)
    if head is None:
        message = f"cannot read `{text}`; a directive looks like `{EXAMPLES['cell']}`"
        raise DirectiveError(message, rule="malformed-directive")
    name = head.group(1)
    if name not in EXAMPLES:
        message = f"`{name}` is no directive; there are {', '.join(EXAMPLES)}"
        raise DirectiveError(message, rule="unknown-directive")
    if name in _ALONE:
        if text[head.end() :] != "}}":
            message = f"cannot read `{text}`: it takes nothing; write `{EXAMPLES[name]}`"
            raise DirectiveError(message, rule="malformed-directive")
        return _ALONE[name](location)
    argument = _ARGUMENT.match(text, head.end())
    if argument is None:
        message = f"`{text}` names no {'value' if name == 'value' else 'cell'}: `{EXAMPLES[name]}`"
        raise DirectiveError(message, rule="malformed-directive")
    options = _options(text, argument.end(), name)
    notebook, target = argument.group("notebook"), argument.group("target")
    if name == "cell":
        marked = _take(options, "hl", _ranges, "lines from 1 on, such as 2 or 1-3,5", ())
        output = _take(options, "output", _one_of(FOLDS), f"one of {', '.join(FOLDS)}", "fold")
        _refuse_rest(options, name, "hl, output")
        return CellDirective(location, notebook, target, marked, output)
    if name == "output":
        alt = options.pop("alt", "")
        _refuse_rest(options, name, "alt")
        return OutputDirective(location, notebook, target, alt)
    kind = _take(options, "format", _one_of(FORMATS), f"one of {', '.join(FORMATS)}", "number")
    digits = _take(options, "digits", _digits, "a number from 0 to 12", None)
    _refuse_rest(options, name, "format, digits")
    return ValueDirective(location, notebook, target, kind, digits)


def name_of(text: str) -> str:
    """Return the name of a directive as it is written; nothing where it has none."""
    head = _HEAD.match(text)
    return head.group(1) if head else ""


def _options(text: str, at: int, name: str) -> dict[str, str]:
    options: dict[str, str] = {}
    end = len(text) - len("}}")
    while at < end:
        match = _OPTION.match(text, at)
        if match is None:
            message = f"cannot read `{text[at:end].strip()}` in `{text}`; try `{EXAMPLES[name]}`"
            raise DirectiveError(message, rule="malformed-directive")
        key = match.group("key")
        if key in options:
            message = f"option `{key}` stands twice in `{text}`"
            raise DirectiveError(message, rule="malformed-directive")
        options[key] = match["quoted"] if match["quoted"] is not None else match["bare"]
        at = match.end()
    return options


def _take(
    options: dict[str, str], key: str, read: Callable[[str], _T], expected: str, default: _D
) -> _T | _D:
    if key not in options:
        return default
    text = options.pop(key)
    try:
        return read(text)
    except ValueError as error:
        message = f'`{key}="{text}"`: expected {expected}'
        raise DirectiveError(message, rule="malformed-directive") from error


def _refuse_rest(options: dict[str, str], name: str, known: str) -> None:
    if options:
        message = f"`{next(iter(options))}` is no option of `{name}`; it has {known}"
        raise DirectiveError(message, rule="unknown-option")


def _ranges(text: str) -> tuple[int, ...]:
    if not _RANGES.match(text):
        raise ValueError(text)
    lines: list[int] = []
    for part in re.split(r"[ ,]", text):
        first, _, last = part.partition("-")
        lines.extend(range(int(first), int(last or first) + 1))
        if not 1 <= int(first) <= int(last or first):
            raise ValueError(text)
    return tuple(lines)


def _one_of(choices: tuple[str, ...]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(text)
        return text

    return read


def _digits(text: str) -> int:
    if not text.isdigit() or int(text) > 12:  # noqa: PLR2004 as the message says
        raise ValueError(text)
    return int(text)
