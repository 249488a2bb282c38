"""Faults made at random in this site's own guides are found where they are; harmless edits are not.

``pytest -rP tests/test_faults.py`` prints which share of each kind of fault is caught.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest

from lockstep.disk.project import Project
from lockstep.ground.language import Language, Languages
from lockstep.ground.problem import Problem
from lockstep.guides import section
from lockstep.guides.document import Document
from lockstep.pages.site import Site
from lockstep.rules.check import Checks
from tests import faults
from tests.faults import ALONE, FAULTS, HARMLESS, Edit, Fault, Guide

SEED = 20261128
WANTED = 16
"""How many faults of each kind are made, where there are as many places."""
AT_ONCE = 6
"""How many faults are made in one page, each in a section of its own."""
ROOT = Path(__file__).parents[1]


@cache
def site() -> Site:
    """Return this repository's own site; what is rendered is rendered once."""
    read = Project.open(ROOT / "mkdocs.yml").site()
    assert read.convert
    return replace(read, convert=cache(read.convert))


@cache
def guide(code: str, page: str) -> Guide:
    """Return a page in a language, as faults are made in it."""
    whole = site()
    assert whole.glossary
    return Guide(whole.guides[code][page], code, whole.glossary)


def found(page: str, language: Language, changed: Document, code: str) -> list[Problem]:
    """Return what is found in a page in one language after the guide of a language changed."""
    whole = site()
    guides = {**whole.guides, code: {**whole.guides[code], page: changed}}
    languages = Languages(whole.settings.languages.source, (language,))
    settings = replace(whole.settings, languages=languages)
    checks = Checks(replace(whole, guides=guides, settings=settings, known={}))
    return list(checks.of_page(page).problems)


@dataclass(frozen=True)
class Try:
    """Faults in one page, and what is found then."""

    made: tuple[tuple[str, str, Edit], ...]
    """Kind, anchor of the section, and the edit."""
    changed: Document
    problems: tuple[Problem, ...]

    def at(self, anchor: str) -> list[Problem]:
        """Return what is found in a section, or names it."""
        rows = {each.anchor: range(each.first + 1, each.end + 1)
                for each in section.sections(self.changed)}  # fmt: skip
        return [
            it
            for it in self.problems
            if f"#{anchor} " in it.message
            or (it.location.path == self.changed.path
                and it.location.line in rows.get(anchor, range(0)))
        ]  # fmt: skip

    def elsewhere(self) -> list[Problem]:
        """Return what is found where nothing was done."""
        meant = {it for _, anchor, _ in self.made for it in self.at(anchor)}
        return [it for it in self.problems if it not in meant]


def tries(kinds: dict[str, Fault], luck: random.Random, wanted: int) -> Iterator[Try]:
    """Make faults of all kinds in pages and languages in turn, the rarest kinds first."""
    whole = site()
    places = [(page, language) for page in whole.guides["en"]
              for language in whole.settings.languages.translations]  # fmt: skip
    done: Counter[str] = Counter()
    drawn = {
        (page, language.code): faults.draw(guide(language.code, page), kinds, luck)
        for page, language in places
    }
    left = Counter(kind for found in drawn.values() for kind, edits in found.items() if edits)
    for _ in range(wanted):
        luck.shuffle(places)
        for page, language in places:
            here = guide(language.code, page)
            chosen = list(_chosen(here, drawn[page, language.code], done, left, wanted))
            if chosen:
                done.update(kind for kind, _, _ in chosen)
                changed = faults.edited(here, [edit for _, _, edit in chosen])
                problems = found(page, language, changed, language.code)
                yield Try(tuple(chosen), changed, tuple(problems))


def _chosen(
    here: Guide,
    drawn: dict[str, list[Edit]],
    done: Counter[str],
    left: Counter[str],
    wanted: int,
) -> Iterator[tuple[str, str, Edit]]:
    taken: set[str] = set()
    for kind in sorted(drawn, key=lambda it: (done[it], left[it])):
        if done[kind] >= wanted or len(taken) == AT_ONCE or (taken and kind in ALONE):
            continue
        for edit in list(drawn[kind]):
            (anchor,) = (it.anchor for it in here.sections if it.first <= edit.first < it.end)
            if anchor not in taken:
                drawn[kind].remove(edit)
                taken.add(anchor)
                yield kind, anchor, edit
                break
        if taken and kind in ALONE:
            return


@pytest.mark.slow
def test_faults_are_found_in_their_sections_and_nowhere_else() -> None:
    made: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    missed: list[str] = []
    alarms: list[str] = []
    for each in tries(FAULTS, random.Random(SEED), WANTED):  # noqa: S311 no secret
        for kind, anchor, edit in each.made:
            made[kind] += 1
            if each.at(anchor):
                caught[kind] += 1
            else:
                missed.append(_told(kind, each.changed, anchor, edit))
        if not any(kind in ALONE for kind, _, _ in each.made):
            alarms += [f"{it} [{', '.join(it[0] for it in each.made)}]" for it in each.elsewhere()]
    _report(made, caught)
    print("missed:", *missed, sep="\n  ")  # noqa: T201 what -rP shows
    assert alarms == []
    assert set(made) == set(FAULTS)
    assert sum(caught.values()) / sum(made.values()) >= 0.95
    assert min(caught[kind] / made[kind] for kind in made) >= 0.8


@pytest.mark.slow
def test_a_changed_english_sentence_is_found_in_its_section() -> None:
    luck = random.Random(SEED)  # noqa: S311 no secret
    whole = site()
    for page in luck.sample(sorted(whole.guides["en"]), 6):
        here = guide("en", page)
        texts = [text for text in here.held.texts if text.kind == "paragraph"]
        text = luck.choice([text for text in texts if text.index not in here.fenced])
        edit = Edit(text.index, text.index + 1, (f"{here.lines[text.index]} Now it is so.",))
        (anchor,) = (it.anchor for it in here.sections if it.first <= text.index < it.end)
        changed = faults.edited(here, [edit])
        for language in whole.settings.languages.translations:
            (problem,) = found(page, language, changed, "en")
            assert problem.rule == "outdated-section"
            assert f"#{anchor} " in problem.message


@pytest.mark.slow
def test_harmless_edits_are_not_found() -> None:
    made: Counter[str] = Counter()
    for each in tries(HARMLESS, random.Random(SEED), WANTED):  # noqa: S311 no secret
        made.update(kind for kind, _, _ in each.made)
        assert [str(it) for it in each.problems] == [], each.made
    assert set(made) == set(HARMLESS)


def _told(kind: str, changed: Document, anchor: str, edit: Edit) -> str:
    lines = " / ".join(edit.lines)[:120]
    return f"{kind} at {changed.path}:{edit.first + 1} #{anchor}: {lines!r}"


def _report(made: Counter[str], caught: Counter[str]) -> None:
    rows: Sequence[tuple[str, int, int]] = [(kind, caught[kind], made[kind]) for kind in FAULTS]
    total = ("all", sum(caught.values()), sum(made.values()))
    for kind, hit, number in (*rows, total):
        share = f"{hit / number:4.0%}" if number else "   -"
        print(f"{kind:20} {hit:4} of {number:4} {share}")  # noqa: T201 what -rP shows
