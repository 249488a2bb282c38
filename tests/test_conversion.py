"""The site's own Markdown settings, against the parser that the rules read guides with."""

from html.parser import HTMLParser
from pathlib import Path

import pytest

from lockstep.disk import conversion
from lockstep.guides import markup

ROOT = Path(__file__).parents[1]
GUIDES = sorted((ROOT / "docs").rglob("*.md"))
CONVERT = conversion.converter(ROOT / "mkdocs.yml")


class _Lists(HTMLParser):
    """The lists of a page: for each, ``ul`` or the number it begins with."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._notes = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "div":
            self._notes += self._notes > 0 or given.get("class") == "footnote"
        elif tag in ("ol", "ul") and not self._notes:
            self.found.append(given.get("start") or "1" if tag == "ol" else "ul")

    def handle_endtag(self, tag: str) -> None:
        if tag == "div" and self._notes:
            self._notes -= 1


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_readers_see_the_lists_that_rules_compare(guide: Path) -> None:
    text = guide.read_text("utf-8")
    read = [
        "ul" if token.type == "bullet_list_open" else str(token.attrs.get("start", 1))
        for token in markup.parse(text)
        if token.type in ("bullet_list_open", "ordered_list_open")
    ]
    shown = _Lists()
    shown.feed(CONVERT(text))
    assert shown.found == read
