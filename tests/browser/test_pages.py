"""What holds for every page of the site, in every language."""

from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.chromium import PHONE, WIDE, Reader, restyle, settle
from tests.browser.site import LANGUAGES, PROJECT, SUB_PATH, Language, language_of, pages

pytestmark = pytest.mark.browser

WHOLE = "* { content-visibility: visible !important; }"
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


GUIDES = PROJECT / "docs" / "en"
ADDRESSES = [
    "" if path.name == "index.md" else f"{path.relative_to(GUIDES).with_suffix('').as_posix()}/"
    for path in sorted(GUIDES.rglob("*.md"))
]


def test_every_page_is_opened(site: Path) -> None:
    """By the next test, which goes by the guides, so that each page is a test of its own."""
    assert sorted(ADDRESSES) == [it for it in pages(site) if language_of(it) is LANGUAGES[0]]


@pytest.mark.parametrize(
    ("folder", "width"), [("/", WIDE), (SUB_PATH, PHONE)], ids=["root-wide", "sub-path-phone"]
)
@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address or "home")
def test_every_page_opens_whole(
    chromium: Browser, origin: str, address: str, folder: str, width: int
) -> None:
    """Nothing is asked of a third party, nothing complains, nothing is wider than the window."""
    reader = Reader(chromium, f"{origin}{folder}")
    for language in LANGUAGES:
        path = language.folder + address
        page = settle(reader.open(path, width=width))
        assert page.locator("html").get_attribute("lang") == language.tag, path
        assert page.title(), path
        assert page.locator("h1").count() == 1, path
        # All of it laid out, as it is once it was scrolled through.
        restyle(page, WHOLE)
        assert not page.evaluate(TOO_WIDE), f"{path} is wider than {width} pixels"
        reader.close()
        assert reader.foreign == [], path
        assert reader.complaints == [], path


class Linked(HTMLParser):
    """Where a page's links lead, and the places in it that links can lead to."""

    def __init__(self, html: str) -> None:
        """Read a page."""
        super().__init__()
        self.targets: list[str] = []
        self.anchors: Counter[str] = Counter()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a link, and an id."""
        for name, value in attrs:
            if name == "id" and value:
                self.anchors[value] += 1
            elif name == "href" and tag == "a" and value is not None:
                self.targets.append(value)


@pytest.mark.parametrize("folder", ["/", SUB_PATH], ids=["root", "sub-path"])
def test_links_lead_somewhere(site: Path, folder: str) -> None:
    root = f"http://site.test{folder}"
    linked = {path: Linked((site / path / "index.html").read_text("utf-8")) for path in pages(site)}
    followed = 0
    for path, page in linked.items():
        for target in page.targets:
            address, anchor = urldefrag(urljoin(root + path, target))
            if not address.startswith("http://site.test"):
                continue
            assert address.startswith(root), f"{path} leaves the site: {target}"
            place = unquote(address.removeprefix(root))
            if (site / place).is_file():
                continue  # to take away, or for programs
            there = linked.get(place)
            assert there is not None, f"{path} links to nothing: {target}"
            if anchor:
                assert there.anchors[unquote(anchor)] == 1, f"{path}: {target}"
            followed += 1
    assert followed > len(linked)


def fonts_of_text(page: Page) -> Counter[str]:
    """Return how many glyphs of the page's own text each font family drew."""
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    # What holds a word of another language, and says so, is set in two fonts.
    own = "article :is(h1, h2, h3, p, li, strong, code span):not(:has([lang]))"
    query = {"nodeId": root, "selector": own}
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
