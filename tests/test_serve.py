"""`mkdocs serve` while an author edits: marks appear and go, and the server lives on."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.test_build import PROJECT, showcase

pytestmark = pytest.mark.slow

NOTICE = "lockstep-notice"
PATIENCE = 60
"""Seconds for an edit to reach the page, on a machine that is busy."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return the folder of a project in which nothing is wrong."""
    root = tmp_path / "project"
    showcase(root)
    configuration = (root / "mkdocs.yml").read_text("utf-8")
    watched = configuration.replace("watch: []", "watch: [notebooks, glossary.yml]")
    (root / "mkdocs.yml").write_text(watched, "utf-8")
    return root


def free() -> str:
    """Return an address at which nothing is served."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


@contextlib.contextmanager
def served(root: Path, address: str = "", **variables: str) -> Iterator[Callable[[str], str]]:
    """Serve a project; give what fetches a page's HTML."""
    address = address or free()
    command = [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", address]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1", "PYTHONUNBUFFERED": "1"} | variables
    with (root / "serve.log").open("wb") as log:
        server = subprocess.Popen(
            command, cwd=root, env=environment, stdout=log, stderr=subprocess.STDOUT
        )

    def fetch(page: str) -> str:
        assert server.poll() is None, (root / "serve.log").read_text("utf-8")
        with urllib.request.urlopen(f"http://{address}/{page}", timeout=PATIENCE) as answer:
            return str(answer.read().decode())

    try:
        yield fetch
    finally:
        server.terminate()
        server.wait(PATIENCE)


@pytest.fixture
def fetch(root: Path) -> Iterator[Callable[[str], str]]:
    with served(root) as fetch:
        yield fetch


def when(fetch: Callable[[str], str], page: str, holds: Callable[[str], bool]) -> str:
    """Return a page once something holds of it; fail where it does not in time."""
    end, html = time.monotonic() + PATIENCE, ""
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            html = fetch(page)
            if holds(html):
                return html
        time.sleep(0.2)
    pytest.fail(f"{page} did not become what was expected:\n{html[-3000:]}")


def test_marks_come_and_go_with_edits(root: Path, fetch: Callable[[str], str]) -> None:
    """An unknown cell, then changed code, is marked on the page in every language, then mended.

    Pages and the search follow the glossary too.
    """
    page, chinese = "labs/show-all/", "zh/labs/show-all/"
    sound = when(fetch, page, lambda html: "lockstep-cell" in html)
    assert "lockstep-mark" not in sound

    guide = root / "docs/en/labs/show-all.md"
    text = guide.read_text("utf-8")
    guide.write_text(text.replace("{{ cell draw", "{{ cell no-such-cell", 1), "utf-8")
    marked = when(fetch, page, lambda html: "lockstep-mark" in html)
    assert "unknown-cell" in marked
    assert "no-such-cell" in marked
    assert marked.count('class="lockstep-cell"') == sound.count('class="lockstep-cell"') - 1
    guide.write_text(text, "utf-8")
    when(fetch, page, lambda html: "lockstep-mark" not in html)

    terms = root / "glossary.yml"
    terms.write_text(terms.read_text("utf-8").replace("A line of a", "One line of a"), "utf-8")
    when(fetch, "glossary/", lambda html: "<dd>One line of a table.</dd>" in html)
    when(fetch, "search/en.json", lambda index: "One line of a table." in index)

    script = root / "notebooks/show-all.py"
    code = script.read_text("utf-8")
    assert code.count("0.4567") == 1
    script.write_text(code.replace("0.4567", "0.5"), "utf-8")
    for address in (page, chinese):
        assert "stale-recording" in when(fetch, address, lambda html: "lockstep-mark" in html)
    script.write_text("broken (((\n", "utf-8")
    when(fetch, page, lambda html: "unknown-notebook" in html)
    script.write_text(code, "utf-8")
    when(fetch, chinese, lambda html: "lockstep-mark" not in html)


def test_the_server_starts_again_with_changed_programs(root: Path) -> None:
    """An engine that was edited makes the pages; one that is broken does not end the server."""
    hooks = root / "hooks"
    shutil.copytree(PROJECT / "hooks", hooks, ignore=shutil.ignore_patterns("vendor", "*.pyc"))
    configuration = (root / "mkdocs.yml").read_text("utf-8").replace(f"{PROJECT}/hooks", "hooks")
    configuration = configuration.replace("watch: [", "watch: [hooks, ")
    (root / "mkdocs.yml").write_text(configuration, "utf-8")
    log, page, program = root / "serve.log", "labs/show-all/", hooks / "lockstep/pages/cells.py"
    code = program.read_text("utf-8")
    assert '"lockstep-cell"' in code
    with served(root, PYTHONPATH=str(hooks)) as fetch:
        when(fetch, page, lambda html: 'class="lockstep-cell"' in html)
        program.write_text(code.replace('"lockstep-cell"', '"another-cell"'), "utf-8")
        when(fetch, page, lambda html: 'class="another-cell"' in html)
        program.write_text("broken (((\n", "utf-8")
        until(lambda: "SyntaxError" in log.read_text("utf-8"))
        when(fetch, page, lambda html: 'class="another-cell"' in html)
        program.write_text(code, "utf-8")
        when(fetch, page, lambda html: 'class="lockstep-cell"' in html)
    assert log.read_text("utf-8").count("starting again") == 2


def test_languages_at_which_nobody_looks_follow(root: Path) -> None:
    """An edit is shown at once in the language on screen; the others are there when asked for."""
    page, guide = "labs/show-all/", root / "docs/en/labs/show-all.md"
    log, text = root / "serve.log", guide.read_text("utf-8")
    with served(root) as fetch:
        when(fetch, page, lambda html: "lockstep-cell" in html)
        for number in range(3):
            guide.write_text(f"{text}\nSentence number {number}.\n", "utf-8")
            when(fetch, page, lambda html, n=number: f"number {n}" in html)  # type: ignore[misc]
            until(lambda n=number: log.read_text().count("Reloading browsers") > n)  # type: ignore[misc]
        # What fell behind says so in pages that nobody has asked for since.
        assert NOTICE in fetch(f"zh/{page}")
        assert "lockstep-cell" in fetch(f"ja/{page}")
        guide.write_text(text, "utf-8")
        when(fetch, f"zh/{page}", lambda html: NOTICE not in html)
    said = log.read_text("utf-8")
    assert "Traceback" not in said
    assert "could not be built" not in said


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds; fail where it does not in time."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.2)
