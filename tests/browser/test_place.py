"""The reader's place: taken along to another language, and where the site's address leads."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import PHONE, WIDE, Reader, settle
from tests.browser.site import LANGUAGES, Language
from tests.browser.test_languages import LAB, switch

pytestmark = pytest.mark.browser

ENGLISH, CHINESE, JAPANESE = LANGUAGES
TOP_OF = "mark => mark.getBoundingClientRect().top"
PLACED = """async ([selector, share]) => {
  const mark = document.querySelector(selector);
  // What comes near is laid out, and then is as high as it is.
  for (let frame = 0; frame < 6; frame += 1) {
    const box = mark.getBoundingClientRect();
    const top = scrollY + box.top + share * box.height - innerHeight / 4;
    scrollTo({ top, behavior: "instant" });
    await new Promise(requestAnimationFrame);
  }
}"""
SEEN = """selector => {
  const box = document.querySelector(selector).getBoundingClientRect();
  return (innerHeight / 4 - box.top) / box.height;
}"""


def share_of(page: Page, selector: str) -> float:
    """Return how far into an element the line is at which a reader reads: 0 to 1 within it."""
    return float(page.evaluate(SEEN, selector))


@pytest.mark.parametrize("width", [PHONE, WIDE])
@pytest.mark.parametrize(
    "selector", ["#cell-load-penguins", "#cell-define-distributed-training"], ids=["high", "low"]
)
def test_the_switcher_takes_the_place_along(reader: Reader, width: int, selector: str) -> None:
    """In the middle of a long cell, whose text above is of another length in each language."""
    page = settle(reader.open(LAB, width=width))
    page.evaluate(PLACED, [selector, 0.5])
    before = share_of(page, selector)
    assert 0.4 < before < 0.6
    for language in [CHINESE, JAPANESE, ENGLISH]:
        switch(page, language)
        settle(page)
        page.wait_for_timeout(700)  # diagrams above the place are drawn meanwhile
        assert abs(share_of(page, selector) - before) < 0.1, language.code
        assert page.url.startswith(reader.address + language.folder + LAB)


def test_a_place_in_the_text_is_kept_by_its_share_of_the_section(near_reader: Reader) -> None:
    page = settle(near_reader.open(LAB))
    heading, following = "h2#train-loop, h2#before-you-start", "#own-machine"
    page.evaluate(PLACED, [heading, 6])
    tops = []
    for language in (ENGLISH, CHINESE, JAPANESE):
        if language is not ENGLISH:
            switch(page, language)
            settle(page).wait_for_timeout(500)
        top, end = (page.locator(it).first.evaluate(TOP_OF) for it in (heading, following))
        assert top < page.evaluate("innerHeight / 4") < end, language.code
        tops.append((page.evaluate("innerHeight / 4") - top) / (end - top))
    assert max(tops) - min(tops) < 0.05


def test_who_reads_the_beginning_arrives_at_the_beginning(near_reader: Reader) -> None:
    page = near_reader.open(LAB)
    switch(page, CHINESE)
    assert page.evaluate("scrollY") == 0
    assert page.url == f"{near_reader.address}zh/{LAB}"


def test_a_place_is_taken_along_once(near_reader: Reader) -> None:
    page = settle(near_reader.open(LAB))
    page.evaluate(PLACED, ["#cell-load-penguins", 0.5])
    switch(page, CHINESE)
    page.wait_for_function("scrollY > 1000")
    page.goto(near_reader.address + "ja/")
    settle(page).goto(f"{near_reader.address}zh/{LAB}")
    settle(page).wait_for_timeout(300)
    assert page.evaluate("scrollY") == 0


def test_the_place_is_left_alone_once_the_reader_scrolls(near_reader: Reader) -> None:
    page = settle(near_reader.open(LAB))
    page.evaluate(PLACED, ["#cell-load-penguins", 0.5])
    switch(page, CHINESE)
    settle(page)
    page.mouse.move(600, 500)
    page.mouse.wheel(0, -2000)
    page.wait_for_timeout(300)
    before = page.evaluate("scrollY")
    page.evaluate("document.querySelector('article').append('x'.repeat(9))")
    page.evaluate("document.querySelector('article').style.paddingBottom = '500px'")
    page.wait_for_timeout(300)
    assert page.evaluate("scrollY") == before


def test_the_section_is_kept_where_nothing_can_be_stored(near_reader: Reader) -> None:
    page = near_reader.open(LAB)
    page.add_init_script("delete Storage.prototype.setItem; Storage.prototype.setItem = null;")
    page.reload()
    page.evaluate(PLACED, ["#cell-load-penguins", 0.5])
    switch(page, CHINESE)
    assert page.url.endswith(f"/zh/{LAB}#load-rows")
    expect(page.locator("#load-rows")).to_be_in_viewport()


# The site's own address.


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("zh-CN", CHINESE), ("zh-TW", CHINESE), ("ja-JP", JAPANESE), ("ja", JAPANESE),
        ("en-GB", ENGLISH), ("fr-FR", ENGLISH),
    ],
)  # fmt: skip
def test_a_first_visit_leads_to_the_language_of_the_browser(
    reader: Reader, locale: str, language: Language
) -> None:
    page = reader.open("?from=mail#how", locale=locale)
    page.wait_for_url(f"{reader.address}{language.folder}?from=mail#how")
    expect(page.locator("html")).to_have_attribute("lang", language.tag)
    expect(page.locator("#how")).to_be_in_viewport()


def test_a_second_visit_stays(reader: Reader) -> None:
    page = reader.open(locale="zh-CN")
    page.wait_for_url(f"{reader.address}zh/")
    page.goto(reader.address)
    assert page.url == reader.address
    page.reload()
    assert page.url == reader.address


def test_going_back_does_not_lead_in_circles(near_reader: Reader) -> None:
    page = near_reader.open("glossary/", locale="zh-CN")
    page.goto(near_reader.address)
    page.wait_for_url(f"{near_reader.address}zh/")
    page.go_back()
    assert page.url == f"{near_reader.address}glossary/"


def test_who_chooses_english_stays_in_english(reader: Reader) -> None:
    page = reader.open(locale="ja-JP")
    page.wait_for_url(f"{reader.address}ja/")
    switch(page, ENGLISH)
    assert page.url == reader.address
    for _ in range(2):
        page.goto(reader.address)
        assert page.url == reader.address


def test_a_choice_wins_over_the_browser(reader: Reader) -> None:
    page = reader.open(LAB, locale="en-US")
    switch(page, JAPANESE)
    page.goto(reader.address)
    page.wait_for_url(f"{reader.address}ja/")
    switch(page, ENGLISH)
    page.goto(reader.address)
    assert page.url == reader.address


def test_a_link_from_the_site_wins(reader: Reader) -> None:
    """Whoever reads an English page and goes to its home page has asked for English."""
    page = reader.open(LAB, locale="zh-CN")
    with page.expect_navigation():
        page.locator("a.md-logo").first.click()
    assert page.url == reader.address
    page.reload()
    assert page.url == reader.address


def test_other_pages_lead_nowhere(reader: Reader) -> None:
    for path in (LAB, "glossary/", "ja/"):
        page = settle(reader.open(path, locale="zh-CN"))
        assert page.url == reader.address + path


def test_without_scripts_or_memory_the_address_is_english(near_reader: Reader) -> None:
    page = near_reader.open(scripts=False, locale="zh-CN")
    assert page.url == near_reader.address
    expect(page.locator(".md-select__link[hreflang=zh]")).to_have_attribute("href", "zh/")
    page = near_reader.open(LAB, locale="zh-CN")
    page.add_init_script("Storage.prototype.setItem = () => { throw new Error('full'); };")
    page.goto(near_reader.address)
    assert page.url == near_reader.address


def test_two_sites_on_one_host_remember_each_for_itself(near_reader: Reader, origin: str) -> None:
    page = near_reader.open(LAB)
    switch(page, JAPANESE)
    page.goto(f"{origin}/labs-site/")
    assert page.url == f"{origin}/labs-site/"
    page.goto(f"{origin}/")
    page.wait_for_url(f"{origin}/ja/")
