"""Going from one language to another, and what a reader meets at a wrong address."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import PHONE, WIDE, Reader
from tests.browser.site import LANGUAGES, PROJECT, Language

pytestmark = pytest.mark.browser

LAB = "labs/train-deep-learning-model/"


def switch(page: Page, language: Language) -> None:
    """Use the switcher as a reader does: open its list, press a name."""
    page.locator(".md-header .md-select > button").hover()
    page.locator(f".md-select__link[hreflang={language.code}]").click()
    # Not `expect_navigation`: the address changes while one reads, too.
    present = page.locator(f".md-select__link[hreflang={language.code}][aria-current]")
    present.wait_for(state="attached")
    page.wait_for_load_state("load")


@pytest.mark.parametrize("path", ["", LAB], ids=["home", "lab"])
def test_the_switcher_stays_on_the_page(reader: Reader, path: str) -> None:
    page = reader.open(path)
    for language in [*LANGUAGES[1:], LANGUAGES[0]]:
        switch(page, language)
        assert page.url == reader.address + language.folder + path
        expect(page.locator("html")).to_have_attribute("lang", language.tag)
        expect(page.locator(".md-select__link[aria-current]")).to_have_attribute(
            "hreflang", language.code
        )


@pytest.mark.parametrize("width", [PHONE, WIDE])
def test_the_switcher_stays_at_the_section(near_reader: Reader, width: int) -> None:
    page = near_reader.open(LAB, width=width)
    anchors = page.locator("article h2[id]").evaluate_all("all => all.map(each => each.id)")
    anchor = anchors[len(anchors) // 2]
    page.goto(f"{page.url}#{anchor}")
    for language in LANGUAGES[1:]:
        switch(page, language)
        assert page.url == f"{near_reader.address}{language.folder}{LAB}#{anchor}"
        expect(page.locator(f"#{anchor}")).to_be_in_viewport()


def test_the_switcher_works_without_scripts(near_reader: Reader) -> None:
    page = near_reader.open(LAB, scripts=False)
    switch(page, LANGUAGES[1])
    assert page.url == near_reader.address + LANGUAGES[1].folder + LAB


def test_sections_have_equal_anchors_in_every_language(near_reader: Reader) -> None:
    for path in ("", LAB):
        anchors = []
        for language in LANGUAGES:
            page = near_reader.open(language.folder + path)
            headings = page.locator("article :is(h1, h2, h3, h4)[id]")
            anchors.append(headings.evaluate_all("all => all.map(each => each.id)"))
        assert anchors[0], path
        assert anchors[0] == anchors[1] == anchors[2], path


def test_words_of_the_frame_are_in_the_language_of_the_page(near_reader: Reader) -> None:
    expected = {
        "en": ("Search", "Link to this section", "Labs"),
        "zh": ("搜索", "本节链接", "动手实验"),
        "ja": ("検索", "このセクションへのリンク", "ハンズオン ラボ"),
    }
    for language in LANGUAGES:
        page = near_reader.open(language.folder + LAB)
        search, permalink, labs = expected[language.code]
        query = page.locator("[data-md-component=search-query]")
        expect(query).to_have_attribute("placeholder", search)
        expect(page.locator("article h2 .headerlink").first).to_have_attribute("title", permalink)
        expect(page.locator(".md-tabs__item--active")).to_have_text(labs)


def test_home_leads_to_every_lab_and_says_what_it_takes(near_reader: Reader) -> None:
    labs = list((PROJECT / "docs/en/labs").glob("*.md"))
    pair = json.loads((PROJECT / "notebooks/train-deep-learning-model.ipynb").read_text("utf-8"))
    versions = pair["metadata"]["lockstep_recording"]["run"]["versions"]
    for language in LANGUAGES:
        page = near_reader.open(language.folder)
        expect(page.locator(".lockstep-card")).to_have_count(len(labs))
        card = page.locator(".lockstep-card", has=page.locator(f"a[href$='{LAB}']"))
        expect(card.locator("dd").first).to_contain_text("45")
        expect(card.locator("dd").last).to_contain_text(f"PyTorch {versions['torch']}")
        with page.expect_navigation():
            card.locator("h3 a").click()
        assert page.url == near_reader.address + language.folder + LAB


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_wrong_address_leads_to_every_home_page(
    near_reader: Reader, language: Language, *, scripts: bool
) -> None:
    page = near_reader.open(f"{language.folder}labs/nothing-here/", scripts=scripts)
    first = language if scripts else LANGUAGES[0]
    expect(page.locator("html")).to_have_attribute("lang", first.tag)
    sections = page.locator("article > section")
    expect(sections).to_have_count(len(LANGUAGES))
    expect(sections.first).to_have_attribute("lang", first.tag)
    assert page.title() == f"{sections.first.locator('h2').inner_text()} - Lockstep"
    for other in LANGUAGES:
        link = page.locator(f"article a[hreflang={other.code}]")
        assert link.evaluate("link => link.href") == near_reader.address + other.folder
    # The browser itself reports the 404 that was asked for; nothing else may be wrong.
    assert len(near_reader.complaints) == 1
    assert "404" in near_reader.complaints.pop()
