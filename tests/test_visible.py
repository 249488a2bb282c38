"""Pages as readers see them: text in blocks, where it was written, and faults put into guides."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from lockstep.disk.project import Project
from lockstep.ground import script
from lockstep.ground.language import Language
from lockstep.ground.location import Location
from lockstep.ground.problem import Problem
from lockstep.guides import document
from lockstep.guides.document import Document
from lockstep.guides.prose import GAP
from lockstep.pages.site import Site
from lockstep.rules import check, legibility, style
from lockstep.rules.places import Places
from lockstep.rules.visible import BREAK, Block, see

ROOT = Path(__file__).parents[1]
RULES = {"empty-markup", "lost-emphasis", "stray-markup", *style.RULES}
TEXT = """\
---
title: Title
---

# Head {#head}

One `code`[^a] and **two**{.x} [three](a.md "t").

## Steps {#steps}

1. 四
   五 {{ value six }}<br>seven

    ```python
    no = 1
    ```

!!! note "Eight"
    *nine* ![ten](a.svg)

| Eleven |
|---|
| twelve |

[^a]: Thirteen.
"""


@cache
def site() -> Site:
    """Return this project."""
    return Project.open(ROOT / "mkdocs.yml").site()


def converted(text: str) -> str:
    convert = site().convert
    assert convert is not None
    return convert(text)


def blocks(text: str) -> dict[str, Block]:
    """Return what readers see of a guide, by its text."""
    visible = see(document.read(text, "a.md"), converted)
    return {" ".join(block.text.split()): block for block in visible.blocks if block.text.strip()}


def test_text_is_read_in_blocks() -> None:
    found = blocks(TEXT)
    assert [(text, block.tag, block.heading) for text, block in found.items()] == [
        ("Head", "h1", 1),
        (f"One {GAP}{GAP} and two three.", "p", 1),
        ("Steps", "h2", 2),
        (f"四五 {GAP}{BREAK}seven".replace(BREAK, " "), "p", 2),
        (GAP, "p", 2),
        ("Eight", "summary", 2),
        (f"nine {GAP}", "p", 2),
        ("Eleven", "th", 2),
        ("twelve", "td", 2),
        (f"Thirteen. {GAP}", "p", 2),
    ]
    paragraph = found[f"One {GAP}{GAP} and two three."]
    assert paragraph.strong == ["two"]
    assert [paragraph.text[slice(*span)] for span in paragraph.quoted] == ["three"]
    assert {text for text, block in found.items() if block.is_heading} == {
        "Head", "Steps", "Eight", "Eleven",
    }  # fmt: skip
    assert [text for text, block in found.items() if block.is_footnote] == [f"Thirteen. {GAP}"]
    assert found[f"nine {GAP}"].emphasis == 1


@pytest.mark.parametrize(
    ("text", "empty"),
    [
        ("a <b class='x'></b><em></em>", [("em", 2)]),
        ("- [ ](b.md)\n- ![](a.svg)\n- `x`", [("a", 0), ("li", 0)]),
        ("<h2 id='x'></h2>", [("h2", 0)]),
        ("## [![x](a.svg)](b.md) {#x}", []),
        ("<p>a</div></p><ul><li>b", []),
    ],
)
def test_what_is_empty_is_noted(text: str, empty: list[tuple[str, int]]) -> None:
    visible = see(document.read(text, "a.md"), converted)
    assert [it for block in visible.blocks for it in block.empty] == empty


def test_places_are_those_of_the_words() -> None:
    text = (
        "# A {#a}\n\n同じ言葉、**一つ**目。\n\n## B {#b}\n\n同じ言葉、\n[二つ](b.md)目。`code`\n"
        "違う言葉。\n\n```text\n同じ言葉、二つ目\n```\n"
    )
    visible = see(document.read(text, "a.md"), converted)
    places = Places(visible)
    lines = [
        (word[0], places.of(block, *word.span()).line)
        for block in visible.blocks
        for word in re.finditer("同じ言葉|一つ|二つ|。|違う", block.text)
    ]
    assert lines == [
        *(("同じ言葉", 3), ("一つ", 3), ("。", 3)),
        *(("同じ言葉", 7), ("二つ", 8), ("。", 8), ("違う", 9), ("。", 9)),
    ]


def test_a_guide_is_converted_once() -> None:
    calls: list[str] = []

    def counting(text: str) -> str:
        calls.append(text)
        return converted(text)

    page = "labs/torch-distributor.md"
    counted = replace(site(), convert=counting, known={})
    assert check.Checks(counted).of_page(page).problems == ()
    assert len(calls) == len(site().versions(page)) == 3


FAULTS = [
    ("zh", "start/where-to-run.md", "。\n", ".\n", "half-width-punctuation"),
    ("zh", "labs/torch-distributor.md", "，", ", ", "half-width-punctuation"),
    ("ja", "concepts/distributed-training.md", "です。\n", "です.\n", "half-width-punctuation"),
    ("zh", "concepts/scalable-compute.md", "，", "， ", "space-at-join"),
    ("ja", "labs/tune-hyperparameters.md", "ます。\n", "ま す。\n", "space-at-join"),
    (
        "ja",
        "index.md",
        "\n\n",
        "\n\nThe code is run before it is published.\n\n",
        "untranslated-text",
    ),
    ("en", "concepts/distributed-training.md", "accTitle:", "accTitle: 标题", "cjk-in-code"),
    ("zh", "labs/train-deep-learning-model.md", "。\n", "。<em></em>\n", "empty-markup"),
    ("zh", "concepts/distributed-training.md", "**", "** ", "stray-markup"),
]


def body(text: str) -> int:
    """Return where a guide's text begins, behind its front matter."""
    return text.index("\n---\n") + 5


def test_our_guides_read_well() -> None:
    assert [problem for problem in check.check(site()) if problem.rule in RULES] == []


@pytest.mark.parametrize(("code", "page", "old", "new", "rule"), FAULTS)
def test_a_fault_in_our_guides_is_found_where_it_is(
    code: str, page: str, old: str, new: str, rule: str
) -> None:
    guide = site().guides[code][page]
    text = "\n".join(guide.lines)
    start = body(text)
    faulty = document.read(text[:start] + text[start:].replace(old, new, 1), guide.path)
    pairs = zip(faulty.lines, guide.lines, strict=False)
    line = next(row for row, (now, then) in enumerate(pairs, 1) if now != then)
    found = found_in(page, code, faulty)
    assert [(it.rule, it.location) for it in found] == [(rule, Location(guide.path, line))]


def test_bold_that_is_gone_is_missed_in_each_section_that_has_some() -> None:
    page = "concepts/distributed-training.md"
    guide, zh = site().guides["zh"][page], site().settings.languages["zh"]
    flat = document.read("\n".join(guide.lines).replace("**", ""), guide.path)
    found = found_in(page, "zh", flat)
    assert {it.rule for it in found} == {"lost-emphasis"}
    bold = {
        each.translated.location.line
        for each in site().standings(zh, page)
        if each.source and each.translated and "**" in each.source.text
    }
    missed = {it.location.line for it in found}
    assert missed <= bold
    assert len(missed) >= 10  # what stands in quotes or is in code is not missed


def found_in(page: str, code: str, changed: Document) -> list[Problem]:
    """Return what these rules find in a page, one version of which is changed."""
    guides = {**site().guides, code: {**site().guides[code], page: changed}}
    spoilt = replace(site(), guides=guides, known={})
    return [it for it in check.Checks(spoilt).of_page(page).problems if it.rule in RULES]


def test_outdated_bold_is_judged_by_what_was_accepted() -> None:
    """The English gained its first bold words since: the translation has lost none."""
    page = "concepts/scalable-compute.md"
    zh, english = site().settings.languages["zh"], site().guides["en"][page]
    anchor = next(
        each.anchor
        for each in site().standings(zh, page)
        if each.source and each.translated and each.anchor != "top"
        and "**" not in each.source.text + each.translated.text
    )  # fmt: skip
    lines = list(english.lines)
    row = next(i for i, line in enumerate(lines) if line.endswith(f"{{#{anchor}}}")) + 1
    lines.insert(row, "\n**Bold** words.")
    guides = {**site().guides["en"], page: document.read("\n".join(lines), english.path)}
    moved = replace(site(), guides={**site().guides, "en": guides}, known={})
    visible, unseen = legibility.seen(list(moved.versions(page).items()), moved)
    assert not unseen
    assert list(legibility.lost_emphasis(moved, zh, page, visible)) == []
    never = replace(moved, accepted={}, known={})
    assert [it.rule for it in legibility.lost_emphasis(never, zh, page, visible)] == [
        "lost-emphasis"
    ]


@pytest.mark.parametrize(
    ("text", "japanese"), [("初期化処理", True), ("这个", False), ("数据", True), ("请等待", False)]
)
def test_what_japanese_can_be_written_with(text: str, *, japanese: bool) -> None:
    assert script.is_japanese(text) is japanese


@pytest.mark.parametrize(
    ("code", "wide"), [("zh", True), ("ja", True), ("en", False), ("ko", False)]
)
def test_which_languages_have_full_width(code: str, *, wide: bool) -> None:
    assert script.is_full_width(Language(code, code)) is wide
