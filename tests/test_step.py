"""Steps are known by what they say: their number, their lines and their neighbours do not count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.guides import document, markup, section, step
from lockstep.guides.step import Step
from tests.strategies import few, guides

GUIDE = """\
## Load {#load}

1. Start a session:

    {{ cell start-session }}

2. Load the rows. The bill is the beak;
   its depth is its height.

    1. Open the file.
    2. Read it.

3. Compare.

- Not a step.

> 1. Quoted.

4. Compare.
"""


def steps(text: str) -> tuple[Step, ...]:
    (part,) = section.sections(document.read(text, "guide.md"))
    return step.steps(part)


def keys(text: str) -> list[str]:
    return [each.key for each in steps(text)]


BEFORE = keys(GUIDE)


def test_items_of_ordered_lists_are_steps_wherever_they_stand() -> None:
    found = steps(GUIDE)
    assert [each.depth for each in found] == [0, 0, 1, 1, 0, 0, 0]
    assert len(set(BEFORE)) == len(found)
    assert "start-session" in found[0].marks
    assert BEFORE[6] == f"{BEFORE[4]}-2"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1. Start", "7. Start"),
        ("3. Compare.\n\n- Not", "3. Compare.\n\n- Still not"),
        ("beak;\n   its", "beak; its"),
        ("1. Open the file.\n    2.", "1. Open the file.\n\n    2."),
        ("    1. Open", "    1) Open"),
        ("## Load {", "### Load them {"),
        ("Open the file.  ", "Open the file."),
        ("> 1. Quoted.", "Text.\n\n> 1. Quoted."),
    ],
)
def test_what_is_none_of_a_step_keeps_every_key(old: str, new: str) -> None:
    assert keys(GUIDE.replace(old, new)) == BEFORE


@pytest.mark.parametrize(
    ("old", "new", "kept"),
    [
        ("1. Start", "1. Install it.\n2. Start", BEFORE),
        ("1. Start a session:\n\n    {{ cell start-session }}\n\n2.", "1.", BEFORE[1:]),
        ("    1. Open the file.\n", "", [*BEFORE[:2], *BEFORE[3:]]),
        ("Read it.", "Read it twice.", [*BEFORE[:3], *BEFORE[4:]]),
        ("cell start-session", "cell begin-session", BEFORE[1:]),
        ("Load the rows.", "Load all rows.", [BEFORE[0], *BEFORE[2:]]),
        ("{#load}", "{#read}", []),
    ],
)
def test_only_steps_that_are_touched_get_another_key(old: str, new: str, kept: list[str]) -> None:
    assert old in GUIDE
    after = keys(GUIDE.replace(old, new))
    assert [key for key in after if key in BEFORE] == kept


def test_a_footnote_has_no_steps() -> None:
    assert keys("## A {#a}\n\nWhy[^x].\n\n[^x]: Because:\n\n    1. One.\n    2. Two.\n") == []


_words = st.lists(st.sampled_from(["load", "`rows`", "the", "**now**", "中文", "1"]), min_size=1)


@given(st.lists(_words.map(" ".join), min_size=1, max_size=6), st.data())
def test_keys_travel_with_their_steps(texts: list[str], data: st.DataObject) -> None:
    """In whatever order the steps come: only equal ones are told apart by how many came before."""
    shuffled = data.draw(st.permutations(texts))
    written = [
        "## A {#a}\n\n" + "".join(f"1. {text}\n" for text in order) for order in (texts, shuffled)
    ]
    assert sorted(keys(written[0])) == sorted(keys(written[1]))
    assert len(set(keys(written[0]))) == len(texts)


ADDRESSES = """\
1. [Start][there] at <https://example.org> or `[no](link)`.

    - Nested, ![alone](here.png): [again][^1].

> [No step](elsewhere.md).

2. A *word* <b>more</b>.

[there]: https://example.org/there
[^1]: 1. A [note](note.md).
"""


@pytest.mark.parametrize("text", [GUIDE, ADDRESSES])
def test_steps_are_those_that_all_of_a_text_gives(text: str) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(markup, "outline", markup.parse)
        wanted = _each(text)
    assert _each(text) == wanted
    assert any(wanted)


@few
@given(guides)
def test_steps_of_any_guide_are_those_that_all_of_it_gives(text: str) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(markup, "outline", markup.parse)
        wanted = _each(text)
    assert _each(text) == wanted


def _each(text: str) -> list[tuple[Step, ...]]:
    return [step.steps(part) for part in section.sections(document.read(text, "guide.md"))]
