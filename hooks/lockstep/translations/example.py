"""What must be equal in a code block of a guide and in its translation.

A program or an output is the same in every language, comments aside. Three kinds of blocks are
written to be translated, and are compared by what is left when their words are taken away: an
example of a guide by all that ``inventory`` finds in it, a catalog by its messages, a diagram by
its nodes and arrows.
"""

import io
import re
from collections.abc import Hashable
from dataclasses import replace
from functools import cache

from babel.messages.pofile import PoFileError, read_po
from pygments.lexers import get_all_lexers, get_lexer_by_name
from pygments.token import Comment, String
from pygments.util import ClassNotFound

from lockstep.guides import document, inventory
from lockstep.guides.item import Code, Item

GUIDES = frozenset({"markdown", "md"})
CATALOGS = frozenset({"po", "pot", "gettext"})
DIAGRAM = "mermaid"
SPOKEN = ("accTitle", "accDescr")
"""Lines of a diagram that are read to those who cannot see it."""

_LINKED = frozenset({"flowchart", "graph", "sequenceDiagram", "stateDiagram", "stateDiagram-v2"})
"""Kinds of diagrams whose nodes have names that are not shown."""
_CLOSING = {"[": "]", "(": ")", "{": "}", '"': '"', "|": "|"}
_LABELLED = re.compile(r"(--|==|-\.)\s+[^-=.>\s][^>]*?\s+(-->|---|==>|===|\.->|\.-)")
_TOKEN = re.compile(r"[\w@.&]+|[^\w\s]+")


def essence(language: str, code: str) -> Hashable:
    """Return what is equal in every language of a block of code.

    language: as the fence names it, in lower case. Never raises: what cannot be read as its
    language stands for itself.
    """
    if language in GUIDES:
        return _guide(code)
    if language in CATALOGS:
        return _catalog(code)
    if language == DIAGRAM:
        return _diagram(code)
    return _program(language, code)


def essential(fence: Item) -> Item:
    """Return a fence with what is left of its code when what is translated is taken away."""
    value = _code(fence)
    names = {name: _canonical(name) for name in (value.language, *value.classes)}
    return replace(
        fence,
        value=value._replace(
            language=names[value.language],
            classes=tuple(sorted(names[name] for name in value.classes)),
            code=essence(value.language, str(value.code)),
        ),
    )


def _canonical(language: str) -> str:
    """Return one name for all names of a language: ``bash`` for ``sh``, ``text`` for none."""
    return _names().get(language.lower() or "text", language)


@cache
def _names() -> dict[str, str]:
    """Return the first name of each language by all its names, as Pygments itself has them.

    For names that it has not, it would ask all installed packages, and load their lexers.
    """
    found: dict[str, str] = {}
    for _, names, *_ in get_all_lexers(plugins=False):
        for name in names:
            found.setdefault(name, names[0])
    return found


def likeness(item: Item, other: Item) -> float:
    """Return how alike two fences are, for ``alignment``: never zero."""
    if item.value == other.value:
        return 2.0
    ours, theirs = _code(item), _code(other)
    named = bool(ours.options) and ours.options == theirs.options
    base = 1.0 if ours.language == theirs.language else 0.1
    return base + 0.1 * named + 0.5 * _shared(ours.code, theirs.code)


def _shared(ours: Hashable, theirs: Hashable) -> float:
    """Return which share of what two blocks of code say is in both."""
    if not (isinstance(ours, tuple) and isinstance(theirs, tuple)):
        return 0.0
    here, there = frozenset(theirs), frozenset(ours)
    return len(here & there) / max(len(here | there), 1)


def unlike(item: Item, other: Item) -> tuple[str, str]:
    """Return what is not alike in two essential fences: the translation's, the English one's.

    item: the English one.
    """
    there, here = _code(item), _code(other)
    if here[:3] != there[:3]:
        return _head(here), _head(there)
    lines = [it.code if isinstance(it.code, tuple) else () for it in (here, there)]
    for line, source in zip(*lines, strict=False):
        if line != source and isinstance(line, str) and isinstance(source, str):
            return f"`{line.strip()}`", f"`{source.strip()}`"
    return f"{other.shown} with other content", "the one"


def _code(fence: Item) -> Code:
    if not isinstance(fence.value, Code):
        message = f"not a fence: {fence}"
        raise TypeError(message)
    return fence.value


def _head(code: Code) -> str:
    named = [f".{each}" for each in code.classes] or [code.language]
    named += [f'{key}="{text}"' for key, text in code.options]
    return f"`{{ {' '.join(named)} }}`"


def _guide(code: str) -> Hashable:
    read = document.read(code, "")
    held = [(item.kind, item.value, item.path) for item in inventory.read(read).items]
    found = {kind: [it for it in held if it[0] == kind] for kind, _, _ in held}
    nested = tuple(essence(fence.language, fence.code) for fence in read.fences)
    ordered = tuple((kind, tuple(map(repr, items))) for kind, items in sorted(found.items())
                    if kind in {"directive", "step", "block", "table", "heading"})  # fmt: skip
    free = tuple(sorted(repr(it) for it in held if it[0] in {"link", "image", "value", "code"}))
    anchors = tuple((heading.level, heading.anchor) for heading in read.headings)
    return ordered, free, anchors, nested, front_matter(read)


def front_matter(read: document.Document) -> tuple[tuple[str, str], ...]:
    """Return the keys of a guide's front matter, with the values that are not translated."""
    translated = ("title", "description")
    return tuple(
        (str(key), "" if key in translated else repr(value))
        for key, value in sorted(read.meta.items(), key=lambda entry: str(entry[0]))
    )


def _catalog(code: str) -> Hashable:
    try:
        messages = read_po(io.BytesIO(code.encode()), abort_invalid=True)
    except (PoFileError, ValueError, UnicodeError):
        return code
    return tuple(
        (message.id, tuple(message.auto_comments)) for message in messages if message.id != ""
    )


def _diagram(code: str) -> Hashable:
    lines = [line.strip() for line in code.split("\n")]
    lines = [line for line in lines if line and not line.startswith("%%")]
    first = lines[0].split()[0] if lines else ""
    return tuple(_statement(line, linked=first in _LINKED) for line in lines)


def _statement(line: str, *, linked: bool) -> Hashable:
    word = re.split(r"[\s:]", line, maxsplit=1)[0]
    if word in (*SPOKEN, "title", "section") or not linked:
        return word if word.isascii() else ""
    bare = _without_labels(line)
    bare = re.split(r"\sas\s|(?<!:):(?!:)", bare, maxsplit=1)[0]
    bare = _LABELLED.sub(r"\2", bare)
    return tuple(_TOKEN.findall(bare))


def _without_labels(line: str) -> str:
    """Leave out what stands in brackets, quotes and bars."""
    kept: list[str] = []
    closing: list[str] = []
    for character in line:
        if closing and character == closing[-1]:
            closing.pop()
        elif character in _CLOSING and (not closing or closing[-1] not in {'"', "|"}):
            closing.append(_CLOSING[character])
            if len(closing) == 1:
                kept.append(f" {character} ")
        elif not closing:
            kept.append(character)
    return "".join(kept)


def _program(language: str, code: str) -> Hashable:
    """Return a program's tokens without comments, blanks at line ends and blank lines."""
    try:
        lexer = get_lexer_by_name(language)
    except ClassNotFound:
        return tuple(line.rstrip() for line in code.rstrip().split("\n"))
    # A docstring is a comment too: it is translated in many projects' guides.
    kept = "".join(
        text
        for kind, text in lexer.get_tokens(code)
        if not (Comment in kind.split() and kind is not Comment.Preproc) and kind is not String.Doc
    )
    return tuple(line.rstrip() for line in kept.split("\n") if line.strip())
