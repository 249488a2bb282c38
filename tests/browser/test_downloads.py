"""Labs taken away by a reader: links, real downloads, and what is in all the site's files."""

import io
import re
import zipfile
from collections import Counter
from pathlib import Path

import jupytext
import nbformat
import pytest
from markdown_it import MarkdownIt
from playwright.sync_api import Page, expect

from lockstep.disk.project import Project
from lockstep.notebooks import program
from tests import databricks
from tests.browser.chromium import PHONE, WIDE, Reader
from tests.browser.site import LANGUAGES, PROJECT, Language
from tests.page import open_page, read

pytestmark = pytest.mark.browser

LAB = "labs/torch-distributor/"
LABS = sorted(path.stem for path in (PROJECT / "docs/en/labs").glob("*.md"))
LEFT_OVER = re.compile(
    r"\*\*|\{#|\{:|\{\{|^!!!|^\?\?\?|^===|\[\^|```lockstep|markdown=", re.MULTILINE
)
"""What only the site's own Markdown reads, or Markdown that was not read."""


def download(page: Page, name: str) -> bytes:
    """Follow a link of the lab's header by keyboard; return what the browser saved."""
    link = page.locator(".lockstep-downloads a", has_text=name)
    link.focus()
    with page.expect_download() as saved:
        page.keyboard.press("Enter")
    return Path(saved.value.path()).read_bytes()


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_a_lab_is_taken_away_in_its_language(near_reader: Reader, language: Language) -> None:
    page = near_reader.open(language.folder + LAB)
    notebook = nbformat.reads(download(page, "Jupyter").decode(), 4)
    nbformat.validate(notebook)
    title = str(page.locator("h1").first.text_content())
    assert notebook.cells[0].source.startswith(f"# {title.removesuffix('¶').strip()}\n")
    assert notebook.metadata.lockstep.language == language.code
    source = databricks.read(download(page, "Databricks").decode())
    assert source[0].source == notebook.cells[0].source.replace(source_remark(notebook), "")
    kit = page.locator(".lockstep-downloads a[href$='.zip']").inner_text()
    with zipfile.ZipFile(io.BytesIO(download(page, kit))) as archive:
        assert "torch-distributor/torch-distributor.ipynb" in archive.namelist()
        told = archive.read("torch-distributor/README.md").decode()
    assert title.removesuffix("¶").strip() in told


def source_remark(notebook: nbformat.NotebookNode) -> str:
    """Return the paragraph about outputs, which only a Jupyter notebook has."""
    paragraphs = str(notebook.cells[0].source).split("\n\n")
    return f"{paragraphs[3]}\n\n"


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_home_offers_all_labs_of_the_language(near_reader: Reader, language: Language) -> None:
    page = near_reader.open(language.folder)
    link = page.locator(".lockstep-downloads a")
    with page.expect_download() as saved:
        link.click()
    assert saved.value.suggested_filename == f"labs-{language.code}.zip"
    with zipfile.ZipFile(saved.value.path()) as archive:
        names = [Path(name).name for name in archive.namelist()]
        assert sorted(f"{name}.ipynb" for name in LABS) == sorted(
            name for name in names if name.endswith(".ipynb")
        )
        text = archive.read(f"labs-{language.code}/{LABS[0]}.ipynb").decode()
    assert nbformat.reads(text, 4).metadata.lockstep.language == language.code


@pytest.mark.parametrize("width", [PHONE, WIDE])
def test_links_are_named_sized_and_large_enough(near_reader: Reader, width: int) -> None:
    for language in LANGUAGES:
        page = near_reader.open(language.folder + LAB, width=width)
        links = page.locator(".lockstep-downloads a")
        expect(links).to_have_count(3)
        for each in links.all():
            box = each.bounding_box()
            assert box
            assert box["height"] >= 24
            assert box["x"] + box["width"] <= width
        expect(page.locator(".lockstep-downloads li").first).to_contain_text(
            re.compile(r"\.ipynb.*\d [kK]B")
        )


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_every_file_holds_the_tested_program(site: Path, language: Language) -> None:
    """Read by other tools, and written by jupytext and read once more."""
    labs = Project.open(PROJECT / "mkdocs.yml").site().labs
    for name in LABS:
        tested = [program.code_tokens(cell.source) for cell in labs[name].notebook.shown]
        base = site / "downloads" / language.code / name
        text = base.with_suffix(".ipynb").read_text("utf-8")
        nbformat.validate(nbformat.reads(text, 4))
        script = jupytext.writes(jupytext.reads(text, fmt="ipynb"), fmt="py:percent")
        source = databricks.read(base.with_suffix(".py").read_text("utf-8"))
        for cells in (
            [it.source for it in nbformat.reads(text, 4).cells if it.cell_type == "code"],
            [it.source for it in jupytext.reads(script, fmt="py:percent").cells
             if it.cell_type == "code"],
            [it.source for it in source if it.language == "python"],
        ):  # fmt: skip
            assert [program.code_tokens(cell) for cell in cells] == tested


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_every_notebook_says_what_its_page_says(site: Path, language: Language) -> None:
    """CommonMark makes of the text what the site's Markdown makes of the page."""
    markdown = MarkdownIt("commonmark").enable("table")
    for name in LABS:
        path = site / "downloads" / language.code / f"{name}.ipynb"
        cells = nbformat.reads(path.read_text("utf-8"), 4).cells
        sources = [cell.source for cell in cells if cell.cell_type == "markdown"]
        article = open_page(site, f"{language.folder}labs/{name}/").one("article")
        rendered = "\n".join(map(markdown.render, sources))
        notebook = read(rendered)
        outside_code = re.sub(r"(?s)<(code|pre)\b.*?</\1>", "", rendered)
        assert LEFT_OVER.search(outside_code) is None
        # A page makes heads of the first cells of rows that have none above them.
        for tags in (["strong"], ["h2"], ["h3"], ["th", "td"]):
            there, here = (
                Counter(words(it.text) for tag in tags for it in part.all(tag))
                for part in (notebook, article)
            )
            assert not here - there, (name, tags)
        header = article.one(".lockstep-run").all("li")
        items = [first_line(it.text) for it in article.all("li") if it not in header]
        text = words(notebook.text)
        assert [it for it in items if words(it) not in text] == [], name


def first_line(text: str) -> str:
    return text.strip().split("\n")[0]


def words(text: str) -> str:
    """Return text without blanks and what pages add to it: links to sections, backward links."""
    return re.sub(r"[\s¶↩\u2060\u00a0]", "", text)
