"""A language is added: what is written, what is owed then, and that the site stays whole."""

import shutil
import subprocess
from pathlib import Path
from urllib.parse import urljoin

import pytest
import yaml

from lockstep.authoring import languages
from lockstep.authoring.refusal import AuthoringError
from lockstep.disk import project as projects
from lockstep.disk.project import Project
from lockstep.ground import settings
from lockstep.ground.language import Language
from lockstep.rules.check import check
from tests import case, page
from tests.page import Element
from tests.test_build import PROJECT, build, showcase
from tests.test_cli import call, edit

KOREAN = Language("ko", "한국어")
BLOCK = """\
plugins:
  - search
  - i18n:
      languages:
        # the source
        - locale: en
          name: English
          default: true
          fixed_link: ./
        - locale: ja
          fixed_link: ja/  # relative
          name: 日本語
          site_description: >-
            二行の
            説明
          # what follows
      docs_structure: folder

# the end
extra: {a: !ENV [B, ""]}
"""
FLOW = """\
plugins: {i18n: {languages: [{locale: en, name: English, default: true}, {locale: ja, name: 日本語}], docs_structure: folder}}
"""  # noqa: E501


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(tmp_path)
    return case.sound_lab(tmp_path)


@pytest.mark.parametrize(
    ("text", "before", "added"),
    [
        (
            BLOCK, "            説明",
            "        - locale: ko\n          name: 한국어\n          fixed_link: ko/\n",
        ),
        (BLOCK.replace("fixed_link", "link"), "            説明",
         "        - locale: ko\n          name: 한국어\n"),
        (case.CONFIGURATION, "{locale: ja, name: 日本語}",
         "        - {locale: ko, name: 한국어}\n"),
        (case.CONFIGURATION.partition("\nmarkdown")[0], "{locale: ja, name: 日本語}",
         "\n        - {locale: ko, name: 한국어}"),
        (FLOW, "{locale: ja, name: 日本語}", ", {locale: ko, name: 한국어}"),
    ],
)  # fmt: skip
def test_a_configuration_keeps_all_that_it_has(text: str, before: str, added: str) -> None:
    found = languages.with_language(text, "ko")
    assert found.replace(added, "", 1) == text
    assert found[: found.index(added)].rstrip("\n").endswith(before)
    then, now = (settings.read(each).languages for each in (text, found))
    assert now.translations == (*then.translations, KOREAN)


def test_our_configuration_keeps_all_that_it_has() -> None:
    text = (PROJECT / "mkdocs.yml").read_text("utf-8")
    added = "        - locale: ko\n          name: 한국어\n          fixed_link: ko/\n"
    assert languages.with_language(text, "ko").replace(added, "", 1) == text


@pytest.mark.parametrize(
    ("code", "name"),
    [("ko", "한국어"), ("fr", "Français"), ("pt-BR", "Português (Brasil)"), ("no", "Norsk")],
)
def test_a_language_has_the_name_that_its_readers_use(code: str, name: str) -> None:
    read = settings.read(languages.with_language(BLOCK, code)).languages[code]
    assert read == Language(code, name)


@pytest.mark.parametrize("code", ["", "KO", "xx", "korean", "../ko", "ko_KR", "pt-br", "en US"])
def test_what_is_no_code_of_a_language(code: str) -> None:
    with pytest.raises(AuthoringError, match="is no code of a language"):
        languages.with_language(BLOCK, code)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BLOCK.replace("locale: ja", "locale: ko\n          build: false"), "does not build it"),
        ("INHERIT: base.yml\n", "does not list its languages"),
        ("plugins:\n  - i18n\n", "does not list its languages"),
        (BLOCK.replace("default: true", "default: false"), "exactly one language"),
    ],
)
def test_a_configuration_that_cannot_take_a_language(text: str, said: str) -> None:
    with pytest.raises(AuthoringError, match=said):
        languages.with_language(text, "ko")


def test_an_added_language_owes_all_and_breaks_nothing(project: Project) -> None:
    done = call("new", "--language", "ko")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[:-1] == [
        "wrote mkdocs.yml", "wrote notebooks/comments/ko/count-animals.po",
    ]  # fmt: skip
    site = Project.open(project.config).site()
    assert list(site.settings.languages)[-1] == KOREAN
    assert {problem.severity for problem in check(site)} == {1}
    assert call("check").exit_code == 0
    assert call("check", "--debts").exit_code == 1
    assert "한국어" in call("status").stdout
    assert call("new", "--language", "ko").stdout.startswith("ko is all there\n")


def test_what_a_translator_wrote_is_kept(project: Project) -> None:
    path = project.root / "notebooks/comments/ko/count-animals.po"
    shutil.copytree(project.root / "notebooks/comments/zh", path.parent)
    before = path.read_bytes()
    assert "wrote mkdocs.yml\nko" not in call("new", "--language", "ko").stdout
    assert path.read_bytes() == before


def test_nothing_is_written_where_a_notebook_cannot_be_read(project: Project) -> None:
    edit(project, "notebooks/count-animals.py", 'print("goodbye")', "print(")
    before = project.config.read_bytes()
    found = call("new", "--language", "ko")
    assert (found.exit_code, "not-python" in found.stderr) == (2, True)
    assert project.config.read_bytes() == before


def test_the_engine_s_words_are_started_in_a_project_that_holds_the_engine(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    locale = project.root / "hooks/lockstep/locale"
    shutil.copytree(projects.LOCALE, locale)
    monkeypatch.setattr(projects, "LOCALE", locale)
    assert "wrote hooks/lockstep/locale/ko.po" in call("new", "--language", "ko").stdout
    text = (locale / "ko.po").read_text("utf-8")
    assert '"Language: ko\\n"' in text
    assert text.count("msgid") == (locale / "ja.po").read_text("utf-8").count("msgid")
    assert text.count('\nmsgstr ""\n') == text.count("msgid")
    assert project.words(KOREAN)("Output") == "Output"
    (locale / "ko.po").write_text(text.replace('"Output"\nmsgstr ""', '"Output"\nmsgstr "출력"'))
    assert project.words(KOREAN)("Output") == "출력"


@pytest.mark.parametrize("arguments", [[], ["x", "--language", "ko"]])
def test_either_a_lab_or_a_language_is_started(project: Project, arguments: list[str]) -> None:
    assert project.root.is_dir()
    found = call("new", *arguments)
    assert (found.exit_code, "say what to start" in found.stderr) == (2, True)


def links(element: Element, address: str) -> set[str]:
    """Return where the links of an element of a page lead, below the site's root."""
    targets = (link.attributes.get("href", "") for link in element.all("a"))
    return {urljoin(f"/{address}", target).partition("#")[0] for target in targets}


def whole_in_korean(root: Path) -> None:
    """Build a project strictly, and hold its Korean pages to be there, said to be English ones."""
    built = build(root, "--strict")
    assert built.returncode == 0, built.stdout
    assert "WARNING" not in built.stdout
    site = root / "site"
    english = {
        path.relative_to(site).parent.as_posix()
        for path in site.rglob("index.html")
        if path.relative_to(site).parts[0] not in {"ko", "ja", "zh"}
    }
    korean = {path.relative_to(site / "ko").parent.as_posix() for path in (site / "ko").rglob("index.html")}  # fmt: skip  # noqa: E501
    assert korean == english
    assert len(korean) > 2
    for each in korean:
        address = "ko/" if each == "." else f"ko/{each}/"
        opened = page.open_page(site, address)
        assert opened.one("html").attributes["lang"] == "ko"
        article = opened.one("article")
        assert article.attributes["lang"] == "en"
        (notice, *_) = article.all(".lockstep-notice")
        assert notice.attributes["lang"] == "ko"
        inside = {link for link in links(article, address) if link.startswith("/")}
        # Files to take away have a folder of their own, below it one for each language.
        others = {link for link in inside if not link.startswith(("/ko/", "/downloads/"))}
        # The status page leads to each page in each language.
        assert address == "ko/status/" or not others, address


@pytest.mark.slow
def test_a_site_with_an_added_language_builds(tmp_path: Path) -> None:
    root = tmp_path / "project"
    project = showcase(root)
    more = "---\ntitle: More\ndescription: Leads on.\n---\n\n[A](show-all.md#code).\n"
    (root / "docs/en/labs/more.md").write_text(more, "utf-8")
    languages.add(project, "ko")
    whole_in_korean(root)
    assert "/ko/labs/show-all/" in links(
        page.open_page(root / "site", "ko/labs/more").one("article"), "ko/labs/more/"
    )
    switch = page.open_page(root / "site", "labs/show-all").all(".md-select__link")
    assert {link.attributes["hreflang"] for link in switch} == {"en", "zh", "ja", "ko"}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_our_own_site_with_an_added_language_builds(tmp_path: Path) -> None:
    root = tmp_path / "project"
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT, capture_output=True, text=True, check=True,
    ).stdout.split("\0")  # fmt: skip
    for name in filter(None, tracked):
        if (PROJECT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(PROJECT / name, root / name)
    project = Project.open(root / "mkdocs.yml")
    written = languages.add(project, "ko")
    names = [path.stem for path in (PROJECT / "notebooks").glob("*.py")]
    assert sorted(written) == sorted(
        ["mkdocs.yml", *(f"notebooks/comments/ko/{name}.po" for name in names)]
    )
    assert yaml.compose((root / "mkdocs.yml").read_text("utf-8"))
    problems = check(Project.open(root / "mkdocs.yml").site())
    assert {problem.severity for problem in problems} == {1}
    whole_in_korean(root)
    parts = [
        tag.attributes.get("data-md-component")
        for tag in page.open_page(root / "site", "ko").all("div")
    ]
    assert "search" in parts
