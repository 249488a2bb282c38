"""Which cells of a table are read out as heads."""

import markdown

from lockstep.pages import tables


def converted(text: str) -> str:
    """Return Markdown as the site converts it."""
    return markdown.markdown(text, extensions=["tables"])


def test_an_empty_head_makes_heads_of_the_first_column() -> None:
    html = tables.with_row_heads(
        converted("| | one | two |\n|:--|---|---|\n| `a` | 1 | |\n|b|3|4|")
    )
    assert '<td style="text-align: left;"></td>' in html
    assert html.count('<th scope="row" style="text-align: left;">') == 2
    assert '<th scope="row" style="text-align: left;"><code>a</code></th>\n<td>1</td>' in html
    assert html.count("<th") - html.count("<thead") == 2 + 2
    assert html.count("<td") == 1 + 4


def test_other_tables_stay_as_they_are() -> None:
    named = converted("| a | b |\n|---|---|\n| 1 | 2 |")
    other = converted("| a | |\n|---|---|\n| 1 | 2 |")
    assert tables.with_row_heads(named + other) == named + other


def test_each_table_is_judged_for_itself() -> None:
    named = converted("| a | b |\n|---|---|\n| 1 | 2 |")
    nameless = converted("| | b |\n|---|---|\n| 1 | 2 |")
    found = tables.with_row_heads(f"{named}\n{nameless}\n{named}")
    assert found == f"{named}\n{tables.with_row_heads(nameless)}\n{named}"
