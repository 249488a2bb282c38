"""Injection: what pages are made of, and what is left as it is."""

import pytest
from hypothesis import given

from lockstep.ground.language import Language
from lockstep.ground.location import Location
from lockstep.guides import document
from lockstep.guides.directive import DirectiveError, ValueDirective
from lockstep.guides.document import Fence
from lockstep.notebooks.comments import Catalog, Message
from lockstep.notebooks.fingerprint import Fingerprint, of_code
from lockstep.notebooks.lab import Lab
from lockstep.notebooks.notebook import Cell, Notebook
from lockstep.notebooks.output import Text
from lockstep.notebooks.recording import Pair, Recording, Run, Scalar
from lockstep.pages import handwritten, injection, typesetting
from lockstep.pages.block import CodeBlock, MarkBlock, NotRunBlock, OutputBlock
from lockstep.pages.injection import Page
from tests.strategies import few, guides, line_text

HERE = Location("docs/zh/a.md", 1)
ENGLISH, CHINESE = Language("en", "English"), Language("zh", "简体中文")


def lab(source: str = "# one\nx = 1", *, recorded: bool = True, code: str | None = None) -> Lab:
    cell = Cell("a", "a", source, Location("notebooks/lab.py", 8), 9, values={"rows": None})
    now = Fingerprint((("a", of_code(source)),))
    then = Fingerprint((("a", of_code(code or source)),))
    made = Recording(then, Run("2026-11-20"), {"rows": 12345}, {}) if recorded else None
    outputs = {"a": [{"output_type": "stream", "name": "stdout", "text": "1\n"}]}
    pair = Pair("notebooks/lab.ipynb", (("a", source),), outputs, made)
    catalog = Catalog("zh.po", (Message("one", "一\n二", fuzzy=False, location=HERE),))
    return Lab(Notebook("lab", "notebooks/lab.py", "", (cell,)), now, pair, {"zh": catalog})


def inject(text: str, given: Lab | None = None, language: Language = ENGLISH) -> Page:
    guide = document.read(text, "docs/zh/a.md")
    return injection.inject(guide, {"lab": given or lab()}, language, "lab")


def test_a_directive_becomes_a_key_where_it_stands() -> None:
    page = inject('1. x\n    {{ cell a hl="2" output="open" }}\n2. y')
    assert page.markdown == "1. x\n\n    ```lockstep\n    0\n    ```\n\n2. y"
    assert page.blocks == {
        "0": CodeBlock(
            "lab", "a", "# one\nx = 1", (2,), (Text("1\n"),), open=True, anchor="cell-a", line=8
        )
    }
    assert page.shown == (("lab", "a", Location("docs/zh/a.md", 2)),)


def test_a_translated_comment_moves_the_marked_line() -> None:
    block = inject('{{ cell a hl="2" output="none" }}', language=CHINESE).blocks["0"]
    assert block == CodeBlock("lab", "a", "# 一\n# 二\nx = 1", (3,), anchor="cell-a", line=8)


def test_only_the_first_showing_carries_the_anchor() -> None:
    blocks = inject("{{ cell a }}\n\n{{ cell a }}\n\n{{ output lab:a }}").blocks
    anchors = [block.anchor for block in blocks.values() if isinstance(block, CodeBlock)]
    assert anchors == ["cell-a", None]
    assert blocks["2"] == OutputBlock("lab", "a", (Text("1\n"),))


def test_a_cell_of_another_lab_has_an_anchor_of_its_own() -> None:
    guide = document.read("{{ cell lab:a }}", "docs/zh/a.md")
    (block,) = injection.inject(guide, {"lab": lab()}, ENGLISH, "other").blocks.values()
    assert isinstance(block, CodeBlock)
    assert block.anchor == "cell-lab-a"


def test_a_value_stays_in_its_line() -> None:
    page = inject("> a {{ value rows }} b {{ value rows digits=1 }}.\n\n{{ value rows }} c")
    assert page.markdown == ("> a &#49;2&#44;345 b &#49;2&#44;345&#46;0.\n\n&#49;2&#44;345 c")


def test_stale_cells_are_marked_and_shown() -> None:
    page = inject("{{ cell a }}", lab(code="x = 2"))
    assert page.problems == ()
    (block,) = page.blocks.values()
    assert isinstance(block, CodeBlock)
    (mark,) = block.marks
    assert str(mark) == (
        "docs/zh/a.md:1: stale-recording cell 'a' changed since the recording; record it with "
        "`lockstep run lab`"
    )


def test_what_was_never_run_is_marked_everywhere_and_reported_by_the_rules() -> None:
    page = inject("{{ cell a }}\n\n{{ output a }}\n\n{{ value rows }}", lab(recorded=False))
    assert page.problems == ()
    code, output = page.blocks.values()
    assert isinstance(code, CodeBlock)
    assert "was never run;" in code.marks[0].message
    assert isinstance(output, MarkBlock)
    assert 'class="lockstep-mark"' in page.markdown


def test_a_mark_stands_at_the_spot() -> None:
    page = inject("a {{ cells a }} b\n\n- x\n\n    {{ cell b }}")
    assert [str(problem.location) for problem in page.problems] == [
        "docs/zh/a.md:1",
        "docs/zh/a.md:5",
    ]
    assert page.blocks == {"0": MarkBlock(page.problems[1])}
    assert page.markdown.startswith('a <span class="lockstep-mark" role="alert">')
    assert page.markdown.endswith("- x\n\n    ```lockstep\n    0\n    ```")


def is_plain(fence: Fence) -> bool:
    try:
        return handwritten.read(fence) is None
    except DirectiveError:
        return False


@given(guides)
@few
def test_without_directives_nothing_changes(text: str) -> None:
    guide = document.read(text, "a.md")
    if not guide.spans and all(map(is_plain, guide.fences)):
        page = inject(text)
        assert page.blocks == {}
        flowing = set(guide.joints)
        if not flowing:
            assert page.markdown == text
        assert page.markdown.replace("\n", "").count("中文。") == text.count("中文。")


@given(guides)
@few
def test_any_guide_becomes_a_page(text: str) -> None:
    page = inject(text)
    assert list(page.blocks) == [str(number) for number in range(len(page.blocks))]
    assert page.markdown.count("```lockstep\n") >= len(page.blocks)
    again = document.read(page.markdown, "a.md")
    assert not [span for span in again.spans if span.text == "{{ value rows }}"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("第一行\n第二行", "第一行第二行"),
        ("第一行\nsecond", "第一行\nsecond"),
        ("first\n第二行", "first\n第二行"),
        ("**粗**\n**体**", "**粗**<!-- -->**体**"),
        ("行*粗*\n文", "行*粗*文"),
        ("> 一\n> 二\n> 三", "> 一二三"),
        ("- 一\n  二\n- 三", "- 一二\n- 三"),
        ("[一](a.md)\n二", "[一](a.md)二"),
        ("一  \n二", "一  \n二"),
        ("一\\\n二", "一\\\n二"),
        ("一\n\n二", "一\n\n二"),
        ("```\n一\n二\n```", "```\n一\n二\n```"),
        ("| 一 |\n|---|\n| 二 |", "| 一 |\n|---|\n| 二 |"),
        ("ひらがな\nカタカナ", "ひらがなカタカナ"),
        ("一、\n「二」", "一、「二」"),
        ("한국\n말", "한국말"),
    ],
)
def test_lines_are_joined_as_cjk_joins_them(text: str, expected: str) -> None:
    assert inject(text).markdown == expected


@pytest.mark.parametrize(
    ("value", "options", "english", "chinese"),
    [
        (1234567, {}, "1,234,567", "1,234,567"),
        (0.98765, {"format": "percent", "digits": 1}, "98.8%", "98.8%"),
        (0.5, {}, "0.5", "0.5"),
        (0.123456789, {}, "0.123457", "0.123457"),
        (2.5, {"digits": 0}, "2", "2"),
        (3, {"digits": 2}, "3.00", "3.00"),
        (1e-9, {"format": "text"}, "1e-09", "1e-09"),
        (1234, {"format": "text"}, "1234", "1234"),
        ("Gentoo", {}, "Gentoo", "Gentoo"),
        ("a\n\u202eb", {}, r"a \u202eb", r"a \u202eb"),
        (True, {}, "True", "True"),
        (None, {}, "None", "None"),
        (float("nan"), {}, "NaN", "NaN"),
    ],
)
def test_values_are_written_as_the_language_writes_them(
    value: Scalar, options: dict[str, object], english: str, chinese: str
) -> None:
    wanted = ValueDirective(HERE, None, "x", **options)  # type: ignore[arg-type]
    assert typesetting.formatted(value, wanted, ENGLISH) == english
    assert typesetting.formatted(value, wanted, CHINESE) == chinese


def test_a_very_large_number_is_written_out() -> None:
    wanted = ValueDirective(HERE, None, "n", "percent", 1)
    text = typesetting.formatted(10**400, wanted, ENGLISH)
    assert text.replace(",", "") == f"1{'0' * 402}.0%"


@given(line_text)
@few
def test_escaped_text_means_nothing(text: str) -> None:
    assert not set("<>*_`[]{}|\\#!~-=+:\"'.()").intersection(
        typesetting.escaped(text).replace("&#", "").replace(";", "")
    )
    assert not typesetting.escaped(f"1{text}").startswith("1")


@pytest.mark.parametrize("language", ["python", "bash", "sql", "powershell", "console"])
def test_runnable_code_says_why_it_is_not_run(language: str) -> None:
    text = f'1. x\n\n    ```{{ .{language} .not-run reason="gpu" }}\n    x\n\n      y\n    ```\n'
    page = inject(text)
    assert page.problems == ()
    assert page.markdown == "1. x\n\n    ```lockstep\n    0\n    ```\n"
    assert page.blocks == {"0": NotRunBlock("x\n\n  y\n", language, "gpu")}


def test_code_without_a_reason_stays_below_its_mark() -> None:
    page = inject("a\n\n```python\nx\n```\n\nb")
    assert page.markdown == "a\n\n```lockstep\n0\n```\n\n```python\nx\n```\n\nb"
    assert [problem.rule for problem in page.problems] == ["hand-written-code"]
