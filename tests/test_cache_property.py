"""Inputs changed at random: a site built with what was kept is that of a clean build.

What is changed is anything that a page can be made from. Every change meets what all builds before
it have kept; some are taken back, so that what is old becomes new again.
"""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lockstep.disk.folder import STATE
from tests.test_build import PROJECT, build, showcase
from tests.test_cache import damaged, files, plain

pytestmark = pytest.mark.slow

ROUNDS = 6
"""How many times a project is changed and built."""
SEEDS = (1,)
SETTINGS = (
    "site_name: Another name",
    "site_url: https://labs.example.org/below/",
    "copyright: <b>Nobody's</b>",
    "use_directory_urls: false",
    "nav: [glossary.md, index.md]",
    "repo_url: https://git.example.org/labs",
    "validation: {nav: {omitted_files: ignore}}",
)
SAID = (
    "A new sentence.",
    "新的一句。",
    "新しい文です。",
    "- an item",
    "1. A step",
    "| a | b |",
    "**bold",
)
"""What may come into a text."""


def project(root: Path) -> None:
    """Write a project with a theme of its own."""
    showcase(root)
    skipped = shutil.ignore_patterns("vendor")
    shutil.copytree(PROJECT / "hooks" / "theme", root / "theme", ignore=skipped)
    text = (root / "mkdocs.yml").read_text("utf-8")
    (root / "mkdocs.yml").write_text(text.replace(f"{PROJECT}/hooks/theme", "theme"), "utf-8")


def texts(root: Path) -> list[Path]:
    """Return the files that may change."""
    folders = ("docs", "notebooks", "translations")
    found = [path for name in folders for path in (root / name).rglob("*") if path.is_file()]
    found += [root / "glossary.yml", root / "theme" / "main.html", root / "theme" / "404.html"]
    return sorted(path for path in found if path.exists())


def _lines(change: Callable[[list[str], random.Random], None]) -> Callable[..., str]:
    def edit(root: Path, chance: random.Random) -> str:
        path = chance.choice(texts(root))
        lines = path.read_text("utf-8").split("\n")
        change(lines, chance)
        path.write_text("\n".join(lines), "utf-8")
        return f"{change.__name__} {path.relative_to(root)}"

    return edit


def _lose(lines: list[str], chance: random.Random) -> None:
    del lines[chance.randrange(len(lines))]


def _swap(lines: list[str], chance: random.Random) -> None:
    here, there = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[here], lines[there] = lines[there], lines[here]


def _say(lines: list[str], chance: random.Random) -> None:
    at = chance.randrange(len(lines) + 1)
    lines[at:at] = ["", chance.choice(SAID), ""]


def _reword(lines: list[str], chance: random.Random) -> None:
    at = chance.randrange(len(lines))
    lines[at] = lines[at].replace("the", "some").replace("的", "之").replace("です", "だ") + " x"


def _configure(root: Path, chance: random.Random) -> str:
    path, setting = root / "mkdocs.yml", chance.choice(SETTINGS)
    key = setting.partition(":")[0]
    kept = [it for it in path.read_text("utf-8").split("\n") if not it.startswith(f"{key}:")]
    path.write_text("\n".join([*kept, setting, ""]), "utf-8")
    return setting


def _remove(root: Path, chance: random.Random) -> str:
    path = chance.choice([it for it in texts(root) if it.parts[-2] != "theme"])
    path.unlink()
    return f"no {path.relative_to(root)}"


def _damage(root: Path, _chance: random.Random) -> str:
    damaged(root)
    return "damaged"


CHANGES = (*map(_lines, (_lose, _swap, _say, _say, _reword)), _configure, _remove, _damage)


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_changes_the_site_is_that_of_a_clean_build(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 no secret
    root, before = tmp_path / "project", tmp_path / "before"
    project(root)
    build(root)
    done: list[str] = []
    for _ in range(ROUNDS):
        if done and chance.random() < 1 / 4:
            for part in ("docs", "notebooks", "translations", "theme"):
                shutil.rmtree(root / part)
            shutil.copytree(before, root, dirs_exist_ok=True)
            done.append("as it was")
        else:
            skipped = shutil.ignore_patterns(STATE, "site")
            shutil.copytree(root, before, ignore=skipped, dirs_exist_ok=True)
            done += [chance.choice(CHANGES)(root, chance) for _ in range(chance.randint(1, 3))]
        clean = tmp_path / "clean"
        shutil.copytree(root, clean, ignore=shutil.ignore_patterns(STATE, "site"))
        ours, theirs = build(root), build(clean, side_by_side=False)
        assert plain(ours.stdout) == plain(theirs.stdout), done
        assert ours.returncode == theirs.returncode, done
        if ours.returncode == 0:
            found, expected = files(root / "site"), files(clean / "site")
            assert [it for it in expected if found.get(it) != expected[it]] == [], done
            assert found.keys() == expected.keys(), done
        shutil.rmtree(clean)
