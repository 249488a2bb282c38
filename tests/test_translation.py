"""How translations stand to their English: what counts, and that accepting touches nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from lockstep.guides import document, section
from lockstep.guides.document import Document
from lockstep.translations import translation
from lockstep.translations.translation import Standing, State
from tests.strategies import few

CODES = {"load": "ab12cd34", "draw": "99887766", "lab:draw": "0123456789"}

_paragraphs = st.sampled_from(
    [
        "A line.",
        "Two lines\nof text.",
        "1. One step\n\n    {{ cell load }}\n\n2. Another",
        '{{ output lab:draw alt="A} line" }}',
        "> {{ cell draw hl=1 }}",
        "```python\n## no heading {#x}\n\n{{ cell load }}\n```",
        '!!! note "Look"\n\n    Inside.\n\n    - item',
        "| a | b |\n|---|---|\n| 1 | `{{ cell load }}` |",
        "{{ cell unknown }}",
        "中文**粗体**。",
    ]
)
_bodies = st.lists(_paragraphs, max_size=3).map("\n\n".join)
_names = st.lists(st.sampled_from("abcdef"), max_size=5, unique=True)


@st.composite
def guides(draw: st.DrawFn) -> Document:
    """Draw a guide with some of the anchors a to f, in any order."""
    parts = [draw(st.sampled_from(["", "---\ntitle: A guide\n---"])), draw(_bodies)]
    for name in draw(_names):
        parts += [f"{'#' * draw(st.integers(1, 3))} Title {{#{name}}}", draw(_bodies)]
    return read("\n\n".join(part for part in parts if part))


def read(text: str) -> Document:
    return document.read(text, "page.md")


def standings(
    source: Document, translated: Document, accepted: Document | None
) -> dict[str, Standing]:
    found = translation.standings(source, translated, accepted, CODES)
    return {each.anchor: each for each in found}


def texts(guide: Document | None) -> dict[str, str]:
    return {each.anchor: each.text for each in section.sections(guide)} if guide else {}


@few
@given(guides(), guides(), st.none() | guides(), st.sets(st.sampled_from([*"abcdef", "top"])))
def test_what_was_accepted_is_current_and_nothing_else_moves(
    source: Document, translated: Document, accepted: Document | None, chosen: set[str]
) -> None:
    before = standings(source, translated, accepted)
    written = read(translation.accept(source, translated, accepted, chosen, CODES))
    after = standings(source, translated, written)
    for anchor, standing in after.items():
        if anchor in chosen and standing.source and standing.translated:
            assert standing.state is State.CURRENT
            assert standing.changed_cells == ()
        else:
            assert standing.state is before[anchor].state
            either = standing.translated or standing.source
            kept = texts(accepted).get(anchor) if either else None
            assert texts(written).get(anchor) == kept


@few
@given(guides(), guides(), st.sets(st.sampled_from([*"abcdef", "top"])))
def test_accepting_again_changes_nothing(
    source: Document, translated: Document, chosen: set[str]
) -> None:
    once = translation.accept(source, translated, None, chosen, CODES)
    twice = translation.accept(source, translated, read(once), chosen, CODES)
    assert once == twice


@few
@given(guides())
def test_trailing_blanks_and_reflowing_change_nothing(source: Document) -> None:
    anchors = list(texts(source))
    accepted = read(translation.accept(source, source, None, anchors, CODES))
    lines = [line if line.startswith("```") else f"{line}   " for line in source.lines]
    reflowed = "\n".join(lines).replace("Two lines   \nof text.", "Two lines of\ntext.")
    found = standings(read(reflowed), source, accepted).values()
    assert {each.state for each in found} <= {State.CURRENT}


def test_a_section_moves_through_every_state() -> None:
    english = read("## A {#a}\n\nOne.\n\n## B {#b}\n\n{{ cell load }}")
    chinese = read("## 甲 {#a}\n\n一。\n\n## 丙 {#c}")
    found = standings(english, chinese, None)
    assert [(name, each.state) for name, each in found.items()] == [
        ("a", State.UNACCEPTED),
        ("b", State.MISSING),
        ("c", State.REMOVED),
    ]
    accepted = read(translation.accept(english, chinese, None, ["a", "b", "c"], CODES))
    assert list(texts(accepted)) == ["a"]
    changed = read("## A {#a}\n\nTwo.")
    assert standings(changed, chinese, accepted)["a"].state is State.OUTDATED


def test_a_lost_section_is_still_remembered() -> None:
    english = read("## A {#a}\n\nOne.\n\n## B {#b}\n\nTwo.")
    accepted = read(translation.accept(english, english, None, ["a", "b"], CODES))
    lost = read("## A {#a}\n\n一。")
    again = read(translation.accept(english, lost, accepted, ["a"], CODES))
    assert texts(again) == texts(accepted)


def test_a_changed_program_is_told_apart() -> None:
    english = read("## B {#b}\n\n{{ cell load }}\n\n{{ cell lab:draw }}\n\n{{ cell new }}")
    accepted = read(translation.accept(english, english, None, ["b"], CODES))
    assert "{{ cell load code=ab12cd }}" in accepted.lines
    codes = CODES | {"load": "ffff", "new": "1234"}
    (found,) = translation.standings(english, english, accepted, codes)
    assert (found.state, found.changed_cells) == (State.CURRENT, ("load",))
