"""How a translated guide stands to its English, section by section.

Three texts decide: the English of today, the translation, and the *accepted* English, the English
guide as it stood when each section of the translation was last accepted. Nothing else does: no
dates, no git. A section is outdated where today's English says something else than the accepted.

The accepted English of a guide is itself a guide, ``translations/LANG/PAGE.md``. Only its block
directives differ: ``{{ cell split-rows code=3f9a1c }}`` keeps the beginning of the fingerprint of
the cell's code.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from lockstep.guides import front_matter, section
from lockstep.guides.document import Document
from lockstep.guides.section import Section
from lockstep.translations.alignment import merged

DIGITS = 6
"""How many hexadecimal digits of a cell's fingerprint accepted English keeps."""

_KEPT = 0.5
"""Share of sections that a guide keeps when it is renamed."""
_BLOCK = re.compile(
    r"^(?P<head>[\s>]*\{\{\s*(?:cell|output)\s+(?P<cell>[^\s}]+)(?:\"[^\"\n]*\"|[^\"}\n])*?)"
    r"(?P<tail>\s*\}\})",
    re.MULTILINE,
)


class State(Enum):
    """How a section of a translation stands."""

    CURRENT = "current"
    OUTDATED = "outdated"
    """The English has moved since it was accepted."""
    UNACCEPTED = "never accepted"
    """It is there, and nobody has said from which English it was made."""
    MISSING = "missing"
    """The English has it, the translation does not."""
    REMOVED = "removed"
    """The translation has it, the English no longer."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one section stands, with what decided."""

    anchor: str
    state: State
    source: Section | None
    """The English of today."""
    accepted: Section | None
    """The English from which the translation was made."""
    translated: Section | None
    changed_cells: tuple[str, ...] = ()
    """Cells, as the accepted English names them, whose program changed since."""


def standings(
    source: Document, translated: Document, accepted: Document | None, codes: Mapping[str, str]
) -> tuple[Standing, ...]:
    """Return how each section stands, in the order of today's English, removed ones at the end.

    What stands before the first heading is first in any case.

    codes: what directives of this guide call a cell, to the fingerprint of its code today.
    """
    english = section.sections(source)
    today = {each.anchor: each for each in english}
    theirs = _by_anchor(translated)
    then = (_as_today(english, accepted) or _by_anchor(accepted)) if accepted else {}
    anchors = [*today, *(anchor for anchor in theirs if anchor not in today)]
    anchors.sort(key=lambda anchor: anchor != section.TOP)  # no heading parts it from others
    return tuple(
        _standing(anchor, today.get(anchor), then.get(anchor), theirs.get(anchor), codes)
        for anchor in anchors
    )


def _by_anchor(guide: Document) -> dict[str, Section]:
    return {each.anchor: each for each in section.sections(guide)}


def _as_today(english: Sequence[Section], accepted: Document) -> dict[str, Section] | None:
    """Return the sections of accepted English that says what English says today, letter by letter.

    That is how most pages stand, and needs no parsing. ``None`` where anything differs.
    """
    found: dict[str, Section] = {}
    at = 0
    for each in english:
        end = at + each.text.count("\n") + 1
        text = "\n".join(accepted.lines[at:end])
        then = replace(each, text=text, location=accepted.at(at), first=at, end=end)
        if then.plain != each.text:
            return None
        found[each.anchor] = then
        at = end
        while at < len(accepted.lines) and not accepted.lines[at].strip():
            at += 1
    return found if at == len(accepted.lines) else None


def accept(
    source: Document,
    translated: Document,
    accepted: Document | None,
    anchors: Collection[str],
    codes: Mapping[str, str],
) -> str:
    """Return the accepted English after sections were found to agree with today's.

    anchors: those sections; all others stay as they were accepted, and those that neither the
    translation nor the English has any more are dropped. codes: as for ``standings``.

    Sections that moved in English stay where they were accepted until the translation has them
    where English has them today.
    """
    texts: dict[str, str] = {}
    for each in standings(source, translated, accepted, codes):
        if each.anchor in anchors and each.source and each.translated:
            texts[each.anchor] = _with_codes(each.source.text, codes)
        elif each.accepted and (each.translated or each.source):
            texts[each.anchor] = each.accepted.text
    theirs = [each.anchor for each in section.sections(translated) if each.anchor in texts]
    order = list(texts)
    if [anchor for anchor in order if anchor in theirs] != theirs and accepted:
        then = [each.anchor for each in section.sections(accepted) if each.anchor in texts]
        order = merged(then, order)
    return "\n\n".join(texts[anchor] for anchor in order) + "\n" if texts else ""


def moved(accepted: Document, sources: Mapping[str, Document]) -> str | None:
    """Return under which name a guide goes on that was accepted under another; none if it does not.

    sources: English guides that no translation has, by name. What goes on keeps at least half of
    its sections word for word, but for front matter.
    """
    then = _texts(accepted)
    shares = {
        name: sum(text == now.get(anchor) for anchor, text in then.items()) / len(then)
        for name, source in sources.items()
        if then and (now := _texts(source))
    }
    best = max(shares, key=lambda name: shares[name], default=None)
    return best if best is not None and shares[best] >= _KEPT else None


def _texts(guide: Document) -> dict[str, str]:
    """Return what each section says, front matter aside, without those that say nothing."""
    found = {
        each.anchor: " ".join(each.plain[front_matter.end(each.plain) :].split())
        for each in section.sections(guide)
    }
    return {anchor: text for anchor, text in found.items() if text}


def _standing(
    anchor: str,
    source: Section | None,
    accepted: Section | None,
    translated: Section | None,
    codes: Mapping[str, str],
) -> Standing:
    if translated is None:
        return Standing(anchor, State.MISSING, source, accepted, None)
    if source is None:
        return Standing(anchor, State.REMOVED, None, accepted, translated)
    if accepted is None:
        return Standing(anchor, State.UNACCEPTED, source, None, translated)
    # Parsing takes time, and nearly always nothing has changed.
    same = accepted.plain == source.text or accepted.substance == source.substance
    changed = tuple(
        cell for cell, code in accepted.codes.items() if not codes.get(cell, "").startswith(code)
    )
    state = State.CURRENT if same else State.OUTDATED
    return Standing(anchor, state, source, accepted, translated, changed)


def _with_codes(text: str, codes: Mapping[str, str]) -> str:
    """Put the fingerprints of cells into the block directives of an English section."""

    def put(match: re.Match[str]) -> str:
        code = codes.get(match["cell"])
        return f"{match['head']} code={code[:DIGITS]}{match['tail']}" if code else match[0]

    return _BLOCK.sub(put, text)
