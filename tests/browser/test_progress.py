"""Steps ticked by a reader: kept, in every language, and counted on the lab and on its card."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import site as sites
from tests.browser.chromium import PHONE, WIDE, Reader
from tests.browser.site import LANGUAGES, Language
from tests.browser.test_languages import LAB, switch
from tests.test_build import build, showcase

pytestmark = pytest.mark.browser

COUNT = {
    "en": "{done} of {total} steps done",
    "zh": "共 {total} 步，已完成 {done} 步",
    "ja": "全 {total} 手順のうち {done} 手順が完了",
}
REFUSED = r"""
  const { get } = Object.getOwnPropertyDescriptor(window, "localStorage");
  Object.defineProperty(window, "localStorage", {
    get() {
      // Material's own scripts do not reckon with it.
      if (/scripts\/(place|progress|first-visit)\.js/.test(new Error().stack)) {
        throw new DOMException("Access is denied", "SecurityError");
      }
      return get.call(window);
    },
  });
"""
every_language = pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)


def boxes(page: Page) -> Locator:
    """Return the boxes of a lab's steps."""
    return page.locator("article [data-step] .lockstep-tick > input")


def ticked(page: Page) -> list[str]:
    """Return the keys of the steps that are ticked, in order."""
    keys = "all => all.filter(it => it.checked).map(it => it.closest('[data-step]').dataset.step)"
    return list(boxes(page).evaluate_all(keys))


def told(language: Language, done: int, total: int) -> str:
    """Return what a reader is told."""
    return COUNT[language.code].format(done=done, total=total)


@every_language
@pytest.mark.parametrize("width", [PHONE, WIDE])
def test_ticks_survive_reload_and_count(reader: Reader, language: Language, width: int) -> None:
    page = reader.open(language.folder + LAB, width=width)
    total = boxes(page).count()
    assert total == page.locator("article [data-step]").count() > 50
    line = page.locator(".lockstep-progress")
    expect(line).to_contain_text(told(language, 0, total))
    expect(line.get_by_role("button")).to_be_hidden()
    for number in (0, 2, total - 1):
        boxes(page).nth(number).check()
    expect(line).to_contain_text(told(language, 3, total))
    before = ticked(page)
    assert len(before) == 3
    page.reload()
    assert ticked(page) == before
    expect(line).to_contain_text(told(language, 3, total))


def test_ticks_are_the_same_in_every_language_and_on_the_cards(reader: Reader) -> None:
    page = reader.open("zh/" + LAB)
    boxes(page).nth(1).check()
    boxes(page).nth(5).check()
    before = ticked(page)
    for language in (*LANGUAGES, LANGUAGES[1]):
        switch(page, language)
        assert ticked(page) == before
        total = boxes(page).count()
        page.goto(reader.address + language.folder)
        cards = page.locator(".lockstep-card", has=page.locator(".lockstep-progress:visible"))
        expect(cards).to_have_count(1)
        expect(cards.locator(f"a[href$='{LAB}']")).to_have_count(1)
        expect(cards.locator(".lockstep-progress")).to_have_text(told(language, 2, total))
        page.goto(reader.address + language.folder + LAB)


@every_language
def test_starting_over_can_be_undone(near_reader: Reader, language: Language) -> None:
    page = near_reader.open(language.folder + LAB)
    boxes(page).nth(0).check()
    boxes(page).nth(3).check()
    before = ticked(page)
    button = page.locator(".lockstep-progress button")
    names = [button.inner_text()]
    button.click()
    assert ticked(page) == []
    names.append(button.inner_text())
    expect(button).to_be_focused()
    button.click()
    assert ticked(page) == before
    assert button.inner_text() == names[0] != names[1]
    button.click()
    page.reload()
    assert ticked(page) == []
    expect(button).to_be_hidden()
    assert page.evaluate("Object.keys(localStorage).filter(it => it.includes('progress'))") == []


@every_language
def test_steps_are_ticked_by_keyboard_and_named(near_reader: Reader, language: Language) -> None:
    page = near_reader.open(language.folder + LAB)
    first = boxes(page).nth(0)
    page.locator("#own-machine .headerlink").focus()
    page.keyboard.press("Tab")
    expect(first).to_be_focused()
    page.keyboard.press("Space")
    expect(first).to_be_checked()
    names = {"en": "Step 1 done", "zh": "第 1 步已完成", "ja": "手順 1 を完了"}
    box = page.get_by_role("checkbox", name=names[language.code], exact=True).first
    expect(box).to_be_checked()
    said = page.locator(".lockstep-progress").get_by_role("status").inner_text()
    assert said == told(language, 1, boxes(page).count())
    size = page.locator(".lockstep-tick").first.bounding_box()
    assert size is not None
    assert min(size["width"], size["height"]) >= 24, "too small for a thumb"


def test_other_tabs_follow(near_reader: Reader) -> None:
    page = near_reader.open(LAB)
    other = page.context.new_page()
    other.goto(f"{near_reader.address}ja/{LAB}")
    boxes(page).nth(4).check()
    expect(boxes(other).nth(4)).to_be_checked()
    boxes(other).nth(6).check()
    expect(boxes(page).nth(6)).to_be_checked()
    assert ticked(page) == ticked(other)


@pytest.mark.parametrize("damaged", ["{", "7", "null", '{"a":1}', '[1,null,["x"]]', '"abc"', ""])
def test_what_is_stored_may_be_damaged(near_reader: Reader, damaged: str) -> None:
    page = near_reader.open(LAB)
    boxes(page).nth(0).check()
    entries = page.evaluate("Object.keys(localStorage).filter(it => it.includes(':progress:'))")
    assert len(entries) == 1
    page.evaluate("([key, text]) => localStorage.setItem(key, text)", [entries[0], damaged])
    page.goto(near_reader.address)
    expect(page.locator(".lockstep-progress:visible")).to_have_count(0)
    page.goto(near_reader.address + LAB)
    assert ticked(page) == []
    boxes(page).nth(1).check()
    page.reload()
    assert len(ticked(page)) == 1
    assert json.loads(page.evaluate("key => localStorage[key]", entries[0])) == ticked(page)


def test_where_nothing_is_kept_there_is_nothing_to_tick(near_reader: Reader) -> None:
    page = near_reader.open(LAB)
    page.add_init_script(REFUSED)
    for path in (LAB, ""):
        page.goto(near_reader.address + path)
        expect(boxes(page)).to_have_count(0)
        expect(page.locator(".lockstep-progress:visible")).to_have_count(0)
    page = near_reader.open(LAB, scripts=False)
    expect(page.locator(".lockstep-tick")).to_have_count(0)
    expect(page.locator(".lockstep-progress:visible")).to_have_count(0)


def test_only_labs_have_steps_to_tick(near_reader: Reader) -> None:
    for path in ("", "glossary/", "authors/write-a-lab/", "concepts/distributed-training/"):
        page = near_reader.open(path)
        expect(page.locator("[data-step], .lockstep-tick")).to_have_count(0)


def test_a_handout_has_empty_boxes(near_reader: Reader) -> None:
    page = near_reader.open(LAB)
    empty, full = boxes(page).nth(1), boxes(page).nth(0)
    full.check()
    page.emulate_media(media="print")
    look = (
        "each => { const s = getComputedStyle(each); return [s.backgroundColor, s.borderColor]; }"
    )
    mark = "each => getComputedStyle(each, '::after').display"
    assert full.evaluate(look)[1] == empty.evaluate(look)[1]
    assert full.evaluate(look)[0] == "rgba(0, 0, 0, 0)"
    assert full.evaluate(mark) == "none"
    expect(page.locator(".lockstep-progress")).to_be_hidden()


# A site that is built again.

STEPS = {
    "en": ["Open the door.", "Switch on the light:", "Find the switch.", "Press it.", "Sit down."],
    "zh": ["打开门。", "开灯。", "找到开关。", "按下。", "坐下。"],
    "ja": ["ドアを開ける。", "明かりをつける。", "スイッチを探す。", "押す。", "座る。"],
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a small project, whose lab begins with nested steps."""
    root = tmp_path_factory.mktemp("rebuilt") / "project"
    showcase(root)
    write(root)
    return root


def write(root: Path, before: str = "", ending: str = "") -> None:
    """Write the guides, with something before the first step and at the end of the fourth."""
    rest = (root / "docs/zh/labs/show-all.md").read_text("utf-8").partition("## Code {#code}")[2]
    head = "---\ntitle: Room\nnotebook: show-all\n---\n\n## Room {#room}\n\n"
    for code, (door, light, find, press, sit) in STEPS.items():
        steps = (
            f"{before}1. {door}\n2. {light}\n\n    1. {find}\n    2. {press}{ending}\n\n3. {sit}\n"
        )
        path = root / "docs" / code / "labs/show-all.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{head}{steps}\n## Code {{#code}}{rest}", "utf-8")
    os.environ["REPO_URL"] = "https://github.com/acme/labs"
    try:
        built = build(root)
    finally:
        del os.environ["REPO_URL"]
    assert built.returncode == 0, built.stdout


@pytest.fixture
def rebuilt(chromium: Browser, project: Path) -> Iterator[Reader]:
    """Read the small site."""
    with sites.serve(project / "site") as origin:
        reader = Reader(chromium, f"{origin}/")
        yield reader
        reader.close()
    assert reader.foreign == []
    assert reader.complaints == []


SMALL = "labs/show-all/"


def said(page: Page) -> list[str]:
    """Return how the ticked steps begin."""
    texts = boxes(page).evaluate_all(
        """all => all.filter(it => it.checked).map(it => it.closest("li").textContent)"""
    )
    return [text.split("done")[1].strip().split("\n")[0] for text in texts]


def test_a_step_holds_the_steps_in_it(rebuilt: Reader) -> None:
    page = rebuilt.open(SMALL)
    light = page.get_by_role("checkbox", name="Step 2 done").first
    find = page.get_by_role("checkbox", name="Step 2.1 done")
    press = page.get_by_role("checkbox", name="Step 2.2 done")
    light.check()
    expect(find).to_be_checked()
    expect(press).to_be_checked()
    find.uncheck()
    expect(light).not_to_be_checked()
    expect(press).to_be_checked()
    find.check()
    expect(light).not_to_be_checked()  # it may be more than what is in it
    page.goto(f"{rebuilt.address}zh/{SMALL}")
    expect(page.get_by_role("checkbox", name="第 2.2 步已完成")).to_be_checked()


def test_ticks_survive_what_does_not_touch_their_step(rebuilt: Reader, project: Path) -> None:
    page = rebuilt.open(SMALL)
    for name in ("Step 1 done", "Step 2.2 done", "Step 3 done"):
        page.get_by_role("checkbox", name=name, exact=True).first.check()
    assert said(page) == ["Open the door.", "Press it.", "Sit down."]
    write(project, before="1. Knock.\n2. Wait.\n\nThen:\n\n", ending=" Harder.")
    page.reload()
    assert said(page) == ["Open the door.", "Sit down."]
    page.goto(f"{rebuilt.address}ja/{SMALL}")
    assert len(ticked(page)) == 2
    write(project)
    page.goto(rebuilt.address + SMALL)
    assert said(page) == ["Open the door.", "Press it.", "Sit down."]


def test_a_report_names_the_section_that_is_read(rebuilt: Reader) -> None:
    for language, heading in zip(LANGUAGES, ("Section: ", "小节：", "セクション："), strict=True):
        page = rebuilt.open(language.folder + SMALL, height=500)
        report = page.locator(".lockstep-feedback [data-report]")
        body = "link => new URL(link.href).searchParams.get('body')"
        assert f"{heading}\n" in report.evaluate(body)
        page.evaluate("document.querySelector('#outputs').scrollIntoView()")
        report.evaluate("link => link.focus({ preventScroll: true })")
        assert f"{heading}Outputs (#outputs)\n" in report.evaluate(body)
        assert f"docs/{language.code}/{SMALL[:-1]}.md" in report.evaluate(body)
        edit = page.locator(".lockstep-feedback [rel~=edit]")
        expect(edit).to_have_attribute(
            "href",
            f"https://github.com/acme/labs/edit/master/docs/{language.code}/labs/show-all.md",
        )
        assert edit.inner_text() != "Edit this page" or language.code == "en"
