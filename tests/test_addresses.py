"""Real builds: by which addresses a page is known, what a wrong one gives, and in whose words.

The site is the golden case ``showcase``, whose second page is missing in Japanese.
"""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import pytest

from tests import page
from tests.page import Element
from tests.test_build import CONFIGURATION, build, showcase

pytestmark = pytest.mark.slow

ADDRESS = "https://example.org/labs/"
REPOSITORY = "https://github.com/acme/labs"
NOTE = "---\ntitle: {}\ndescription: A note.\n---\n\n!!! note\n\n    {}\n\n??? warning\n\n    {}\n"
LANGUAGE_TAGS = {"": "en", "zh/": "zh-Hans", "ja/": "ja"}
XML = {
    "map": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "xhtml": "http://www.w3.org/1999/xhtml",
}


def made(root: Path, **variables: str) -> Path:
    """Build the showcase, with pages that hold admonitions without titles; return the site."""
    showcase(root)
    for language, text in (("en", "Look."), ("zh", "看。"), ("ja", "見る。")):
        path = root / "docs" / language / "note.md"
        path.write_text(NOTE.format(language, text, text), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("SITE_URL", "REPO_URL", "EDIT_URI"):
            patch.delenv(name, raising=False)
        for name, value in variables.items():
            patch.setenv(name, value)
        built = build(root, "--strict")
    assert built.returncode == 0, built.stdout
    return root / "site"


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a site that has an address and a repository."""
    root = tmp_path_factory.mktemp("known") / "project"
    return made(root, SITE_URL=ADDRESS, REPO_URL=REPOSITORY, EDIT_URI="edit/main/docs/")


@pytest.fixture(scope="module")
def unknown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the same site without either."""
    return made(tmp_path_factory.mktemp("unknown") / "project")


def addresses(site: Path) -> list[str]:
    """Return the address of every page, below the site's."""
    found = (path.parent.relative_to(site).as_posix() for path in site.rglob("index.html"))
    return ["" if address == "." else f"{address}/" for address in found]


def links(opened: Element, rel: str) -> list[Element]:
    """Return the links of a page's head of a kind."""
    return [each for each in opened.all("link") if each.attributes.get("rel", "").strip() == rel]


def alternates(opened: Element) -> dict[str, str]:
    """Return the languages of a page, each with its address."""
    found = [each.attributes for each in links(opened, "alternate")]
    assert len(found) == len({each["hreflang"] for each in found})
    return {each["hreflang"]: each["href"] for each in found}


def test_a_page_names_itself_in_every_language_that_it_is_written_in(known: Path) -> None:
    for address, code in (("labs/show-all/", "en"), ("zh/labs/show-all/", "zh")):
        opened = page.open_page(known, address)
        (canonical,) = links(opened, "canonical")
        assert canonical.attributes["href"] == ADDRESS + address
        found = alternates(opened)
        assert found == {
            "en": f"{ADDRESS}labs/show-all/",
            "zh": f"{ADDRESS}zh/labs/show-all/",
            "x-default": f"{ADDRESS}labs/show-all/",
        }
        assert found[code] == ADDRESS + address
    assert alternates(page.open_page(known, "ja")) == {
        "en": ADDRESS, "zh": f"{ADDRESS}zh/", "ja": f"{ADDRESS}ja/", "x-default": ADDRESS,
    }  # fmt: skip


def test_a_page_that_stands_in_for_another_is_known_by_that_one(known: Path) -> None:
    opened = page.open_page(known, "ja/labs/show-all")
    (canonical,) = links(opened, "canonical")
    assert canonical.attributes["href"] == f"{ADDRESS}labs/show-all/"
    assert "ja" not in alternates(opened)
    assert opened.one("html").attributes["lang"] == "ja"
    assert opened.one("article").attributes["lang"] == "en"


def test_the_sitemap_lists_every_page_with_its_languages(known: Path) -> None:
    root = ET.fromstring((known / "sitemap.xml").read_text("utf-8"))  # noqa: S314 our own
    listed = {}
    for each in root.findall("map:url", XML):
        found = [link.attrib for link in each.findall("xhtml:link", XML)]
        assert all(link["rel"] == "alternate" for link in found)
        listed[each.findtext("map:loc", "", XML)] = {it["hreflang"]: it["href"] for it in found}
    written = [it for it in addresses(known) if it != "ja/labs/show-all/"]
    assert len(written) > 8
    assert sorted(listed) == sorted(ADDRESS + it for it in written)
    for address, others in listed.items():
        assert others == alternates(page.open_page(known, address.removeprefix(ADDRESS)))
        assert address in others.values()
        # Whoever is named names back.
        assert all(listed[other] == others for other in others.values())
    assert (known / "sitemap.xml.gz").is_file()


def test_a_site_that_has_no_address_claims_none(unknown: Path) -> None:
    assert not (unknown / "sitemap.xml").exists()
    for address in addresses(unknown):
        opened = page.open_page(unknown, address)
        assert not links(opened, "canonical")
        found = alternates(opened)
        assert "x-default" in found
        for target in found.values():
            assert not urlsplit(target).scheme
            assert not target.startswith("/")
            assert (unknown / address / target / "index.html").is_file()


def test_every_page_says_its_language(known: Path) -> None:
    for address in addresses(known):
        folder = next((it for it in ("zh/", "ja/") if address.startswith(it)), "")
        html = page.open_page(known, address).one("html")
        assert html.attributes["lang"] == LANGUAGE_TAGS[folder]


@pytest.mark.parametrize("folder", LANGUAGE_TAGS)
def test_a_wrong_address_speaks_every_language_its_own_first(known: Path, folder: str) -> None:
    opened = page.read((known / folder / "404.html").read_text("utf-8"))
    assert opened.one("html").attributes["lang"] == LANGUAGE_TAGS[folder]
    sections = opened.one("article").all("section")
    assert {it.attributes["lang"] for it in sections} == set(LANGUAGE_TAGS.values())
    assert sections[0].attributes["lang"] == LANGUAGE_TAGS[folder]
    titles = {"en": "Page not found", "zh-Hans": "找不到此页面", "ja": "ページが見つかりません"}
    for each in sections:
        assert each.one("h2").text == titles[each.attributes["lang"]]
        home = each.one("a").attributes["href"]
        assert LANGUAGE_TAGS[home.removeprefix("/labs/")] == each.attributes["lang"]
    assert opened.one("title").text.startswith(titles[LANGUAGE_TAGS[folder]])
    assert not links(opened, "alternate")


def feedback(site: Path, address: str) -> list[str]:
    """Return where a page's links to the repository lead."""
    opened = page.open_page(site, address)
    return [
        a.attributes["href"] for each in opened.all(".lockstep-feedback") for a in each.all("a")
    ]


@pytest.mark.parametrize(
    ("address", "path", "language"),
    [
        ("zh/labs/show-all/", "zh/labs/show-all.md", "简体中文 (zh)"),
        ("", "en/index.md", "English (en)"),
        # What is read is mended: the page in Japanese is not there yet.
        ("ja/labs/show-all/", "en/labs/show-all.md", "日本語 (ja)"),
    ],
)
def test_every_page_can_be_mended(known: Path, address: str, path: str, language: str) -> None:
    edit, report = feedback(known, address)
    assert edit == f"{REPOSITORY}/edit/main/docs/{path}"
    assert report.startswith(f"{REPOSITORY}/issues/new?")
    (body,) = parse_qs(urlsplit(report).query)["body"]
    assert f"docs/{path}\n" in body
    assert f"{language}\n" in body


def test_without_a_repository_nothing_leads_there(unknown: Path) -> None:
    for address in addresses(unknown):
        assert not feedback(unknown, address)
        assert not page.open_page(unknown, address).all(".md-source")


def test_steps_are_the_same_in_every_language(known: Path) -> None:
    found = {
        folder: [
            item.attributes.get("data-step")
            for item in page.open_page(known, f"{folder}labs/show-all").one("article").all("li")
            if "lockstep-facts" not in item.classes
        ]
        for folder in LANGUAGE_TAGS
    }
    steps = [key for key in found[""] if key]
    assert len(steps) == len(set(steps)) == 3
    assert found["zh/"] == found["ja/"] == found[""]
    for folder in LANGUAGE_TAGS:
        assert not re.search("data-step", (known / folder / "index.html").read_text("utf-8"))


def test_admonitions_without_a_title_have_that_of_the_language(known: Path) -> None:
    for folder, titles in (("", ["Note", "Warning"]), ("zh/", ["说明", "注意"]),
                           ("ja/", ["メモ", "注意"])):  # fmt: skip
        article = page.open_page(known, f"{folder}note").one("article")
        assert [article.one(".admonition-title").text, article.one("summary").text] == titles


def test_a_language_without_words_of_its_own_is_english_where_material_has_none(
    tmp_path: Path,
) -> None:
    root = tmp_path / "project"
    showcase(root)
    korean = "        - {locale: ko, name: 한국어}\n"
    text = CONFIGURATION.replace("markdown_extensions:", f"{korean}markdown_extensions:", 1)
    (root / "mkdocs.yml").write_text(text, "utf-8")
    built = build(root)
    assert built.returncode == 0, built.stdout
    opened = page.open_page(root / "site", "ko")
    assert opened.one("html").attributes["lang"] == "ko"
    assert "목차" in {each.attributes.get("aria-label") for each in opened.all("nav")}
    colours = [each.attributes.get("title", "") for each in opened.all("label")]
    assert "Colours: light. Switch to dark" in colours
    missing = page.read((root / "site/ko/404.html").read_text("utf-8")).one("article")
    assert missing.all("h2")[0].text == "Page not found"
    assert len(missing.all("section")) == 4


def origins(site: Path, address: str) -> dict[str, str]:
    """Return where each cell of a page leads, by the cell's name."""
    cells = page.open_page(site, address).all(".lockstep-cell")
    marks = [(each, each.one(".lockstep-origin")) for each in cells]
    return {
        str(cell.attributes["data-cell"]): str(link.attributes["href"])
        for cell, mark in marks
        for link in mark.all("a")
    }


def test_a_cell_leads_to_its_line_in_the_repository(known: Path) -> None:
    scripts = known.parent / "notebooks"
    for address in ("labs/show-all/", "zh/labs/show-all/"):
        found = origins(known, address)
        assert len(found) > 1
        for cell, target in found.items():
            shown, _, line = target.partition("#L")
            path = shown.removeprefix(f"{REPOSITORY}/blob/main/notebooks/")
            header = (scripts / path).read_text("utf-8").splitlines()[int(line) - 1]
            assert header.startswith(f'# %% name="{cell}"'), target


def test_a_cell_leads_to_the_notebook_to_take_away_where_there_is_no_repository(
    unknown: Path,
) -> None:
    for address in ("labs/show-all/", "zh/labs/show-all/"):
        found = origins(unknown, address)
        assert len(found) > 1
        for target in found.values():
            assert target.endswith(".ipynb")
            assert (unknown / address / target).is_file()


def test_a_cell_says_what_it_was_run_with(known: Path) -> None:
    for address, said in (
        ("labs/show-all/", "Run with Python 3"),
        ("zh/labs/show-all/", "已用 Python 3"),
    ):
        for each in page.open_page(known, address).all(".lockstep-origin"):
            assert said in each.text
