"""What the search is given: pages by passage, where words begin, and what means the same."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mkdocs.config import load_config
from mkdocs.structure.files import File
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import TableOfContents

import mkdocs_pages
from lockstep.disk.project import Project
from lockstep.disk.segmentation import Segmentation
from lockstep.pages import passages
from lockstep.pages.index import Index
from lockstep.pages.passages import Passage
from lockstep.terms import wording
from lockstep.terms.glossary import Glossary
from lockstep.terms.wording import MARK, Marker
from tests.strategies import any_text, few

ROOT = Path(__file__).parents[1]
NOTICE = '<div class="lockstep-notice" data-search-exclude><p>Behind.</p></div>'


@cache
def glossary() -> Glossary:
    """Return this project's glossary."""
    read = Project.open(ROOT / "mkdocs.yml").site().glossary
    assert read is not None
    return read


@cache
def marker(code: str) -> Marker:
    """Return what marks words in this project's texts."""
    terms = [form for term in glossary().terms for form in term.forms.get(code, ())]
    cut = Segmentation(glossary(), code if code in {"zh", "ja"} else "en")
    return wording.marker(code, cut.pieces, terms)


def words(code: str, *texts: str) -> str:
    """Return the first of a language's texts with a stroke where a word begins inside a run."""
    return next(marker(code)(texts)).replace(MARK, "|")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("分布式训练", "分布式|训练"),
        ("深度学习和梯度", "深度|学习|和|梯度"),
        ("有效批量大小", "有效|批量|大小"),
        ("神经网络", "神经|网络"),
        ("学习率是超参数", "学习|率|是|超|参数"),
        ("安装 Horovod 和 DistributedOptimizer", "安装 Horovod 和 Distributed|Optimizer"),
    ],
)
def test_chinese_is_cut_into_its_smallest_words(text: str, expected: str) -> None:
    assert words("zh", text) == expected


@pytest.mark.parametrize(
    ("text", "elsewhere", "expected"),
    [
        ("分散学習", "分散と学習", "分散|学習"),
        ("分散学習基盤", "", "分散|学習|基盤"),
        ("正解率", "", "正解|率"),
        ("再学習", "学習する", "再|学習"),
        ("過学習", "", "過学習"),
        ("ハイパーパラメーター", "パラメーター", "ハイパーパラメーター"),
        ("サーバーレス", "サーバーとレスト", "サーバーレス"),
        ("勾配をまとめる", "", "勾配を|まとめる"),
        ("TorchDistributorではじめる", "", "Torch|Distributorでは|じめる"),
        ("書き込む。", "", "書き込む。"),
    ],
)
def test_japanese_compounds_are_cut_where_their_parts_stand_alone(
    text: str, elsewhere: str, expected: str
) -> None:
    assert (
        next(wording.marker("ja", lambda text: [text], [])([text, elsewhere])).replace(MARK, "|")
        == expected
    )


def test_any_other_language_has_its_blanks() -> None:
    assert words("ko", "분산 학습의 DataLoader") == "분산 학습의 Data|Loader"
    assert (
        words("en", "set_epoch of DataLoader in PyTorch") == "set_epoch of Data|Loader in Py|Torch"
    )


@given(st.sampled_from(["en", "zh", "ja", "ko"]), st.lists(any_text, max_size=4))
@few
def test_nothing_but_marks_is_added(code: str, texts: list[str]) -> None:
    marked = [*marker(code)(texts)]
    assert [text.replace(MARK, "") for text in marked] == [text.replace(MARK, "") for text in texts]


def test_a_page_is_read_by_heading() -> None:
    html = (
        f"{NOTICE}<h1 id='home'>The <em>page</em><a class='headerlink' href='#home'>¶</a></h1>"
        "<p>First\nline,<br>second.</p>"
        "<h2 id=a>A <code>b</code></h2><ul><li>One<li>Two</ul><pre><span>x</span> = 1\ny</pre>"
        "<svg><text>drawn</text></svg><div class='lockstep-diagram'>graph</div>"
        "<h3>Without an id</h3><p>goes on</p>"
        "<dl class='lockstep-glossary'><dt id='term-rank'>rank</dt><dt>Rang</dt><dd>One.</dd></dl>"
    )
    assert passages.read(html, "Not needed") == [
        Passage("", "The page", "First\nline,\nsecond."),
        Passage("a", "A b", "One\nTwo\nx = 1\ny\nWithout an id\ngoes on"),
        Passage("term-rank", "rank", "Rang\nOne."),
    ]
    assert passages.read("<p>Text", "Named") == [Passage("", "Named", "Text")]


@given(any_text, any_text)
@few
def test_any_text_of_a_page_is_read_whole(before: str, after: str) -> None:
    def escaped(text: str) -> str:
        return text.replace("&", "&amp;").replace("<", "&lt;")

    read = passages.read(f"<p>{escaped(before)}</p><h2 id=x>T</h2><p>{escaped(after)}</p>", "P")
    assert [it.anchor for it in read] == ["", "x"]
    for passage, text in zip(read, (before, after), strict=True):
        assert passage.text.split() == text.split()


def index(code: str) -> Index:
    """Return the empty index of a language of this project."""
    return Index(code, "en", glossary(), marker(code))


def test_an_index_says_what_means_the_same() -> None:
    same = {code: json.loads(index(code).written())["same"] for code in ("en", "zh", "ja")}
    of = {code: {forms[0]: set(forms) for forms in same[code]} for code in same}
    assert {"allreduce", "全归约"} <= of["zh"]["allreduce"]
    assert {"AllReduce", "オールリデュース"} <= of["ja"]["AllReduce"]
    assert {"群集", "集群", "cluster"} == of["zh"]["群集"]  # one to avoid, and English
    assert {"勾配", "こうばい", "gradient"} == of["ja"]["勾配"]
    assert "精度" not in of["ja"]["正解率"]  # means something else elsewhere
    assert "自动求导" in of["zh"]["自动求导"]  # without what stands in brackets
    assert not {form for forms in same["en"] for form in forms if not form.isascii()}


def test_a_page_can_be_left_out_or_count_for_less() -> None:
    made = index("zh")
    made.add("zh/a/", "<h1>梯度</h1><p>梯度下降", "梯度", {})
    made.add("zh/b/", "<p>x", "x", {"search": {"exclude": True}})
    made.add("zh/c/", "<p>x", "x", {"search": {"boost": 0.5}})
    made.add("zh/d/", "<p>x", "x", {"search": "nonsense"})
    pages = json.loads(made.written())["pages"]
    assert [(address, boost) for address, boost, _ in pages] == [
        ("zh/a/", 1), ("zh/c/", 0.5), ("zh/d/", 1),
    ]  # fmt: skip
    assert pages[0][2] == [["", "梯度", f"梯度{MARK}下降"]]


MARKED = '<p data-search-exclude>One <b data-search-boost="2" id="x">two</b></p>'


@pytest.mark.parametrize("content", [MARKED, "<p>Plain data-search-text.</p>", ""])
@pytest.mark.parametrize("meta", [{}, {"search": {"exclude": True}}, {"search": {"boost": 2}}])
def test_the_search_plugin_does_what_it_would_do_where_it_is_spared(
    tmp_path: Path, content: str, meta: dict[str, Any]
) -> None:
    (tmp_path / "docs").mkdir()
    config = tmp_path / "mkdocs.yml"
    config.write_text("{site_name: x, theme: material, plugins: [search]}", "utf-8")
    found = []
    for spared in (False, True):
        site = load_config(str(config))
        site.plugins.on_startup(command="build", dirty=False)
        site.plugins.on_config(site)
        if spared:
            mkdocs_pages.spare(site)
        page = Page("Page", File.generated(site, "page.md", content=""), site)
        page.content, page.meta, page.toc = content, meta, TableOfContents([])
        context: Any = site.plugins.run_event("page_context", {}, page=page, config=site, nav=None)
        search: Any = site.plugins["material/search"]
        found.append((context, page.content, search.search_index.entries))
    assert found[0] == found[1]
    assert (len(found[0][2]) > 0) is (meta != {"search": {"exclude": True}} and bool(content))
