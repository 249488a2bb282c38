"""What holds for every page of the site, in every language."""

from collections import Counter
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import pytest
from playwright.sync_api import Page

from tests.browser.chromium import PHONE, WIDE, Reader, settle
from tests.browser.site import LANGUAGES, Language, language_of, pages

pytestmark = pytest.mark.browser

TOO_WIDE = """() => {
  const room = document.documentElement.clientWidth;
  return document.documentElement.scrollWidth > room || document.body.scrollWidth > room;
}"""


def test_every_language_has_the_same_pages(site: Path) -> None:
    found = {language.code: set[str]() for language in LANGUAGES}
    for path in pages(site):
        language = language_of(path)
        found[language.code].add(path.removeprefix(language.folder))
    assert "" in found["en"]
    assert "labs/train-deep-learning-model/" in found["en"]
    assert found["en"] == found["zh"] == found["ja"]


def test_no_page_asks_a_third_party_or_complains(reader: Reader, site: Path) -> None:
    """The fixture holds each page that is opened here to it, at both addresses."""
    for path in pages(site):
        language = language_of(path)
        page = settle(reader.open(path))
        assert page.locator("html").get_attribute("lang") == language.tag, path
        assert page.title(), path
        assert page.locator("h1").count() == 1, path


def test_links_lead_somewhere_at_both_addresses(reader: Reader, site: Path) -> None:
    page = reader.open()
    wanted: dict[str, set[str]] = {}
    for path in pages(site):
        here = reader.address + path
        page.goto(here)
        for target in page.locator("a[href]").evaluate_all("links => links.map(a => a.href)"):
            address, anchor = urldefrag(urljoin(here, target))
            if address.startswith(reader.address):
                wanted.setdefault(address, set()).add(anchor)
            else:
                assert not address.startswith("http://127.0.0.1"), (
                    f"{path} leaves the site: {target}"
                )
    for address, anchors in sorted(wanted.items()):
        answer = page.goto(address)
        assert answer is not None
        assert answer.ok, address
        for anchor in anchors - {""}:
            assert page.locator(f"[id='{anchor}']").count() == 1, f"{address}#{anchor}"


@pytest.mark.parametrize("width", [PHONE, WIDE])
def test_no_page_scrolls_sideways(near_reader: Reader, site: Path, width: int) -> None:
    for path in pages(site):
        page = settle(near_reader.open(path, width=width))
        assert not page.evaluate(TOO_WIDE), f"{path} is wider than {width} pixels"


def fonts_of_text(page: Page) -> Counter[str]:
    """Return how many glyphs of the page's own text each font family drew."""
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    query = {"nodeId": root, "selector": "article :is(h1, h2, h3, p, li, strong, code span)"}
    glyphs: Counter[str] = Counter()
    for node in session.send("DOM.querySelectorAll", query)["nodeIds"]:
        answer = session.send("CSS.getPlatformFontsForNode", {"nodeId": node})
        for font in answer["fonts"]:
            glyphs[font["familyName"]] += font["glyphCount"]
    return glyphs


@pytest.mark.parametrize("language", LANGUAGES[1:], ids=lambda language: language.code)
def test_chinese_and_japanese_are_set_in_their_own_fonts(
    near_reader: Reader, site: Path, language: Language
) -> None:
    """Han characters are one block in Unicode: the wrong font draws foreign shapes."""
    read = 0
    for path in pages(site):
        if language_of(path) is not language:
            continue
        page = near_reader.open(path)
        if page.locator("article[lang]").count():
            continue  # English text that stands in for a page not yet translated
        families = {family for family in fonts_of_text(page) if "CJK" in family}
        assert families, f"{path} has no glyph of a CJK font"
        assert all(language.font in family for family in families), (path, families)
        read += 1
    assert read, f"no page in {language.code}"
