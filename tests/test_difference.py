"""What changed, word by word: readable, complete, and nothing where only lines were broken anew."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.translations import difference
from lockstep.translations.difference import Kind
from tests.strategies import few

_texts = st.lists(
    st.lists(st.sampled_from(["one", "two", "three.", "中文", "`x`", ""]), max_size=6).map(
        " ".join
    ),
    max_size=9,
).map("\n".join)


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("Load the names.", "Load all names.", "Load [-the-]{+all+} names."),
        ("Load names.", "Load the names.", "Load{+ the+} names."),
        ("a b c d e", "a b\nc d e", "a b\nc d e"),
        ("a b c\n\nd e f g", "a b c d e f g", "a b c[-\n\n-]{+ +}d e f g"),
        ("Wholly other.", "这里 是 新的 句子 了", "[-Wholly other.\n-]{+这里 是 新的 句子 了\n+}"),
        ("a\nb\nc\nd\ne\nf\ng h i", "a\nb\nc\nd\ne\nf\ng h j", "…\nf\ng h [-i-]{+j+}"),
        ("same", "same", "same"),
    ],
)
def test_how_a_change_is_shown(before: str, after: str, shown: str) -> None:
    assert difference.plain(difference.pieces(before, after)).rstrip("\n") == shown.rstrip("\n")


@few
@given(_texts, _texts)
def test_nothing_is_lost(before: str, after: str) -> None:
    found = difference.pieces(before, after)
    without_new = "".join(piece.text for piece in found if piece.kind is not Kind.NEW)
    without_gone = "".join(piece.text for piece in found if piece.kind is not Kind.GONE)
    assert without_gone == f"{after.rstrip()}\n"
    assert without_new.split() == before.split()
