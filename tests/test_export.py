"""Labs that leave the site: what becomes of a page in a notebook, and that its code is the tested.

Files are read again by other readers: nbformat, jupytext, and one of Databricks' format
(``tests.databricks``), which know nothing of the engine.
"""

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from html import unescape

import jupytext
import nbformat
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdformat.plugins import PARSER_EXTENSIONS
from mdformat.renderer import MDRenderer

from lockstep.disk.project import Project
from lockstep.export import commonmark, flow, jupyter, kit, piece
from lockstep.export import databricks as databricks_source
from lockstep.export.inline import Addresses
from lockstep.export.lesson import Lesson
from lockstep.export.piece import Code, Diagram, Piece, Prose, Result
from lockstep.ground.language import Language, Words
from lockstep.guides import document
from lockstep.notebooks import notebook, program
from lockstep.notebooks.comments import Catalog, Message
from lockstep.notebooks.lab import Lab
from lockstep.pages.block import Notice, NoticeBlock
from tests import case, databricks
from tests.strategies import any_text, comment_text, few, guides
from tests.strategies import cells as any_cells
from tests.test_injection import CHINESE, ENGLISH, HERE, inject
from tests.test_injection import lab as small_lab

SITE = "https://labs.example/here/"
URLS = {"zh/labs/a.md": "zh/labs/a/", "zh/start.md": "zh/start/", "en/only.md": "zh/only/",
        "zh/labs/figure.png": "zh/labs/figure.png"}  # fmt: skip
INSIDE = Addresses(SITE, "zh/labs/a.md", "en", URLS)
MARKDOWN = MarkdownIt("commonmark").enable("table")


def pieces(text: str, addresses: Addresses = INSIDE, language: Language = ENGLISH) -> list[Piece]:
    return flow.pieces(inject(text, language=language), "lab", Words(language), addresses)


def markdown(text: str, addresses: Addresses = INSIDE) -> str:
    """Return what a guide's text comes to; what is no text is named in angle brackets."""
    named = {Code: "<code>", Result: "<result>", Diagram: "<diagram>"}
    found = pieces(text, addresses)
    return "\n\n".join(it.markdown if isinstance(it, Prose) else named[type(it)] for it in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("## Load {#load}", "## Load"),
        ("Text\n{: .wide }", "Text"),
        ("A [link](https://x.example/){ .ext } here", "A [link](https://x.example/) here"),
        ("[b](../start.md#there)", f"[b]({SITE}zh/start/#there)"),
        ("[b](only.md)", "b"),
        ("[b](../only.md)", f"[b]({SITE}zh/only/)"),
        ("[**b**](gone.md) c", "**b** c"),
        ("![what it shows](figure.png){ width=3 }", f"![what it shows]({SITE}zh/labs/figure.png)"),
        ("![what it shows](gone.png)", "*what it shows*"),
        ("a <!-- lockstep: x --> b", "a  b"),
        ("<!-- all of it -->", ""),
        ("<div class='x' markdown>\n\nText\n\n</div>", "Text"),
        ("<table><tr><td>x</td></tr></table>", "<table><tr><td>x</td></tr></table>"),
        ("{{ value rows }} rows", "12,345 rows"),
        ('!!! note "Not *this*"\n    Text', "> **Not *this***\n>\n> Text"),
        ("!!! tip\n    Text", "> **Tip**\n>\n> Text"),
        ('!!! tip ""\n    Text', "> Text"),
        ('??? note "N"\n    Text', "> **N**\n>\n> Text"),
        ('=== "A"\n\n    in a\n\n=== "B"\n\n    in b', "**A**\n\nin a\n\n**B**\n\nin b"),
        ("Term\n:   Said", "**Term**\n\n> Said"),
        ("```{ .text title='f.txt' }\nx\n```", "```text\nx\n```"),
        ('```text title="f.txt"\nx\n```', "`f.txt`\n\n```text\nx\n```"),
        (
            '```{ .bash .not-run reason="azure" title="x.sh" }\naz login\n```',
            "*Not run here: it needs an Azure subscription.*\n\n`x.sh`\n\n```bash\naz login\n```",
        ),
        ("| a | b |\n|---|--:|\n| x { .c } | [y](gone.md) |", "| a | b |\n| -- | -: |\n| x | y |"),
        ("```mermaid\nflowchart\n```", "<diagram>"),
        ("Text\n    {{ cell a }}", "Text\n\n<code>"),
        ("{{ cell x }}", "> **unknown-cell** notebooks/lab.py has no cell 'x'; it has: a"),
    ],
)  # fmt: skip
def test_nothing_is_left_that_only_the_site_reads(text: str, expected: str) -> None:
    assert markdown(text) == expected


def test_links_between_pages_are_plain_text_where_the_site_has_no_address() -> None:
    text = "[a](../start.md) ![b](figure.png) [c](https://x.example/)"
    unknown = replace(INSIDE, site="")
    assert markdown(text, unknown) == "a *b* [c](https://x.example/)"


def test_links_inside_the_page_stay_inside() -> None:
    found = markdown("[there](#there), [nowhere](#cell-a)\n\n## 那里 {#there}\n\n## No {#other}")
    assert f"[there](#there), [nowhere]({SITE}zh/labs/a/#cell-a)" in found
    assert '## 那里 <a id="there"></a>' in found
    assert found.endswith("## No")


def test_steps_go_on_counting_around_code() -> None:
    text = (
        "3. Load.\n\n    {{ cell a }}\n\n    Then:\n\n    - look\n\n4. Again.\n\n5. See.\n\n"
        "    {{ output a }}\n\nEnd.\n"
    )
    assert markdown(text) == (
        "3. Load.\n\n<code>\n\nThen:\n\n- look\n\n4. Again.\n\n5. See.\n\n<result>\n\nEnd."
    )


def test_what_is_around_code_goes_on_behind_it() -> None:
    text = (
        "> Quoted\n>\n> {{ cell a }}\n>\n> on\n\n"
        '!!! note "N"\n    In\n\n    {{ output a }}\n\n    on\n\n'
        '=== "T"\n\n    1. One\n\n        {{ output a }}\n\n    2. Two\n'
    )
    assert markdown(text) == (
        "> Quoted\n\n<code>\n\n> on\n\n> **N**\n>\n> In\n\n<result>\n\n> on\n\n"
        "**T**\n\n1. One\n\n<result>\n\n2. Two"
    )


def test_steps_inside_steps_go_on_counting_too() -> None:
    found = markdown("1. One\n\n    1. Inner\n\n        {{ cell a }}\n\n    2. Next\n\n2. Two")
    assert found == "1. One\n\n   1. Inner\n\n<code>\n\n2. Next\n\n2) Two"


def test_only_the_notebooks_own_cells_are_code_and_each_once() -> None:
    found = pieces("{{ cell a }}\n\n{{ cell a }}")
    assert [type(each) for each in found] == [Code, Prose, Result]
    assert isinstance(found[1], Prose)
    assert found[1].markdown == "```python\n# one\nx = 1\n```"
    quoted = flow.pieces(inject("{{ cell a }}"), "another", Words(ENGLISH), INSIDE)
    assert [type(each) for each in quoted] == [Prose, Result]


def test_footnotes_stand_where_their_section_ends() -> None:
    text = (
        "## A {#a}\n\nOne[^x], two[^y], one[^x].\n\n[^y]: Y\n\n    more\n\n"
        "## B {#b}\n\nThree[^z].\n\n[^x]: X *it*\n[^z]: Z\n"
    )
    assert markdown(text) == (
        "## A\n\nOne<sup>1</sup>, two<sup>2</sup>, one<sup>1</sup>.\n\n<sup>1</sup> X *it*\n\n"
        "<sup>2</sup> Y\n\nmore\n\n## B\n\nThree<sup>3</sup>.\n\n<sup>3</sup> Z"
    )


@pytest.mark.parametrize(
    ("text", "emphasised"),
    [
        ("选择**“高级”（Premium）**的层", ["“高级”（Premium）"]),
        ("**「高」**は**低い**", ["「高」", "低い"]),
        ("这是**强调（a）**。**又**", ["强调（a）", "又"]),
        ("plain **bold** text", ["bold"]),
        ("*注：*下文**`代码`**后", ["`代码`"]),
    ],
)
def test_emphasis_beside_chinese_and_japanese_is_emphasis_in_commonmark(
    text: str, emphasised: list[str]
) -> None:
    (found,) = pieces(text)
    assert isinstance(found, Prose)
    html = MARKDOWN.render(found.markdown)
    assert html.count("<strong>") == len(emphasised)
    assert "**" not in html
    for each in emphasised:
        assert f"<strong>{each.replace('`代码`', '<code>代码</code>')}</strong>" in html


def test_notices_lead_to_the_original() -> None:
    page = inject("## A {#a}\n\nText")
    noticed = replace(
        page,
        markdown=page.markdown + "\n\n```lockstep\nn\n```\n",
        blocks={"n": NoticeBlock(Notice.BEHIND, "a")},
    )
    urls = {**URLS, "en/labs/a.md": "labs/a/"}
    found = flow.pieces(noticed, "lab", Words(ENGLISH), replace(INSIDE, urls=urls))
    assert isinstance(found[0], Prose)
    assert f"[Read the original.]({SITE}labs/a/#a)" in found[0].markdown
    assert "> The original of this section" in found[0].markdown


@given(guides)
@example("text\n        {{")
@example("text\n        {{\n    !!! tip")
@few
def test_any_guide_can_be_taken_away(text: str) -> None:
    found = lesson_of(text, small_lab())
    nbformat.validate(nbformat.reads(jupyter.written(found), 4))
    databricks.read(databricks_source.written(found))
    if not document.read(text, "docs/zh/a.md").problems:
        left = [it for it in found.pieces if isinstance(it, Prose) and "```lockstep" in it.markdown]
        assert left == []


def lesson_of(text: str, lab: Lab, language: Language = ENGLISH) -> Lesson:
    page = inject(text, lab, language)
    return Lesson(lab.name, lambda: page, lambda: lab, {"title": "T"}, Words(language), INSIDE)


def codes(found: Lesson) -> list[list[tuple[str, ...]]]:
    """Return the tokens of a lesson's code, as each format gives it back."""
    ipynb = jupyter.written(found)
    script = jupytext.writes(jupytext.reads(ipynb, fmt="ipynb"), fmt="py:percent")
    again = jupytext.reads(script, fmt="py:percent")
    source = databricks.read(databricks_source.written(found))
    return [
        [program.code_tokens(cell) for cell in cells]
        for cells in (
            [it.source for it in nbformat.reads(ipynb, 4).cells if it.cell_type == "code"],
            [it.source for it in again.cells if it.cell_type == "code"],
            [it.source for it in source if it.language == "python"],
        )
    ]


@given(any_cells, comment_text)
@few
def test_code_is_the_same_after_it_was_read_again(source: str, translation: str) -> None:
    """Whatever the code, and whatever a translator makes of its comments."""
    made = small_lab(source)
    texts = (comment.text for comment in program.comments(source))
    messages = (Message(text, translation, fuzzy=False, location=HERE) for text in texts)
    lab = replace(made, catalogs={"zh": Catalog("zh.po", tuple(messages))})
    tokens = [program.code_tokens(source)]
    for found in codes(lesson_of("{{ cell a }}", lab, CHINESE)):
        assert [each for each in found if each] == [each for each in tokens if each]


@pytest.mark.parametrize(
    "line",
    [
        *("# COMMAND ----------", "# MAGIC %sh rm -r /", "# DBTITLE 1,x", "#MAGIC %md"),
        *("# Databricks notebook source", 'text = """\n# COMMAND ----------\n"""'),
    ],
)
def test_code_that_databricks_would_take_for_its_format_is_a_finding(line: str) -> None:
    script = (
        "# ---\n# jupyter:\n#   jupytext:\n#     text_representation:\n"
        f'#       format_name: percent\n# ---\n\n# %% name="a"\nx = 1\n{line}\n'
        '\n# %% tags=["test"]\nassert x\n'
    )
    found = notebook.read(script, "notebooks/lab.py").problems
    assert [problem.rule for problem in found] == ["magic"]
    assert found[0].location.line == 10 + line.count("\n") // 2


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = tmp_path_factory.mktemp("showcase")
    pins = root / "requirements" / "labs.txt"
    pins.parent.mkdir()
    pins.write_text("torch==2.13.0\n")
    (pins.parent / "start.sh").write_text("#!/bin/sh\nsh requirements/other.sh\n")
    (pins.parent / "other.sh").write_text("echo labs.txt\n")
    (pins.parent / "unrelated.sh").write_text("echo\n")
    return case.play(case.read(case.GOLDEN / "showcase.txt"), root)


def of_showcase(project: Project, code: str) -> Lesson:
    site = project.site()
    urls = {f"{code}/labs/show-all.md": "labs/show-all/"}
    (found,) = kit.lessons(site, site.settings.languages[code], Addresses(SITE, "", "en", urls))
    return found


@pytest.mark.parametrize("code", ["en", "zh"])
def test_a_notebook_holds_the_shown_cells_and_their_outputs(project: Project, code: str) -> None:
    found = of_showcase(project, code)
    made = nbformat.reads(jupyter.written(found), 4)
    nbformat.validate(made)
    shown = [cell for cell in made.cells if cell.cell_type == "code"]
    assert [cell.id for cell in shown] == ["hard-source", "print-much", "draw"]
    assert all(cell.execution_count is None for cell in shown)
    assert ("# 制表符、空行" in shown[0].source) is (code == "zh")
    assert shown[1].outputs[0].text.startswith("<script>")
    assert shown[2].outputs == []
    (drawn,) = [cell for cell in made.cells if "![A line](data:" in cell.source]
    data = base64.b64decode(drawn.source.partition("base64,")[2].partition(")")[0])
    assert b"<path" in data
    assert b"onload" not in data
    assert made.metadata.kernelspec.name == "python3"
    assert made.metadata.lockstep.language == code
    assert made.metadata.lockstep.run.versions.torch == "2.13.0"
    assert made.cells[0].source.startswith("# Show all\n\n")
    assert f"]({SITE}labs/show-all/)" in made.cells[0].source
    text = "\n".join(cell.source for cell in made.cells if cell.cell_type == "markdown")
    assert "```bash\naz login\n```" in text
    assert "中文第一行第二行" in text
    tested = [program.code_tokens(cell.source) for cell in found.lab.notebook.shown]
    for again in codes(found):
        assert again == tested


def test_what_a_cell_printed_stands_below_it_wherever_the_page_shows_it() -> None:
    text = '{{ cell a output="none" }}\n\nText\n\n{{ output a }}'
    made = nbformat.reads(jupyter.written(lesson_of(text, small_lab())), 4)
    _, code, behind = made.cells
    assert code.outputs[0].text == "1\n"
    assert behind.source == "Text"
    again = nbformat.reads(jupyter.written(lesson_of("{{ cell a }}\n\n{{ output a }}",
                                                     small_lab())), 4)  # fmt: skip
    assert again.cells[2].source == "```text\n1\n```"


def test_databricks_is_told_what_a_figure_shows(project: Project) -> None:
    source = databricks.read(databricks_source.written(of_showcase(project, "en")))
    assert [cell.language for cell in source[:2]] == ["md", "md"]
    text = "\n".join(cell.source for cell in source if cell.language == "md")
    assert "> Figure: A line" in text
    assert "svg" not in text


def test_a_diagram_is_drawn_in_jupyter_and_told_in_databricks() -> None:
    found = lesson_of("```mermaid\nflowchart\n  accDescr: Two boxes\n  a --> b\n```", small_lab())
    assert "```mermaid" in jupyter.written(found)
    assert "# MAGIC > Diagram: Two boxes" in databricks_source.written(found)


def test_what_is_expected_to_raise_does_not_stop_the_notebook() -> None:
    lab = small_lab()
    (cell,) = lab.notebook.cells
    raising = replace(cell, tags=frozenset({"raises-exception", "volatile"}))
    lab = replace(lab, notebook=replace(lab.notebook, cells=(raising,)))
    (code,) = [cell for cell in json.loads(jupyter.written(lesson_of("{{ cell a }}", lab)))["cells"]
               if cell["cell_type"] == "code"]  # fmt: skip
    assert code["metadata"] == {"name": "a", "tags": ["raises-exception"]}


def test_headings_begin_cells() -> None:
    found = pieces("a\n\n## B {#b}\n\nb\n\n{{ cell a }}\n\n### C {#c}\n\n## D {#d}")
    texts = [it for it in piece.cells(found, lambda _: "") if isinstance(it, str)]
    assert texts == ["a", "## B\n\nb", "### C", "## D"]


_SIGNS = st.sampled_from(
    ["\t", "\\", "*", "_", "[a]", "]", "<", "`", "&", "&amp;", "~", "~~", "  ", "\n\n", "!", "a\n",
     "-", "#", "中", "1.", "12) ", ">", "|", "$", "\0", "\n", "- ", "+ ", "=", "***",
     "<div>", "\u3000"]
)  # fmt: skip


@few
@given(st.lists(_SIGNS | any_text, max_size=6).map("".join), st.booleans())
def test_plain_text_is_written_as_mdformat_writes_it(said: str, before_link: bool) -> None:  # noqa: FBT001 drawn
    link = commonmark.linked([commonmark.text("b")], "c") if before_link else []
    tokens = commonmark.paragraph([commonmark.text(said), *link])
    extensions = [PARSER_EXTENSIONS["gfm"], PARSER_EXTENSIONS["tables"]]
    options = {"mdformat": {}, "parser_extension": extensions}
    try:
        theirs = MDRenderer().render(tokens, options, {}, finalize=False)
    except AssertionError:  # a null character, which no parser lets through
        return
    assert commonmark.written(tokens) == theirs


_SAID = st.sampled_from(
    ["a", "中", "。", "「", "a b", "*", "_", "**", "`", "(a)", "1", " ", "é", "!", "-", "a*", "_b_"]
)
_MARKED = st.tuples(_SAID, st.sampled_from(["em", "strong"]))


@few
@given(st.lists(_SAID | _MARKED | _SAID.map(lambda it: (it, "code")), min_size=1, max_size=6))
def test_emphasis_is_read_where_it_was_written(said: Sequence[str | tuple[str, str]]) -> None:
    tokens: list[Token] = []
    for each in said:
        if isinstance(each, str):
            tokens.append(commonmark.text(each))
        elif each[1] == "code":
            code = Token("code_inline", "code", 0, content=each[0], markup="`")
            tokens += [commonmark.text(" "), code, commonmark.text(" ")]
        else:
            tokens += commonmark.emphasised([commonmark.text(each[0])], each[1])
    html = MARKDOWN.render(commonmark.written(commonmark.paragraph(tokens)))
    wanted = [(kind, text.strip()) for text, kind in (it for it in said if isinstance(it, tuple))]
    read = re.findall(r"<(em|strong|code)>(.*?)</\1>", html)
    assert [(kind, unescape(text).strip()) for kind, text in read] == wanted
