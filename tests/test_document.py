"""Guides: where their parts stand."""

import re

import markdown
import pytest
from hypothesis import example, given

from lockstep.guides import document, markup, section
from lockstep.guides.document import Document
from tests.strategies import any_text, few, guides


def read(text: str) -> Document:
    return document.read(text, "docs/en/guide.md")


def spans(text: str) -> list[tuple[str, int, int, str | None]]:
    return [(s.text, s.location.line, s.column, s.prefix) for s in read(text).spans]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ cell a }}", ("{{ cell a }}", 1, 0, "")),
        ("1. x\n\n    {{ cell a }}  ", ("{{ cell a }}", 3, 4, "    ")),
        ("> - x\n>\n>     {{ cell a }}", ("{{ cell a }}", 3, 6, ">     ")),
        ("!!! note\n\n    {{ cell a }}", ("{{ cell a }}", 3, 4, "    ")),
        ('=== "Tab"\n\n    {{ cell a }}', ("{{ cell a }}", 3, 4, "    ")),
        ("Term\n:   Text\n\n    {{ cell a }}", ("{{ cell a }}", 4, 4, "    ")),
        ("[^1]: Note\n\n    {{ cell a }}\n\nx[^1]", ("{{ cell a }}", 3, 4, "    ")),
        ("text {{ value x }} text", ("{{ value x }}", 1, 5, None)),
        ("- {{ cell a }}", ("{{ cell a }}", 1, 2, None)),
        ("**{{ value x }}**", ("{{ value x }}", 1, 2, None)),
        ("## A {{ value x }} {#a}", ("{{ value x }}", 1, 5, None)),
        ("| a |\n|---|\n| {{ value x }} |", ("{{ value x }}", 3, 2, None)),
        ("| a | b |\n|---|---|\n| \\| | {{ value x }} |", ("{{ value x }}", 3, 7, None)),
        ("[a {{ value x }}](b.md)", ("{{ value x }}", 1, 3, None)),
        ('{{ output a alt="}}" }}', ('{{ output a alt="}}" }}', 1, 0, "")),
        ("{{ cell a\nrest", ("{{ cell a", 1, 0, "")),
        ("\\\\{{ value x }}", ("{{ value x }}", 1, 2, None)),
    ],
)  # fmt: skip
def test_a_directive_is_found_where_it_stands(
    text: str, expected: tuple[str, int, int, str | None]
) -> None:
    assert spans(text) == [expected]


def test_directives_of_one_line_are_told_apart() -> None:
    text = "| `{{ value x }}` | {{ value x }} | \\| {{ value x }} |"
    found = spans(f"| a | b | c |\n|---|---|---|\n{text}")
    assert [(line, column) for _, line, column, _ in found] == [
        (3, text.index("{{", 20)), (3, text.rindex("{{")),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "`{{ cell a }}`", "`` {{ cell a }} ` ``", "```\n{{ cell a }}\n```", "<!-- {{ cell a }} -->",
        "x <!-- {{ cell a }} --> y", "<!--\n\n{{ cell a }}\n\n-->", "~~~~\n~~~\n{{ cell a }}\n~~~~",
        "1. x\n\n    ```\n    {{ cell a }}\n    ```", "> ```\n> {{ cell a }}\n> ```",
        "---\ntitle: '{{ cell a }}'\n---\n", "{ { cell a } }", "\\{{ cell a",
    ],
)  # fmt: skip
def test_elsewhere_directives_are_text(text: str) -> None:
    found = read(text)
    assert found.spans == ()
    assert found.problems == ()


@given(guides)
@few
def test_spans_hold_their_text(text: str) -> None:
    found = read(text)
    assert "\n".join(found.lines) == text
    ends: dict[int, int] = {}
    for span in found.spans:
        assert found.lines[span.index].startswith(span.text, span.column)
        assert span.column >= ends.get(span.index, 0)
        ends[span.index] = span.column + len(span.text)
        assert found.at(span.index) == span.location
    for fence in found.fences:
        assert fence.first <= fence.last < len(found.lines)
        assert found.lines[fence.first].startswith(fence.prefix)


@given(guides, any_text)
@example("```", "\r0")
@few
def test_any_text_is_read(text: str, front: str) -> None:
    for whole in (text, f"---\n{front}\n---\n{text}", front):
        found = read(whole)
        assert all(1 <= p.location.line <= whole.count("\n") + 2 for p in found.problems)


@given(guides)
@few
def test_cut_off_front_matter_changes_no_place(text: str) -> None:
    whole = read(f"---\ntitle: x\n---\n{text}")
    cut = document.read(text, "docs/en/guide.md", offset=3)
    assert [span.location for span in whole.spans] == [span.location for span in cut.spans]
    assert [fence.location for fence in whole.fences] == [fence.location for fence in cut.fences]
    assert whole.headings == cut.headings


@pytest.mark.parametrize(
    "text",
    ["#DONE!\n\nyes", "## C# and #\n", "text\n#more\nrest", "####### seven", "#", "\\# none",
     "    # code", "- # in\n- b", "## A \\#", "> ## quoted", "##\n", "## Two ##  \ntext"],
)  # fmt: skip
def test_headings_are_those_that_the_site_has(text: str) -> None:
    """CommonMark asks for a blank behind the marks; Python-Markdown does not."""
    shown = re.findall(r"<h(\d)>(.*?)</h", markdown.markdown(text))
    found = [(str(each.level), each.title.replace("\\#", "#")) for each in read(text).headings]
    assert found == shown


def test_headings_and_their_anchors() -> None:
    text = "# A {#a}\n\nB\n---\n\n- x\n\n    ## C { #c .wide }\n\n```\n# no\n```\n## D {.x #d}"
    assert [(h.level, h.title, h.anchor, h.location.line) for h in read(text).headings] == [
        (1, "A", "a", 1), (2, "B", None, 3), (2, "C", "c", 8), (2, "D", "d", 13),
    ]  # fmt: skip


@pytest.mark.parametrize("value", ["!!bool x", '!!int ""', "!!timestamp x", "2026-13-45"])
def test_a_value_that_does_not_fit_its_tag_is_a_finding(value: str) -> None:
    found = document.read(f"---\ntitle: {value}\n---\n\nText.\n", "a.md")
    assert [problem.rule for problem in found.problems] == ["bad-front-matter"]


def test_front_matter_knows_its_lines() -> None:
    found = read("---\ntitle: A\nnotebook: b\n---\n\ntext")
    assert found.meta == {"title": "A", "notebook": "b"}
    assert str(found.meta_line("notebook")) == "docs/en/guide.md:3"
    assert str(found.meta_line("level")) == "docs/en/guide.md:1"


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        ("", ("", frozenset(), {})),
        ("Python", ("python", frozenset(), {})),
        ('python title="a.py" x="1"', ("python", frozenset(), {"title": "a.py", "x": "1"})),
        ('{ .sh .x reason="azure" }', ("sh", frozenset({"sh", "x"}), {"reason": "azure"})),
        ("sql { .x }", ("sql", frozenset({"x"}), {})),
        ('{ title="{ .a }" .b }', ("b", frozenset({"b"}), {"title": "{ .a }"})),
    ],
)  # fmt: skip
def test_info_strings(info: str, expected: tuple[str, frozenset[str], dict[str, str]]) -> None:
    assert markup.info(info) == expected


def test_lines_that_flow_on_are_known() -> None:
    text = "一\n二  \n三\\\n四\n\n> 五\n> **六\n> 七**\n\n| a |\n|---|\n| b |"
    assert read(text).joints == (0, 5, 6)


@few
@given(guides)
def test_rules_that_are_not_tried_would_have_found_nothing(text: str) -> None:
    everything = markup.parser(frozenset())
    assert markup.parse(text) == everything.parse(text)


@few
@given(guides)
def test_an_outline_holds_what_counts_when_versions_are_compared(text: str) -> None:
    whole = [*section.substance(markup.parse(text))]
    assert [*section.substance(markup.outline(text))] == whole
