"""`mkdocs serve` shows an edit on the pages on screen before the site is built, as it will be."""

import contextlib
import os
import re
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.test_build import build
from tests.test_cache import edited
from tests.test_serve import NOTICE, PATIENCE, free, root, served, until, when
from tests.test_side_by_side import left

__all__ = ["root"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(len(os.sched_getaffinity(0)) == 1, reason="there is one processor"),
]

PAGE, OTHER = "labs/show-all/", "zh/labs/show-all/"
HOOK = """
import os, time

def on_post_build(config):
    while os.path.exists("wait"):
        time.sleep(0.1)
    code = config.plugins["i18n"].current_language
    open("built.txt", "a").write(f"{code}\\n")
"""
"""A site that is not whole as long as there is a file."""
APART = re.compile(
    rb'<script>\s*var livereload.*?</script>|<nav class="lockstep-downloads".*?</nav>', re.DOTALL
)
"""What the server adds, and how large files are that are only made with the whole site."""


@pytest.fixture
def held(root: Path) -> Path:
    """Return the file by which the project's site is held up."""
    (root / "hook.py").write_text(HOOK)
    edited("mkdocs.yml", "hooks: [", "hooks: [hook.py, ")(root)
    return root / "wait"


def built(root: Path) -> int:
    """Return how many languages were built."""
    return len((root / "built.txt").read_text("utf-8").splitlines())


def plain(html: str) -> bytes:
    """Return a page without what may differ."""
    return APART.sub(b"", html.encode())


def test_pages_show_an_edit_before_the_site_is_built_and_as_it_will_be(
    root: Path, held: Path
) -> None:
    guide = root / "docs/en/labs/show-all.md"
    text, code = guide.read_text("utf-8"), (root / "notebooks/show-all.py").read_text("utf-8")
    with served(root) as fetch:
        when(fetch, PAGE, lambda html: "lockstep-cell" in html)
        before = built(root)
        held.touch()
        guide.write_text(f"{text}\nA sentence more.\n", "utf-8")
        on_screen = when(fetch, PAGE, lambda html: "A sentence more." in html)
        asked_for = fetch(OTHER)  # the first time: nobody looked at it
        assert NOTICE in asked_for
        (root / "notebooks/show-all.py").write_text(code.replace("0.4567", "0.5"), "utf-8")
        marked = when(fetch, PAGE, lambda html: "stale-recording" in html)
        assert "A sentence more." in marked
        (root / "notebooks/show-all.py").write_text(code, "utf-8")
        when(fetch, PAGE, lambda html: "stale-recording" not in html)
        assert built(root) == before
        held.unlink()
        until(lambda: built(root) >= before + 3)
        until(lambda: "A sentence more." in fetch("search/en.json"))
        for page, shown in ((PAGE, on_screen), (OTHER, asked_for)):
            assert plain(fetch(page)) == plain(shown)


def test_what_no_page_on_screen_shows_is_there_once_the_site_is_built(root: Path) -> None:
    style, configuration = root / "docs/en/own.css", root / "mkdocs.yml"
    style.write_text("p { color: red }", "utf-8")
    text = configuration.read_text("utf-8")
    with served(root) as fetch:
        when(fetch, PAGE, lambda html: "lockstep-cell" in html)
        style.write_text("p { color: blue }", "utf-8")
        when(fetch, "own.css", lambda css: "blue" in css)
        (root / "docs/en/new.md").write_text("---\ntitle: New\n---\n\nA new page.\n", "utf-8")
        when(fetch, "new/", lambda html: "A new page." in html)
        configuration.write_text(f"broken: [\n{text}", "utf-8")
        until(lambda: "could not be built" in (root / "serve.log").read_text("utf-8"))
        assert "lockstep-cell" in fetch(PAGE)  # as it was
        configuration.write_text(re.sub("site_name: .*", "site_name: Another", text), "utf-8")
        when(fetch, PAGE, lambda html: "Another</title>" in html)
        (root / "docs/en/new.md").unlink()
        until(lambda: is_missing(fetch, "new/"))


def is_missing(fetch: Callable[[str], str], page: str) -> bool:
    with contextlib.suppress(OSError):
        fetch(page)
        return False
    return True


def test_what_is_kept_was_made_as_it_is_configured(root: Path) -> None:
    """The processes that have built the last version have the configuration of that."""
    with served(root) as fetch:
        when(fetch, PAGE, lambda html: "lockstep-cell" in html)
        link = "markdown_extensions:\n  - toc: {permalink: true}\n"
        edited("mkdocs.yml", "markdown_extensions:\n", link)(root)
        when(fetch, PAGE, lambda html: "headerlink" in html)
    page = root / "site" / PAGE / "index.html"
    assert build(root).returncode == 0
    kept = page.read_bytes()
    shutil.rmtree(root / ".lockstep")
    assert build(root).returncode == 0
    assert page.read_bytes() == kept


def test_what_is_kept_was_made_with_the_titles_of_other_pages(root: Path, held: Path) -> None:
    other, guide = root / "docs/en/glossary.md", root / "docs/en/labs/show-all.md"
    text, address = other.read_text("utf-8"), free()
    changed = re.sub(r"(?m)^title: .*$", "title: Another", text)
    assert changed != text
    with served(root, address) as fetch:
        sound = when(fetch, PAGE, lambda html: "lockstep-cell" in html)
        when(fetch, "glossary/", lambda html: "Another" not in html)
        held.touch()
        other.write_text(changed, "utf-8")
        when(fetch, "glossary/", lambda html: "Another" in html)
        guide.write_text(f"{guide.read_text('utf-8')}\nA sentence more.\n", "utf-8")
        when(fetch, PAGE, lambda html: "A sentence more." in html)
        other.write_text(text, "utf-8")
        when(fetch, "glossary/", lambda html: "Another" not in html)
        held.unlink()
        until(lambda: "A sentence more." in fetch("search/en.json"))
    assert "Another" not in sound
    with served(root, address) as fetch:
        assert "Another" not in when(fetch, PAGE, lambda html: "A sentence more." in html)


def test_edits_that_come_quickly_are_all_shown(root: Path) -> None:
    """Each ends the building of the site as it was before; the last one is built."""
    guide = root / "docs/en/labs/show-all.md"
    text = guide.read_text("utf-8")
    with served(root) as fetch:
        when(fetch, PAGE, lambda html: "lockstep-cell" in html)
        for number in range(8):
            guide.write_text(f"{text}\nSentence number {number}.\n", "utf-8")
            when(fetch, PAGE, lambda html, n=number: f"number {n}" in html)  # type: ignore[misc]
            time.sleep(number * 0.2)
        until(lambda: "number 7" in fetch("search/en.json"))
        assert NOTICE in fetch(OTHER)
    said = (root / "serve.log").read_text("utf-8")
    assert "Traceback" not in said
    assert "could not be built" not in said


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_server_that_ends_leaves_no_process(
    root: Path, tmp_path: Path, how: signal.Signals
) -> None:
    """Nor a folder, unless it is killed: then MkDocs leaves its own."""
    if how == signal.SIGINT and signal.getsignal(how) == signal.SIG_IGN:
        pytest.skip("who runs the tests in the background has Ctrl-C ignored")
    folders = tmp_path / "temporary"
    folders.mkdir()
    guide = root / "docs/en/labs/show-all.md"
    with served(root, TMPDIR=str(folders)) as fetch:
        when(fetch, PAGE, lambda html: "lockstep-cell" in html)
        for sentence in ("One more.", "Another."):  # the last is built when the server ends
            guide.write_text(f"{guide.read_text('utf-8')}\n{sentence}\n", "utf-8")
            when(fetch, PAGE, lambda html, it=sentence: it in html)  # type: ignore[misc]
        server = next(it for it in psutil.Process().children() if it.cwd() == str(root))
        os.kill(server.pid, how)
        server.wait(PATIENCE)
        until(lambda: left(root) == [])
        assert len([*folders.glob("mkdocs_*")]) <= (how == signal.SIGKILL)
