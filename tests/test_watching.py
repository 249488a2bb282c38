"""What `mkdocs serve` is told of: every edit of a file that somebody reads, and nothing else."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from mkdocs.livereload import LiveReloadServer

import mkdocs_watch

pytestmark = pytest.mark.slow

PATIENCE = 5
"""Seconds for an edit to be told of."""
SILENCE = 0.3
"""Seconds after which nothing is told of any more."""


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """Return the folder that is watched; beside it, a file that is watched alone."""
    docs = tmp_path / "docs"
    (docs / "labs").mkdir(parents=True)
    (docs / "labs" / "lab.md").write_text("text", "utf-8")
    (tmp_path / "mkdocs.yml").write_text("site_name: x", "utf-8")
    return docs


@pytest.fixture
def is_told(docs: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], bool]]:
    """Watch; give what says whether an edit was told of since it was last asked."""
    monkeypatch.chdir(docs.parent)
    config: Any = SimpleNamespace(watch=[])
    server: Any = LiveReloadServer(lambda: None, "127.0.0.1", 0, str(docs))
    before = server.observer
    for path in ("docs", "mkdocs.yml"):
        server.watch(path)
    mkdocs_watch.begin(server, config, None)
    if server.observer is before:
        pytest.skip("the system does not tell of edits here")
    server.observer.start()

    def is_told() -> bool:
        end = time.monotonic() + PATIENCE
        while not vars(server)["_want_rebuild"] and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(SILENCE)
        told, vars(server)["_want_rebuild"] = vars(server)["_want_rebuild"], False
        return bool(told)

    yield is_told
    server.observer.stop()
    server.observer.join()
    server.server_close()


def replaced(path: Path) -> None:
    """Save a file as careful editors do."""
    new = path.with_name(f".{path.name}.new")
    new.write_text("another", "utf-8")
    new.replace(path)


@pytest.mark.parametrize("name", ["docs/labs/lab.md", "mkdocs.yml"])
def test_every_way_to_save_a_file_is_told_of(
    docs: Path, is_told: Callable[[], bool], name: str
) -> None:
    path = docs.parent / name
    for _ in range(2):
        path.write_text("other", "utf-8")
        assert is_told()
        replaced(path)
        assert is_told()
        path.touch()
        assert is_told()
    path.unlink()
    assert is_told()
    path.write_text("again", "utf-8")
    assert is_told()


@pytest.mark.filterwarnings("ignore:Callback with id:RuntimeWarning")  # watchdog's: it goes on
def test_folders_that_come_and_go_are_told_of(docs: Path, is_told: Callable[[], bool]) -> None:
    aside = docs.parent / "aside"
    (docs / "labs").rename(aside)
    assert is_told()
    aside.rename(docs / "labs")
    assert is_told()
    (docs / "labs" / "lab.md").write_text("where it was", "utf-8")
    assert is_told()
    (docs / "labs" / "deep" / "deeper").mkdir(parents=True)
    (docs / "labs" / "deep" / "deeper" / "new.md").write_text("new", "utf-8")
    assert is_told()
    shutil.rmtree(docs / "labs")
    assert is_told()


def test_what_nobody_reads_is_not_told_of(
    docs: Path, is_told: Callable[[], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.test_watching.PATIENCE", SILENCE)
    (docs / "labs" / "lab.md").read_text("utf-8")
    (docs / "labs" / ".lab.md.swp").write_text("what an editor keeps", "utf-8")
    (docs / "labs" / "lab.md~").write_text("what it was", "utf-8")
    (docs / "labs" / ".#lab.md").write_text("that it is open", "utf-8")
    (docs / "__pycache__").mkdir()
    (docs / "__pycache__" / "hook.pyc").write_bytes(b"")
    (docs.parent / "other.yml").write_text("beside what is watched", "utf-8")
    assert not is_told()


def test_where_not_all_edits_are_told_of_they_are_looked_for(docs: Path) -> None:
    if not mkdocs_watch.is_told_of(str(docs)):
        pytest.skip("the system does not tell of edits here")
    (docs / "labs" / "linked.md").symlink_to(docs.parent / "mkdocs.yml")
    assert not mkdocs_watch.is_told_of(str(docs))
    assert not mkdocs_watch.is_told_of("/")  # much else is mounted below it
