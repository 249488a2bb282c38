"""Blocks of a guide as the theme shows them, on the sample pages, which hold one of each kind."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.chromium import PHONE, WIDE, Reader, draw
from tests.browser.site import LANGUAGES, Language

pytestmark = pytest.mark.browser

every_language = pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
STYLE = "(element, property) => getComputedStyle(element)[property]"


def blocks(reader: Reader, language: Language, **how: object) -> Page:
    """Open the page of blocks in a language."""
    return reader.open(f"{language.folder}blocks/", **how)  # type: ignore[arg-type]


def background(element: Locator) -> str:
    """Return the colour behind an element."""
    return str(element.evaluate(STYLE, "backgroundColor"))


@every_language
@pytest.mark.parametrize("width", [PHONE, WIDE])
def test_what_is_long_scrolls_inside_itself(
    samples_reader: Reader, language: Language, width: int
) -> None:
    page = blocks(samples_reader, language, width=width)
    draw(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    output = page.locator("#cell-train .lockstep-text").first
    assert output.evaluate("each => each.scrollHeight > each.clientHeight"), "height has no limit"
    if width == PHONE:
        assert output.evaluate("each => each.scrollWidth > each.clientWidth")
        code = page.locator("#cell-split-rows code").first
        assert code.evaluate("each => each.scrollWidth > each.clientWidth")


@every_language
def test_diagrams_are_drawn_and_drawn_again_in_other_colours(
    samples_reader: Reader, language: Language
) -> None:
    page = draw(blocks(samples_reader, language, scheme="light"))
    drawings = page.locator("figure.lockstep-drawing svg")
    expect(drawings).to_have_count(2)
    expect(page.locator(".lockstep-diagram:visible")).to_have_count(0)
    first_node = drawings.first.locator(".node rect").first
    light = first_node.evaluate(STYLE, "fill")
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    expect(first_node).not_to_have_css("fill", light)
    expect(drawings).to_have_count(2)


@pytest.mark.parametrize("language", LANGUAGES[1:], ids=lambda language: language.code)
def test_words_of_a_diagram_are_in_the_language_and_its_font(
    samples_reader: Reader, language: Language
) -> None:
    page = draw(blocks(samples_reader, language))
    label = page.locator("figure.lockstep-drawing .nodeLabel").first
    expect(label).to_be_visible()
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument", {"depth": -1})["root"]["nodeId"]
    query = {"nodeId": root, "selector": "figure.lockstep-drawing .nodeLabel p"}
    node = session.send("DOM.querySelector", query)["nodeId"]
    fonts = session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    assert any(language.font in font["familyName"] for font in fonts), fonts


def test_a_diagram_stays_readable_without_scripts(samples_reader: Reader) -> None:
    page = blocks(samples_reader, LANGUAGES[0], scripts=False)
    source = page.locator(".lockstep-diagram").first
    expect(source).to_be_visible()
    assert "Average the gradients" in source.inner_text()
    assert "\n" in source.inner_text(), "the source is one line"


def test_a_diagram_stays_readable_where_the_library_fails(samples_reader: Reader) -> None:
    page = samples_reader.open()
    page.route("**/mermaid.min.js", lambda route: route.fulfill(status=200, body="'none'"))
    page.goto(f"{samples_reader.address}blocks/", wait_until="networkidle")
    with page.expect_response("**/mermaid.min.js"):
        page.locator(".lockstep-diagram").first.scroll_into_view_if_needed()
    expect(page.locator(".lockstep-diagram").first).to_be_visible()
    expect(page.locator("figure.lockstep-drawing")).to_have_count(0)


def test_the_library_is_asked_for_where_a_diagram_is_only(samples_reader: Reader) -> None:
    asked: list[str] = []
    page = samples_reader.open()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(samples_reader.address, wait_until="networkidle")
    assert asked
    assert not any("mermaid" in url for url in asked)
    page.goto(f"{samples_reader.address}blocks/", wait_until="networkidle")
    draw(page)
    assert sum("mermaid" in url for url in asked) == 1


@every_language
def test_code_has_a_copy_button_and_output_has_none(
    samples_reader: Reader, language: Language
) -> None:
    page = blocks(samples_reader, language)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    expect(page.locator("article .highlight")).to_have_count(3)
    expect(page.locator("article .highlight button[data-clipboard-target]")).to_have_count(3)
    expect(page.locator(":is(.lockstep-output, .lockstep-result) button")).to_have_count(0)
    page.locator("#cell-train .highlight button").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.rstrip("\n") == "for epoch in range(40):\n    train(model, loader)"


def test_code_that_was_not_run_looks_different(samples_reader: Reader) -> None:
    page = blocks(samples_reader, LANGUAGES[0])
    run, not_run = page.locator("#cell-train"), page.locator(".lockstep-not-run")
    assert run.evaluate(STYLE, "borderTopStyle") == "solid"
    assert not_run.evaluate(STYLE, "borderTopStyle") == "dashed"
    expect(not_run.locator(".lockstep-reason")).to_be_visible()


def test_a_figure_keeps_its_white_ground_in_the_dark(samples_reader: Reader) -> None:
    for width in (PHONE, WIDE):
        page = blocks(samples_reader, LANGUAGES[0], width=width, scheme="dark")
        image = page.locator(".lockstep-figure img")
        assert background(image) == "rgb(255, 255, 255)"
        assert image.evaluate("each => each.naturalWidth > 0 && each.clientWidth <= innerWidth")


@every_language
def test_stress_is_slanted_only_in_latin(samples_reader: Reader, language: Language) -> None:
    page = blocks(samples_reader, language)
    stress = page.locator("article p em").first
    latin = language.code == "en"
    assert stress.evaluate(STYLE, "fontStyle") == ("italic" if latin else "normal")
    assert (stress.evaluate(STYLE, "textEmphasisStyle") == "none") == latin
    expect(page.locator("article p strong").first).to_be_visible()
    assert "**" not in page.locator("article").inner_text()


def test_print_unfolds_what_the_screen_folds(samples_reader: Reader) -> None:
    page = blocks(samples_reader, LANGUAGES[0], scheme="dark")
    for details in page.locator("details.lockstep-output").all():
        details.evaluate("each => { each.open = false; }")
    page.emulate_media(media="print", color_scheme="dark")
    output = page.locator("#cell-train .lockstep-text").first
    assert output.evaluate("each => each.getBoundingClientRect().height") > 0
    assert output.evaluate("each => each.scrollHeight <= each.clientHeight"), "cut off"
    expect(page.locator(".md-header")).to_be_hidden()
    assert background(page.locator("body")) in {"rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"}


def test_a_diagram_that_nobody_came_near_is_printed_in_words(near_reader: Reader) -> None:
    page = near_reader.open("zh/labs/torch-distributor/")
    page.emulate_media(media="print")
    diagram = page.locator(".lockstep-diagram:not([hidden])").first
    told = diagram.get_attribute("data-description")
    assert told
    assert told in diagram.inner_text(), "the description is in the source"
    sizes = """it => [getComputedStyle(it), getComputedStyle(it, "::before")].map(
      it => [parseFloat(it.fontSize), it.content])"""
    (source, _), (words, content) = diagram.evaluate(sizes)
    assert source == 0
    assert words > 10
    assert content == f'"{told}"'


def test_code_is_printed_in_the_same_ink_from_either_scheme(samples_reader: Reader) -> None:
    inks = []
    for scheme in ("light", "dark"):
        page = blocks(samples_reader, LANGUAGES[0], scheme=scheme)
        spans = page.locator("#cell-split-rows code span[class]")
        shown = spans.evaluate_all("all => all.map(it => getComputedStyle(it).color)")
        page.emulate_media(media="print", color_scheme=scheme)
        printed = spans.evaluate_all("all => all.map(it => getComputedStyle(it).color)")
        assert len(set(printed)) > 2
        inks.append((shown, printed))
    (light, on_paper), (dark, from_dark) = inks
    assert on_paper == from_dark
    assert light != dark
