"""Which steps a page has, in every language, and where its HTML holds them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.disk.project import Project
from lockstep.ground.language import Language, Words
from lockstep.guides import document
from lockstep.guides.document import Document
from lockstep.pages import publishing, ticking
from lockstep.pages.site import Site
from lockstep.pages.ticking import Keys
from lockstep.translations import translation
from tests import page
from tests.strategies import any_text
from tests.test_structure import ENGINE

SOURCE = Language("en", "English")
ENGLISH = """\
## Load {#load}

1. Start a session with `start`.
2. Load the rows:

    1. Open `rows.csv`.
    2. Close it.

## Compare {#compare}

1. Compare with `0.9`.
"""
CHINESE = """\
## 载入 {#load}

1. 用 `start` 启动会话。
2. 载入各行。

    1. 打开 `rows.csv`。
    2. 关闭。

## 比较 {#compare}

1. 与 `0.9` 比较。
"""


def keys(translated: str, today: str = ENGLISH, accepted: str | None = ENGLISH) -> Keys:
    """Return the keys of a translated page as it is published."""
    source, theirs = (document.read(text, "a.md") for text in (today, translated))
    then = document.read(accepted, "a.md") if accepted else None
    standings = translation.standings(source, theirs, then, {})
    return ticking.keys(publishing.published(theirs, standings, SOURCE).document, standings)


OWN = ticking.keys(document.read(ENGLISH, "a.md"), ())


def test_a_translation_has_the_keys_of_its_english() -> None:
    assert [len(OWN[anchor]) for anchor in ("load", "compare")] == [4, 1]
    assert keys(CHINESE) == keys(CHINESE, accepted=None) == OWN


def test_what_english_changed_since_keeps_its_key_until_it_is_translated() -> None:
    today = ENGLISH.replace("Close it.", "Close it again.")
    moved = ticking.keys(document.read(today, "a.md"), ())
    assert keys(CHINESE, today) == OWN
    assert [old == new for old, new in zip(OWN["load"], moved["load"], strict=True)] == [
        True, True, True, False,
    ]  # fmt: skip
    assert moved["compare"] == OWN["compare"]


def test_english_that_stands_in_has_its_own_keys() -> None:
    today = ENGLISH.replace("Compare with", "{{ cell compare }}\n\n1. Compare with")
    moved = ticking.keys(document.read(today, "a.md"), ())
    assert keys(CHINESE, today)["compare"] == moved["compare"]
    missing = CHINESE.partition("## 比较")[0]
    there = today.replace("1. Compare", "1. {{ cell compare }}\n1. Compare")
    moved = ticking.keys(document.read(there, "a.md"), ())
    assert keys(missing, there)["compare"] == moved["compare"]


def test_a_damaged_section_is_mapped_as_well_as_can_be() -> None:
    first, second, third, fourth = OWN["load"]
    lost = CHINESE.replace("1. 用 `start` 启动会话。\n2.", "1.")
    assert keys(lost)["load"] == [second, third, fourth]
    gained = CHINESE.replace("2. 载入", "2. 先看 `view`。\n3. 载入")
    found = keys(gained)["load"]
    assert (found[0], found[3], found[4]) == (first, third, fourth)
    assert keys(lost)["compare"] == OWN["compare"]


def keys_of(site: Site, guide: Document, language: Language) -> Keys:
    ready, standings = site.published(guide, language)
    return ticking.keys(ready.document, standings)


@pytest.mark.parametrize("code", ["zh", "ja"])
def test_every_lab_of_this_site_has_equal_steps_in_every_language(code: str) -> None:
    site = Project.open(ENGINE.parents[1] / "mkdocs.yml").site()
    languages = site.settings.languages
    for name, guide in site.guides["en"].items():
        if site.lab(guide.meta) and name in site.guides[code]:
            ours = keys_of(site, guide, languages["en"])
            assert len(ticking.known(ours)) > 10
            assert keys_of(site, site.guides[code][name], languages[code]) == ours


HTML = """\
<h2 id="load">Load</h2>
<ol>
<li>One
<ul><li>no step</li></ul></li>
<li class="x"><p>Two</p><ol><li>Within</li></ol></li>
</ol>
<h3 id="of-its-own">Not a section of the guide</h3>
<h2 id="look">Look</h2>
<ol><li>Three</li></ol>
<div class="footnote"><hr><ol><li id="fn:a">A note</li></ol></div>
"""


def test_list_items_hold_the_keys() -> None:
    html = ticking.marked(HTML, {"load": ["a", None, "c"], "look": ["d"], "gone": ["e"]})
    found = [item.attributes.get("data-step") for item in page.read(html).all("li")]
    assert found == ["a", None, None, "c", "d", None]
    assert re.sub(r' data-step="\w"', "", html) == HTML


def test_a_section_that_has_other_steps_in_html_is_left_alone() -> None:
    html = ticking.marked(HTML, {"load": ["a", "b"], "look": ["d"]})
    assert re.findall(r'data-step="(\w)"', html) == ["d"]
    assert ticking.marked(HTML, {}) == HTML


@given(
    st.lists(st.sampled_from(["<ol>", "</ol>", "<li>", "</li>", '<h2 id="a">', "x\n"]) | any_text)
)
def test_marking_adds_attributes_and_nothing_else(pieces: list[str]) -> None:
    html = "".join(pieces)
    for length in range(3):
        marked = ticking.marked(html, {"top": ["k"] * length, "a": ["k"] * length})
        assert marked.replace(' data-step="k"', "") == html.replace(' data-step="k"', "")


@given(any_text)
def test_the_line_carries_names_as_they_are(name: str) -> None:
    line = ticking.line(name, Words(Language("zh", "中文")), ["a", "b"])
    (told,) = page.read(line).all(".lockstep-progress")
    assert told.attributes["data-lab"] == name
    assert told.attributes["data-steps"] == "a b"
    assert "hidden" in told.attributes
