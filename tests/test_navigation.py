"""The navigation is on every page as Material's template has it, and not filled in anew."""

from pathlib import Path
from sysconfig import get_path
from types import SimpleNamespace
from typing import Any

import pytest
from jinja2 import Environment
from mkdocs.commands.build import get_context
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files, get_files
from mkdocs.structure.nav import Navigation, get_navigation
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink, TableOfContents

import mkdocs_navigation
import mkdocs_templates

MATERIAL = Path(get_path("purelib")) / "material" / "templates"
PAGES = (
    *("index", "about", "labs/index", "labs/one", "labs/two", "labs/three", "labs/one/below"),
    *("labs/one/beside", "labs/v1.2", "labs-too/one", "concepts/first", "concepts/second"),
)
NAV = [
    "index.md",
    {"About": "about.md"},
    {"Labs": [f"{page}.md" for page in PAGES if page.startswith("labs")]},
    {"Again": [{"Once more": "labs/two.md"}, {"Far": "https://example.org/labs/"}]},
    {"Concepts": [{"Deep": ["concepts/first.md", "concepts/second.md"]}, "labs/one.md"]},
]


def site(
    folder: Path, nav: list[Any] | None, *, directories: bool
) -> tuple[MkDocsConfig, Files, Navigation]:
    for name in PAGES:
        path = folder / "docs" / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# Title of {name}\n", "utf-8")
    features = ["navigation.indexes", "navigation.tabs", "navigation.sections"]
    theme = {"name": "material", "features": features}
    given: dict[str, Any] = {"site_name": "Site", "theme": theme, "plugins": []}
    (folder / "mkdocs.yml").write_text("site_name: Site\n", "utf-8")
    given |= {"use_directory_urls": directories, "nav": nav}
    config = load_config(str(folder / "mkdocs.yml"), **given)
    files = get_files(config)
    found = get_navigation(files, config)
    for page in found.pages:
        assert isinstance(page, Page)
        page.read_source(config)
        page.toc = TableOfContents([AnchorLink("Title", "title", 2)])
        if page.url.count("t") == 1:
            page.meta["status"] = "new"
    return config, files, found


def filled(
    env: Environment, config: MkDocsConfig, files: Files, nav: Navigation, page: Page | None
) -> str:
    context: Any = get_context(nav, files, config, page)
    words, features = SimpleNamespace(t=str), config.theme["features"]
    if page:
        page.active = True
    text = env.get_template("partials/nav.html").render(context, lang=words, features=features)
    if page:
        page.active = False
    return text


@pytest.mark.parametrize("urls", ["directories", "files"])
@pytest.mark.parametrize("nav", [NAV, None])
def test_each_page_has_the_navigation_that_it_would_have(
    tmp_path: Path, urls: str, nav: list[Any] | None
) -> None:
    config, files, found = site(tmp_path, nav, directories=urls == "directories")
    pages = [*found.pages, None, *reversed(found.pages)]
    env = config.theme.get_env()
    plain = [filled(env, config, files, found, page) for page in pages]
    mkdocs_templates.leave_icons(config)
    env = config.theme.get_env()
    assert [filled(env, config, files, found, page) for page in pages] == plain
    assert len({*plain}) == len(PAGES) + 1


def test_an_item_is_filled_in_once_for_all_of_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    class Counted(mkdocs_navigation.Items):
        def kept(self, item: Any, page: Any, text: str) -> str:  # noqa: ANN401 a template's
            made.append(item.title)
            return super().kept(item, page, text)

    monkeypatch.setattr(mkdocs_navigation, "Items", Counted)
    config, files, found = site(tmp_path, NAV, directories=True)
    mkdocs_templates.leave_icons(config)
    env, pages = config.theme.get_env(), {page.url: page for page in found.pages}
    filled(env, config, files, found, pages["labs/v1.2/"])
    assert "Title of labs/three" in made
    assert "Far" in made
    made.clear()
    filled(env, config, files, found, pages["labs/three/"])
    assert made == ["Title of labs/three", "Title of labs/v1.2", "Deep"]


def test_material_fills_in_items_where_that_is_looked_for() -> None:
    name = "partials/nav-item.html"
    text = (MATERIAL / name).read_text("utf-8")
    assert mkdocs_navigation.once(name, text) != text == mkdocs_navigation.once("main.html", text)
