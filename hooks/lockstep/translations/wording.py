"""What the words of a translation keep: their paragraphs and their numbers.

Sentences may be divided and joined, and so may short paragraphs; a paragraph of which nothing is
left, and a number that nobody says, are found.
"""

import re
from collections.abc import Collection, Iterable, Mapping

from lockstep.guides import number
from lockstep.guides.item import Item, Text
from lockstep.guides.number import Number
from lockstep.translations.alignment import align
from lockstep.translations.bitext import WIDE, Group, aligned, groups, surprise
from lockstep.translations.findings import Findings
from lockstep.translations.part import Part, is_within

_NAME = re.compile(r"[A-Z][A-Za-z0-9.]+")


class Wording:
    """Compares the texts of a section with those of its English.

    First paragraphs, which tell what corresponds; numbers when the rest of the section is compared.
    """

    def __init__(
        self,
        findings: Findings,
        pairs: Mapping[Item | None, Item | None],
        settled: Collection[Item | Text],
        longer: float,
        *,
        is_free: bool = False,
    ) -> None:
        """Take where to note what differs.

        pairs: each place of the English with the one that corresponds to it; settled: places of
        which everything was told; longer: as ``ratio`` gives it; is_free: whether a section of the
        translation may say things in another place.
        """
        self.findings = findings
        self.pairs = pairs
        self.settled = settled
        self.longer = longer
        self.is_free = is_free
        self.alike: list[Group] = []
        """What says the same on both sides."""
        self.alone: set[tuple[Part, int]] = set()
        """Paragraphs that only one side has, by number."""
        self.single: list[Group] = []
        """What has nothing beside it."""

    def paragraphs(self) -> None:
        """Note which paragraphs only one side has, and which cells only one side leaves empty."""
        ours, theirs = (
            _by_place(text for text in part.texts if not is_within(text, self.settled))
            for part in (self.findings.ours, self.findings.theirs)
        )
        marks = self.findings.ours.marks | self.findings.theirs.marks
        if self.is_free:
            marks = _with_names(marks, self.findings.ours.texts, self.findings.theirs.texts)
        for (place, column), texts in ours.items():
            beside = self.pairs.get(place)
            others = theirs.pop((beside, column), [])
            if place and place.kind == "row":
                found: Iterable[Group] = (((a,), (b,)) for a, b in zip(texts, others, strict=False))
            else:
                found = groups(texts, others, marks, self.longer)
            self._take(found, beside)
        for (beside, _), others in theirs.items():
            self._take([((), tuple(text for text in others if text.words))], beside)
        if self.is_free:
            self._reunite(marks)
        for group in self.single:
            self._alone(*group)

    def numbers(self) -> None:
        """Note which numbers only one side says."""
        told = self.findings.told
        moved = self._moved() if self.is_free else frozenset()
        for ours, theirs in self.alike:
            english, translated = ("\n".join(it.words for it in side) for side in (ours, theirs))
            lacking, added = unsaid(english, translated)
            if not (lacking or added or told):
                continue
            lacking = [it for it in lacking if not any(each <= moved for each in it.readings)]
            if self.is_free and ours[0].kind == "heading" and number.said(translated):
                lacking = [it for it in lacking if not it.is_small]  # counted anew
            rule = "parity-numbers"
            if any((self.findings.theirs, text.block) in told for text in theirs):
                lacking = []  # a value says it now
            if any((self.findings.ours, text.block) in told for text in ours):
                rule = "parity-values"  # it stands for a value
                added = only(translated, english)
            for each in lacking:
                self.findings.number(rule, each.text, ours, each.start, english=True)
            for each in added:
                self.findings.number(rule, each.text, theirs, each.start, english=False)

    def _moved(self) -> frozenset[str]:
        """Return the numbers that the translation says where its English does not."""
        pairs = [*self.alike, *self.single]
        said: list[Iterable[Number]] = [
            only("\n".join(it.words for it in theirs), "\n".join(it.words for it in ours))
            for ours, theirs in pairs
        ]
        ours, theirs = (
            {str(it.value) for it in part.all("code")}
            for part in (self.findings.ours, self.findings.theirs)
        )
        said += [number.in_digits(code) for code in theirs - ours]
        readings = (reading for each in said for it in each for reading in it.readings)
        return frozenset[str]().union(*readings)

    def _take(self, found: Iterable[Group], before: Item | Text | None) -> None:
        """Note what only one side has; before: what stands before it in the translation."""
        for ours, theirs in found:
            before = theirs[-1] if theirs else before
            for text in ours:
                self.findings.beside(text, theirs[0] if theirs else before)
            if not ours or not theirs:
                self.single.append((ours, theirs))
            elif _is_empty(ours[0]) == _is_empty(theirs[0]):
                self.alike.append((ours, theirs))
            else:
                here, there = (f"the cell “{it.words.strip()}”" for it in (theirs[0], ours[0]))
                self.findings.differs("parity-tables", ours[0], theirs[0], f"has {here}", there)

    def _reunite(self, marks: Mapping[Text, frozenset[object]]) -> None:
        """Take as the same what each side has by itself, wherever in the section it stands.

        What is left of the English is not asked for where it ends a sentence that a block parts.
        """
        english = [text for ours, _ in self.single for text in ours]
        translated = [other for _, theirs in self.single for other in theirs]
        joined = self._joined(marks) if english else frozenset()
        english = [text for text in english if text not in joined]

        def likeness(text: Text, other: Text) -> float:
            return 1 / (1 + surprise(((text,), (other,)), marks, self.longer))

        self.single = []
        for text, other in align(english, translated, likeness):
            if text and other:
                self.alike.append(((text,), (other,)))
            elif other:
                self.single.append(((), (other,)))
            elif text and not (text in self.settled or text.words.lstrip()[:1].islower()):
                self.single.append(((text,), ()))

    def _joined(self, marks: Mapping[Text, frozenset[object]]) -> frozenset[Text]:
        """Return the English texts without which the translation would say more than its English.

        It may have made one text of several, whatever they stand in.
        """
        sides = (self.findings.ours.texts, self.findings.theirs.texts)
        english, translated = ([text for text in side if text.words] for side in sides)
        found: set[Text] = set()
        for ours, theirs in aligned(english, translated, marks, self.longer):
            whole = surprise((ours, theirs), marks, self.longer)
            for text in ours if theirs else ():
                rest = tuple(it for it in ours if it is not text)
                if not rest or surprise((rest, theirs), marks, self.longer) > whole:
                    found.add(text)
        return frozenset(found)

    def _alone(self, ours: Iterable[Text], theirs: Iterable[Text]) -> None:
        rule = "parity-paragraphs"
        for text in ours:
            self.alone.add((self.findings.ours, text.block))
            self.findings.lacks(rule, text)
        for other in theirs:
            self.alone.add((self.findings.theirs, other.block))
            self.findings.adds(rule, other)


def _with_names(
    marks: Mapping[Text, frozenset[object]], ours: Iterable[Text], theirs: Iterable[Text]
) -> dict[Text, frozenset[object]]:
    """Return what texts hold that is the same in every language, and the names in both."""
    names = [
        {text: frozenset(_NAME.findall(text.words)) for text in texts} for texts in (ours, theirs)
    ]
    both = frozenset.intersection(*(frozenset[str]().union(*each.values()) for each in names))
    return {text: marks[text] | (found & both) for each in names for text, found in each.items()}


def _is_empty(text: Text) -> bool:
    return not text.words.strip()


def _by_place(texts: Iterable[Text]) -> dict[tuple[Item | None, int], list[Text]]:
    found: dict[tuple[Item | None, int], list[Text]] = {}
    for text in texts:
        found.setdefault((text.place, text.column), []).append(text)
    return found


def unsaid(english: str, translated: str) -> tuple[list[Number], list[Number]]:
    """Return the numbers in digits that only the English says, and only the translation.

    What other languages say with a word, or with none, is none of them; and a translation may
    count what its English lists ("the three of them"), unless the English says another number.
    """
    lacking, added = only(english, translated), only(translated, english)
    if lacking and max(translated, default="") < WIDE:  # whose words are unknown
        lacking = [each for each in lacking if not each.is_small]
    if added and not (lacking or number.counted(english) - number.said(translated)):
        added = [each for each in added if not each.is_small]
    return lacking, added


def only(text: str, other: str) -> list[Number]:
    """Return the numbers in digits of one text that another does not say."""
    lacking = [each for each in number.in_digits(text) if not each.is_trivial]
    for said in (number.written, number.said):  # nearly always, digits say it all
        if lacking:
            told = said(other)
            lacking = [it for it in lacking if not any(reading <= told for reading in it.readings)]
    return lacking
