"""What is taken from `mkdocs.yml`, and what is refused."""

import re
from pathlib import Path

import pytest
from hypothesis import given

from lockstep.ground import settings
from lockstep.ground.settings import SettingsError
from tests.case import CONFIGURATION
from tests.strategies import any_text, few

LANGUAGES = """\
plugins:
  - search
  - i18n:
      languages:
        - {locale: ja, name: 日本語}
        - {locale: en, name: English, default: true}
        - {locale: zh, name: 简体中文}
        - {locale: fr, build: false}
"""


def test_the_default_language_is_the_source() -> None:
    languages = settings.read(LANGUAGES).languages
    assert [language.code for language in languages] == ["en", "ja", "zh"]
    assert languages.source.name == "English"
    assert languages["ja"].name == "日本語"
    with pytest.raises(KeyError):
        languages["fr"]


def test_plugins_may_be_a_mapping() -> None:
    text = "plugins:\n  search: {}\n  i18n:\n    languages: [{locale: en, default: true}]\n"
    assert [language.name for language in settings.read(text).languages] == ["en"]


def test_paths() -> None:
    found = settings.read(LANGUAGES)
    assert (found.guides, found.notebooks, found.pins) == (
        "docs",
        "notebooks",
        "requirements/labs.txt",
    )
    assert (found.support, found.catalogs) == ("notebooks/support", "notebooks/comments")
    own = "docs_dir: guides\nextra:\n  lockstep: {notebooks: labs, pins: pins.txt}\n"
    found = settings.read(own + LANGUAGES)
    assert (found.guides, found.notebooks, found.pins) == ("guides", "labs", "pins.txt")


def test_problems_are_reported_where_the_repository_is_or_elsewhere() -> None:
    assert settings.read(LANGUAGES).report.startswith("{repository}/issues/new?")
    own = "extra:\n  lockstep: {report: 'mailto:a@b.example?subject={title}'}\n"
    assert settings.read(own + LANGUAGES).report == "mailto:a@b.example?subject={title}"


def test_tags_of_mkdocs_are_passed_over() -> None:
    tags = "site_url: !ENV [A, '']\nx: !!python/name:os.system\ny: !relative $docs_dir\n"
    assert settings.read(tags + LANGUAGES).guides == "docs"


def test_the_project_s_own_configuration() -> None:
    text = (Path(__file__).parents[1] / "mkdocs.yml").read_text("utf-8")
    assert [language.code for language in settings.read(text).languages] == ["en", "zh", "ja"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: [", "not valid YAML"),
        ("a: 2026-13-45", "not valid YAML"),
        ("a: !!bool x", "not valid YAML"),
        ("a: !!timestamp x", "not valid YAML"),
        ("- a", "the file is not a mapping"),
        ("", "the file is not a mapping"),
        ("site_name: x", "exactly one language with `default: true`"),
        ("plugins: [i18n]", "exactly one language"),
        ("plugins: {i18n: {languages: [{locale: en}]}}", "exactly one language"),
        (
            "plugins: {i18n: {languages: [{locale: en, default: true, build: false}]}}",
            "exactly one",
        ),
        (LANGUAGES.replace("zh,", "zh, default: true,"), "exactly one language"),
        (LANGUAGES.replace("zh", "xx"), "Babel knows no language 'xx'"),
        (LANGUAGES.replace("locale: zh", "local: zh"), "Babel knows no language 'None'"),
        (
            "plugins: {i18n: {languages: [en]}}",
            "an entry of plugins.i18n.languages is not a mapping",
        ),
        ("plugins: {i18n: {languages: en}}", "an entry of plugins.i18n.languages is not a mapping"),
        ("plugins: {i18n: [en]}", "plugins.i18n is not a mapping"),
        ("extra: [a]", "`extra` is not a mapping"),
        ("extra: {lockstep: [a]}", "`lockstep` is not a mapping"),
        ("extra: {lockstep: {notebook: a}}", "unknown key 'notebook' under extra.lockstep"),
        ("extra: {lockstep: {notebooks: 1}}", "extra.lockstep.notebooks is 1"),
        ("extra: {lockstep: {report: 1}}", "extra.lockstep.report is 1; expected an address"),
        ("extra: {lockstep: {report: '{url}'}}", "report is '{url}'; expected an address such as"),
        ("extra: {lockstep: {report: 'a{'}}", "report is 'a{'; expected an address such as"),
        ("extra: {lockstep: {report: '{title.x}'}}", "expected an address such as"),
        ("docs_dir: /docs", "docs_dir is '/docs'; expected a path"),
        ("docs_dir: !ENV [DOCS, docs]", "docs_dir is None"),
    ],
)
def test_what_cannot_be_used_is_named(text: str, expected: str) -> None:
    with pytest.raises(SettingsError, match=f"(?s)site.yml.*{re.escape(expected)}"):
        settings.read(text, "site.yml")


@given(any_text)
@few
def test_any_text_is_settings_or_an_error(text: str) -> None:
    for whole in (text, CONFIGURATION + text, CONFIGURATION.replace("English", text)):
        try:
            found = settings.read(whole)
        except SettingsError:
            continue
        assert found.languages.source.code == "en"
