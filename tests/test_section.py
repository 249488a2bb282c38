"""Sections of a guide, and what counts when two are compared."""

import pytest

from lockstep.guides import document, section

GUIDE = """---
title: Count
---

Hello world,
here we go.

## Load {#load}

1. Load the names:

    {{ cell load hl="1" }}

### Look {#look}

```python
x  = 1
```

## No anchor

still looking

## Load again {#load}
"""


def read(text: str) -> dict[str, section.Section]:
    return {each.anchor: each for each in section.sections(document.read(text, "guide.md"))}


def test_a_section_runs_to_the_next_anchor() -> None:
    found = read(GUIDE)
    assert list(found) == ["top", "load", "look"]
    assert found["top"].text.endswith("here we go.")
    assert found["look"].text.endswith("## Load again {#load}")
    assert (found["load"].level, found["look"].level, found["top"].level) == (2, 3, 0)
    assert [str(each.location) for each in found.values()] == [
        "guide.md:1",
        "guide.md:8",
        "guide.md:14",
    ]
    assert "\n".join(each.text for each in found.values()).split() == GUIDE.split()


def test_nothing_before_the_first_heading_is_no_section() -> None:
    assert list(read("## Load {#load}\n")) == ["load"]
    assert list(read("")) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Hello world,\nhere", "Hello world, here"),
        ("Hello world,", "Hello  world,   "),
        ("here we go.\n", "here we go.\n\n\n"),
        ("title: Count\n", "title: Count  \n"),
        ("x  = 1\n", "x  = 1   \n"),
        ('hl="1" }}', 'hl="1" code=3f9a1c }}'),
    ],
)
def test_layout_changes_nothing(old: str, new: str) -> None:
    assert old in GUIDE
    before, after = read(GUIDE), read(GUIDE.replace(old, new))
    assert [each.substance for each in before.values()] == [
        each.substance for each in after.values()
    ]


@pytest.mark.parametrize(
    ("old", "new", "anchor"),
    [
        ("Hello world", "Hello, world", "top"),
        ("title: Count", "title: Add", "top"),
        ("1. Load", "- Load", "load"),
        ('hl="1"', 'hl="2"', "load"),
        ("cell load", "output load", "load"),
        ("x  = 1", "x = 1", "look"),
        ("```python", "```sql", "look"),
        ("### Look", "## Look", "look"),
        ("here we go.", "here\n\nwe go.", "top"),
    ],
)
def test_words_and_structure_count(old: str, new: str, anchor: str) -> None:
    assert old in GUIDE
    before, after = read(GUIDE), read(GUIDE.replace(old, new))
    changed = [name for name in before if before[name].substance != after[name].substance]
    assert changed == [anchor]


def test_accepted_english_knows_its_programs() -> None:
    text = '{{cell load hl="1" code=3f9a1c }}\n\n{{ output lab:draw code=00ff }}\n\n{{ cell b }}'
    assert read(f"## A {{#a}}\n\n{text}")["a"].codes == {"load": "3f9a1c", "lab:draw": "00ff"}
