"""What `lockstep fix` derives, and what it leaves to people."""

import pytest
from hypothesis import given

from lockstep.guides import document
from lockstep.notebooks import notebook
from lockstep.translations import mending, translation
from tests.strategies import few, guides
from tests.test_notebook import HEADER

ENGLISH = """\
# Top {#top-of-page}

## Load {#load}

First.

1. Load:

    {{ cell load }}

2. Draw:

    {{ output draw alt="A line" }}

## Look {#look}

### Deep {#deep}
"""


def with_anchors(english: str, translated: str) -> str:
    source, guide = (document.read(text, "page.md") for text in (english, translated))
    return mending.mended(translated, list(mending.anchors_from(source, guide)))


def with_directives(english: str, translated: str, accepted: str | None = None) -> str:
    source, guide = (document.read(text, "page.md") for text in (english, translated))
    then = document.read(accepted, "page.md") if accepted else None
    found = translation.standings(source, guide, then, {})
    mends = [mend for each in found for mend in mending.directives(source, guide, each)]
    return mending.mended(translated, mends)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "# 顶\n## 读\n## 看\n### 深",
            "# 顶 {#top-of-page}\n## 读 {#load}\n## 看 {#look}\n### 深 {#deep}",
        ),
        ("## 读 {#load}\n## 看 ##\n### 深", "## 读 {#load}\n## 看 {#look}\n### 深 {#deep}"),
        (
            "## 读 {#load}\n## 看 { .wide }\n### 深",
            "## 读 {#load}\n## 看 {#look .wide }\n### 深 {#deep}",
        ),
        ("## 读 {#load}\n看\n---\n### 深", "## 读 {#load}\n看 {#look}\n---\n### 深 {#deep}"),
        ("## 看 {#look}\n## 读\n### 深", "## 看 {#look}\n## 读\n### 深"),
        ("# 顶\n## 看 {#look}\n## 读 {#load}", "# 顶\n## 看 {#look}\n## 读 {#load}"),
    ],
)
def test_anchors_come_from_english_where_levels_agree(text: str, wanted: str) -> None:
    assert with_anchors(ENGLISH, text) == wanted


def test_english_anchors_come_from_titles() -> None:
    text = "# Load & draw\n## Load, draw!\n## A {#load-draw-2}\n## 中文"
    mends = list(mending.anchors(document.read(text, "page.md")))
    assert mending.mended(text, mends) == (
        "# Load & draw {#load-draw}\n## Load, draw! {#load-draw-3}\n## A {#load-draw-2}\n## 中文"
    )


CHINESE = ENGLISH.replace("First.", "首先。").replace("Load:", "读:").replace("Draw:", "画:")


@pytest.mark.parametrize(
    "lost",
    ['\n\n    {{ output draw alt="A line" }}', "\n\n    {{ cell load }}"],
)
def test_a_lost_directive_is_put_back(lost: str) -> None:
    assert with_directives(ENGLISH, CHINESE.replace(lost, "")) == CHINESE
    both = CHINESE
    for each in ('\n\n    {{ output draw alt="A line" }}', "\n\n    {{ cell load }}"):
        both = both.replace(each, "")
    assert with_directives(ENGLISH, both) == CHINESE


def test_two_that_were_lost_side_by_side_keep_their_order() -> None:
    pair = "    {{ cell load }}\n\n    {{ output load }}"
    english = ENGLISH.replace("    {{ cell load }}", pair)
    chinese = CHINESE.replace("    {{ cell load }}", pair)
    lost = CHINESE.replace("\n\n    {{ cell load }}", "")
    assert with_directives(english, lost) == chinese


def test_where_it_would_stand_is_not_guessed() -> None:
    lost = CHINESE.replace("\n\n    {{ cell load }}", "")
    for other in (
        lost.replace("首先。", "首先。\n\n还有。"),
        lost.replace("首先。\n\n", ""),
        lost.replace("2. 画:", "    画:"),
    ):
        assert with_directives(ENGLISH, other) == other


def test_what_english_gained_is_no_loss() -> None:
    then = ENGLISH.replace("    {{ cell load }}\n\n", "")
    translated = CHINESE.replace("    {{ cell load }}\n\n", "")
    assert with_directives(ENGLISH, translated, then) == translated
    assert with_directives(ENGLISH, translated, ENGLISH) == CHINESE


def test_cells_are_named_by_their_first_comment() -> None:
    text = (
        f"{HEADER}# %%\n# Load the Iris rows, then split them!\nx = 1\n\n"
        '# %% values=["y"]\ny = 2\n\n# %% tags=["test"]\nassert x\n\n# %%\n# 读取\nz = 3\n\n'
        "# %% colour=1\na = 1\n\n# %%\n# Load the Iris rows then\nb = 1\n"
    )
    mends = list(mending.cell_names(notebook.read(text, "notebooks/x.py")))
    lines = [line for line in mending.mended(text, mends).split("\n") if line.startswith("# %%")]
    assert lines == [
        '# %% name="load-the-iris-rows-then"',
        '# %% name="cell-2" values=["y"]',
        '# %% tags=["test"]',
        '# %% name="cell-4"',
        "# %% colour=1",
        '# %% name="load-the-iris-rows-then-2"',
    ]


@few
@given(guides, guides)
def test_any_guide_is_mended_once(source: str, translated: str) -> None:
    once = with_anchors(source, translated)
    assert with_anchors(source, once) == once
    before = document.read(translated, "page.md").headings
    after = document.read(once, "page.md").headings
    assert [heading.level for heading in before] == [heading.level for heading in after]
    again = with_directives(source, once)
    assert with_directives(source, again) == again
