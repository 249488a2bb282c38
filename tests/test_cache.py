"""What is kept between builds: a site is the same with and without it, whatever changes."""

import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lockstep.disk.cache import STORE, Cache
from lockstep.disk.folder import STATE
from tests.test_build import build, showcase

VALUE = ["text", b"bytes", (1, None), {"é": "\ud800"}]


def unmade() -> list[object]:
    pytest.fail("it is known")


def test_what_was_made_is_not_made_again(tmp_path: Path) -> None:
    path = tmp_path / "state" / "cache"
    first = Cache(path, "basis")
    assert first.made(lambda: VALUE, "kind", "a", b"b") == VALUE
    assert first.made(unmade, "kind", "a", b"b") == VALUE
    first.flush()
    assert Cache(path, "basis").made(unmade, "kind", "a", b"b") == VALUE


def test_what_another_process_has_made_is_taken_over(tmp_path: Path) -> None:
    theirs, ours = (Cache(tmp_path / "cache", "basis") for _ in range(2))
    theirs.put(VALUE, "kind", "a")
    ours.take_over(theirs.handed_over())
    theirs.flush()
    assert theirs.get("kind", "a") is None
    ours.flush()
    assert theirs.get("kind", "a") == VALUE


def test_so_much_that_it_would_fill_the_memory_is_written_at_once(tmp_path: Path) -> None:
    theirs, ours = (Cache(tmp_path / name, "basis") for name in ("theirs", "ours"))
    for number in range(3):
        theirs.put(bytes(2_000_000), "kind", str(number))
    ours.take_over(theirs.handed_over())
    assert theirs.get("kind", "2") is None
    ours.take_over({bytes(1): bytes(4_000_000)})
    assert not ours.handed_over()


@pytest.mark.parametrize(
    ("basis", "kind", "sources"),
    [
        ("other", "kind", ("a", "b")),
        ("basis", "other", ("a", "b")),
        ("basis", "kind", ("ab",)),
        ("basis", "kind", ("ab", "")),
        ("basis", "kind", ("a", b"b")),
        ("basis", "kind", ("b", "a")),
    ],
)
def test_what_is_made_from_something_else_is_made(
    tmp_path: Path, basis: str, kind: str, sources: tuple[str | bytes, ...]
) -> None:
    cache = Cache(tmp_path / "cache", "basis")
    cache.put(VALUE, "kind", "a", "b")
    cache.flush()
    assert Cache(tmp_path / "cache", basis).get(kind, *sources) is None


def test_without_a_basis_nothing_is_kept(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache", None)
    cache.put(VALUE, "kind", "a")
    cache.flush()
    assert cache.get("kind", "a") is None


KILLED = """
import os, sqlite3, sys
file = sqlite3.connect(sys.argv[1], isolation_level=None)
file.execute("PRAGMA cache_size = 1")
file.execute("BEGIN IMMEDIATE")
file.execute("DELETE FROM made")
rows = [(bytes([number]), 1, b"", bytes(9999)) for number in range(200)]
file.executemany("INSERT INTO made (key, used, digest, value) VALUES (?, ?, ?, ?)", rows)
os._exit(1)
"""
"""Ends in the middle of writing, as a process does that is killed."""


def test_what_a_killed_process_was_writing_takes_nothing_along(tmp_path: Path) -> None:
    path = tmp_path / "cache"
    kept(path)
    subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert path.with_name("cache-journal").exists()
    assert Cache(path, "basis").get("kind", "a") == VALUE


def kept(path: Path) -> Cache:
    cache = Cache(path, "basis")
    cache.put(VALUE, "kind", "a")
    cache.flush()
    return Cache(path, "basis")


def test_a_damaged_value_is_not_believed(tmp_path: Path) -> None:
    cache = kept(tmp_path / "cache")
    with sqlite3.connect(tmp_path / "cache") as file:
        assert file.execute("UPDATE made SET value = ?", (b"i\0\0\0\0",)).rowcount == 1
    file.close()
    assert cache.made(lambda: [1], "kind", "a") == [1]


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + b"\1" * 5000])
def test_a_file_that_is_no_cache_is_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "cache"
    path.write_bytes(content)
    cache = Cache(path, "basis")
    assert cache.made(lambda: VALUE, "kind", "a") == VALUE
    cache.flush()
    cache.flush()
    assert Cache(path, "basis").get("kind", "a") == VALUE


def test_what_cannot_be_written_is_no_harm(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = kept(tmp_path / "file" / "cache")
    assert cache.made(lambda: VALUE, "kind", "a") == VALUE


def test_what_no_build_asks_for_goes(tmp_path: Path) -> None:
    path = tmp_path / "cache"
    kept(path).put(VALUE, "kind", "b")
    with sqlite3.connect(path) as file:
        file.execute("UPDATE made SET used = used - 10")
        file.execute("PRAGMA user_version = 1")  # as it was then, too
    file.close()
    cache = Cache(path, "basis")
    cache.put(VALUE, "kind", "b")
    cache.flush()
    assert Cache(path, "basis").get("kind", "a") is None
    assert Cache(path, "basis").get("kind", "b") == VALUE


def test_what_a_build_asks_for_stays(tmp_path: Path) -> None:
    path = tmp_path / "cache"
    cache = kept(path)
    with sqlite3.connect(path) as file:
        file.execute("UPDATE made SET used = used - 10")
        file.execute("PRAGMA user_version = 1")  # as it was then, too
    file.close()
    assert cache.get("kind", "a") == VALUE
    cache.flush()
    assert Cache(path, "basis").get("kind", "a") == VALUE


def edited(path: str, old: str, new: str) -> Callable[[Path], None]:
    """Return what replaces a text in a file of a project."""

    def edit(root: Path) -> None:
        text = (root / path).read_text("utf-8")
        assert old in text
        (root / path).write_text(text.replace(old, new), "utf-8")

    return edit


def damaged(root: Path) -> None:
    """Write over the middle of what is kept."""
    store = root / STATE / STORE
    data = bytearray(store.read_bytes())
    data[len(data) // 3 : -len(data) // 3] = b"\xff" * (len(data) - 2 * (len(data) // 3))
    store.write_bytes(data)


def gone(path: str) -> Callable[[Path], None]:
    return lambda root: (root / path).unlink()


CHANGES = [
    [
        edited("docs/zh/index.md", "---\n\n", "---\n\n新的一句。\n\n"),
        edited("notebooks/show-all.ipynb", "drawn", "sketched"),
    ],
    [
        edited("notebooks/show-all.py", "# leaves a trace", "# leaves no trace"),
        edited("notebooks/comments/zh/show-all.po", "留下痕迹", "什么都不留下"),
    ],
    [
        edited("glossary.yml", "definition:", "definition: # new\n   "),
        gone("docs/zh/labs/show-all.md"),
    ],
    [edited("docs/en/labs/show-all.md", "title: ", "title: What else is there? ")],
    [damaged, edited("docs/ja/index.md", "---\n\n", "---\n\n新しい文です。\n\n")],
]
"""What happens between builds, one after the other, each time to the same project."""


def files(site: Path) -> dict[str, bytes]:
    return {
        path.relative_to(site).as_posix(): path.read_bytes()
        for path in sorted(site.rglob("*"))
        if path.is_file()
    }


@pytest.mark.slow
def test_a_site_is_the_same_with_what_was_kept(tmp_path: Path) -> None:
    root = tmp_path / "project"
    showcase(root)
    build(root)
    for changes in CHANGES:
        for change in changes:
            change(root)
        said = build(root).stdout
        clean = tmp_path / "clean"
        shutil.copytree(root, clean, ignore=shutil.ignore_patterns(STATE, "site"))
        assert plain(build(clean, side_by_side=False).stdout) == plain(said)
        ours, theirs = files(root / "site"), files(clean / "site")
        assert [it for it in theirs if ours.get(it) != theirs[it]] == []
        assert ours.keys() == theirs.keys()
        shutil.rmtree(clean)


def plain(said: str) -> str:
    """Return what a build said, without times and the folder that it was built in."""
    return re.sub(r"(?m)^.*(?:Documentation built in|to directory).*\n", "", said)


UNRENDERED = """
import markdown
markdown.Markdown.convert = None
"""
UNFILLED = """
import jinja2
render = jinja2.Template.render

def stop(self, *args, **kwargs):
    assert self.name != "main.html"
    return render(self, *args, **kwargs)

jinja2.Template.render = stop
"""
UNPUBLISHED = """
from lockstep.pages import publishing
publishing.published = None
"""
"""What makes it impossible to render Markdown, to fill in templates, to put guides together."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "broken"),
    [("showcase", UNRENDERED), ("showcase", UNFILLED), ("english-moved-on", UNPUBLISHED)],
)
def test_what_did_not_change_is_not_made(tmp_path: Path, name: str, broken: str) -> None:
    root = tmp_path / "project"
    showcase(root, name)
    assert build(root, "--strict").returncode == 0
    before = files(root / "site")
    with (root / "out-of-reach" / "sitecustomize.py").open("a") as file:
        file.write(broken)
    done = build(root, "--strict")
    assert done.returncode == 0, done.stdout
    assert files(root / "site") == before
    shutil.rmtree(root / STATE)
    assert build(root, "--strict").returncode != 0


@pytest.mark.slow
def test_what_mkdocs_complains_of_it_complains_of_again(tmp_path: Path) -> None:
    root = tmp_path / "project"
    showcase(root)
    edited("docs/en/index.md", "---\n\n", "---\n\n[Nowhere](nowhere.md)\n\n")(root)
    assert build(root, "--quiet").returncode == 0
    for _ in range(2):
        done = build(root, "--strict")
        assert done.returncode != 0
        assert "nowhere.md" in done.stdout
