"""Paragraphs may be divided and joined; one that is left out is found, and which one."""

import pytest

from lockstep.guides.item import Text
from lockstep.translations import bitext

LONG = "The workers exchange their gradients after every batch, and each of them takes a step. " * 2
OTHER = (
    "A checkpoint keeps the weights, so that a broken run goes on where it stopped last time. " * 2
)
LANG = "工作器在每个批量之后交换梯度、然后各自走一步、这样所有进程的权重始终相同。" * 2
ANDERES = "检查点保存权重、运行中断以后可以从上次停下的地方继续、而不必从头开始训练。" * 2
SHORT, KURZ = "Why?", "为什么呢"


def texts(*words: str) -> list[Text]:
    return [Text("paragraph", each, at, None, 0, at) for at, each in enumerate(words)]


@pytest.mark.parametrize(
    ("english", "translated", "shape"),
    [
        ([LONG, OTHER], [LANG, ANDERES], [(1, 1), (1, 1)]),
        ([LONG, OTHER], [LANG + ANDERES], [(2, 1)]),
        ([LONG + OTHER], [LANG, ANDERES], [(1, 2)]),
        ([SHORT, LONG], [KURZ + LANG], [(2, 1)]),
        ([LONG, OTHER, LONG + OTHER], [LANG, ANDERES], [(1, 1), (1, 1), (1, 0)]),
        ([LONG], [LANG, ANDERES], [(1, 1), (0, 1)]),
        ([LONG], [], [(1, 0)]),
        ([SHORT], [], [(1, 0)]),
        ([], [KURZ], [(0, 1)]),
    ],
)
def test_paragraphs_are_read_side_by_side(
    english: list[str], translated: list[str], shape: list[tuple[int, int]]
) -> None:
    ours, theirs = texts(*english), texts(*translated)
    marks = {text: frozenset[object]() for text in (*ours, *theirs)}
    found = bitext.groups(ours, theirs, marks, bitext.ratio([]))
    assert sorted((len(a), len(b)) for a, b in found) == sorted(shape)


def test_a_paragraph_may_stand_on_the_other_side_of_a_list() -> None:
    ours, theirs = texts(LONG, "", OTHER), texts("", ANDERES, LANG)
    ours[1].kind = theirs[0].kind = "bullet_list"
    found = bitext.groups(ours, theirs, {it: frozenset() for it in (*ours, *theirs)}, 1)
    assert [len(a) == len(b) for a, b in found] == [True, True]
    lost = bitext.groups(ours, theirs[:2], {it: frozenset() for it in (*ours, *theirs)}, 1)
    assert [len(a) - len(b) for a, b in lost] == [1, 0]


def test_what_a_paragraph_holds_tells_which_one_is_gone() -> None:
    ours, theirs = texts(LONG, OTHER), texts(LANG)
    marks = {ours[0]: frozenset({"a"}), ours[1]: frozenset({"b"}), theirs[0]: frozenset({"b"})}
    found = bitext.groups(ours, theirs, marks, 1.0)
    assert [(it,) for it in ours] == [a for a, _ in found]
    assert found[0][1] == ()


def test_a_page_tells_how_long_its_translation_is() -> None:
    ours, theirs = texts("word " * 200), texts("词" * 200)
    assert bitext.ratio([(ours, theirs)]) == 0.5
    assert bitext.ratio([(texts("word"), texts("词"))]) == bitext.ratio([])
