"""The status page in a browser: a table for the eye and for those who listen, also on a phone."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import PHONE, WIDE, Reader, Scheme
from tests.browser.site import LANGUAGES, Language

pytestmark = pytest.mark.browser

CONTRASTS = """() => {
  const channel = (value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  const read = (text) => {
    const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
    canvas.fillStyle = text;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const ground = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = read(getComputedStyle(each).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const parts = [...document.querySelectorAll(".lockstep-status :is(a, th, td, li, caption)")];
  return parts.filter((it) => it.offsetParent && it.textContent.trim()).map((it) => {
    const tones = [read(getComputedStyle(it).color), ground(it)].map(light).sort((a, b) => b - a);
    return [(tones[0] + 0.05) / (tones[1] + 0.05), it.textContent.trim().slice(0, 40)];
  });
}"""


@pytest.mark.parametrize("width", [WIDE, PHONE])
@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_the_tables_are_tables_whatever_they_look_like(
    near_reader: Reader, language: Language, width: int
) -> None:
    page = near_reader.open(f"{language.folder}status/", width=width)
    tables = page.get_by_role("table")
    expect(tables).to_have_count(2)
    for number in range(2):
        table = tables.nth(number)
        assert table.locator("caption").inner_text()
        heads = table.get_by_role("columnheader")
        rows = table.get_by_role("rowheader")
        cells = table.get_by_role("cell")
        assert rows.count() >= 4
        assert cells.count() == rows.count() * (heads.count() - 1)
    room = page.evaluate("document.documentElement.clientWidth")
    boxes = [cell.bounding_box() for cell in page.get_by_role("cell").all()]
    assert all(box and box["x"] >= 0 and box["x"] + box["width"] <= room for box in boxes)
    assert page.evaluate("document.documentElement.scrollWidth") <= room


def test_on_a_phone_each_language_is_named_beside_its_state(near_reader: Reader) -> None:
    page = near_reader.open("zh/status/", width=PHONE)
    cell = page.get_by_role("cell").first
    shown = cell.evaluate("it => getComputedStyle(it, '::before').content")
    assert "运行日期" in shown
    left = cell.locator("> div").bounding_box()
    whole = cell.bounding_box()
    assert left is not None
    assert whole is not None
    assert left["x"] > whole["x"] + 40


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_text_can_be_read(near_reader: Reader, scheme: Scheme) -> None:
    page = near_reader.open("status/", scheme=scheme)
    found = page.evaluate(CONTRASTS)
    assert len(found) > 40
    low = [(round(ratio, 2), text) for ratio, text in found if ratio < 4.5]
    assert low == []


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_the_same_for_programs_is_one_click_away(near_reader: Reader, language: Language) -> None:
    page = near_reader.open(f"{language.folder}status/")
    address = page.get_by_role("link", name="status.json").evaluate("it => it.href")
    assert address == f"{near_reader.address}status.json"
    answer = page.request.get(address)
    assert answer.headers["content-type"].startswith("application/json")
    labs = [each["lab"] for each in json.loads(answer.body()) if each["lab"]]
    assert len(labs) == page.get_by_role("table").first.get_by_role("rowheader").count()
