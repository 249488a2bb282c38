"""Blocks in real pages: Python-Markdown with the site's own extensions, in every nesting."""

import base64
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown import Markdown
from mkdocs.utils.yaml import yaml_load

from lockstep.ground.language import Language, Words
from lockstep.ground.location import Location
from lockstep.ground.problem import Problem
from lockstep.guides import document
from lockstep.notebooks.fingerprint import Fingerprint
from lockstep.notebooks.lab import Lab
from lockstep.notebooks.notebook import Cell, Notebook
from lockstep.notebooks.output import Figure, Text, clean
from lockstep.notebooks.recording import Pair, Recording, Run
from lockstep.pages import injection, rendering
from lockstep.pages.block import (
    Block,
    CodeBlock,
    GlossaryBlock,
    MarkBlock,
    NotRunBlock,
    OutputBlock,
)
from lockstep.terms.glossary import Term
from tests import page
from tests.strategies import any_text, cells, few

ENGLISH = Language("en", "English")
WORDS = Words(ENGLISH)
PLACES = {
    "plain": "{}",
    "close-to-text": "text\n{}\ntext",
    "ordered-list": "1. x\n\n    {}\n\n2. y",
    "nested-list": "1. x\n\n    - y\n\n        {}",
    "admonition": "!!! note\n\n    {}",
    "details": '??? tip "Title"\n\n    {}',
    "tab": '=== "One"\n\n    {}\n\n=== "Two"\n\n    z',
    "quote": "> x\n>\n> {}\n>\n> y",
    "quote-alone": "> {}",
    "table": "| a |\n|---|\n| b |\n\n{}\n\n| c |\n|---|\n| d |",
    "footnote": "x[^1]\n\n[^1]: y\n\n    {}",
    "definition": "Term\n:   z\n\n    {}",
    "admonition-in-list": "1. x\n\n    !!! note\n\n        y\n\n        {}",
    "list-in-tab": '=== "One"\n\n    1. x\n\n        {}',
    "quote-in-list": "1. x\n\n    > y\n    >\n    > {}",
    "html": '<div markdown="1">\n\n{}\n\n</div>',
}
SOURCES = {
    "tabs": "if x:\n\ty = '\t'\n\tz",
    "blank-lines": 'x = """\n\n\n    a\n\n"""\n\n\ny',
    "leading-blanks": "  x\n    y",
    "backticks": "'```'\n'''\n```\n````\n~~~\n'''",
    "snippets": '"--8<-- \'mkdocs.yml\'"\n--8<-- "mkdocs.yml"',
    "emphasis": "a ***b*** _c_ [d](e) ![f](g) {#h} [^1]",
    "html": "x < y & z > '<script>alert(1)</script></code></pre>' &amp; &#60;",
    "directive": "'{{ cell a }} {{ value b }}'",
    "placeholders": "'wzxhzdk:0 klzzwxh:0001 amp \x02wzxhzdk:0\x03'",
    "long": "\n".join(f"x{n} = {n}  " for n in range(300)),
    "cjk": "# 注释。**粗体**\nx = '終　端'",
    "backslashes": "'\\\\ \\n \\* \\`'",
}


@cache
def configuration() -> tuple[list[str], Mapping[str, Any]]:
    """Return the Markdown extensions of the site, and what they are told."""
    text = (Path(__file__).parents[1] / "mkdocs.yml").read_text("utf-8")
    listed = yaml_load(text)["markdown_extensions"]
    pairs = [item if isinstance(item, dict) else {item: {}} for item in listed]
    options = {name: found or {} for pair in pairs for name, found in pair.items()}
    return ["toc", "tables", "fenced_code", *options], options


def convert(markdown: str, blocks: Mapping[str, Block]) -> page.Element:
    """Return a page as a browser sees it; every block must have been reached."""
    extensions, options = configuration()
    left = dict(blocks)
    fences = options["pymdownx.superfences"]["custom_fences"]
    told = {"custom_fences": [*fences, rendering.fence(left, lambda: WORDS)]}
    md = Markdown(
        extensions=extensions, extension_configs={**options, "pymdownx.superfences": told}
    )
    html = md.convert(markdown)
    assert left == {}
    return page.read(html)


def lab(cell: Cell, *outputs: Mapping[str, Any]) -> Lab:
    notebook = Notebook("lab", "notebooks/lab.py", "", (cell,))
    recording = Recording(Fingerprint(), Run("2026-11-20"), {}, {})
    pair = Pair("lab.ipynb", ((cell.key, cell.source),), {cell.key: outputs}, recording)
    return Lab(notebook, Fingerprint(), pair)


def shown(text: str, source: str, *outputs: Mapping[str, Any]) -> page.Element:
    cell = Cell("a", "a", source, Location("notebooks/lab.py", 8), 9)
    guide = document.read(f"before\n\n{text}\n\nafter", "guide.md")
    injected = injection.inject(guide, {"lab": lab(cell, *outputs)}, ENGLISH, "lab")
    assert injected.problems == ()
    found = convert(injected.markdown, injected.blocks)
    assert found.all("p")[0].text == "before"
    assert "after" in [paragraph.text for paragraph in found.all("p")]
    return found


def nested(place: str, directive: str) -> str:
    return PLACES[place].format(directive)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("place", PLACES)
def test_code_is_exact_everywhere(place: str, source: str) -> None:
    found = shown(nested(place, '{{ cell a hl="1" }}'), SOURCES[source])
    (block,) = found.all(".lockstep-cell")
    expected = SOURCES[source].translate(rendering.MARKERS)
    assert page.code_of(block) == expected
    assert [line.text for line in block.all(".hll")] == [expected.split("\n")[0] + "\n"]


@pytest.mark.parametrize("place", PLACES)
def test_output_is_exact_everywhere(place: str) -> None:
    left_out = {"cjk", "placeholders"}  # other characters are shown in their place
    said = "".join(f"{source}\n" for name, source in SOURCES.items() if name not in left_out)
    output = {"output_type": "stream", "name": "stdout", "text": f"\n{said}</samp></pre></div>\n"}
    found = shown(nested(place, "{{ output a }}"), "x", output)
    assert found.one(".lockstep-text").one("samp").text == f"\n{said}</samp></pre></div>"
    assert not found.all("script")


def test_many_blocks_keep_their_places() -> None:
    text = "\n\n".join(
        nested(place, '{{ cell a output="none" }}') for place in PLACES if place != "footnote"
    )
    found = shown(text, SOURCES["html"])
    blocks = found.all(".lockstep-cell")
    assert [page.code_of(block) for block in blocks] == [SOURCES["html"]] * (len(PLACES) - 1)
    assert [block.attributes.get("id") for block in blocks] == ["cell-a"] + [None] * (
        len(PLACES) - 2
    )


@pytest.mark.parametrize("place", sorted(set(PLACES) - {"footnote"}))
def test_no_paragraph_is_torn_by_a_block(place: str) -> None:
    found = shown(nested(place, "{{ cell a }}"), "x")
    assert not [paragraph for paragraph in found.all("p") if paragraph.all(".lockstep-cell")]
    assert all(paragraph.text.strip() for paragraph in found.all("p"))


@given(cells, any_text, st.sampled_from(sorted(PLACES)))
@few
def test_any_output_stays_in_its_block(source: str, text: str, place: str) -> None:
    output = {"output_type": "stream", "name": "stdout", "text": f"{text}x"}
    found = shown(nested(place, '{{ cell a output="open" }}'), source, output)
    assert page.code_of(found.one(".lockstep-cell")) == source
    assert found.one("samp").text == clean(f"{text}x")


def test_code_that_was_not_run_has_its_title() -> None:
    fence = '```{ .bash .not-run reason="setup" title="a <b>.sh" }'
    found = shown(f"1. x\n\n    {fence}\n    ls\n    ```", "x").one(".lockstep-not-run")
    assert found.one(".filename").text == "a <b>.sh"
    assert page.code_of(found) == "ls"


def highlight(source: str, language: str, options: Mapping[str, str]) -> str:
    return f"<code>{len(source)} {language} {options}</code>"


def test_the_search_sees_words_of_a_glossary_apart() -> None:
    forms = {"en": ("batch size", "rows at once", "Batch"), "ja": ("バッチ サイズ",)}
    term = Term(Location("g.yml", 1), "term-x", forms, {"en": "Rows together."})
    found = page.read(rendering.html(GlossaryBlock("en", (term, term)), WORDS, highlight))
    once = ["batch", "size", "rows", "at", "once", "バッチ", "サイズ", "Rows", "together."]
    assert found.text.split() == 2 * once
    assert all("data-search-exclude" in it.attributes for it in found.all(".lockstep-forms"))


def test_a_term_that_is_not_there_in_a_language_is_told_in_the_source_language() -> None:
    forms = {"en": ("rank",), "zh": ("rank id",)}
    term = Term(Location("g.yml", 1), "term-rank", forms, {"en": "A process.", "zh": "进程。"})
    entries = page.read(rendering.html(GlossaryBlock("ja", (term,)), WORDS, highlight)).one("dl")
    assert entries.one("div").attributes == {"lang": "en"}
    assert entries.text.split() == ["rank", "rank", "id", "A", "process."]
    chinese = page.read(rendering.html(GlossaryBlock("zh", (term,)), WORDS, highlight)).one("dl")
    assert chinese.one("div").attributes == {}


def test_what_comes_from_outside_is_escaped() -> None:
    evil = '"><script>alert(1)</script>'
    problem = Problem(Location(evil, 1), evil, f"`{evil}` {evil}")
    forms = {"en": (evil, f"also {evil[:-1]}x"), "zh": (f"zh {evil}",)}
    term = Term(problem.location, evil, forms, {"en": evil})
    blocks: list[Block] = [
        CodeBlock(evil, evil, "x", (), (Text(evil),), marks=(problem,)),
        OutputBlock(
            evil, evil, (Text(evil, error=True), Figure("image/png", b"x")), evil, (problem,)
        ),
        NotRunBlock("x", "bash", "azure"),
        MarkBlock(problem),
        GlossaryBlock("en", (term,)),
    ]
    for block in blocks:
        found = page.read(rendering.html(block, WORDS, highlight))
        assert not found.all("script")
        if not isinstance(block, NotRunBlock):
            assert evil in found.text or evil in found.one("img").attributes["alt"]


def test_figures_are_data() -> None:
    found = page.read(
        rendering.html(
            OutputBlock("l", "c", (Figure("image/svg+xml", b"<svg/>"),), "A line"), WORDS, highlight
        )
    )
    image = found.one("img").attributes
    assert image["alt"] == "A line"
    assert base64.b64decode(image["src"].removeprefix("data:image/svg+xml;base64,")) == b"<svg/>"


def header(meta: Mapping[str, Any], run: Run | None = None) -> str:
    recording = Recording(Fingerprint(), run, {}, {}) if run else None
    made = Lab(Notebook("lab", "lab.py", ""), Fingerprint(), Pair("lab.ipynb", recording=recording))
    return page.read(rendering.lab_header(meta, made, WORDS)).text


def test_a_lab_says_what_it_was_run_with() -> None:
    versions = {"torch": "2.13.0", "python": "3.11.7", "other": "1"}
    run = Run("2026-11-02", versions, cluster="local-cluster", executors=2, ranks=2)
    text = header({"duration": 45, "level": "beginner", "runs-on": ["laptop"]}, run)
    for part in ("45 minutes", "for beginners", "your own computer", "November 2, 2026"):
        assert part in text
    for part in ("Python 3.11.7", "PyTorch 2.13.0", "local-cluster", "not on Databricks"):
        assert part in text
    assert "executors: 2, ranks: 2" in text
    alone = header({}, Run("2026-11-02", versions))
    assert "Spark cluster" not in alone
    assert "not on Databricks" in alone
    assert header({}) == "Not yet run.\n"


@pytest.mark.parametrize("wrong", [None, [], {}, "x", 7, [[]], {"a": 1}, True])
def test_odd_front_matter_breaks_no_header(wrong: object) -> None:
    assert "Not yet run." in header({"duration": wrong, "level": wrong, "runs-on": wrong})
