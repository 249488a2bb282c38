"""A build where nothing has changed does nothing, and is as good as any other."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.test_build import build, showcase
from tests.test_cache import files

pytestmark = pytest.mark.slow

NOTHING = "Nothing has changed: "
GUIDE = "docs/en/labs/show-all.md"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a project whose site was built."""
    root = tmp_path_factory.mktemp("made") / "project"
    showcase(root)
    built = build(root, "--strict")
    assert built.returncode == 0, built.stdout
    assert NOTHING not in built.stdout
    return root


def added(path: str, text: str = "\nMore.\n") -> Callable[[Path], None]:
    def edit(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        with (root / path).open("a", encoding="utf-8") as file:
            file.write(text)

    return edit


def test_a_site_that_is_there_stays_as_it_is(made: Path) -> None:
    before = {path: path.stat() for path in sorted((made / "site").rglob("*"))}
    built = build(made, "--strict")
    assert built.returncode == 0
    assert NOTHING in built.stdout
    assert "Documentation built" not in built.stdout
    assert {path: path.stat() for path in sorted((made / "site").rglob("*"))} == before


def loaded(text: str) -> set[str]:
    """Return the modules of which Python says that a statement has loaded them."""
    return {*re.findall(r"^import time:.*\| +(\S+)$", text, re.MULTILINE)}


def test_nothing_is_loaded_that_only_a_build_needs(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")
    built = build(made, "--strict")
    assert NOTHING in built.stdout
    names = loaded(built.stdout)
    assert "mkdocs_unchanged" in names
    assert not {"babel.messages", "jieba", "lockstep.disk.build", "markdown_it"} & names


def test_an_edited_guide_needs_nothing_that_reads_notebooks(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "project"
    shutil.copytree(made, root)
    build(root)
    added(GUIDE)(root)
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")
    names = loaded(build(root).stdout)
    assert "lockstep.disk.build" in names
    assert not {"jupytext.formats", "lockstep.notebooks.jupyter", "watchdog"} & names


EDITS = (
    added(GUIDE),
    added("docs/images/new.svg", "<svg/>"),
    added("notebooks/support/new.py", "x = 1\n"),
    added("translations/ja/labs/show-all.md", "\n"),
    added("mkdocs.yml", "\ncopyright: nobody's\n"),
    added("site/index.html"),
    lambda root: (root / "site/404.html").unlink(),
    lambda root: shutil.rmtree(root / "site"),
)


def test_whatever_changes_is_built(made: Path, tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(made, root)
    assert NOTHING not in build(root).stdout  # the files of a copy are others
    for edit in EDITS:
        edit(root)
        assert "Documentation built" in build(root).stdout
        assert (root / "site/404.html").is_file()
    assert NOTHING in build(root).stdout
    cached = files(root / "site")
    shutil.rmtree(root / ".lockstep")
    build(root)
    assert files(root / "site") == cached


def test_other_options_are_heeded(made: Path) -> None:
    built = build(made, "--no-directory-urls", "--site-dir", "other")
    assert built.returncode == 0
    assert NOTHING not in built.stdout
    assert (made / "other/labs/show-all.html").is_file()


def test_what_is_known_to_be_behind_is_said_again(made: Path, tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(made, root)
    added(GUIDE)(root)
    first, again = build(root), build(root)
    assert NOTHING in again.stdout
    debts = [line for line in first.stdout.splitlines() if "outdated-section" in line]
    assert debts
    assert [line for line in again.stdout.splitlines() if "outdated-section" in line] == debts


def test_where_anything_is_wrong_the_site_is_built_and_it_is_said_again(
    made: Path, tmp_path: Path
) -> None:
    root = tmp_path / "project"
    shutil.copytree(made, root)
    added(GUIDE, "\n{{ cell no-such-cell }}\n")(root)
    for _ in range(2):
        built = build(root, "--strict")
        assert built.returncode != 0
        assert "unknown-cell" in built.stdout
        assert NOTHING not in built.stdout


def test_a_plugin_of_unknown_ways_is_always_asked(made: Path, tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(made, root)
    (root / "own.py").write_text("def on_post_build(config): print('asked')\n")
    config = root / "mkdocs.yml"
    text = config.read_text("utf-8")
    assert "hooks: [" in text
    config.write_text(text.replace("hooks: [", "hooks: [own.py, "), "utf-8")
    for _ in range(2):
        built = build(root)
        assert "asked" in built.stdout
        assert NOTHING not in built.stdout
