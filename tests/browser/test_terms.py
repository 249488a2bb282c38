"""Terms at work: the definition where the reader points or tabs to, and the way to the glossary."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.chromium import PHONE, Reader
from tests.browser.site import LANGUAGES, Language
from tests.page import open_page

pytestmark = pytest.mark.browser

LAB = "labs/torch-distributor/"


def test_every_language_has_the_same_entries(site: Path) -> None:
    found = [
        [entry.all("dt")[0].attributes["id"] for entry in entries]
        for language in LANGUAGES
        for entries in [
            open_page(site, f"{language.folder}glossary").one(".lockstep-glossary").all("div")
        ]
    ]
    assert len(found[0]) == len(set(found[0])) >= 60
    assert sorted(found[0]) == sorted(found[1]) == sorted(found[2])


def first_term(reader: Reader, language: Language, **how: int) -> tuple[Page, Locator, str]:
    """Open a lab; return it, its first term, and the definition as the page carries it."""
    page = reader.open(language.folder + LAB, **how)  # type: ignore[arg-type]
    term = page.locator("article a.lockstep-term").first
    # The `title` is away while the tooltip shows.
    definition = str(term.get_attribute("title"))
    assert len(definition) > 5
    return page, term, definition


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_a_definition_shows_on_hover_and_on_focus(near_reader: Reader, language: Language) -> None:
    page, term, definition = first_term(near_reader, language)
    shown = page.locator(".lockstep-tooltip:visible")
    term.hover()
    expect(shown).to_have_text(definition)
    page.mouse.move(1, 1)
    expect(shown).to_have_count(0)
    term.focus()
    expect(shown).to_have_text(definition)
    described = term.get_attribute("aria-describedby")
    assert described
    expect(page.locator(f"[id='{described}']")).to_have_text(definition)
    page.keyboard.press("Escape")
    expect(shown).to_have_count(0)
    expect(term).to_have_attribute("title", definition)


def test_a_tap_on_a_phone_leads_to_the_entry(near_reader: Reader) -> None:
    page, term, definition = first_term(near_reader, LANGUAGES[1], width=PHONE)
    term.scroll_into_view_if_needed()
    box = term.bounding_box()
    assert box is not None
    touch = page.context.new_cdp_session(page)
    touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    with page.expect_navigation():
        touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(page).to_have_url(f"{near_reader.address}zh/glossary/#term-process")
    entry = page.locator(".lockstep-glossary > div", has=page.locator("#term-process"))
    expect(entry).to_contain_text(definition)
    expect(entry.locator("dt").first).to_be_in_viewport()
    # Not behind the header, which stays at the top.
    header = page.locator(".md-header").bounding_box()
    found = entry.locator("dt").first.bounding_box()
    assert header is not None
    assert found is not None
    assert found["y"] >= header["y"] + header["height"]


def test_the_search_finds_the_glossary(near_reader: Reader) -> None:
    page = near_reader.open()
    query = page.locator("[data-md-component=search-query]")
    query.click()
    query.fill("stratified split")
    query.press("End")
    hits = page.locator(".md-search-result__item > a.md-search-result__link")
    expect(hits.first).to_be_visible()
    targets = hits.evaluate_all("links => links.map(link => link.pathname)")
    assert "/glossary/" in targets
