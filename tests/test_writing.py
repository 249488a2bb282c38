"""A site that is written over the last one: it is as new, and what is the same is not written."""

import os
import shutil
from pathlib import Path

import pytest

from tests.test_build import build, showcase

pytestmark = pytest.mark.slow


def entries(site: Path) -> dict[str, bytes | None]:
    """Return all that is in a site: folders, and files with what they hold."""
    return {
        path.relative_to(site).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(site.rglob("*"))
        if not path.is_symlink()
    }


def written(site: Path) -> dict[str, tuple[int, int]]:
    """Return the files of a site, each with what changes when it is written."""
    found = {path: path.stat() for path in site.rglob("*") if path.is_file()}
    return {
        path.relative_to(site).as_posix(): (it.st_ino, it.st_mtime_ns) for path, it in found.items()
    }


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return the folder of a project with a site."""
    root = tmp_path / "project"
    showcase(root)
    assert build(root, "--strict").returncode == 0
    return root


def rebuilt(root: Path, *, side_by_side: bool = True) -> set[str]:
    """Build a site again, hold it against one from nothing, and return the files not written."""
    before = written(root / "site")
    done = build(root, side_by_side=side_by_side)
    assert "Documentation built" in done.stdout
    clean = root.with_name("clean")
    shutil.copytree(root, clean, ignore=shutil.ignore_patterns("site", ".lockstep"))
    assert build(clean).returncode == done.returncode == 0
    assert entries(root / "site") == entries(clean / "site")
    shutil.rmtree(clean)
    return {path for path, it in written(root / "site").items() if before.get(path) == it}


@pytest.mark.parametrize("side_by_side", [True, False])
def test_where_a_guide_was_edited_only_what_shows_that_is_written(
    root: Path, *, side_by_side: bool
) -> None:
    with (root / "docs/zh/labs/show-all.md").open("a", encoding="utf-8") as guide:
        guide.write("\n更多。\n")
    kept = rebuilt(root, side_by_side=side_by_side)
    changed = written(root / "site").keys() - kept
    assert "zh/labs/show-all/index.html" in changed
    assert {"index.html", "labs/show-all/index.html", "ja/index.html", "404.html"} <= kept
    assert len(changed) < len(kept) / 4


def test_what_is_not_made_any_more_goes_with_its_folder(root: Path) -> None:
    for code in ("en", "ja", "zh"):
        page = root / f"docs/{code}/more/page.md"
        page.parent.mkdir()
        page.write_text("# Page\n", "utf-8")
    assert build(root).returncode == 0
    assert (root / "site/zh/more/page/index.html").is_file()
    for code in ("en", "ja", "zh"):
        shutil.rmtree(root / f"docs/{code}/more")
    (root / "site/own").mkdir()
    (root / "site/own/file.txt").write_text("not of the build")
    rebuilt(root)
    assert not (root / "site/zh/more").exists()
    assert not (root / "site/own").exists()


def test_what_is_hidden_in_a_site_stays(root: Path) -> None:
    """As with MkDocs: a repository in which sites are published, for one."""
    hidden = root / "site/.git/HEAD"
    hidden.parent.mkdir()
    hidden.write_text("ref: refs/heads/main\n")
    (root / "docs/new.txt").write_text("new")
    assert build(root).returncode == 0
    assert (root / "site/new.txt").is_file()
    assert hidden.read_text() == "ref: refs/heads/main\n"


def test_what_is_in_the_way_goes_and_nobody_else_s_file_changes(root: Path) -> None:
    site, elsewhere = root / "site", root.with_name("elsewhere")
    elsewhere.mkdir()
    (site / "404.html").unlink()
    (site / "404.html").mkdir()
    (site / "404.html/inside.txt").write_text("a folder in place of a file")
    shutil.rmtree(site / "zh/labs")
    (site / "zh/labs").write_text("a file in place of a folder")
    for at, name in enumerate(["index.html", "search/zh.json"]):
        os.link(site / name, elsewhere / f"{at}-shared")
        shared = (elsewhere / f"{at}-shared").read_bytes()
        (elsewhere / f"{at}-shared").write_bytes(shared + b"edited")
    (elsewhere / "linked").write_bytes(b"not to be written")
    (site / "ja/index.html").unlink()
    (site / "ja/index.html").symlink_to(elsewhere / "linked")
    found = entries(elsewhere)
    rebuilt(root)
    assert entries(elsewhere) == found
    assert not (site / "ja/index.html").is_symlink()


def test_a_build_that_fails_removes_nothing(root: Path) -> None:
    for code in ("en", "zh"):
        (root / f"docs/{code}/labs/show-all.md").unlink()
    with (root / "docs/zh/index.md").open("a", encoding="utf-8") as page:
        page.write("\n{{ cell no-such-cell }}\n")
    before = entries(root / "site").keys()
    assert "zh/labs/show-all/index.html" in before
    assert build(root, "--strict").returncode != 0
    assert before <= entries(root / "site").keys()
