"""Steps and rows that changed places in a translation: told by what they hold, not by their words.

What a step or a row holds that is the same in every language (links, code, values, numbers, names,
terms) is its mark. Where the marks fit another order much better than the one in which they stand,
the steps or rows that moved are found.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache, partial

from lockstep.guides import number
from lockstep.guides.item import Item, Text
from lockstep.translations import part
from lockstep.translations.alignment import align
from lockstep.translations.part import Part

Term = tuple[Sequence[str], Sequence[str]]
"""The forms of a term in English and in a translation's language, in lower case."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]+")
_GAIN = 0.6
"""How much better another order must fit: two steps that are alike by chance do not reach it."""
_ALIKE = 0.5
"""How alike two steps must be to be one that moved."""


def marks(
    ours: Part, theirs: Part, kind: str, terms: Sequence[Term]
) -> dict[Item, frozenset[object]]:
    """Return what each step or row of a section and its English holds, nested steps aside.

    kind: ``step`` or ``row``. Of words those count that both languages use, which are names, and
    terms.
    """
    held = [_by_owner(each, kind) for each in (ours, theirs)]
    names = [
        {name for each in side.values() for it in each for name in _names(it)} for side in held
    ]
    shared = names[0] & names[1]
    forms = [
        [(form, each) for each, term in enumerate(terms) for form in term[side]] for side in (0, 1)
    ]
    return {
        item: frozenset(mark for it in each for mark in _marks(it, shared, forms[at]))
        for at, side in enumerate(held)
        for item, each in side.items()
    }


def moved(
    pairs: Sequence[tuple[Item, Item]], held: Mapping[Item, frozenset[object]]
) -> tuple[list[tuple[Item, Item]], set[Item]]:
    """Return what stands elsewhere in a translation, and all whose places are not the English ones.

    pairs: steps of one list, or rows of one table, side by side as they stand. What is returned
    first are English items, each with the same in translation.
    """
    ours, theirs = [item for item, _ in pairs], [other for _, other in pairs]

    @cache
    def likeness(item: Item, other: Item) -> float:
        return _shared(held[item], held[other])

    straight = sum(likeness(item, other) for item, other in pairs)
    if straight >= len(pairs) - _GAIN:
        return [], set()
    found = align(ours, theirs, likeness)
    here = [other for item, other in found if other and item is None]
    crossed: list[tuple[Item, Item]] = []
    for item in (item for item, other in found if item and other is None):
        other = max(here, key=partial(likeness, item), default=None)
        if other and likeness(item, other) > _ALIKE:
            crossed.append((item, other))
            here.remove(other)
    best = [(item, other) for item, other in found if item and other] + crossed
    if sum(likeness(*each) for each in best) <= straight + _GAIN or not crossed:
        return [], set()
    kept = {it for each in {*best} & {*pairs} for it in each}
    return crossed, {it for each in pairs for it in each} - kept


def _by_owner(each: Part, kind: str) -> dict[Item, list[Item | Text]]:
    held: dict[Item, list[Item | Text]] = {item: [] for item in each.all(kind)}
    things: list[Item | Text] = [*each.items, *each.texts]
    for it in things:
        around = part.owner(it, lambda item: item.kind == kind)
        if around in held:
            held[around].append(it)
    return held


def _marks(
    it: Item | Text, names: Collection[str], forms: Sequence[tuple[str, int]]
) -> Iterator[object]:
    """Yield the marks of one thing; forms: of all terms in its language, each with its number."""
    if isinstance(it, Item):
        if it.kind in part.MARKS:
            yield it.kind, it.value
        return
    yield from (name for name in _names(it) if name in names)
    yield from (each.readings[0] for each in number.in_digits(it.words) if not each.is_trivial)
    yield from (frozenset({each}) for each in number.counted(it.words))
    words = it.words.casefold()
    yield from (term for form, term in forms if form in words)


def _names(it: Item | Text) -> set[str]:
    """Return the words in Latin letters, whether one or many are meant."""
    if isinstance(it, Item):
        return set()
    return {word.casefold().removesuffix("s") for word in _NAME.findall(it.words)}


def _shared(ours: frozenset[object], theirs: frozenset[object]) -> float:
    """Return which share of their marks two steps have in common."""
    if not ours and not theirs:
        return 0.5
    return len(ours & theirs) / len(ours | theirs)
