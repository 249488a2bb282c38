"""The site's own Markdown settings, against the parser that the rules read guides with."""

import sys
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import InlineProcessor

from lockstep.disk import conversion
from lockstep.disk.project import Project
from lockstep.ground.problem import Severity
from lockstep.guides import document, markup
from lockstep.rules.check import check
from lockstep.rules.visible import Block, see
from tests import case
from tests.strategies import few, guides

ROOT = Path(__file__).parents[1]
GUIDES = sorted((ROOT / "docs").rglob("*.md"))
CONVERT = conversion.converter(ROOT / "mkdocs.yml")


class _Everything(Preprocessor):
    """Leaves out nothing."""

    def run(self, lines: list[str]) -> list[str]:
        return lines


with pytest.MonkeyPatch.context() as patched:
    patched.setattr(conversion, "_Inline", InlineProcessor)
    PLAINLY = conversion.converter(ROOT / "mkdocs.yml")
    PLAINLY("")  # loads it
with pytest.MonkeyPatch.context() as patched:
    patched.setattr(conversion, "_CONTENTS", "nowhere")
    QUICKLY = conversion.converter(ROOT / "mkdocs.yml")
    QUICKLY("")
    patched.setattr(conversion, "_Inline", InlineProcessor)
    patched.setattr(conversion, "_Narrow", _Everything)
    WHOLLY = conversion.converter(ROOT / "mkdocs.yml")
    WHOLLY("")


class _Lists(HTMLParser):
    """The lists of a page: for each, ``ul`` or the number it begins with."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._notes = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "div":
            self._notes += self._notes > 0 or given.get("class") == "footnote"
        elif tag in ("ol", "ul") and not self._notes:
            self.found.append(given.get("start") or "1" if tag == "ol" else "ul")

    def handle_endtag(self, tag: str) -> None:
        if tag == "div" and self._notes:
            self._notes -= 1


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_readers_see_the_lists_that_rules_compare(guide: Path) -> None:
    text = guide.read_text("utf-8")
    read = [
        "ul" if token.type == "bullet_list_open" else str(token.attrs.get("start", 1))
        for token in markup.parse(text)
        if token.type in ("bullet_list_open", "ordered_list_open")
    ]
    shown = _Lists()
    shown.feed(CONVERT(text))
    assert shown.found == read


@pytest.mark.parametrize(
    ("configuration", "said"),
    [
        ("INHERIT: nowhere.yml\n", "nowhere.yml"),
        ("markdown_extensions: [no_such_extension]\n", "no_such_extension"),
        ("markdown_extensions: [broken]\n", "RuntimeError: it fails at once"),
        ("markdown_extensions: [{broken: {late: true}}]\n", "RuntimeError: it fails at a page"),
        ("markdown_extensions: [{toc: {slugify: !!python/name:no.such }}]\n", "no"),
    ],
)
def test_what_cannot_be_used_is_said_once_and_nothing_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, configuration: str, said: str
) -> None:
    (tmp_path / "broken.py").write_text(BROKEN)
    monkeypatch.syspath_prepend(str(tmp_path))
    project = case.sound_lab(tmp_path)
    text = project.config.read_text("utf-8").partition("markdown_extensions")[0]
    project.config.write_text(f"{text}{configuration}", "utf-8")
    found = check(Project.open(project.config).site())
    monkeypatch.delitem(sys.modules, "broken", raising=False)
    (problem,) = found
    assert (problem.location.path, problem.severity) == ("mkdocs.yml", Severity.ADVICE)
    assert said in problem.message


BROKEN = """
from markdown import Extension
from markdown.preprocessors import Preprocessor


class Late(Preprocessor):
    def run(self, lines):
        raise RuntimeError("it fails at a page")


class Broken(Extension):
    config = {"late": [False, ""]}

    def extendMarkdown(self, md):
        if not self.getConfig("late"):
            raise RuntimeError("it fails at once")
        md.preprocessors.register(Late(md), "late", 1)


def makeExtension(**options):
    return Broken(**options)
"""


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_patterns_that_are_not_tried_would_have_made_nothing(guide: Path) -> None:
    text = guide.read_text("utf-8")
    assert CONVERT(text) == PLAINLY(text)


@few
@given(guides)
def test_patterns_that_are_not_tried_would_have_made_nothing_of_any_text(text: str) -> None:
    assert CONVERT(text) == PLAINLY(text)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_page_is_the_same_when_it_is_made_quickly(guide: Path) -> None:
    text = guide.read_text("utf-8")
    assert QUICKLY(text) == WHOLLY(text)


@few
@given(guides)
def test_any_page_is_the_same_when_it_is_made_quickly(text: str) -> None:
    assert QUICKLY(text) == WHOLLY(text)


def _seen(text: str, convert: Callable[[str], str]) -> list[Block]:
    """Return what readers see, but for where the permalinks of headings stand."""
    blocks = see(document.read(text, "guide.md"), convert).blocks
    return [replace(it, edges=set(), quoted=[]) if it.is_heading else it for it in blocks]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_is_left_out_of_a_page_would_not_be_seen(guide: Path) -> None:
    text = guide.read_text("utf-8")
    assert _seen(text, CONVERT) == _seen(text, WHOLLY)


@few
@given(guides)
def test_what_is_left_out_of_any_text_would_not_be_seen(text: str) -> None:
    assert _seen(text, CONVERT) == _seen(text, WHOLLY)


@pytest.mark.parametrize(
    "text",
    [
        "Term\n:   definition",
        "<div markdown>: no term</div>",
        "1.  Term\n    :   definition",
        '<div markdown="block">\nHeading\n---</div>',
        "> * - - -\n> Heading\n> ===",
        "<div markdown>***</div>",
        "[it]\n\n[it]: that.md",
        "Note[^1].\n\n[^1]: : what\n    > and quoted",
        "## One\n\n[TOC]\n\n## Two {#two}",
    ],
)
def test_blocks_are_looked_for_wherever_they_may_stand(text: str) -> None:
    assert CONVERT(text) == QUICKLY(text) == WHOLLY(text)
