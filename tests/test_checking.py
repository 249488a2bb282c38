"""The check that remembers: the same findings as a clean one, whatever changes in between."""

import multiprocessing
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lockstep.disk import checking, inputs, workers
from lockstep.disk.cache import STORE
from lockstep.disk.folder import Folder
from lockstep.disk.project import Project
from lockstep.ground.language import Language
from lockstep.ground.problem import Problem
from lockstep.guides.document import Document
from lockstep.pages import ticking
from lockstep.pages.site import Site
from lockstep.rules.check import check
from tests import case

CONFIG = "mkdocs.yml"
HEAVY = {"jupytext", "nbformat", "markdown_it", "mkdocs", "rich"}
KINDS = (
    "docs/en/labs/count-animals.md",
    "docs/zh/labs/count-animals.md",
    "docs/ja/labs/count-animals.md",
    "notebooks/count-animals.py",
    "notebooks/count-animals.ipynb",
    "notebooks/comments/zh/count-animals.po",
    "notebooks/animals.csv",
    "translations/ja/labs/count-animals.md",
    "glossary.yml",
    CONFIG,
)


def clean(root: Path) -> list[Problem]:
    return check(Project.open(root / CONFIG).site())


def remembering(root: Path) -> list[Problem]:
    return checking.check(Project.open(root / CONFIG))[1]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    case.sound_lab(tmp_path)
    return tmp_path


def test_nothing_is_remembered_before_the_first_check(root: Path) -> None:
    assert checking.remembered(Folder.open(root / CONFIG)) is None


def test_what_did_not_change_is_known(root: Path) -> None:
    case_of = root / "docs/zh/labs/count-animals.md"
    case_of.write_text(case_of.read_text("utf-8") + "\n{{ cell nothing }}\n", "utf-8")
    found = remembering(root)
    assert found
    assert checking.remembered(Folder.open(root / CONFIG)) == found == clean(root)


@pytest.mark.parametrize("seed", range(12))
def test_after_any_edits_the_findings_are_those_of_a_clean_check(root: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 no secret
    remembering(root)
    kept = {name: (root / name).read_bytes() for name in KINDS if (root / name).exists()}
    for _ in range(4):
        name = chance.choice(sorted(kept))
        lines = (root / name).read_bytes().split(b"\n") if (root / name).exists() else [b""]
        at = chance.randrange(len(lines))
        action = chance.choice(("drop", "double", "garble", "remove", "back"))
        if action == "remove" and name != CONFIG:
            (root / name).unlink(missing_ok=True)
        elif action == "back" or name == CONFIG:
            (root / name).write_bytes(kept[name])
        else:
            changed = {"drop": [], "double": [lines[at]] * 2, "garble": [lines[at][::-1]]}
            lines[at : at + 1] = changed.get(action, [])
            (root / name).write_bytes(b"\n".join(lines))
        expected = clean(root)
        assert remembering(root) == expected
        assert checking.remembered(Folder.open(root / CONFIG)) == expected


def test_only_what_changed_is_checked_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(root / "docs/en/labs/count-animals.md", root / "docs/en/other.md")
    remembering(root)
    (root / "docs/en/other.md").write_text("---\ntitle: x\n---\n", "utf-8")
    asked: list[str] = []

    def side_by_side(work: object, items: list[str]) -> list[object]:
        asked.extend(map(str, items))
        return [work(item) for item in items]  # type: ignore[operator]

    project = Project.open(root / CONFIG)
    monkeypatch.setattr(workers, "side_by_side", side_by_side)
    assert checking.check(project)[1] == clean(root)
    assert [name for name in asked if name.endswith(".md")][:1] == ["other.md"]
    assert "labs/count-animals.md" not in asked[: asked.index("other.md") + 1]


def test_what_is_about_to_be_built_is_put_together_where_it_is_checked(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "FEW", 1)
    site, _, recall = checking.recalled(Project.open(root / CONFIG), is_built=True)
    documents = [*site.documents()]
    made = [Site.page(replace(site, ready={}), guide, language) for language, _, guide in documents]
    keys = [
        ticking.keys(*_published(site, guide, language))
        for language, _, guide in documents
        if site.lab(guide.meta)
    ]
    monkeypatch.setattr(Site, "_page", None)
    monkeypatch.setattr(Site, "published", None)
    monkeypatch.setattr(ticking, "keys", None)
    known = [recall.page(guide, language, pytest.fail) for language, _, guide in documents]
    assert known == made
    steps = [recall.steps(it, language) for language, _, it in documents if site.lab(it.meta)]
    assert steps == [{anchor: [*each] for anchor, each in page.items()} for page in keys]
    assert any(map(ticking.known, steps))


def _published(site: Site, guide: Document, language: Language) -> tuple[Document, Any]:
    found, standings = site.published(guide, language)
    return found.document, standings


def test_a_notebook_that_changed_concerns_its_pages_only(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "docs/en/other.md").write_text("---\ntitle: x\n---\n", "utf-8")
    remembering(root)
    script = root / "notebooks/count-animals.py"
    script.write_text(script.read_text("utf-8") + "\n# %%\nmore = 1\n", "utf-8")
    asked: list[str] = []

    def side_by_side(work: object, items: list[object]) -> list[object]:
        asked.extend(map(str, items))
        return [work(item) for item in items]  # type: ignore[operator]

    monkeypatch.setattr(workers, "side_by_side", side_by_side)
    assert remembering(root)
    assert asked == [str(script), "labs/count-animals.md"]
    asked.clear()
    assert remembering(root) == clean(root)
    assert "labs/count-animals.md" not in asked


def test_what_changes_while_it_is_read_is_not_remembered(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    guide, read = root / "docs/zh/labs/count-animals.md", Project.site
    before = guide.read_bytes()

    def site(project: Project) -> Site:
        guide.write_text("---\ntitle: x\n---\n", "utf-8")
        return read(project)

    monkeypatch.setattr(Project, "site", site)
    found = remembering(root)
    monkeypatch.undo()
    guide.write_bytes(before)
    assert checking.remembered(Folder.open(root / CONFIG)) is None
    assert remembering(root) == clean(root) != found


def test_what_changes_while_pages_are_checked_counts_the_next_time(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    guide = root / "docs/zh/labs/count-animals.md"
    before = guide.read_bytes()
    expected = clean(root)

    def side_by_side(work: Callable[[object], object], items: list[object]) -> Iterator[object]:
        for item in items:
            if item == "labs/count-animals.md":
                guide.write_text("---\ntitle: x\n---\n", "utf-8")
            yield work(item)

    monkeypatch.setattr(workers, "side_by_side", side_by_side)
    assert remembering(root) == expected
    monkeypatch.undo()
    assert checking.remembered(Folder.open(root / CONFIG)) is None
    assert remembering(root) == clean(root) != expected
    guide.write_bytes(before)
    assert checking.remembered(Folder.open(root / CONFIG)) == expected


@pytest.mark.parametrize("damage", [b"", b"no database", b"SQLite format 3\0" + b"\1" * 5000])
def test_a_damaged_file_is_not_believed(root: Path, damage: bytes) -> None:
    expected = remembering(root)
    (root / ".lockstep" / STORE).write_bytes(damage)
    assert checking.remembered(Folder.open(root / CONFIG)) is None
    assert remembering(root) == expected


def test_an_edited_file_is_not_believed(root: Path) -> None:
    expected = remembering(root)
    with sqlite3.connect(root / ".lockstep" / STORE) as file:
        file.execute("UPDATE made SET value = value || x'00'")
    file.close()
    assert checking.remembered(Folder.open(root / CONFIG)) is None
    assert remembering(root) == expected


def test_where_nothing_can_be_kept_the_findings_are_the_same(root: Path) -> None:
    (root / ".lockstep").write_text("in the way", "utf-8")
    assert remembering(root) == clean(root)


def test_variables_of_the_configuration_count(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = root / CONFIG
    config.write_text(
        config.read_text("utf-8") + "\nsite_url: !ENV [WHERE, OR_THERE, x]\n", "utf-8"
    )
    settings = Folder.open(config).settings
    before = inputs.shared(config, settings)
    monkeypatch.setenv("OR_THERE", "https://example.org/")
    assert inputs.shared(config, settings) != before


def test_programs_that_the_configuration_names_count(root: Path) -> None:
    (root / "hook.py").write_text("x = 1\n")
    config = root / "mkdocs.yml"
    with config.open("a") as file:
        file.write("hooks: [hook.py]\nx: !!python/name:pathlib.Path\ny: !!python/name:no_such.it\n")
    settings = Folder.open(config).settings
    before = inputs.programs(config, settings)
    assert inputs.programs(config, settings) == before
    (root / "hook.py").write_text("x = 2\n")
    assert inputs.programs(config, settings) != before


def test_a_site_that_includes_unknown_files_is_always_checked(root: Path) -> None:
    config = root / CONFIG
    config.write_text(config.read_text("utf-8") + "  - pymdownx.snippets\n", "utf-8")
    remembering(root)
    assert checking.remembered(Folder.open(config)) is None


def test_work_is_done_in_order_and_errors_come_back() -> None:
    assert list(workers.side_by_side(str, range(40))) == [str(number) for number in range(40)]
    with pytest.raises(ZeroDivisionError):
        list(workers.side_by_side(lambda number: 1 / number, range(40)))


@pytest.mark.slow
@pytest.mark.skipif(workers.processors() == 1, reason="there is one processor")
def test_work_has_begun_before_it_is_asked_for_and_ends_with_who_asks(tmp_path: Path) -> None:
    given = workers.side_by_side(lambda number: (tmp_path / str(number)).touch(), range(40))
    while not [*tmp_path.iterdir()]:
        time.sleep(0.01)
    assert multiprocessing.active_children()
    del given
    assert not multiprocessing.active_children()


@pytest.mark.slow
def test_an_unchanged_project_is_known_without_anything_heavy(root: Path) -> None:
    remembering(root)
    code = (
        "import sys; from lockstep.cli import main\n"
        "try: main(['check'])\n"
        "except SystemExit as e: assert not e.code\n"
        f"print(*sorted({HEAVY!r} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "no findings\n\n"
