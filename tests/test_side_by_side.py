"""Languages built side by side: all that is said is said, and no process outlives its site.

That their site is the one that a single process builds is `test_cache`'s.
"""

import os
import signal
import time
from pathlib import Path

import psutil
import pytest

from tests.test_build import build, showcase
from tests.test_cache import edited

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(len(os.sched_getaffinity(0)) == 1, reason="there is one processor"),
]

HOOK = """
import os, time

def on_page_markdown(markdown, page, config, files):
    language = config.plugins["i18n"].current_language
    {code}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return the folder of a project in which nothing is wrong."""
    root = tmp_path / "project"
    showcase(root)
    return root


def hooked(root: Path, code: str) -> None:
    """Run code when a page of a project is rendered, with ``language`` being built."""
    (root / "hook.py").write_text(HOOK.format(code=code))
    edited("mkdocs.yml", "hooks: [", "hooks: [hook.py, ")(root)


def left(root: Path) -> list[int]:
    """Return the processes that work in a project."""
    return [it.pid for it in psutil.process_iter(["cwd"]) if it.info["cwd"] == str(root)]


def test_each_language_has_a_process_of_its_own(root: Path) -> None:
    hooked(root, "open('who.txt', 'a').write(f'{language} {os.getpid()}\\n')")
    assert build(root).returncode == 0
    lines = {*(root / "who.txt").read_text("utf-8").splitlines()}
    assert len({line.split()[0] for line in lines}) == 3
    assert len({line.split()[1] for line in lines}) == len(lines) == 3


def test_a_warning_in_one_language_fails_a_strict_build_and_is_said_once(root: Path) -> None:
    edited("docs/ja/index.md", "---\n\n", "---\n\n[Nowhere](nowhere.md)\n\n")(root)
    done = build(root, "--strict")
    assert done.returncode == 1
    assert done.stdout.count("'ja/nowhere.md' is not found") == 1
    assert "1 warnings in strict mode!" in done.stdout


def test_a_language_that_cannot_be_built_fails_the_build_with_what_was_wrong(root: Path) -> None:
    hooked(root, "if language == 'zh': raise KeyError('no such thing')")
    done = build(root)
    assert done.returncode == 1
    assert "KeyError: 'no such thing'" in done.stdout
    assert "hook.py" in done.stdout
    assert left(root) == []


def test_a_process_that_is_killed_fails_the_build(root: Path) -> None:
    hooked(root, f"language == 'ja' and os.kill(os.getpid(), {int(signal.SIGKILL)})")
    done = build(root)
    assert done.returncode == 1
    assert "the process that built ja ended with status -9" in done.stdout
    assert left(root) == []


def test_where_the_first_language_fails_the_others_end(root: Path) -> None:
    hooked(root, "time.sleep(600) if language != 'en' else os.stat('/nowhere')")
    started = time.monotonic()
    assert build(root).returncode == 1
    assert time.monotonic() - started < 300
    assert left(root) == []
