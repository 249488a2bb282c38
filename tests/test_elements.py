"""A page's HTML, read at once: what is told of it, and where it stands."""

from hypothesis import example, given
from hypothesis import strategies as st

from lockstep.pages.elements import Reader
from tests.strategies import any_text, few


class _Told(Reader):
    """What is told of a page, with its place."""

    def __init__(self, *, by_name: bool) -> None:
        super().__init__(convert_charrefs=by_name)
        self.told: list[object] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.told.append((self.at, tag, attrs))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.told.append((self.at, f"{tag}/", attrs))

    def handle_endtag(self, tag: str) -> None:
        self.told.append((self.at, f"/{tag}"))

    def handle_data(self, data: str) -> None:
        self.told.append((self.at, "text", data))

    def handle_entityref(self, name: str) -> None:
        self.told.append((self.at, "&", name))

    def handle_charref(self, name: str) -> None:
        self.told.append((self.at, "&#", name))


_PLAIN = st.sampled_from(
    ["<p>", "</p>", "<br />", "<hr>", '<a href="a?b&amp;c" title="">', "<li data-x>", "\n", "<td/>",
     "a &lt; b", "&#8617;", "&#x3c;&copy;", "<!-- a - b -->", '<h2 id="a"\nclass="b c" >', "> 。",
     '<svg viewBox="0 0 1 1" xlink:href="#a">', '<a title="1 > <0>">', "中文", "&nosuch;"]
)  # fmt: skip
_ODD = st.sampled_from(
    ["<", "</p", "<A b='c'>", "<script>", "</script>", "<a b=c>", "<!DOCTYPE html>", "<?x?>", "<1>",
     "<!-- <b> -->", "<!--", "<!-- -- -->", "<textarea>", "<a/ b>", "<a\u3000b>", "</a b>", "&am",
     "&copy x", "&", "&#", "&#x;", "&#12a;", '<a b="c"d="e">', '<a b="']
)  # fmt: skip


@few
@given(
    st.lists(_PLAIN | _PLAIN | _PLAIN | _ODD | any_text, max_size=12).map("".join), st.booleans()
)
@example("a\n<b>c</b>", True)  # noqa: FBT003 drawn
def test_pages_are_read_as_the_standard_library_reads_them(page: str, by_name: bool) -> None:  # noqa: FBT001 drawn
    theirs, ours = _Told(by_name=by_name), _Told(by_name=by_name)
    theirs.read_slowly(page)
    ours.read(page)
    assert ours.told == theirs.told


def test_plain_pages_are_read_by_one_expression() -> None:
    reader = _Told(by_name=False)
    reader.read('<h2 id="a">b &amp; c<br /></h2><!-- d -->')
    assert [it[1:] for it in reader.told if isinstance(it, tuple)] == [
        ("h2", [("id", "a")]), ("text", "b "), ("&", "amp"), ("text", " c"), ("br/", []), ("/h2",),
    ]  # fmt: skip
    assert not reader.rawdata  # what html.parser keeps of what it was fed
