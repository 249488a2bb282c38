"""What a translation lacks, adds or has otherwise is found; what is the same is not."""

import re
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lockstep.disk.project import Project
from lockstep.ground.problem import Problem
from lockstep.guides import document, inventory, section
from lockstep.guides.document import Document
from lockstep.rules import parity
from lockstep.translations import alignment, example

ROOT = Path(__file__).parents[1]
PROJECT = Project.open(ROOT / "mkdocs.yml")


@lru_cache(maxsize=8)
def read(text: str, path: str = "docs/zh/farm.md") -> Document:
    return document.read(text, path)


def compare(english: str, translated: str) -> list[Problem]:
    ours, theirs = read(english, "docs/en/farm.md"), read(translated)
    found = {each.anchor: each for each in section.sections(theirs)}
    pairs = [(it, found[it.anchor]) for it in section.sections(ours) if it.anchor in found]
    return list(parity.compare(ours, theirs, pairs))


def broken(english: str, translated: str) -> list[tuple[str, int]]:
    """Return rule and line of each finding."""
    return [(each.rule, each.location.line) for each in compare(english, translated)]


PARTS = {
    "parity-steps": "1. Wash\n2. Dry\n\n    - Soap\n    - Water",
    "parity-links": "See [it](a.md#b) and <https://example.org/x>.",
    "parity-images": "![A goat](images/goat.svg)",
    "parity-code": "Type `make`.",
    "parity-tables": "| A | B |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |",
    "parity-blocks": '!!! tip "Hint"\n    > Think.\n\n=== "Tab"\n\n    Text.',
    "parity-directives": "{{ cell wash }}\n\n{{ output dry }}",
    "parity-values": "It took {{ value minutes digits=1 }} minutes.",
    "parity-fences": "```yaml\na: 1\n```\n\n~~~text\nb\n~~~",
    "parity-footnotes": "So it is.[^so]\n\n[^so]: As seen.",
    "parity-paragraphs": "Plain text, over\ntwo lines.",
    "parity-numbers": "It takes 42 minutes.",
}
"""Something that each rule looks at, by the rule that must say when it is gone."""
SAID = {"parity-links", "parity-code", "parity-values", "parity-footnotes", "parity-numbers"}
"""Those that are gone with the paragraph in which they stand."""
parts = st.lists(st.sampled_from(sorted(PARTS)), min_size=1, max_size=8)


def guide(rules: list[str]) -> str:
    bodies = (f"## Part {i} {{#part-{i}}}\n\n{PARTS[rule]}\n" for i, rule in enumerate(rules))
    return "---\ntitle: A farm\n---\n\n" + "\n".join(bodies)


@settings(deadline=None)
@given(parts)
def test_a_guide_is_as_itself(rules: list[str]) -> None:
    assert compare(guide(rules), guide(rules)) == []


@settings(deadline=None)
@given(parts, st.data())
def test_what_is_dropped_is_found_in_its_section_only(
    rules: list[str], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(rules) - 1))
    whole = guide(rules)
    head = f"## Part {at} {{#part-{at}}}\n"
    translated = whole.replace(f"{head}\n{PARTS[rules[at]]}\n", f"{head}\n")
    found = compare(whole, translated)
    rule = "parity-paragraphs" if rules[at] in SAID else rules[at]
    assert {rule} <= {each.rule for each in found} <= {rule, "parity-footnotes"}
    if rules[at] != "parity-footnotes":  # a footnote's text may be needed elsewhere
        assert all(f"#part-{at} " in each.message for each in found)


def documents() -> list[tuple[str, Document]]:
    guides = PROJECT.site().guides
    return [(page, found) for page, found in guides["en"].items()]


PAGES = documents()


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(PAGES), st.data())
def test_a_line_dropped_from_a_real_guide_is_found(
    page: tuple[str, Document], data: st.DataObject
) -> None:
    """Lines that hold a step, a link, a row, a directive, an image or inline code."""
    _, whole = page
    text = "\n".join(whole.lines)
    kinds = {"step", "link", "row", "directive", "value", "image"}
    lines = {it.index for it in inventory.read(whole).items if it.kind in kinds}
    if not lines:
        return
    at = data.draw(st.sampled_from(sorted(lines)))
    dropped = "\n".join(line for index, line in enumerate(whole.lines) if index != at)
    if re.match(r"\s*\|", whole.lines[at]) and not re.match(r"\s*\|", whole.lines[at - 1]):
        return  # without its first line a table is none, or another
    found = compare(text, dropped)
    assert any(each.rule.startswith("parity-") for each in found), whole.lines[at]


@pytest.mark.parametrize("code", ["zh", "ja"])
def test_the_guides_of_this_site_are_whole(code: str) -> None:
    site = PROJECT.site()
    language = site.settings.languages[code]
    found = [each for page in site.pages for each in parity.problems(site, language, page)]
    assert [str(each) for each in found] == []


@pytest.mark.parametrize("rule", sorted(SAID))
def test_what_a_sentence_loses_is_found(rule: str) -> None:
    english = f"# A {{#a}}\n\n{PARTS[rule]}\n"
    without = re.sub(r"\[\^so\](?!:)|\[it\]\(.*?\)|`make`|\{\{.*?\}\}|42", "它", english)
    assert broken(english, without) == [(rule, 3)]


def test_a_missing_step_is_found_by_what_it_holds() -> None:
    english = "1. Take `a`\n2. Take `b`\n3. Take `c`\n"
    (step,) = compare(english, "1. 取 `a`\n2. 取 `c`\n")  # and what it holds is not told again
    assert "lacks step 2 “Take `b`” (line 2 there)" in step.message
    assert step.rule == "parity-steps"


def test_inline_code_may_be_repeated_in_sentences_but_not_in_tables() -> None:
    assert broken("`a` is `b`; it is so.", "`a` 是 `b`。`a` 就是这样。") == []
    table = "| x | y |\n|---|---|\n| `a` | `b` |\n| `b` | `b` |\n"
    assert broken(table, table.replace("| `a` |", "| `b` |")) == [("parity-code", 3)]


def test_what_stands_below_a_heading_without_anchor_is_not_taken_for_the_section_above() -> None:
    assert broken("# A {#a}\n\n1. x\n", "# A {#a}\n\n1. x\n\n## B\n\n2. y `c` [d](e)\n") == []


def test_footnotes_need_no_definition_in_the_english_that_was_accepted() -> None:
    assert (
        broken("# A {#a}\n\nSo.[^b]\n", "# A {#a}\n\n如此。[^b]\n\n# C {#c}\n\n[^b]: 见书。\n")
        == []
    )


@pytest.mark.parametrize(
    ("language", "english", "translated"),
    [
        ("python", "x = 1  # one\n", "x = 1  # 一\n"),
        ("python", "# one\n# and more\nx = 1\n", "# 一\nx = 1\n"),
        ("markdown", "## A {#a}\n\n1. Do `x`\n", "## 甲 {#a}\n\n1. 做 `x`\n"),
        ("po", 'msgid "a"\nmsgstr "甲"\n', 'msgid "a"\nmsgstr "あ"\n'),
        ("mermaid", "flowchart LR\n  a[Start] -- yes --> b{End?}\n",
         "flowchart LR\n  a[开始] -- 是 --> b{结束吗}\n"),
        ("mermaid", "sequenceDiagram\n  participant A as Driver\n  A->>B: ask\n",
         "sequenceDiagram\n  participant A as 驱动程序\n  A->>B: 问\n"),
        ("text", "a \n", "a\n"),
    ],
)  # fmt: skip
def test_code_blocks_are_the_same_but_for_their_words(
    language: str, english: str, translated: str
) -> None:
    assert example.essence(language, english) == example.essence(language, translated)


@pytest.mark.parametrize(
    ("language", "english", "translated"),
    [
        ("python", "x = 1  # one\n", "x = 2  # one\n"),
        ("python", 'print("# a")\n', 'print("# b")\n'),
        ("markdown", "## A {#a}\n", "## 甲 {#b}\n"),
        ("markdown", "{{ cell a }}\n", "{{ cell b }}\n"),
        ("po", 'msgid "a"\nmsgstr "b"\n', 'msgid "c"\nmsgstr "b"\n'),
        ("mermaid", "flowchart LR\n  a --> b\n", "flowchart LR\n  b --> a\n"),
        ("mermaid", "flowchart LR\n  accTitle: A\n  a --> b\n", "flowchart LR\n  a --> b\n"),
        ("text", "a\n", "b\n"),
        ("no-such-language", "a\n", "b\n"),
    ],
)
def test_code_blocks_differ_where_more_than_words_does(
    language: str, english: str, translated: str
) -> None:
    assert example.essence(language, english) != example.essence(language, translated)


def test_addresses_are_equal_up_to_their_language() -> None:
    in_source = PROJECT.settings.in_source
    english = "https://learn.microsoft.com/azure/databricks/"
    assert in_source("https://learn.microsoft.com/zh-cn/azure/databricks/", "zh") == english
    assert in_source(english, "zh") == english
    assert in_source("https://learn.microsoft.com/zh-cn/azure/databricks/", "ja") != english
    assert in_source("labs/count.md#load", "zh") == "labs/count.md#load"


@given(st.lists(st.integers(0, 4)), st.lists(st.integers(0, 4)))
def test_an_alignment_keeps_both_lists(ours: list[int], theirs: list[int]) -> None:
    found = alignment.align(ours, theirs, lambda a, b: float(a == b))
    assert [a for a, _ in found if a is not None] == ours
    assert [b for _, b in found if b is not None] == theirs
    assert all(a == b for a, b in found if a is not None and b is not None)


def test_every_rule_of_a_section_is_one_of_the_rules() -> None:
    folder = Path(str(example.__file__)).parent
    sources = [path.read_text("utf-8") for path in folder.glob("*.py")]
    used = {rule for source in sources for rule in re.findall(r'"(parity-[a-z-]+)"', source)}
    assert used == set(parity.RULES) - {"parity-front-matter", "parity-sections"}
