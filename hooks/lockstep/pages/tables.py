"""Tables whose rows have names: HTML in, HTML out.

Markdown knows heads of columns alone. A table whose first head is empty names its rows in the first
column: each name becomes the head of its row, which is read out with its cells, and the empty head
an empty cell.
"""

import re

_NAMED = re.compile(
    r"<table>\s*<thead>\s*<tr>\s*(?P<corner><th(?P<style>[^>]*)></th>).*?</table>", re.DOTALL
)
_FIRST = re.compile(r"(?<=<tr>\n)<td(?P<style>[^>]*)>(?P<name>.*?)</td>", re.DOTALL)


def with_row_heads(html: str) -> str:
    """Return a page's HTML, as Python-Markdown writes it, with the heads of rows told as such."""
    return _NAMED.sub(_named, html)


def _named(table: re.Match[str]) -> str:
    head, end, body = table[0].partition("</thead>")
    head = head.replace(table["corner"], f"<td{table['style']}></td>", 1)
    return head + end + _FIRST.sub(r'<th scope="row"\g<style>>\g<name></th>', body)
