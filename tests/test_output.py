"""Outputs: what of them is recorded, what of them is published, whatever they hold."""

import base64
import time
import unicodedata
from typing import Any

import pytest
from hypothesis import given

from lockstep.notebooks import output, svg
from lockstep.notebooks.output import Figure, Text, clean, normalised, published
from tests.strategies import any_text, few

PNG = b"\x89PNG\r\n\x1a\n rest"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{}</svg>'
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def stream(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def shown(**data: str | list[str]) -> dict[str, Any]:
    names = {"svg": "image/svg+xml", "png": "image/png", "text": "text/plain", "html": "text/html"}
    found = {names[name]: value for name, value in data.items()}
    return {"output_type": "display_data", "data": found, "metadata": {"a": 1}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]8;;https://example.com\x1b\\link\x1b]8;;\x07", "link"),
        ("\x1b[2J\x1b[H\x1b[5Aup\x1b[K", "up"),
        ("\x1b(B\x1b7x\x1b8\x1bM", "x"),
        ("\x1b]0;title without an end\nnext", "\nnext"),
        ("a\x1b", r"a\x1b"),
        ("0 %\r50 %\r100 %\r\ndone\r", "100 %\ndone"),
        ("bell\x07 null\x00 back\x08", r"bell\x07 null\x00 back\x08"),
        ("\x9b31m \x85", r"\x9b31m \x85"),
        ("a\u202eb\u2066c\u200fd", r"a\u202eb\u2066c\u200fd"),
        ("a\u2028b\u2029", r"a\u2028b\u2029"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("half \ud800", r"half \ud800"),
        ("tag \U000e0041", r"tag \U000e0041"),
        ("no\u00a0break\u3000wide", "no break wide"),
        ("tab\tstays 中文 é 😀", "tab\tstays 中文 é 😀"),
    ],
)
def test_text_shows_what_it_holds(text: str, expected: str) -> None:
    assert clean(text) == expected


@given(any_text)
@few
def test_clean_text_is_visible_and_stays_as_it_is(text: str) -> None:
    cleaned = clean(f"{text}\x1b[0m{text}")
    assert not {c for c in cleaned if unicodedata.category(c) in INVISIBLE} - {"\n", "\t"}
    assert clean(cleaned) == cleaned
    cleaned.encode()


@pytest.mark.parametrize("part", ["x", "line\n", "\x00", "\x1b[0m", "1 %\r", "\x1b]8;;", "\ud800"])
def test_a_flood_is_cut_in_time(part: str) -> None:
    flood = part * (50_000_000 // len(part))
    started = time.monotonic()
    (once,) = normalised([stream(flood)]) or [stream("")]
    (found,) = published([stream(flood)]) or [Text("")]
    assert time.monotonic() - started < 10
    assert isinstance(found, Text)
    assert len(found.text) <= output.TEXT_LIMIT
    assert published([once]) in {(found,), ()}


def test_a_cut_says_so_once() -> None:
    (recorded,) = normalised([stream("x" * 200_000)])
    assert recorded["text"].endswith(output.CUT)
    assert published([recorded]) == (Text(recorded["text"]),)
    assert recorded["text"].count(output.CUT) == 1


def test_streams_are_joined_and_kept_apart() -> None:
    chunks = [
        stream("a\n"),
        stream("warn\n", "stderr"),
        stream("b\n"),
        shown(text="c"),
        stream("d"),
    ]
    assert normalised(chunks) == [
        stream("a\nb\n"),
        stream("warn\n", "stderr"),
        {"output_type": "display_data", "data": {"text/plain": "c"}, "metadata": {}},
        stream("d"),
    ]


def test_ranks_speak_in_their_order() -> None:
    lines = "start\n[1]<stdout>:b1\n[0]<stdout>:a1\n[1]<stderr>:b2\n[0]<stdout>:a2\nend"
    (found,) = normalised([stream(lines)])
    assert found["text"] == (
        "start\n[0]<stdout>:a1\n[0]<stdout>:a2\n[1]<stdout>:b1\n[1]<stderr>:b2\nend"
    )


def test_what_differs_from_run_to_run_goes() -> None:
    text = (
        "<object at 0x7f3a5c0b1d30> pid=4711 127.0.0.1:45123 10.0.0.2:7077 at 10:30 in "
        '/home/a/labs/x File "/tmp/ipykernel_12/34.py"'
    )
    (found,) = normalised([stream(text)], {"/home/a": "~", "/home/a/labs": "<project>"})
    assert found["text"] == (
        "<object at 0x…> pid=<id> 127.0.0.1:<port> 10.0.0.2:<port> at 10:30 in <project>/x File "
        '"<cell>"'
    )


@pytest.mark.parametrize(
    ("home", "text"),
    [("/", "2026/11/20 ratio 3/4"), ("/home/al", "/home/alice/x"), ("/usr", "/usr-local /usr.bak")],
)
def test_a_path_is_replaced_as_a_whole(home: str, text: str) -> None:
    (found,) = normalised([stream(text)], {home: "~"})
    assert found["text"] == text


def test_execution_counts_and_traceback_go() -> None:
    result = {"output_type": "execute_result", "execution_count": 7, "data": {"text/plain": "1"}}
    error = {"output_type": "error", "ename": "E", "evalue": "\x1b[1mno", "traceback": ["x"]}
    assert normalised([result, error]) == [
        {"output_type": "display_data", "data": {"text/plain": "1"}, "metadata": {}},
        {"output_type": "error", "ename": "E", "evalue": "no", "traceback": []},
    ]
    assert published([error]) == (Text("E: no", error=True),)


def test_the_best_representation_is_kept() -> None:
    png = base64.b64encode(PNG).decode()
    both = shown(svg=SVG.format(""), png=png, text="<Figure>", html="<b>x</b>")
    (recorded,) = normalised([both])
    assert list(recorded["data"]) == ["image/svg+xml"]
    assert published([shown(svg="<svg", png=png)]) == (Figure("image/png", PNG),)
    assert published([shown(png=[png[:4], "\n", png[4:]])]) == (Figure("image/png", PNG),)


@pytest.mark.parametrize(
    "data",
    [
        {"html": "<script>alert(1)</script>"},
        {"png": base64.b64encode(b"GIF89a").decode()},
        {"png": "no base64!"},
        {"png": "é"},
        {"svg": "<html><body onload='x()'></body></html>"},
        {"svg": "not XML"},
        {"text": " \n"},
    ],
)
def test_nothing_else_is_published(data: dict[str, str]) -> None:
    assert published([shown(**data)]) == ()


def test_a_png_that_is_none_leaves_its_text() -> None:
    assert published([shown(png="AAAA", text="<Figure>")]) == (Text("<Figure>"),)


@pytest.mark.parametrize(
    "content",
    [
        "<script>alert(1)</script>",
        '<path onload="alert(1)" d="M0 0"/>',
        '<g onclick="alert(1)"/>',
        "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'>x</body></foreignObject>",
        '<use href="https://example.com/a.svg#b"/>',
        '<use xlink:href="https://example.com/a.svg#b"/>',
        '<use xlink:href="//example.com/a.svg#b"/>',
        '<image href="https://example.com/a.png"/>',
        '<image href="data:image/svg+xml;base64,AAAA"/>',
        '<use href="data:image/png;base64,AAAA"/>',
        '<a href="javascript:alert(1)"><text>x</text></a>',
        "<style>@import url(https://example.com/a.css);</style>",
        '<rect style="fill: url(https://example.com/a)"/>',
        "<rect style=\"fill: url( 'https://example.com/a')\"/>",
        '<rect style="background: image-set(&quot;https://example.com/a&quot; 1x)"/>',
        '<rect style="f\\69ll: u\\72l(https://example.com)"/>',
        '<rect fill="url(https://example.com/a)"/>',
        '<rect clip-path="url(//example.com/a#b)"/>',
        '<set attributeName="href" to="https://example.com"/>',
        '<animate attributeName="href" values="javascript:alert(1)"/>',
        "<iframe src='https://example.com'/>",
        "<svg:script xmlns:svg='http://www.w3.org/2000/svg'>alert(1)</svg:script>",
        "<?xml-stylesheet href='https://example.com/a.css'?>",
        "<metadata>https://example.com</metadata>",
        '<path id="a" xml:base="https://example.com"/>',
    ],
)
def test_nothing_of_an_svg_runs_or_leaves_the_file(content: str) -> None:
    found = svg.safe(SVG.format(content))
    assert found is not None
    for trace in ("alert", "example.com", "javascript", "on", "@import", "AAAA", "1999/xhtml"):
        assert trace not in found.replace('version="', "")


def test_what_draws_survives() -> None:
    drawn = (
        '<defs><clipPath id="c"><path d="M0 0h9"/></clipPath></defs>'
        '<g clip-path="url(#c)" style="fill: none; stroke: #1f77b4">'
        '<use xlink:href="#m" x="1"/><text transform="rotate(90)">loss 损失</text>'
        '<image href="data:image/png;base64,AAAA"/></g>'
    )
    found = svg.safe(SVG.format(drawn))
    assert found is not None
    for part in (
        "clip-path",
        "url(#c)",
        "stroke: #1f77b4",
        'xlink:href="#m"',
        "rotate(90)",
        "AAAA",
    ):
        assert part in found
    assert svg.safe(found) == found


BOMB = (
    '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    + SVG.format("<text>&b;</text>")
)  # fmt: skip


@pytest.mark.parametrize(
    "source",
    [
        BOMB,
        BOMB.replace("<!ENTITY", "<!entity"),
        '<!DOCTYPE svg SYSTEM "file:///etc/passwd">' + SVG.format("<text>&x;</text>"),
        SVG.format("<g>" * 100_000 + "</g>" * 100_000),
        SVG.format("<g>" * 3_000 + "</g>" * 3_000),
        SVG.format("x" * svg.LIMIT),
        "<svg>no namespace</svg>",
        "\ud800",
        "\x00",
        "",
    ],
    ids=range(10),
)
def test_what_is_no_figure(source: str) -> None:
    assert svg.safe(source) is None


def test_a_document_type_alone_does_no_harm() -> None:
    matplotlib = (
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN"\n'
        ' "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n'
    )
    assert svg.safe(matplotlib + SVG.format("<path d='M0 0'/>")) is not None


@given(any_text)
@few
def test_any_output_is_read(text: str) -> None:
    outputs = [
        stream(text), shown(svg=text, png=text, text=text), {"output_type": text},
        {"output_type": "error", "ename": text, "evalue": [text, text]},
        {"output_type": "display_data", "data": text}, {"output_type": "stream", "name": text},
    ]  # fmt: skip
    for found in (*published(outputs), *published(normalised(outputs[:4]))):
        assert isinstance(found, Text)
        found.text.encode()
