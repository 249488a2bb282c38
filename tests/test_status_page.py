"""The status page: what readers see of how every page stands, and the same for programs."""

import json
import re
from pathlib import Path
from urllib.parse import urljoin

import pytest

from lockstep.disk import checking
from lockstep.disk.project import Project
from lockstep.pages import overview, status_table
from lockstep.pages.overview import PageState
from lockstep.pages.status_table import SECTIONS
from lockstep.rules import parity
from lockstep.rules.check import check
from lockstep.translations.translation import State
from tests import case, page
from tests.page import Element
from tests.test_build import build, showcase
from tests.test_cli import GUIDE, SCRIPT, call, edit

CHINESE = GUIDE.replace("/en/", "/zh/")
PAGE = """\
---
title: Status
description: How pages stand.
---

{{ status }}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(tmp_path)
    return case.sound_lab(tmp_path)


def states(project: Project) -> list[PageState]:
    """Return how pages stand; what is kept of that says the same."""
    site = project.site()
    found = overview.states(site, parity.damages(check(site)))
    for _ in range(2):  # where it is made, and where it is there
        again = Project.open(project.config)
        kept, problems, recall = checking.recalled(again)
        assert overview.states(kept, parity.damages(problems), recall.owed) == found
        again.cache.flush()
    return found


def shown(project: Project, code: str) -> Element:
    """Return what a reader of a language sees; addresses are ``/LANGUAGE/PAGE``."""
    site = project.site()
    words = project.words(site.settings.languages[code])
    html = status_table.html(
        site, states(project), words, lambda where, page: f"/{where}/{page}", "status.json"
    )
    return page.read(html)


def cell(project: Project, code: str, language: str, row: int = 0) -> Element:
    """Return how a page stands in a language, as readers of another see it."""
    name = project.settings.languages[language].name
    cells = [it for it in shown(project, code).all("td") if it.attributes["data-label"] == name]
    return cells[row]


def links(element: Element) -> dict[str, str]:
    return {link.text: link.attributes["href"] for link in element.all("a")}


def test_all_is_well(project: Project) -> None:
    found = shown(project, "ja")
    assert found.one(".lockstep-status").attributes["lang"] == "ja"
    assert [item.text for item in found.one(".lockstep-totals").all("li")] == [
        "简体中文 1 ページ中 1 ページが最新", "日本語 1 ページ中 1 ページが最新",
    ]  # fmt: skip
    assert found.one("caption").text == "ハンズオン ラボ"
    assert links(cell(project, "ja", "zh")) == {"最新": "/zh/labs/count-animals.md"}
    assert links(found.one("tbody").one("th")) == {"Count animals": "/ja/labs/count-animals.md"}
    run = found.one("tbody").all("td")[0]
    assert run.one("time").attributes["datetime"] == "2026-11-20"
    assert links(run) == {"2026/11/20": "/ja/labs/count-animals.md#lockstep-run"}
    assert links(found)["status.json"] == "status.json"


@pytest.mark.parametrize(
    ("code", "date"), [("en", "Nov 20, 2026"), ("zh", "2026年11月20日"), ("ja", "2026/11/20")]
)
def test_dates_are_written_as_the_reader_writes_them(
    project: Project, code: str, date: str
) -> None:
    assert shown(project, code).one("time").text == date


def test_tables_say_what_their_cells_belong_to(project: Project) -> None:
    (table,) = shown(project, "en").all("table")
    heads = table.one("thead").all("th")
    assert [head.text for head in heads] == ["Page", "Run", "English", "简体中文", "日本語"]
    assert {head.attributes["scope"] for head in heads} == {"col"}
    assert [head.attributes["scope"] for head in table.one("tbody").all("th")] == ["row"]
    labels = [each.attributes["data-label"] for each in table.all("td")]
    assert labels == [head.text for head in heads[1:]]
    roles = {(each.tag, each.attributes.get("role")) for each in [table, *table.all("tr"), *heads]}
    assert roles == {("table", "table"), ("tr", "row"), ("th", "columnheader")}


def test_an_outdated_section_leads_to_itself_and_to_its_original(project: Project) -> None:
    edit(project, CHINESE, "## Load", "## 读取 *x*")
    edit(project, GUIDE, "Load the", "Load all the")
    found = cell(project, "zh", "zh")
    assert found.one(".lockstep-owed").text == "落后于原文的小节：1"
    assert links(found) == {
        "读取 x": "/zh/labs/count-animals.md#load", "Load": "/en/labs/count-animals.md#load",
    }  # fmt: skip
    assert [item.attributes["lang"] for item in found.all("span") if "lang" in item.attributes] == [
        "zh", "en",
    ]  # fmt: skip


def test_every_state_of_a_section_is_told(project: Project) -> None:
    assert {*(str(state.value) for state in State), "program changed"} == {*SECTIONS, "current"}
    edit(project, GUIDE, "## Load {#load}", "## Feed {#feed}\n\nHay.\n\n## Load {#load}")
    edit(project, CHINESE, "## Count {#count}", "## Roses {#roses}\n\nRed.\n\n## Count {#count}")
    edit(project, "translations/zh/labs/count-animals.md", "## Load {#load}", "## L {#other}")
    found = cell(project, "en", "zh")
    assert [item.text for item in found.all(".lockstep-owed")] == [
        "Sections not yet translated: 1", "Sections never accepted: 1",
        "Sections that the original no longer has: 1",
    ]  # fmt: skip
    assert links(found)["Feed"] == "/en/labs/count-animals.md#feed"
    assert links(found)["Roses"] == "/zh/labs/count-animals.md#roses"


def test_a_page_that_nobody_accepted_is_told_as_a_whole(project: Project) -> None:
    (project.root / "translations/zh/labs/count-animals.md").unlink()
    found = cell(project, "en", "zh")
    assert links(found) == {"Sections never accepted: 3": "/zh/labs/count-animals.md"}


def test_damage_is_counted_and_told(project: Project) -> None:
    edit(project, CHINESE, "1. Load", "2. Load")
    edit(project, CHINESE, "duration: 5", "duration: 50")
    guide = states(project)[0]["guides"]["zh"]
    errors = [problem for problem in check(project.site()) if problem.rule in parity.RULES]
    assert guide["damaged"] == len(errors) > 0
    assert {problem.location.path for problem in errors} == {CHINESE}
    assert f"damaged ({len(errors)} error" in call("status").stdout
    told = cell(project, "en", "zh").one(".lockstep-damaged")
    assert told.text == f"Differences from the original: {len(errors)}"
    assert "Up to date" in cell(project, "en", "ja").text


def test_a_missing_page_has_its_title_in_the_source_language(project: Project) -> None:
    (project.root / GUIDE.replace("/en/", "/ja/")).unlink()
    assert cell(project, "ja", "ja").text == "未翻訳"
    title = shown(project, "ja").one("tbody").one("th")
    assert title.one("span").attributes["lang"] == "en"
    assert title.one("a").attributes["href"] == "/ja/labs/count-animals.md"


def test_why_a_lab_is_stale_is_told(project: Project) -> None:
    edit(project, "notebooks/comments/zh/count-animals.po", '"两条或四条"', '""')
    assert cell(project, "zh", "zh").text == "尚未翻译的代码注释：1"
    edit(project, SCRIPT, '"goodbye"', '"bye"')
    run = shown(project, "zh").one("tbody").all("td")[0]
    assert run.one(".lockstep-damaged").text == "代码改动后尚未运行"
    assert run.one("li").text == "单元格 say-goodbye：有改动"
    assert not run.all("time")


def test_versions_that_moved_are_told(tmp_path: Path) -> None:
    project = case.play(case.read(case.GOLDEN / "changed-pins.txt"), tmp_path)
    run = shown(project, "en").one("tbody").all("td")[0]
    assert run.one(".lockstep-owed").text == "Versions have moved since: torch 2.13.0 → 2.14.0."
    assert run.one("time").text == "Nov 20, 2026"


def test_status_takes_nothing_and_stands_alone(project: Project) -> None:
    path = project.root / "docs/en/status.md"
    path.write_text(PAGE.replace("status }}", "status labs }}\n\nSee {{ status }}."), "utf-8")
    found = [str(each) for each in check(project.site()) if each.severity == 0]
    assert [re.sub(r" (`|cannot).*", "", each) for each in found] == [
        "docs/en/status.md:6: malformed-directive", "docs/en/status.md:8: directive-not-alone",
    ]  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a site whose translations are behind, strictly; its status page lacks Japanese."""
    root = tmp_path_factory.mktemp("status") / "project"
    project = showcase(root, "english-moved-on")
    for code in ("en", "zh"):
        (root / f"docs/{code}/status.md").write_text(PAGE, "utf-8")
    assert states(project)
    done = build(root, "--strict")
    assert done.returncode == 0, done.stdout
    return root


@pytest.mark.slow
def test_every_link_of_a_built_status_page_leads_somewhere(built: Path) -> None:
    followed = 0
    for address in ("status/", "zh/status/", "ja/status/"):
        table = page.open_page(built / "site", address).one(".lockstep-status")
        own = address.partition("status")[0]
        homes = set()
        for target in links_of(table):
            there, _, anchor = urljoin(f"/{address}", target).partition("#")
            file = built / "site" / there.removeprefix("/")
            text = (file / "index.html" if file.is_dir() else file).read_text("utf-8")
            assert not anchor or f'id="{anchor}"' in text, target
            homes.add(there)
            followed += 1
        assert "/status.json" in homes
        assert f"/{own}labs/show-all/" in homes
    assert followed > 20


def links_of(element: Element) -> list[str]:
    return [link.attributes["href"] for link in element.all("a")]


@pytest.mark.slow
def test_a_status_page_that_falls_back_speaks_the_language_of_its_reader(built: Path) -> None:
    table = page.open_page(built / "site", "ja/status").one(".lockstep-status")
    assert table.attributes["lang"] == "ja"
    assert [caption.text for caption in table.all("caption")] == [
        "ハンズオン ラボ", "そのほかのページ",
    ]  # fmt: skip


@pytest.mark.slow
def test_programs_read_what_the_command_prints(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(built)
    written = (built / "site/status.json").read_text("utf-8")
    assert written == call("status", "--format", "json").stdout
    found = {each["page"]: each["guides"]["ja"]["page"] for each in json.loads(written)}
    assert found["status.md"] is None


@pytest.mark.slow
def test_a_site_that_does_not_show_its_status_does_not_publish_it(tmp_path: Path) -> None:
    root = tmp_path / "project"
    showcase(root)
    assert build(root).returncode == 0
    assert not (root / "site/status.json").exists()
