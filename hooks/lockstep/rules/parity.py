"""Whether translated guides hold what their English holds: rules on two parsed guides.

Which English a section is compared with, the caller says: that from which it was translated.
What is in a section, ``comparison`` compares.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache, partial

from lockstep.ground.language import Language
from lockstep.ground.problem import Problem, Severity
from lockstep.guides import footnote, inventory, section
from lockstep.guides.document import Document
from lockstep.guides.item import Inventory
from lockstep.guides.section import Section
from lockstep.pages.site import Site
from lockstep.translations import bitext, example, lenient
from lockstep.translations.alignment import align
from lockstep.translations.comparison import Comparison
from lockstep.translations.lenient import Leniency
from lockstep.translations.order import Term
from lockstep.translations.part import Part
from lockstep.translations.translation import State

RULES = (
    *("parity-blocks", "parity-code", "parity-directives", "parity-fences", "parity-footnotes"),
    *("parity-front-matter", "parity-images", "parity-links", "parity-numbers"),
    *("parity-paragraphs", "parity-sections", "parity-steps", "parity-tables", "parity-values"),
)
"""The names of the rules."""


def problems(site: Site, language: Language, page: str) -> Iterator[Problem]:
    """Yield where a translated page differs from its English.

    A section is compared with today's English, one that fell behind with the English from which it
    was accepted. One that agrees with today's already, and waits to be accepted, is not damaged.
    """
    today = site.guides.get(site.settings.languages.source.code, {}).get(page)
    translated = site.guides.get(language.code, {}).get(page)
    if translated is None:
        return
    accepted = site.accepted.get(language.code, {}).get(page)
    in_english = cache(partial(site.settings.in_source, code=language.code))
    terms = _terms(site, language)
    foreign = None if site.settings.conventions else site.settings.folders
    then: list[tuple[Section, Section]] = []
    now: list[tuple[Section, Section]] = []
    standings = site.standings(language, page)
    origins = ((each.accepted or each.source, each.translated) for each in standings)
    yield from misplaced([(ours, theirs) for ours, theirs in origins if ours and theirs])
    for each in standings:
        if each.translated is None:
            continue
        if each.source and each.state is not State.OUTDATED:
            now.append((each.source, each.translated))
        elif each.accepted:
            pairs = [(each.source, each.translated)] if each.source else []
            if (
                not today
                or not pairs
                or any(compare(today, translated, pairs, in_english, terms, foreign))
            ):
                then.append((each.accepted, each.translated))
    for english, pairs in ((accepted, then), (today, now)):
        if english is not None:
            yield from compare(english, translated, pairs, in_english, terms, foreign)


def _terms(site: Site, language: Language) -> list[Term]:
    """Return the forms of each term in English and in a language."""
    source = site.settings.languages.source.code
    known = site.glossary.terms if site.glossary else ()
    return [
        (_folded(term.forms.get(source, ())), _folded(term.forms.get(language.code, ())))
        for term in known
    ]


@lru_cache(maxsize=8)  # each translation is compared with the same English
def _occurring(text: str, terms: tuple[Sequence[str], ...]) -> frozenset[int]:
    """Return the numbers of the terms of which a form is in a text."""
    return frozenset([at for at, forms in enumerate(terms) for form in forms if form in text])


def _said_in_places(held: Inventory) -> str:
    """Return the words in steps, rows and so on, in lower case: terms tell which of them moved."""
    return "\n".join(text.words for text in held.texts if text.place).casefold()


@cache
def _folded(forms: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(form.casefold() for form in forms)


def compare(  # noqa: PLR0913, PLR0917 what is known of a site
    english: Document,
    translated: Document,
    pairs: Iterable[tuple[Section, Section]],
    in_english: Callable[[str], str] = str,
    terms: Sequence[Term] = (),
    foreign: Collection[str] | None = None,
) -> Iterator[Problem]:
    """Yield what translated sections lack, have too much or have otherwise.

    english: what they were translated from; pairs: each section in both; in_english: from an
    address to the one in the source language that means the same page; terms: the glossary's;
    foreign: where guides do not follow this project's conventions, the codes of the languages that
    the site knows.
    """
    compared = list(pairs)
    if not compared:
        return
    # A footnote may be defined in a section that is not among these, or have lost its text.
    read = inventory.known if foreign is None else inventory.read  # leniency looks past things
    ours = _led(read(english, footnote.definitions(translated)), in_english)
    theirs = _led(read(translated, footnote.definitions(english)), in_english)
    leniency = None
    if foreign is not None:
        leniency = Leniency(ours.items, theirs.items, (english.body, translated.body), foreign)
    strays = _strays(english, translated, ours, theirs)
    parts = list(
        zip(
            Part.of(english, ours, (source for source, _ in compared), strays),
            Part.of(translated, theirs, (own for _, own in compared), strays),
            strict=True,
        )
    )
    said = [_said_in_places(held) for held in (ours, theirs)]
    forms = (tuple(term[at] for term in terms) for at in range(2))
    known = frozenset[int]().union(*map(_occurring, said, forms))
    used = [term for at, term in enumerate(terms) if at in known]
    longer = bitext.ratio((part.texts, other.texts) for part, other in parts)
    for (source, own), sides in zip(compared, parts, strict=True):
        if source.level != own.level:
            marks = "#" * source.level
            message = f"#{own.anchor} is not as in {source.location}: it starts with `{marks}`"
            yield Problem(own.location, "parity-sections", message)
        if source.level == 0 and own.level == 0 and not leniency:
            yield from _front_matter(english, translated)
        if leniency:
            yield from _lenient(leniency, sides, longer, used)
        else:
            yield from Comparison(*sides, longer, used).problems()


def _lenient(
    leniency: Leniency, sides: tuple[Part, Part], longer: float, terms: Sequence[Term]
) -> Iterator[Problem]:
    """Yield what a section surely lacks or has otherwise; where it is damaged, that and no more."""
    damage = list(lenient.endless(*sides))
    yield from damage
    if not damage:
        damage, told = lenient.run_on(*sides)
        yield from damage
        pardoned = leniency.pardoned(*sides) | told
        yield from lenient.certain(Comparison(*sides, longer, terms, pardoned).problems())


def _led(held: Inventory, in_english: Callable[[str], str]) -> Inventory:
    """Return what a guide holds, with the English addresses of what its links and images mean."""
    items = [
        replace(item, value=led)
        if item.kind in {"link", "image"} and (led := in_english(str(item.value))) != item.value
        else item
        for item in held.items
    ]
    return replace(held, items=items)


def _strays(
    english: Document, translated: Document, ours: Inventory, theirs: Inventory
) -> frozenset[str]:
    """Return the footnotes whose text stands in another section than in English."""
    notes = [[item for item in held.items if item.kind == "note"] for held in (ours, theirs)]
    if not all(notes):
        return frozenset()
    places = [
        {
            str(item.value): each.anchor
            for each in section.sections(document)
            for item in items
            if each.first <= item.index < each.end
        }
        for document, items in zip((english, translated), notes, strict=True)
    ]
    return frozenset(
        label for label, anchor in places[0].items() if places[1].get(label, anchor) != anchor
    )


def misplaced(pairs: Sequence[tuple[Section, Section]]) -> Iterator[Problem]:
    """Yield the sections that stand elsewhere: the fewest that make the rest be in order.

    pairs: each section in the English from which it was translated, and in the translation.
    """
    ours = [source.anchor for source, _ in sorted(pairs, key=lambda pair: pair[0].first)]
    theirs = [source.anchor for source, _ in sorted(pairs, key=lambda pair: pair[1].first)]
    if ours == theirs:
        return
    kept = {item for item, other in align(ours, theirs, lambda a, b: float(a == b)) if other}
    for source, own in pairs:
        if source.anchor not in kept:
            at = ours.index(source.anchor)
            place = f"after #{ours[at - 1]}" if at else "first"
            message = f"#{own.anchor} is not as in {source.location}: it stands {place} there"
            yield Problem(own.location, "parity-sections", message)


def _front_matter(english: Document, translated: Document) -> Iterator[Problem]:
    rule = "parity-front-matter"
    if any(each.rule == "bad-front-matter" for each in (*english.problems, *translated.problems)):
        return  # what cannot be read cannot be compared
    ours, theirs = dict(example.front_matter(english)), dict(example.front_matter(translated))
    for key in [*ours, *(key for key in theirs if key not in ours)]:
        there = english.meta_line(key)
        if key not in theirs:
            message = f"lacks `{key}: {english.meta[key]}` ({there})"
        elif key not in ours:
            message = f"adds `{key}: {translated.meta[key]}`, which {english.path} has not"
        elif ours[key] != theirs[key] and theirs[key].isascii():
            message = f"has `{key}: {translated.meta[key]}` for `{english.meta[key]}` ({there})"
        else:
            continue
        yield Problem(translated.meta_line(key), rule, message)


def damages(found: Iterable[Problem]) -> Mapping[str, int]:
    """Return the paths of guides that are damaged, each with how many errors of these rules.

    found: what the whole check finds, exceptions taken out.
    """
    wrong = (each for each in found if each.rule in RULES and each.severity is Severity.ERROR)
    return Counter(each.location.path for each in wrong)
