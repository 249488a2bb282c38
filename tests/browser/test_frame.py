"""The frame around a page at work: colours, search, the drawer on a phone."""

from urllib.parse import urldefrag

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import PHONE, WIDE, Reader, Scheme
from tests.browser.site import LANGUAGES, Language

pytestmark = pytest.mark.browser

BRIGHTNESS = """() => {
  const [red, green, blue] = getComputedStyle(document.body).backgroundColor
    .match(/[0-9.]+/g).map(Number);
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}"""


def is_dark(page: Page) -> bool:
    """Return whether the page's ground is nearer to black than to white."""
    brightness: float = page.evaluate(BRIGHTNESS)
    assert brightness < 0.2 or brightness > 0.8, f"neither dark nor light: {brightness}"
    return brightness < 0.2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_follow_the_system_until_the_reader_chooses(
    near_reader: Reader, scheme: Scheme
) -> None:
    page = near_reader.open(scheme=scheme)
    assert is_dark(page) == (scheme == "dark")
    toggle = page.locator(".lockstep-colours label:visible")
    seen = []
    for _ in range(3):  # as the system, light, dark
        toggle.click()
        seen.append(is_dark(page))
    assert seen == [False, True, scheme == "dark"]


def test_the_choice_of_colours_holds_in_every_language(near_reader: Reader) -> None:
    page = near_reader.open(scheme="light")
    for _ in range(2):
        page.locator(".lockstep-colours label:visible").click()
    assert is_dark(page)
    for language in LANGUAGES:
        page.goto(near_reader.address + language.folder)
        assert is_dark(page), language.code


@pytest.mark.parametrize("width", [PHONE, WIDE])
@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_search_finds_a_page_that_holds_the_word(
    reader: Reader, language: Language, width: int
) -> None:
    page = reader.open(language.folder, width=width)
    if width == PHONE:
        page.locator("label.md-header__button[for=__search]").click()
    query = page.locator("[data-md-component=search-query]")
    query.click()
    query.fill(language.search)
    query.press("End")  # Material listens to keys, which an input method sends and `fill` does not
    hits = page.locator(".md-search-result__item > a.md-search-result__link")
    expect(hits.first).to_be_visible()
    target = hits.first.evaluate("link => link.href")
    page.goto(urldefrag(target).url)
    expect(page.locator("article")).to_contain_text(language.search)


def test_the_drawer_leads_to_the_lab_on_a_phone(near_reader: Reader) -> None:
    page = near_reader.open("zh/", width=PHONE)
    page.locator("label.md-header__button[for=__drawer]").click()
    page.locator(".md-nav--primary").get_by_text("动手实验").first.click()
    with page.expect_navigation():
        page.locator(".md-nav--primary a[href*='labs/train-deep-learning-model/']").click()
    assert page.url.endswith("/zh/labs/train-deep-learning-model/")
