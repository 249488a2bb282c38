"""Every kind of page, held to WCAG 2.2 AA by axe, and used with the keyboard alone."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.browser.chromium import PHONE, WIDE, Reader, draw, restyle
from tests.browser.site import LANGUAGES, Language

pytestmark = pytest.mark.browser

LAB = "labs/train-deep-learning-model/"
PAGES = ["", LAB, "concepts/distributed-training/", "glossary/", "status/", "authors/reference/"]
every_language = pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)


def unfold(page: Page) -> Page:
    """Open all that is folded."""
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    return page


def in_the_dark_on_a_phone(page: Page) -> None:
    """Make the window a phone's, and the system's colours dark."""
    page.set_viewport_size({"width": PHONE, "height": 800})
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.wait_for_function("document.body.dataset.mdColorScheme === 'slate'")


@every_language
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path or "home")
def test_nothing_keeps_a_reader_out(near_reader: Reader, language: Language, path: str) -> None:
    page = unfold(near_reader.open(language.folder + path))
    assert axe.violations(page) == []
    in_the_dark_on_a_phone(page)
    assert axe.violations(page) == []


@every_language
def test_every_kind_of_block_is_for_everyone(samples_reader: Reader, language: Language) -> None:
    """In each of the four: wide and narrow, light and dark."""
    page = draw(unfold(samples_reader.open(f"{language.folder}blocks/")))
    assert axe.violations(page) == []
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.wait_for_function("document.body.dataset.mdColorScheme === 'slate'")
    assert axe.violations(page) == []
    in_the_dark_on_a_phone(page)
    assert axe.violations(page) == []
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.wait_for_function("document.body.dataset.mdColorScheme === 'default'")
    assert axe.violations(page) == []


@every_language
def test_the_not_found_page_is_for_everyone(near_reader: Reader, language: Language) -> None:
    page = near_reader.open(f"{language.folder}nowhere/")
    assert axe.violations(page) == []
    in_the_dark_on_a_phone(page)
    assert axe.violations(page) == []
    near_reader.complaints = [it for it in near_reader.complaints if "404" not in it]


@every_language
def test_the_search_is_for_everyone(near_reader: Reader, language: Language) -> None:
    page = near_reader.open(language.folder)
    page.keyboard.press("/")
    page.keyboard.type(language.search)
    expect(page.locator(".md-search-result__item").first).to_be_visible()
    assert axe.violations(page) == []
    in_the_dark_on_a_phone(page)
    assert axe.violations(page) == []


def focused(page: Page) -> str:
    """Return what has the focus, as a selector would find it."""
    script = "(it => it.id || it.className || it.tagName)(document.activeElement)"
    return str(page.evaluate(script))


@every_language
def test_the_keyboard_reaches_everything(near_reader: Reader, language: Language) -> None:
    page = near_reader.open(language.folder + LAB, width=WIDE, height=700)
    page.keyboard.press("Tab")
    skip = page.locator("a.md-skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert page.url.endswith("#" + str(skip.get_attribute("href")).removeprefix("#"))
    reached: set[str] = set()
    last = page.locator("article #cell-load-penguins details summary")
    for _ in range(400):
        page.keyboard.press("Tab")
        reached.add(focused(page))
        if last.evaluate("it => it === document.activeElement"):
            break
    else:
        pytest.fail(f"the output of a cell was not reached; passed were {reached}")
    assert any("md-code__button" in it for it in reached)
    assert any("lockstep-code" in it for it in reached), "code wider than its place"
    output = page.locator("#cell-load-penguins details")
    was_open = output.evaluate("it => it.open")
    for expected in (not was_open, was_open):
        page.keyboard.press("Enter")
        assert output.evaluate("it => it.open") is expected


def test_the_keyboard_changes_tabs(samples_reader: Reader) -> None:
    page = samples_reader.open("blocks/")
    tabs = page.locator(".tabbed-set > input")
    tabs.first.focus()
    page.keyboard.press("ArrowRight")
    expect(tabs.nth(1)).to_be_checked()
    expect(page.locator(".tabbed-block").nth(1)).to_be_visible()


@pytest.mark.parametrize("width", [PHONE, WIDE])
def test_what_scrolls_has_the_focus_and_what_fits_has_not(
    samples_reader: Reader, width: int
) -> None:
    page = unfold(samples_reader.open("blocks/", width=width))
    restyle(page, axe.STILL)
    scrolls = """all => all.map(it => [
      it.scrollWidth > it.clientWidth || it.scrollHeight > it.clientHeight, it.tabIndex === 0,
    ])"""
    places = page.locator("article :is(.highlight code, .lockstep-text, .md-typeset__scrollwrap)")
    page.wait_for_timeout(300)
    found = places.evaluate_all(scrolls)
    assert len(found) > 6
    assert all(can == focusable for can, focusable in found), found
    assert any(can for can, _ in found)


def test_nothing_moves_for_those_who_do_not_want_it(near_reader: Reader) -> None:
    page = near_reader.open(LAB)
    moving = """() => [...document.querySelectorAll("*")].filter(it => {
      const style = getComputedStyle(it);
      const longest = Math.max(...`${style.transitionDuration},${style.animationDuration}`
        .split(",").map(Number.parseFloat));
      return longest > 0.01;
    }).map(it => it.className)"""
    assert page.evaluate(moving) == []
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
