"""What stands around a page: facts on a lab's card, and where a reader reports a problem."""

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.disk.project import Project
from lockstep.ground.language import Language, Languages, Words
from lockstep.ground.settings import Settings
from lockstep.pages import interface
from tests.test_structure import ENGINE

CHINESE = Language("zh", "简体中文")
SETTINGS = Settings(Languages(Language("en", "English"), (CHINESE,)))


@pytest.fixture(scope="module")
def words() -> Words:
    return Project(Path("mkdocs.yml"), SETTINGS).words(CHINESE)


def test_facts_are_told_in_the_language_of_the_reader(words: Words) -> None:
    meta = {"duration": 45, "level": "beginner", "runs-on": ["spark-cluster", "laptop"]}
    assert interface.facts(meta, (), words) == [
        ("时长", "约 45 分钟"),
        ("难度", "适合初学者"),
        ("运行环境", "自己的电脑、Spark 群集"),
    ]


def test_a_card_says_what_a_lab_was_run_with(words: Words) -> None:
    site = Project.open(ENGINE.parents[1] / "mkdocs.yml").site()
    recording = site.labs["train-deep-learning-model"].recording
    assert recording is not None
    ((label, products),) = interface.facts({}, recording.run.products, words)
    assert label == "实测版本"
    assert "、PyTorch 2" in products


@pytest.mark.parametrize(
    "meta", [{}, {"duration": "45", "level": ["x"], "runs-on": "laptop"}, {"runs-on": ["moon"]}]
)
def test_what_front_matter_may_not_hold_is_no_fact(meta: dict[str, object], words: Words) -> None:
    assert interface.facts(meta, (), words) == []


def test_a_report_names_page_section_and_language(words: Words) -> None:
    address = interface.report(
        SETTINGS, "https://example.org/a/b/", "zh/labs/x y.md", words, "载入 & 比较 (#load)"
    )
    parts = urlsplit(address)
    assert parts._replace(query="").geturl() == "https://example.org/a/b/issues/new"
    given = parse_qs(parts.query)
    assert given["title"] == ["labs/x y.md (zh): "]
    body = given["body"][0]
    assert "docs/zh/labs/x y.md\n" in body
    assert "载入 & 比较 (#load)\n" in body
    assert "简体中文 (zh)\n\n" in body
    assert not re.search("Page|Section|Language|wrong", body)


def test_there_is_no_report_without_a_repository_but_to_elsewhere(words: Words) -> None:
    assert interface.report(SETTINGS, "", "zh/a.md", words, "") == ""
    elsewhere = replace(SETTINGS, report="mailto:labs@example.org?subject={title}")
    address = interface.report(elsewhere, "", "zh/a.md", words, "")
    assert address == "mailto:labs@example.org?subject=a.md%20%28zh%29%3A%20"


@given(st.text())
def test_whatever_a_section_is_called_arrives(section: str) -> None:
    address = interface.report(SETTINGS, "https://x", "en/a.md", Words(CHINESE), section)
    body = address.partition("&body=")[2]
    assert parse_qs(f"body={body}")["body"][0].startswith(f"Page: docs/en/a.md\nSection: {section}")


@pytest.mark.parametrize(
    ("repository", "edit", "shown"),
    [
        ("https://github.com/a/b", "edit/master/docs/", "https://github.com/a/b/blob/master/"),
        ("https://gitlab.com/a/b/", "-/edit/main/docs/", "https://gitlab.com/a/b/-/blob/main/"),
        ("https://git.test/a/b", "_edit/main/docs", "https://git.test/a/b/src/branch/main/"),
        (
            "https://bitbucket.org/a/b",
            "src/default/docs/",
            "https://bitbucket.org/a/b/src/default/",
        ),
        ("https://github.com/a/b", "edit/master/elsewhere/", ""),
        ("https://github.com/a/b", "", ""),
        ("", "edit/master/docs/", ""),
    ],
)
def test_files_are_shown_where_guides_are_edited(repository: str, edit: str, shown: str) -> None:
    assert interface.sources(repository, edit, "docs") == shown
