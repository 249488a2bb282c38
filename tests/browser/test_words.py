"""Every word around the text is in the reader's language, on every type of page.

What a page of a language says around its text is held against what the English page says there:
nothing may be the same but names. Text is what authors write; `test_pages` looks at that.
"""

import re

import pytest
from playwright.sync_api import Page

from tests.browser.chromium import PHONE, WIDE, Reader, settle
from tests.browser.site import LANGUAGES, Language

pytestmark = pytest.mark.browser

PAGES = [
    "",
    "labs/train-deep-learning-model/",
    "labs/torch-distributor/",
    "concepts/distributed-training/",
    "start/where-to-run/",
    "glossary/",
    "authors/write-a-lab/",
    "nothing/here/",
]
"""One of each type: home, labs, concepts, glossary, for authors, not found."""
NAMES = {"Lockstep", "English", "CC BY 4.0", "GitHub"}
"""What is called the same in every language."""
SAID = """() => {
  const ours = [
    ".headerlink", ".lockstep-run", ".lockstep-progress", ".lockstep-tick", ".lockstep-feedback",
    ".lockstep-reason", ".lockstep-notice", ".lockstep-card dl", ".lockstep-card-open", "summary",
    ".md-code__nav", ".lockstep-not-found > section:first-of-type",
  ].join();
  const text = "article, .md-nav--secondary .md-nav__list, script, style, noscript, template";
  const isWord = (element) => element.closest(ours) || !element.closest(text);
  const said = [document.title.split(" - ")[0]];
  for (const element of document.querySelectorAll("body, body *")) {
    if (!isWord(element)) continue;
    for (const name of ["aria-label", "title", "placeholder", "alt"]) {
      said.push(element.getAttribute(name) ?? "");
    }
    for (const node of element.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) said.push(node.textContent);
    }
  }
  return said;
}"""


def said(page: Page) -> set[str]:
    """Return what a page says around its text that holds a word in Latin letters."""
    found = (" ".join(text.split()) for text in page.evaluate(SAID))
    return {text for text in found if re.search(r"[A-Za-z]{2}", text)}


def used(reader: Reader, path: str, width: int) -> set[str]:
    """Open a page, use what is on it, and return what it says then."""
    page = settle(reader.open(path, width=width))
    page.wait_for_timeout(300)  # the not-found page takes the language of its address
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for box in page.locator(".lockstep-tick > input").all()[:1]:
        box.check()
    for button in page.locator("article .highlight button").all()[:1]:
        button.click()
        page.locator(".md-dialog__inner", has_text=re.compile(r"\S")).wait_for()
    found = said(page)
    reader.complaints = [it for it in reader.complaints if "404" not in it]
    return found


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path or "home")
@pytest.mark.parametrize("width", [PHONE, WIDE])
def test_no_word_around_the_text_is_english(near_reader: Reader, path: str, width: int) -> None:
    english, *others = (used(near_reader, each.folder + path, width) for each in LANGUAGES)
    assert len(english) > 10
    for language, words in zip(LANGUAGES[1:], others, strict=True):
        assert words & english <= NAMES, f"{language.code}: {words & english - NAMES}"


@pytest.mark.parametrize("language", LANGUAGES[1:], ids=lambda language: language.code)
def test_what_scripts_say_is_in_the_language(near_reader: Reader, language: Language) -> None:
    """Material's scripts take their words from the page, some of them only in rare cases."""
    words = "() => JSON.parse(document.querySelector('#__config').textContent).translations"
    english = near_reader.open().evaluate(words)
    own = near_reader.open(language.folder).evaluate(words)
    assert english.keys() == own.keys()
    assert not {key for key in own if own[key] == english[key]}
