"""Steps and rows that changed places in a translation: told by what they hold, not by their words.

What a step or a row holds that is the same in every language (links, code, values, numbers, names,
terms) is its mark. Where the marks fit another order much better than the one in which they stand,
the steps or rows that moved are found.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache, partial

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
_UNMARKED = 0.5
"""How alike two steps without marks are."""


def marks(
    ours: Part, theirs: Part, kind: str, terms: Sequence[Term]
) -> dict[Item, frozenset[object]]:
    """Return what each step or row of a section and its English holds, nested steps aside.

    kind: ``step`` or ``row``. Of words those count that both languages use, which are names, and
    terms.
    """
    held = [_by_owner(each, kind) for each in (ours, theirs)]
    names = [{text: _names(text.words) for text in _texts(side)} for side in held]
    known = [frozenset[str]().union(*side.values()) for side in names]
    found: dict[Item, frozenset[object]] = {}
    for at, side in enumerate(held):
        forms = _said(side, [term[at] for term in terms])
        shared = {text: own & known[1 - at] for text, own in names[at].items()}
        for item, each in side.items():
            texts = [_marks(it, shared[it], forms) for it in each if isinstance(it, Text)]
            found[item] = _own(each).union(*texts)
    return found


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
    most = min(sum(1 if held[it] else _UNMARKED for it in side) for side in (ours, theirs))
    if straight >= most - _GAIN:
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


def _texts(held: Mapping[Item, Iterable[Item | Text]]) -> Iterator[Text]:
    """Yield the texts among what steps or rows hold."""
    yield from (it for each in held.values() for it in each if isinstance(it, Text))


def _said(
    held: Mapping[Item, Iterable[Item | Text]], terms: Iterable[Sequence[str]]
) -> list[tuple[str, int]]:
    """Return the forms of terms that stand in any of the texts, each with its term's number."""
    words = "\n".join(text.words for text in _texts(held)).casefold()
    return [(form, each) for each, forms in enumerate(terms) for form in forms if form in words]


def _own(things: Iterable[Item | Text]) -> frozenset[object]:
    """Return the marks of what is the same in every language."""
    items = (it for it in things if isinstance(it, Item))
    return frozenset((it.kind, it.value) for it in items if it.kind in part.MARKS)


def _marks(text: Text, names: Iterable[str], forms: Sequence[tuple[str, int]]) -> set[object]:
    """Return the marks of a text.

    names: in it, which are in both languages; forms: of terms in its language, with their numbers.
    """
    words = text.words.casefold() if forms else ""
    found: set[object] = {term for form, term in forms if form in words}
    found.update(names)
    found.update(it.readings[0] for it in number.in_digits(text.words) if not it.is_trivial)
    found.update(frozenset({each}) for each in number.counted(text.words))
    return found


@lru_cache(maxsize=1024)  # each translation is compared with the same English
def _names(words: str) -> frozenset[str]:
    """Return the words in Latin letters, whether one or many are meant."""
    return frozenset(word.casefold().removesuffix("s") for word in _NAME.findall(words))


def _shared(ours: frozenset[object], theirs: frozenset[object]) -> float:
    """Return which share of their marks two steps have in common."""
    if not ours and not theirs:
        return _UNMARKED
    both = len(ours & theirs)
    return both / (len(ours) + len(theirs) - both)
