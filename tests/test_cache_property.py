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
SEEDS = (1, 5)
NOTHING = "Nothing has changed: "
"""What a build says that leaves the site as it is."""
SETTINGS = (
    "site_name: Another name",
    "site_url: https://labs.example.org/below/",
    "copyright: <b>Nobody's</b>",
    "use_directory_urls: false",
    "nav: [glossary.md, index.md]",
    "repo_url: https://git.example.org/labs",
    "validation: {nav: {omitted_files: ignore}}",
    "nav: [index.md, {Words: glossary.md}, {Labs: [labs/show-all.md]}]",
    "nav: [index.md, glossary.md, {All: [{One: labs/show-all.md}, {Far: 'https://example.org'}]}]",
    "extra: {lockstep: {}, social: [{icon: material/home, link: https://example.org}]}",
    "extra: {lockstep: {}, homepage: https://example.org, said: Something}",
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
HEADS = (
    "title: Another title",
    "title: 其他",
    "description: Another description",
    "icon: material/home",
    "subtitle: Below",
    "status: new",
    "hide: [navigation, toc]",
    "level: advanced",
)
"""What may come into a front matter."""
SEEN = (
    "{{ page.title }} {{ page.toc | length }} {{ page.markdown | length }}",
    "{% for it in (page.next_page, page.previous_page) if it %}{{ it.meta }}{% endfor %}",
    "{{ (page.previous_page or page).title }} {{ page.ancestors }}",
    "{{ (page.next_page or page).content }}",
    "{{ (page.previous_page or page).toc | first }}",
    "{% for page in nav.pages %}{{ page.content | length }}{% endfor %}",
    "{{ nav.pages | map(attribute='title') | join }}",
    "{{ nav.pages | map(attribute='content') | join }}",
    "{% for it in nav.pages %}{{ it.file.content_string | length }} {{ it.meta }}{% endfor %}",
    "{% for it in pages %}{{ it.url }} {{ it.page.markdown | length }}{% endfor %}",
    "{{ page.file.alternates.keys() }} {{ page.edit_url }} {{ page.canonical_url }}",
    "{{ config.extra.said }} {{ config.copyright }} {{ config.theme.features }}",
    "{{ config.extra.alternate }} {{ config.nav }}",
    "{% for it in nav.pages %}{{ config.extra.lockstep.facts(it.meta, words) }}{% endfor %}",
    "{{ config.extra.lockstep.all_labs(i18n_page_locale) }}",
    "{% include 'partials/source-file.html' %}",
)
"""What a template may show of what it sees."""


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
    found += [root / "glossary.yml", *templates(root)]
    return sorted(path for path in found if path.exists())


def templates(root: Path) -> list[Path]:
    """Return the theme's templates."""
    return sorted((root / "theme").rglob("*.html"))


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


def _head(root: Path, chance: random.Random) -> str:
    path, line = chance.choice(sorted((root / "docs").rglob("*.md"))), chance.choice(HEADS)
    text = path.read_text("utf-8")
    kept = [it for it in text.split("\n") if not it.startswith(f"{line.partition(':')[0]}:")]
    at = 1 if kept[:1] == ["---"] else 0
    kept[at:at] = [line] if at else ["---", line, "---", ""]
    path.write_text("\n".join(kept), "utf-8")
    return f"{line} {path.relative_to(root)}"


def _add(root: Path, chance: random.Random) -> str:
    name = f"{chance.choice('amz')}.md"
    folder = chance.choice([it for it in (root / "docs").glob("*/**/") if it != root / "docs"])
    path = folder / name
    path.write_text(f"# {chance.choice(SAID)}\n\n{chance.choice(SAID)}\n", "utf-8")
    return f"new {path.relative_to(root)}"


def _show(root: Path, chance: random.Random) -> str:
    path, shown = chance.choice(templates(root)), chance.choice(SEEN)
    text, shown = path.read_text("utf-8"), f"{{% if page %}}{shown}{{% endif %}}"
    at = text.find("<article") if path.name == "main.html" else len(text)
    path.write_text(f"{text[:at]}{shown}\n{text[at:]}", "utf-8")
    return f"{shown} {path.relative_to(root)}"


def _remove(root: Path, chance: random.Random) -> str:
    path = chance.choice([it for it in texts(root) if it not in templates(root)])
    path.unlink()
    return f"no {path.relative_to(root)}"


def _damage(root: Path, _chance: random.Random) -> str:
    damaged(root)
    return "damaged"


TEXTS = map(_lines, (_lose, _swap, _say, _say, _reword))
CHANGES = (*TEXTS, _configure, _configure, _head, _head, _add, _show, _show, _remove, _damage)


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
        assert ours.returncode == theirs.returncode, done
        if ours.returncode == 0:  # else it says in which folder, and which language it came to
            said, expected_said = (plain(it.stdout).splitlines() for it in (ours, theirs))
            if any(NOTHING in line for line in said):  # a change may be none
                assert "WARNING" not in theirs.stdout, done
                assert {it for it in said if NOTHING not in it} <= {*expected_said}, done
            else:
                assert said == expected_said, done
            found, expected = files(root / "site"), files(clean / "site")
            assert [it for it in expected if found.get(it) != expected[it]] == [], done
            assert found.keys() == expected.keys(), done
        shutil.rmtree(clean)
