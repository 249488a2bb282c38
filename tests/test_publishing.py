"""What readers of a translation get while its English moves on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.ground.language import Language
from lockstep.guides import document, footnote
from lockstep.guides.document import Document
from lockstep.pages import publishing
from lockstep.pages.block import Notice, NoticeBlock, PassageEnd, PassageStart
from lockstep.pages.publishing import Published
from lockstep.translations import translation
from tests.strategies import few, guides

SOURCE = Language("en", "English")
ENGLISH = """---
title: Count
---

Hello.

## Load {#load}

1. Load the names:

    {{ cell load }}

## Look {#look}

Only words[^why].

[^why]: Because.

## Draw {#draw}

{{ cell draw hl="1" }}

{{ output draw alt="A line" }}
"""
CHINESE = """---
title: 计数
---

你好。

## 载入 {#load}

1. 载入名字

    {{ cell load }}

## 查看 {#look}

只有文字[^why]。

[^why]: 原因。

## 绘图 {#draw}

{{ cell draw hl="1" }}

{{ output draw alt="一条线" }}
"""


def publish(
    now: str,
    translated: str = CHINESE,
    then: str | None = ENGLISH,
    *,
    cut: bool = False,
    gone: frozenset[str] = frozenset(),
) -> Published:
    """Publish a translation; ``cut``: as MkDocs hands it over, without its front matter."""
    source = document.read(now, "docs/en/count.md")
    accepted = document.read(then, "translations/zh/count.md") if then is not None else None
    guide = document.read(translated, "docs/zh/count.md")
    standings = translation.standings(source, guide, accepted, {})
    if cut:
        body = translated.split("---\n", 2)[2].lstrip("\n")
        offset = translated.count("\n") - body.count("\n")
        guide = document.read(body, "docs/zh/count.md", offset=offset)
    return publishing.published(guide, standings, SOURCE, gone.__contains__)


def shown(result: Published) -> str:
    """Return the page with a word for each block that stands in it, without blank lines."""
    lines = list(result.document.lines)
    for index, block in result.insertions.items():
        assert not lines[index].strip()
        if isinstance(block, PassageStart):
            said = f"<{block.language}>"
        elif isinstance(block, PassageEnd):
            said = "</>"
        else:
            assert isinstance(block, NoticeBlock)
            said = f"({block.notice.value} {block.anchor})".replace(" )", ")")
        lines[index] += said
    return "\n".join(line for line in lines if line.strip())


def changed(old: str, new: str, text: str) -> str:
    assert text.count(old) == 1
    return text.replace(old, new)


def compact(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if line.strip())


def test_what_agrees_is_published_as_it_is() -> None:
    result = publish(ENGLISH)
    assert result == Published(document.read(CHINESE, "docs/zh/count.md"))


@pytest.mark.parametrize("then", [None, ""])
def test_what_was_never_accepted_shows_readers_nothing(then: str | None) -> None:
    now = changed("Load the names", "Load all names", ENGLISH)
    assert compact(CHINESE) == shown(publish(now, then=then))


def test_a_changed_program_alone_shows_readers_nothing() -> None:
    then = changed("{{ cell load }}", "{{ cell load code=abc123 }}", ENGLISH)
    assert publish(ENGLISH, then=then).insertions == {}


@pytest.mark.parametrize("cut", [False, True])
def test_a_section_that_fell_behind_says_so_under_its_heading(cut: bool) -> None:  # noqa: FBT001
    result = publish(changed("Load the names", "Load all names", ENGLISH), cut=cut)
    text = shown(result)
    assert "## 载入 {#load}\n(behind load)\n1. 载入名字\n    {{ cell load }}\n## 查看" in text
    assert list(result.insertions.values()) == [NoticeBlock(Notice.BEHIND, "load")]


@pytest.mark.parametrize("cut", [False, True])
def test_the_beginning_of_a_page_can_fall_behind(cut: bool) -> None:  # noqa: FBT001
    text = shown(publish(changed("Hello.", "Hello!", ENGLISH), cut=cut))
    front = "" if cut else "---\ntitle: 计数\n---\n"
    assert text.startswith(f"{front}(behind)\n你好。\n## 载入")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("title: Count", "title: Count\ndescription: Legs.", False),
        ("title: Count", "title: Count\ntags: [a]", False),
        ("title: Count", "title: Count all", True),
        ("title: Count", "title: Count\nduration: 5", True),
        ("title: Count\n---\n\nHello.", "title: Count\ntags: [a]\n---\n\nHello!", True),
    ],
)
@pytest.mark.parametrize("cut", [False, True])
def test_readers_are_told_of_what_the_page_shows(cut: bool, old: str, new: str, told: bool) -> None:  # noqa: FBT001
    result = publish(changed(old, new, ENGLISH), cut=cut)
    assert list(result.insertions.values()) == [NoticeBlock(Notice.BEHIND, "")] * told


LINKED = {
    "see": ("Only words[^why].", "Only words[^why]. See [it](gone.md) and ![it](gone.svg)."),
    "sees": ("只有文字[^why]。", "只有文字[^why]。见[它](gone.md)、![它](gone.svg)。"),
}


@pytest.mark.parametrize("address", ["gone.md", "gone.svg"])
def test_english_stands_in_where_a_link_that_it_gave_up_leads_nowhere(address: str) -> None:
    then, translated = changed(*LINKED["see"], ENGLISH), changed(*LINKED["sees"], CHINESE)
    there = publish(ENGLISH, translated, then)
    assert list(there.insertions.values()) == [NoticeBlock(Notice.BEHIND, "look")]
    result = publish(ENGLISH, translated, then, gone=frozenset({address}))
    assert "<en>\n## Look {#look}\n(changed)\nOnly words[^why].\n[^why]: Because.\n</>" in shown(
        result
    )
    assert "gone" not in shown(result)
    # What English still has, or the translation has not, changes nothing.
    for now, theirs in ((then.replace("Only", "Just"), translated), (ENGLISH, CHINESE)):
        found = publish(now, theirs, then, gone=frozenset({address}))
        assert list(found.insertions.values()) == [NoticeBlock(Notice.BEHIND, "look")]


def test_a_withdrawn_section_that_leads_nowhere_leaves_its_place() -> None:
    then, translated = changed(*LINKED["see"], ENGLISH), changed(*LINKED["sees"], CHINESE)
    now = ENGLISH.partition("## Look")[0] + "## Draw" + ENGLISH.partition("## Draw")[2]
    kept = publish(now, translated, then)
    assert "(withdrawn)\n只有文字" in shown(kept)
    removed = shown(publish(now, translated, then, gone=frozenset({"gone.md"})))
    assert '<div id="look"></div>' in removed
    assert "gone" not in removed


@pytest.mark.parametrize("cut", [False, True])
def test_english_stands_in_where_it_gained_a_cell(cut: bool) -> None:  # noqa: FBT001
    now = changed(
        "    {{ cell load }}\n", "    {{ cell load }}\n\n2. More:\n\n    {{ cell more }}\n", ENGLISH
    )
    result = publish(now, cut=cut)
    assert (
        "<en>\n## Load {#load}\n(changed)\n1. Load the names:\n    {{ cell load }}\n2. More:\n"
        "    {{ cell more }}\n</>\n## 查看 {#look}"
    ) in shown(result)
    assert "载入" not in shown(result)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{{ cell draw hl", "{{ cell paint hl"),
        ('\n{{ output draw alt="A line" }}\n', ""),
        ('{{ cell draw hl="1" }}', "Drawn {{ value drawn }}."),
    ],
)
def test_english_stands_in_where_what_it_shows_is_another(old: str, new: str) -> None:
    assert "<en>\n## Draw {#draw}\n(changed)\n" in shown(publish(changed(old, new, ENGLISH)))


@pytest.mark.parametrize(
    ("old", "new"),
    [('hl="1"', 'hl="1" output="open"'), ("A line", "A curve"), ("\n{{ output", "\nSee:\n\n{{ o")],
)
def test_options_and_words_are_behind_and_no_more(old: str, new: str) -> None:
    now = changed(old, new.replace("{{ o", "{{ output"), ENGLISH)
    assert "## 绘图 {#draw}\n(behind draw)\n{{ cell draw" in shown(publish(now))


def test_a_translation_that_followed_stands_though_nobody_accepted_it() -> None:
    now = changed("{{ cell draw hl", "{{ cell paint hl", ENGLISH)
    theirs = changed("{{ cell draw hl", "{{ cell paint hl", CHINESE)
    assert "## 绘图 {#draw}\n(behind draw)\n{{ cell paint" in shown(publish(now, theirs))


def test_a_translation_that_lost_a_cell_by_itself_is_left_to_be_found() -> None:
    theirs = changed("    {{ cell load }}\n", "", CHINESE)
    now = changed("Load the names", "Load all names", ENGLISH)
    assert "(behind load)\n1. 载入名字\n## 查看" in shown(publish(now, theirs))


def test_a_value_that_english_no_longer_states_may_be_gone() -> None:
    then = changed("Only words", "Only {{ value words }} words", ENGLISH)
    theirs = changed("只有文字", "只有 {{ value words }} 个字", CHINESE)
    now = changed("Only words", "Only {{ value names }} words", ENGLISH)
    assert "<en>\n## Look {#look}\n(changed)\nOnly {{ value names" in shown(
        publish(now, theirs, then)
    )
    more = changed("Only {{ value words }}", "Only {{ value words }} of {{ value all }}", then)
    assert "(behind look)\n只有 {{ value words }}" in shown(publish(more, theirs, then))


@pytest.mark.parametrize("then", [ENGLISH, None])
def test_a_missing_section_with_cells_stands_in_english_in_its_place(then: str | None) -> None:
    now = changed(
        "## Look {#look}", "## More {#more}\n\n{{ cell more }}\n\n## Look {#look}", ENGLISH
    )
    assert (
        "    {{ cell load }}\n<en>\n## More {#more}\n(untranslated)\n{{ cell more }}\n</>\n## 查看"
    ) in shown(publish(now, then=then))


def test_a_missing_section_without_cells_is_announced() -> None:
    now = changed("## Draw {#draw}", "## More {#more}\n\nMore words.\n\n## Draw {#draw}", ENGLISH)
    text = shown(publish(now))
    assert "[^why]: 原因。\n<en>\n## More {#more}\n(announced more)\n</>\n## 绘图" in text
    assert "More words" not in text


def test_what_seems_to_be_missing_may_stand_under_a_heading_without_anchor() -> None:
    theirs = changed("## 绘图 {#draw}", "## 绘图", CHINESE)
    assert shown(publish(ENGLISH, theirs)) == compact(theirs)
    now = changed("## Draw {#draw}", "## Draw", ENGLISH)
    assert shown(publish(now)) == compact(CHINESE)


def test_a_removed_section_with_cells_is_gone_but_for_links_to_it() -> None:
    now = ENGLISH.partition("## Draw")[0]
    text = shown(publish(now))
    assert text.endswith('[^why]: 原因。\n<div id="draw"></div>')
    assert "绘图" not in text


def test_a_removed_section_of_words_stays_with_a_notice() -> None:
    start, end = ENGLISH.index("## Look"), ENGLISH.index("## Draw")
    text = shown(publish(ENGLISH[:start] + ENGLISH[end:]))
    assert "    {{ cell load }}\n## 查看 {#look}\n(withdrawn)\n只有文字[^why]。" in text


def test_a_section_of_the_translation_alone_stays() -> None:
    theirs = changed("## 绘图", "## 附注 {#note}\n\n附注。\n\n## 绘图", CHINESE)
    assert shown(publish(ENGLISH, theirs)) == compact(theirs)


def test_sections_follow_where_english_moved_them() -> None:
    parts = [ENGLISH[: ENGLISH.index("## Load")]]
    load, look, draw = (f"## {part}" for part in ENGLISH.split("## ")[1:])
    text = shown(publish("".join([*parts, load, f"{draw}\n", look])))
    assert text.index("## 载入") < text.index("## 绘图") < text.index("## 查看")
    assert not any(notice in text for notice in ("(", "<en>"))


@pytest.mark.parametrize("cut", [False, True])
def test_every_line_keeps_its_place(cut: bool) -> None:  # noqa: FBT001
    now = changed("{{ cell draw hl", "More.\n\n{{ cell paint hl", ENGLISH)
    now = changed("Load the names", "Load all names", now)
    result = publish(now, cut=cut)
    files = {"docs/zh/count.md": CHINESE.split("\n"), "docs/en/count.md": now.split("\n")}
    seen = set()
    for index, line in enumerate(result.document.lines):
        where = result.document.at(index)
        if line.strip():
            assert files[where.path][where.line - 1] == line
            seen.add(where.path)
    assert seen == set(files)
    places = {span.text: str(span.location) for span in result.document.spans}
    assert places["{{ cell load }}"] == "docs/zh/count.md:11"
    assert places['{{ cell paint hl="1" }}'] == "docs/en/count.md:23"


def test_a_footnote_is_there_wherever_what_defined_it_went() -> None:
    """Its definition may stand in a section that English replaces, or in one it does not."""
    note = "\n[^who]: Somebody.\n\n    Told twice.\n"
    then = ENGLISH.replace("Hello.", "Hello[^who].") + note
    theirs = CHINESE.replace("你好。", "你好[^who]。") + "\n[^who]: 某人。\n"
    painted = changed("{{ cell draw hl", "{{ cell paint hl", then)
    moved = changed("Hello[^who].", f"Hello[^who].\n{note}", changed(note, "", painted))
    text = shown(publish(moved, theirs, then))
    assert "(behind)\n你好[^who]。\n" in text
    assert text.endswith('{{ output draw alt="A line" }}\n</>\n[^who]: 某人。')
    drawn = changed("{{ cell paint", "Drawn[^why]. {{ cell paint", painted)
    theirs = changed("\n[^why]: 原因。\n", "", changed("[^why]。", "。", theirs))
    text = shown(publish(changed("Drawn", "\nDrawn", drawn), theirs, then))
    assert text.endswith("[^who]: Somebody.\n    Told twice.\n</>\n[^why]: Because.")


def test_a_colon_after_a_reference_does_not_make_it_a_definition() -> None:
    guide = document.read("In [^a] and runtime[^b]: Spark.\n\n[^c]: See[^d]: there.", "page.md")
    assert footnote.references(guide) == {"a", "b", "d"}
    assert set(footnote.definitions(guide)) == {"c"}


def test_a_footnote_that_nothing_refers_to_any_more_is_left_out() -> None:
    then = changed("[^why]: Because.\n", "", ENGLISH) + "\n[^why]: Because.\n"
    theirs = changed("[^why]: 原因。\n", "", CHINESE) + "\n[^why]: 原因。\n\n    完。\n"
    now = changed("[^why]: Because.\n", "", changed("Only words[^why].", "{{ cell look }}", then))
    now = changed("Hello.", "Hello there.", now)
    text = shown(publish(now, theirs, then))
    assert "<en>\n## Look {#look}\n(changed)\n{{ cell look }}\n</>" in text
    assert text.endswith('{{ output draw alt="一条线" }}')


def written(parts: dict[str, list[str]], word: str) -> str:
    """Write a guide: anchors of its sections, and the cells of each."""
    return "".join(
        f"## {word} {{#{anchor}}}\n\n{word}\n\n"
        + "".join(f"1. {word}\n\n    {{{{ cell {cell} }}}}\n\n" for cell in cells)
        for anchor, cells in parts.items()
    )


def cells(text: Document) -> list[str]:
    return [span.text for span in text.spans]


outlines = st.dictionaries(
    st.sampled_from("pqrstu"), st.lists(st.sampled_from("abcdef"), max_size=3), max_size=6
)


@given(then=outlines, now=outlines)
@few
def test_a_page_that_was_whole_stays_whole(
    then: dict[str, list[str]], now: dict[str, list[str]]
) -> None:
    """Whatever becomes of the English: its cells, all and in order, are the page's."""
    english = written(now, "Word")
    result = publish(english, written(then, "字"), written(then, "Word"))
    assert cells(result.document) == cells(document.read(english, "docs/en/count.md"))


def test_what_is_indented_stays_where_it_is() -> None:
    then = "1. Do:\n\n    ### Load {#load}\n\n    {{ cell load }}\n\n2. Then.\n"
    theirs = "1. 做\n\n    载入 {#load}\n    -----\n\n    {{ cell load }}\n\n2. 然后。\n"
    now = changed("{{ cell load }}", "Well.\n\n    {{ cell load }}", then)
    result = publish(now, theirs, then)
    assert "    载入 {#load}\n    -----\n    (behind load)\n    {{ cell" in shown(result)


@given(guides, guides)
@few
def test_any_two_guides_can_be_published(english: str, translated: str) -> None:
    result = publish(english, translated, english)
    assert len(result.document.origins) in {0, len(result.document.lines)}
    for index in result.insertions:
        assert not result.document.lines[index].strip()
