"""What takes little memory while nobody asks for it, and is the same once somebody does."""

import pytest
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File
from mkdocs.structure.pages import Page

from lockstep.disk import labs
from lockstep.disk.labs import Labs
from lockstep.disk.project import Project
from lockstep.disk.revival import stored
from lockstep.notebooks.lab import Codes, Lab
from mkdocs_packed import Packed
from tests import case

TEXT = "# 企鹅 \N{PENGUIN}\n\nA \ud800 surrogate, as a file can hold."


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = tmp_path_factory.mktemp("packing")
    case.play(case.read(case.GOLDEN / "showcase.txt"), root)
    return Project.open(root / "mkdocs.yml")


def pages(*titles: str | None) -> list[Page]:
    config = MkDocsConfig()
    config.load_dict({"site_name": "x", "docs_dir": ".", "plugins": []})
    config.validate()
    made = [
        Page(title, File(f"{number}.md", ".", "site", use_directory_urls=True), config)
        for number, title in enumerate(titles)
    ]
    for each in made:
        each.__class__ = Packed
    return made


def test_texts_of_a_page_are_the_same_once_another_was_read() -> None:
    one, other = pages(None, None)
    one.markdown, one.content, one.meta = TEXT, f"<p>{TEXT}</p>", {"title": "One"}
    other.markdown, other.content = "", None
    assert vars(one)["unpacked"] is None
    assert len(vars(one)["packed"]) > 0
    assert (one.markdown, one.content) == (TEXT, f"<p>{TEXT}</p>")
    assert (other.markdown, other.content) == ("", None)
    one.content = "<p>Edited.</p>"
    assert other.content is None
    assert (one.markdown, one.content) == (TEXT, "<p>Edited.</p>")


def test_a_title_is_told_without_the_texts() -> None:
    given, found, empty = pages("Given", None, None)
    for each in (given, found):
        each.markdown, each.meta = "Text.", {"title": "From the front matter"}
    assert (given.title, found.title, empty.title) == ("Given", "From the front matter", None)
    assert empty.content is None  # packs the others
    assert (given.title, found.title, empty.title) == ("Given", "From the front matter", None)
    assert vars(found)["unpacked"] is None
    found.meta = {"title": "Another"}
    found.markdown = "Text."
    assert found.title == "Another"


def test_packed_labs_are_the_labs(project: Project) -> None:
    lab = next(iter(project.labs().values()))
    names = [f"lab-{number:02}" for number in range(40)]
    packed = Labs({name: labs.packed(lab) for name in names})
    assert [*packed] == names
    assert {stored(each) for each in packed.values()} == {stored(lab)}
    assert packed["lab-00"] == lab
    assert packed.get("other") is None
    assert "other" not in packed


def test_what_labs_are_called_is_known_without_unpacking(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = next(iter(project.labs().values()))
    packed = Labs({lab.name: labs.packed(lab)})

    def unpack(_: object) -> Lab:
        raise AssertionError

    monkeypatch.setattr(labs, "revived", unpack)
    assert lab.name in packed
    assert packed.keys() & {lab.name, "other"} == {lab.name}
    assert labs.digest(packed, lab.name) == labs.digest({lab.name: lab}, lab.name) == lab.digest


def test_cells_are_known_by_both_names(project: Project) -> None:
    site = project.site()
    (name,) = site.labs
    cells = dict(site.labs[name].fingerprint.cells)
    key = next(iter(cells))
    own, none = Codes(site.labs, name), Codes(site.labs, None)
    assert own[key] == own[f"{name}:{key}"] == none[f"{name}:{key}"] == cells[key]
    assert {*own} == {*cells, *(f"{name}:{each}" for each in cells)}
    assert len(none) == len(cells)
    for missing in ("other", f"{name}:other", f"other:{key}", ""):
        assert own.get(missing) is None
    assert none.get(key) is None


def test_what_was_forgotten_of_a_page_is_worked_out_again(project: Project) -> None:
    site = project.site()
    for language, page, guide in site.documents():
        before = site.page(guide, language), site.standings(language, page), guide.headings
        assert "_parts" in vars(guide)
        site.forget(page)
        assert {*vars(guide)} - {*guide.__dataclass_fields__} == {"headings"}
        assert guide.path not in site.ready
        after = site.page(guide, language), site.standings(language, page), guide.headings
        assert before == after
