"""Glossaries: what is read of them, in which order they are shown, and that ours is whole."""

from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.disk.project import Project
from lockstep.ground.language import Language, Languages
from lockstep.ground.problem import Severity
from lockstep.guides import document
from lockstep.guides.document import Document
from lockstep.pages import injection
from lockstep.pages.block import GlossaryBlock
from lockstep.pages.site import Site
from lockstep.terms import glossary
from lockstep.terms.finder import Finder
from lockstep.terms.glossary import Glossary
from tests import case
from tests.strategies import any_text, few

ROOT = Path(__file__).parents[1]
ENGLISH, CHINESE, JAPANESE = (Language(code, code) for code in ("en", "zh", "ja"))
LANGUAGES = Languages(ENGLISH, (CHINESE, JAPANESE))


def ours() -> Glossary:
    found = Project.open(ROOT / "mkdocs.yml").site().glossary
    assert found is not None
    return found


def entry(en: str, zh: str, ja: str, more: str = "") -> str:
    definition = f"{{en: {en}., zh: {zh}。, ja: {ja}。}}"
    return f"- en: {en}\n  zh: {zh}\n  ja: {ja}\n  definition: {definition}\n{more}"


def test_our_glossary_is_whole_and_in_order() -> None:
    found = ours()
    assert found.problems == ()
    names = [term.forms["en"][0].lower() for term in found.terms]
    assert len(names) >= 60
    assert names == sorted(names)
    for term in found.terms:
        assert all(said.endswith((".", "。")) for said in term.definitions.values()), term
        assert term.definitions.keys() == {"en", "zh", "ja"}, term


def test_our_terms_in_kanji_say_how_they_are_read() -> None:
    for term in ours().terms:
        read = term.readings.get("ja", term.forms["ja"][0])
        assert not [c for c in read if "\u4e00" <= c <= "\u9fff"], term


def test_a_term_knows_where_it_is_and_what_it_is_called() -> None:
    more = "  also: {zh: [批]}\n  tooltip: {ja: false}\n  unless: {en: [batch size job]}\n"
    text = f"# head\n\n{entry('Batch Size', '批量', 'バッチ', more)}"
    found = glossary.read(text, "g.yml", LANGUAGES)
    assert found.problems == ()
    (term,) = found.terms
    assert str(term.location) == "g.yml:3"
    assert term.anchor == "term-batch-size"
    assert term.forms["zh"] == ("批量", "批")
    assert term.tooltips == {"en": ("Batch Size",), "zh": ("批量", "批"), "ja": ()}
    assert term.unless["en"] == ("batch size job",)
    assert term.definitions["ja"] == "バッチ。"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("", {"en": ("a",), "zh": ("b",), "ja": ("c",)}),
        ("  tooltip: true\n", {"en": ("a",), "zh": ("b",), "ja": ("c",)}),
        ("  tooltip: false\n", {"en": (), "zh": (), "ja": ()}),
        ("  tooltip: {zh: [d, e]}\n", {"en": ("a",), "zh": ("d", "e"), "ja": ("c",)}),
    ],
)
def test_tooltips_are_for_all_forms_or_those_that_are_named(
    given: str, expected: dict[str, tuple[str, ...]]
) -> None:
    (term,) = glossary.read(entry("a", "b", "c", given), "g.yml", LANGUAGES).terms
    assert term.tooltips == expected


def test_what_cannot_be_used_is_left_out_and_the_rest_stands() -> None:
    text = f"- en: alone\n{entry('a', 'b', 'c')}- 7\n"
    found = glossary.read(text, "g.yml", LANGUAGES)
    assert [term.anchor for term in found.terms] == ["term-a"]
    assert {problem.location.line for problem in found.problems} == {1, 6}


@pytest.mark.parametrize(
    "text",
    ["- en: [a]", "- &a {en: *a}", '- en: !!int ""', "- !!bool x", "- !!timestamp x",
     r'- "\ud83d\ude00"'],
)  # fmt: skip
def test_what_is_no_text_is_a_finding_that_can_be_printed(text: str) -> None:
    found = glossary.read(f"# head\n{text}", "g.yml", LANGUAGES)
    assert found.terms == ()
    assert found.problems
    assert all(str(problem).encode() for problem in found.problems)


@pytest.mark.parametrize(
    "more", ["  also: {jp: [x]}\n", "  tooltip: {jp: false}\n", "  unless: {jp: [a b]}\n"]
)
def test_a_language_that_the_site_has_not_is_a_finding(more: str) -> None:
    (problem,) = glossary.read(entry("a", "b", "c", more), "g.yml", LANGUAGES).problems
    assert "`jp:`" in problem.message


def test_readers_find_terms_in_the_order_of_their_language() -> None:
    reading = "  reading: {ja: がくしゅうりつ}\n"
    text = "".join(
        (
            entry("learning rate", "学习率", "学習率", reading),
            entry("GPU", "GPU", "GPU"),
            entry("batch", "批量", "バッチ"),
            entry("cluster", "群集", "クラスター"),
            entry("Gloo", "参数", "カタログ"),
            entry("tent", "算", "テント"),
            entry("data", "数据", "データ"),
        )
    )
    found = glossary.read(text, "g.yml", LANGUAGES)

    def order(language: Language) -> list[str]:
        return [term.forms[language.code][0] for term in found.in_order(language)]

    assert order(ENGLISH) == ["batch", "cluster", "data", "Gloo", "GPU", "learning rate", "tent"]
    assert order(CHINESE) == ["GPU", "参数", "批量", "群集", "数据", "算", "学习率"]
    assert order(JAPANESE) == [
        "GPU", "学習率", "カタログ", "クラスター", "データ", "テント", "バッチ",
    ]  # fmt: skip
    guide = document.read("{{ glossary }}\n", "docs/zh/glossary.md")
    (block,) = injection.inject(guide, {}, CHINESE, None, found).blocks.values()
    assert isinstance(block, GlossaryBlock)
    assert [term.forms["zh"][0] for term in block.terms] == order(CHINESE)


def test_a_term_not_yet_in_a_language_is_owed_there_and_told_in_the_source_language() -> None:
    text = (
        f"{entry('batch', '批量', 'バッチ')}- en: rank\n  zh: rank\n  ja:\n"
        "  definition: {en: A process., zh: 进程。}\n  ja_avoid: [{form: 位, why: is no}]\n"
    )
    found = glossary.read(text, "g.yml", LANGUAGES)
    assert [(each.location.line, each.rule, each.severity) for each in found.problems] == [
        (5, "untranslated-term", Severity.DEBT)
    ] * 2
    rank = found.terms[1]
    assert rank.forms.keys() == rank.definitions.keys() == {"en", "zh"}
    assert [rank.told_in(code) for code in ("en", "zh", "ja")] == ["en", "zh", "en"]
    assert [term.anchor for term in found.in_order(JAPANESE)] == ["term-rank", "term-batch"]
    assert [it.term.anchor for it in Finder(found, "ja").find("rank とバッチ、位")] == [
        "term-batch"
    ]
    assert [it.term.anchor for it in Finder(found, "en").find("a rank")] == ["term-rank"]


def test_a_language_of_which_the_glossary_has_nothing_is_owed_once() -> None:
    korean = Language("ko", "한국어")
    text = entry("a", "b", "c") + entry("d", "e", "f")
    (owed,) = glossary.read(text, "g.yml", Languages(ENGLISH, (CHINESE, JAPANESE, korean))).problems
    assert (owed.severity, str(owed.location)) == (Severity.DEBT, "g.yml:1")
    assert "한국어" in owed.message
    assert not glossary.read("[]", "g.yml", Languages(ENGLISH, (korean,))).problems


class Watched(Site):
    """A site that counts how often it is gone through."""

    times = 0

    def documents(self) -> Iterator[tuple[Language, str, Document]]:
        """Yield what the site yields."""
        Watched.times += 1
        return super().documents()


def test_the_page_of_the_glossary_is_looked_for_once(tmp_path: Path) -> None:
    site = case.play(case.read(case.GOLDEN / "showcase.txt"), tmp_path).site()
    watched = Watched(**{part.name: getattr(site, part.name) for part in fields(site) if part.init})
    assert watched.glossary_pages(JAPANESE) == ["ja/glossary.md", "en/glossary.md"]
    assert watched.glossary_pages(CHINESE) == ["zh/glossary.md", "en/glossary.md"]
    assert Watched.times == 1
    assert replace(site, glossary=None).glossary_pages(ENGLISH) == []
    assert replace(site, guides={}).glossary_pages(ENGLISH) == []


@given(any_text | st.lists(st.sampled_from(["- ", "en: a", "\n", "  ", "zh: [", "]", "&a ", "*a", "? ", "!!x ", "{", "}", "tooltip: 1", "also: {en: 1}", ": "]), max_size=12).map("".join))  # fmt: skip  # noqa: E501
@few
def test_no_text_breaks_the_reader(text: str) -> None:
    found = glossary.read(text, "g.yml", LANGUAGES)
    for problem in found.problems:
        assert problem.rule == ("untranslated-term" if problem.severity else "bad-glossary")
    assert all(term.definitions.keys() == term.forms.keys() >= {"en"} for term in found.terms)
