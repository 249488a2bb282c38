"""The search, as a reader uses it: what is typed, what is found, where that leads.

`queries.yml` holds what is asked, and where it has to lead.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Page, expect

from lockstep.disk import segmentation
from lockstep.disk.project import Project
from lockstep.ground import script
from tests.browser.chromium import PHONE, WIDE, Reader, settle
from tests.browser.site import LANGUAGES, Language

pytestmark = pytest.mark.browser

QUERIES: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    Path(__file__).with_name("queries.yml").read_text("utf-8")
)
GOAL = 0.95
"""Share of queries whose page is among the first three."""
ASK = """async (query) => {
  const input = document.querySelector("[data-md-component=search-query]");
  const list = document.querySelector(".md-search-result__list");
  list.replaceChildren(document.createElement("li")); // goes when the next answer comes
  const old = list.firstChild;
  input.value = query;
  const start = performance.now();
  input.dispatchEvent(new KeyboardEvent("keyup"));
  while (old.isConnected) {
    await new Promise((resolve) => setTimeout(resolve));
  }
  const took = performance.now() - start;
  const pages = [...list.querySelectorAll(".md-search-result__item")].map((item) =>
    [...item.querySelectorAll("a.md-search-result__link")].map((link) => [
      new URL(link.href).pathname + new URL(link.href).hash,
      Number(link.querySelector("article").dataset.mdScore),
    ]));
  return [took, pages];
}"""


@dataclass(frozen=True)
class Answer:
    """What the dialog showed for a query."""

    milliseconds: float
    pages: Sequence[Sequence[tuple[str, float]]]
    """The pages found, each as its hits: address below the site, and score."""

    def best(self, page: int, folder: str) -> str:
        """Return the best hit on a page that is a section, below a language's folder."""
        sections = [hit for hit in self.pages[page] if "#" in hit[0]]
        return max(sections, key=lambda hit: hit[1], default=("", 0))[0].removeprefix(folder)


def open_search(reader: Reader, language: Language, **how: int) -> Page:
    """Open the search on a language's home page."""
    page = settle(reader.open(language.folder, **how))  # type: ignore[arg-type]
    if how.get("width") == PHONE:
        page.locator("label.md-header__button[for=__search]").click()
    page.locator("[data-md-component=search-query]").click()
    return page


def ask(page: Page, query: str) -> Answer:
    """Search for something on a page whose search is open."""
    took, pages = page.evaluate(ASK, query)
    return Answer(took, [[(path.lstrip("/"), score) for path, score in hits] for hits in pages])


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_readers_find_what_they_mean(near_reader: Reader, language: Language) -> None:
    queries = QUERIES[language.code]
    assert len([query for query in queries if "expect" in query]) >= 30
    page = open_search(near_reader, language)
    own = f"^{language.folder}" if language.folder else "^(?!zh/|ja/)"
    missed: list[str] = []
    aside: list[str] = []
    wrong: list[str] = []
    for query in queries:
        answer = ask(page, query["query"])
        paths = [path for hits in answer.pages for path, _ in hits]
        typed = query["query"]
        wrong += [f"{typed}: {path}" for path in paths if not re.match(own, path)]
        if query.get("none"):
            wrong += [f"{typed} ({query['why']}): {path}" for path in paths[:3]]
            continue
        first = (hits[0][0].partition("#")[0] for hits in answer.pages[:3])
        pages = [path.removeprefix(language.folder) for path in first]
        expected = {target.partition("#")[0] for target in query["expect"]}
        if not expected & {*pages}:
            missed.append(f"{typed}: {pages}, not {sorted(expected)}")
        best = {answer.best(at, language.folder) for at in range(len(pages))}
        if all("#" in target for target in query["expect"]) and not best & {*query["expect"]}:
            aside.append(f"{typed}: {best}, not {query['expect']}")
    assert wrong == []
    allowed = (1 - GOAL) * len(queries)
    assert len(missed) <= allowed, missed
    assert len(aside) <= allowed, aside


SECTIONS = [
    ("en", "gradient", "labs/train-deep-learning-model/#gradient"),
    ("zh", "数据并行", "concepts/distributed-training/#data-parallelism"),
    ("ja", "クラスタ作成", "labs/train-deep-learning-model/#create-cluster"),
]


@pytest.mark.parametrize(("code", "typed", "section"), SECTIONS, ids=["en", "zh", "ja"])
def test_enter_leads_to_the_best_section_with_the_words_marked(
    reader: Reader, code: str, typed: str, section: str
) -> None:
    """At the root and below a folder; no address of the site is known to it."""
    go_to_best(reader, code, typed, section, WIDE)


def test_enter_leads_to_the_best_section_on_a_phone(near_reader: Reader) -> None:
    go_to_best(near_reader, *SECTIONS[1], PHONE)


def go_to_best(reader: Reader, code: str, typed: str, section: str, width: int) -> None:
    """Search from a home page, press Enter, and see that it leads to the section."""
    language = next(each for each in LANGUAGES if each.code == code)
    page = open_search(reader, language, width=width)
    page.keyboard.insert_text(typed)  # as an input method does: no key is let go
    expect(page.locator(".md-search-result__link").first).to_be_visible()
    assert page.locator(".md-search-result__item mark").count()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    path, _, anchor = section.partition("#")
    page.wait_for_url(f"{reader.address}{language.folder}{path}?h=*#{anchor}")
    expect(page.locator(f"[id='{anchor}']")).to_be_in_viewport()
    expect(page.locator("article mark[data-md-highlight]").first).to_be_attached()


def test_the_keyboard_goes_through_the_hits(near_reader: Reader) -> None:
    page = settle(near_reader.open("zh/"))
    page.keyboard.press("/")
    expect(page.locator("[data-md-component=search-query]")).to_be_focused()
    page.keyboard.insert_text("梯度")
    hits = page.locator(".md-search-result__link:visible")
    expect(hits.first).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="个符合条件的结果")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(hits.nth(1)).to_be_focused()
    target = str(hits.nth(1).get_attribute("href"))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url == target


def test_an_unfinished_conversion_is_not_sent_off(near_reader: Reader) -> None:
    """While an input method converts kana, Enter is its own key, and leads nowhere."""
    page = open_search(near_reader, LANGUAGES[2])
    session = page.context.new_cdp_session(page)
    typing = {"text": "こうばい", "selectionStart": 4, "selectionEnd": 4}
    session.send("Input.imeSetComposition", typing)
    query = page.locator("[data-md-component=search-query]")
    expect(query).to_have_value("こうばい")
    # As browsers report the key to the page while the input method has it.
    query.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    page.wait_for_timeout(300)
    assert page.url == f"{near_reader.address}ja/"
    session.send("Input.insertText", {"text": "勾配"})
    expect(query).to_have_value("勾配")
    expect(page.locator(".md-search-result__link mark").first).to_have_text("勾配")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("en", "No matching documents"),
        ("zh", "没有找到符合条件的结果"),
        ("ja", "何も見つかりませんでした"),
    ],
)
def test_the_search_speaks_the_language_of_the_page(
    near_reader: Reader, code: str, said: str
) -> None:
    language = next(each for each in LANGUAGES if each.code == code)
    page = open_search(near_reader, language)
    assert ask(page, "qqqqq").pages == []
    expect(page.locator(".md-search-result__meta")).to_have_text(said)


def test_a_search_that_could_not_load_its_index_tries_again(near_reader: Reader) -> None:
    page = near_reader.open("zh/")
    page.context.route("**/search/zh.json", lambda route: route.abort(), times=1)
    settle(page)
    page.locator("[data-md-component=search-query]").click()
    with page.context.expect_event("requestfailed"):
        page.keyboard.insert_text("梯")
    expect(page.locator(".md-search-result__meta")).to_have_text("键入以开始搜索")
    page.keyboard.insert_text("度")
    expect(page.locator(".md-search-result__link mark").first).to_have_text("梯度")


def test_only_the_index_of_the_language_is_loaded_and_only_for_a_search(
    near_reader: Reader,
) -> None:
    page = near_reader.open("ja/")
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    settle(page)
    assert not [name for name in asked if name in {"en.json", "zh.json", "ja.json"}]
    page.locator("[data-md-component=search-query]").click()
    page.keyboard.insert_text("勾配")
    expect(page.locator(".md-search-result__link").first).to_be_visible()
    assert [name for name in asked if name.endswith(".json") and name[:2] in QUERIES] == ["ja.json"]


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_what_every_lab_says_of_its_run_is_not_searched(
    near_reader: Reader, site: Path, language: Language
) -> None:
    index = json.loads((site / f"search/{language.code}.json").read_text("utf-8"))
    address = f"{language.folder}labs/train-deep-learning-model/"
    (parts,) = [parts for page, _, parts in index["pages"] if page == address]
    text = "".join(text for _, _, text in parts).replace("\N{ZERO WIDTH SPACE}", "")
    page = near_reader.open(address)
    for selector, count in ((".lockstep-provenance", 0), ("article > p", 1)):
        said = page.locator(selector).first.text_content()
        assert said
        assert text.count(" ".join(said.split())) == count, selector
    printed = page.locator(".lockstep-output pre").first.text_content()
    assert printed
    assert printed.strip().splitlines()[0] not in text


def test_without_scripts_there_is_no_dead_search_box(near_reader: Reader) -> None:
    page = near_reader.open("zh/", scripts=False)
    expect(page.locator("[data-md-component=search-query]")).to_be_hidden()
    expect(page.locator("label.md-header__button[for=__search]")).to_be_hidden()
    expect(page.locator(".md-tabs a").first).to_be_visible()


def test_no_page_says_what_the_dictionary_need_not_know(site: Path) -> None:
    """It would be loaded a second time, at the end of a build, whole."""
    config = Path(__file__).parents[2] / "mkdocs.yml"
    known = "".join(segmentation.texts(Project.open(config).site(), config, "zh"))
    searched = (site / "search/zh.json").read_text("utf-8")
    han = re.compile(f"[{script.HAN}]")
    assert {*han.findall(searched)} <= {*han.findall(known)}
