"""The lab's page as a learner meets it: the engine's blocks inside the theme, in every language."""

import io
import re
import tokenize

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import PHONE, WIDE, Reader, draw
from tests.browser.site import LANGUAGES, Language

pytestmark = pytest.mark.browser

LAB = "labs/train-deep-learning-model/"
CELLS = """cells => cells.map(
  cell => [cell.dataset.cell, cell.querySelector(".highlight code").textContent]
)"""


def cells(page: Page) -> list[tuple[str, str]]:
    """Return name and code of each cell that the page shows, in order."""
    return [(name, code) for name, code in page.locator(".lockstep-cell").evaluate_all(CELLS)]


def program(code: str) -> list[str]:
    """Return the tokens of code, without comments and layout."""
    left_out = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
    tokens = tokenize.generate_tokens(io.StringIO(code).readline)
    return [token.string for token in tokens if token.type not in left_out]


def test_every_language_shows_the_same_program(near_reader: Reader) -> None:
    shown = []
    for language in LANGUAGES:
        page = near_reader.open(language.folder + LAB)
        shown.append([(name, program(code)) for name, code in cells(page)])
    assert shown[0]
    assert shown[0] == shown[1] == shown[2]


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_the_page_says_what_it_was_run_with_and_shows_no_mark(
    near_reader: Reader, language: Language
) -> None:
    page = near_reader.open(language.folder + LAB)
    provenance = page.locator(".lockstep-run .lockstep-provenance")
    expect(provenance).to_contain_text("Horovod")
    expect(provenance).to_contain_text("Databricks")
    expect(page.locator(".lockstep-mark")).to_have_count(0)
    assert "{{" not in page.locator("article").inner_text()


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_copying_a_cell_gives_its_code_and_nothing_else(
    near_reader: Reader, language: Language
) -> None:
    page = near_reader.open(language.folder + LAB)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown = cells(page)
    expect(page.locator(".lockstep-cell .highlight button")).to_have_count(len(shown))
    expect(page.locator(":is(.lockstep-output, .lockstep-result) button")).to_have_count(0)
    assert page.locator(".lockstep-output .lockstep-text").count()
    for name, code in (shown[0], shown[-1]):
        page.locator(f"#cell-{name} .highlight button").click()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.rstrip("\n") == code.rstrip("\n"), name


@pytest.mark.parametrize("width", [PHONE, WIDE])
def test_figures_fit_and_are_described(near_reader: Reader, width: int) -> None:
    for language in LANGUAGES:
        page = near_reader.open(language.folder + LAB, width=width)
        figure = page.locator(".lockstep-figure img").first
        expect(figure).to_have_attribute("alt", re.compile(r"\w"))
        assert figure.evaluate("each => each.clientWidth <= innerWidth && each.naturalWidth > 0")


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_diagrams_of_the_lab_are_drawn(near_reader: Reader, language: Language) -> None:
    page = draw(near_reader.open(language.folder + LAB))
    drawings = page.locator("figure.lockstep-drawing svg")
    expect(drawings.first).to_be_visible()
    expect(drawings).to_have_count(page.locator(".lockstep-diagram").count())
    expect(page.locator(".lockstep-diagram:visible")).to_have_count(0)
