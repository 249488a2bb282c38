"""Terms in running text: which words are terms in each language, and what links leave alone."""

import marshal
import re
import tempfile
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.disk import segmentation
from lockstep.disk.project import Project
from lockstep.disk.segmentation import Segmentation
from lockstep.ground.location import Location
from lockstep.pages import tooltips
from lockstep.terms import finder
from lockstep.terms.finder import Finder
from lockstep.terms.glossary import Glossary, Term
from tests import page
from tests.strategies import any_text, few

ROOT = Path(__file__).parents[1]


PROJECT = Project.open(ROOT / "mkdocs.yml")


@cache
def terms() -> Glossary:
    """Return this project's own glossary."""
    glossary = PROJECT.site().glossary
    assert glossary is not None
    return glossary


@cache
def finders() -> dict[str, Finder]:
    """Return what finds its terms."""
    cut = segmentation.of(terms(), PROJECT.settings.languages)
    return segmentation.finders(terms(), cut)


def found(code: str, text: str) -> list[str]:
    return [text[it.start : it.end] for it in finders()[code].find(text) if it.shown]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Batches hold rows; two batches.", ["Batches", "batches"]),
        ("The effective batch size, the batch size, the batch.",
         ["effective batch size", "batch size", "batch"]),
        ("A mini-batch is no data-batch, and batchwise is neither.", ["mini-batch"]),
        ("Azure Batch runs batch jobs. Batch AI ran trainings.", ["Batch AI"]),
        ("Libraries, gpu, GPUs, X-ray, Ray, ray.", ["Libraries", "GPUs", "Ray"]),
        ("horovod.torch and horovod/torch and horovod's", []),
        ("Horovod's ranks, PySpark's rank_of, Spark.", ["Horovod", "ranks", "Spark"]),
        ("A free trial. One trial.", ["trial"]),
        ("“Epoch” it is called. “Trial and error” it is.", ["Epoch", "Trial"]),
        ("Several processes process the rows.", ["processes"]),
        ("A hook, a pool, a catalog in Unity Catalog.", ["Unity Catalog"]),
    ],
)  # fmt: skip
def test_english_terms_are_whole_words(text: str, expected: list[str]) -> None:
    assert found("en", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("卷积层里没有卷。池化也不是池。", ["卷"]),
        ("三轮车不算一轮。训练 10 轮。轮到你了。", ["轮"]),
        ("批量大小乘以 rank 的数量就是有效批量大小。", ["批量大小", "rank", "有效批量大小"]),
        ("批量归一化之后。每个批量都一样。", ["批量"]),
        ("它计算损失。需要更多计算资源。", ["损失", "计算资源"]),
        ("在群集上运行时。要用 ML 运行时。", ["群集", "ML 运行时"]),
        ("代码放在存储库中。导入需要的库。", ["库"]),
        ("恢复训练。不损失任何东西。", []),
        ("学习率大。在测试集上", ["学习率", "测试集"]),
        ("在标签栏上。用来执行程序来。", []),
        ("PyTorch的GPU和Spark群集", ["GPU", "Spark", "群集"]),
    ],
)
def test_chinese_terms_are_whole_words(text: str, expected: list[str]) -> None:
    assert found("zh", text) == expected


_CLAUSES = st.sampled_from(
    ["三轮车", "轮", "卷积层", "有效批量大小", "计算资源", "ML 运行时", "。", "，", " ", "\n",
     "不损失", "GPU", "C++", "3.5%", "测试集上", "？", "学习率-大", "在库中", "𠀀", "々"]
)  # fmt: skip


@few
@given(st.lists(_CLAUSES | any_text, max_size=12).map("".join))
def test_chinese_need_not_be_cut_beyond_a_clause(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finder, "_around", lambda whole, _start, _end: (0, len(whole)))
        expected = finders()["zh"].find(text)
    assert finders()["zh"].find(text) == expected


@few
@given(
    st.sampled_from(["en", "zh", "ja"]),
    st.lists(_CLAUSES | st.sampled_from(["training", "clusters "]), max_size=12).map("".join),
    st.data(),
)
def test_terms_that_are_wanted_no_more_change_nothing_about_others(
    code: str, text: str, data: st.DataObject
) -> None:
    every = finders()[code].find(text)
    told = data.draw(st.sets(st.sampled_from(sorted({it.term.anchor for it in every} | {"none"}))))
    others = [it for it in finders()[code].find(text, told) if it.term.anchor not in told]
    assert others == [it for it in every if it.term.anchor not in told]


@pytest.mark.parametrize(
    ("told", "text", "expected"),
    [
        ("激活函数", "激活函数据加载器", ["数据加载器"]),  # in which it is no word
        ("多节点", "多节点类型", ["节点类型"]),
        ("损失函数", "损失函数据加载器", ["损失", "数据加载器"]),
        ("激活函数", "激活函数", ["激活函数"]),
    ],
)
def test_a_term_that_is_wanted_no_more_hides_none_by_mistake(
    told: str, text: str, expected: list[str]
) -> None:
    (term,) = (it for it in terms().terms if told in it.forms["zh"])
    known = finders()["zh"].find(text, {term.anchor})
    assert [text[it.start : it.end] for it in known] == expected


def test_a_term_that_is_wanted_no_more_hides_no_shorter_one_by_mistake() -> None:
    own = Finder(terms(), "zh", lambda _text: ["批量", "大", "小数"])
    (size,) = finders()["zh"].find("批量大小")
    (batch,) = own.find("批量大小数", {size.term.anchor})
    assert (batch.start, batch.end) == (0, 2)


def test_a_word_for_a_term_that_is_wanted_no_more_need_not_be_whole() -> None:
    cut: list[str] = []

    def segment(text: str) -> list[str]:
        cut.append(text)
        return [text]

    own = Finder(terms(), "zh", segment)
    batch, cluster = own.find("批量，群集")
    assert cut == ["批量", "群集"]
    assert own.find("批量，群集", {batch.term.anchor}) == [batch, cluster]
    assert cut[2:] == ["群集"]


def test_the_search_knows_no_more_words_than_without_a_glossary() -> None:
    assert found("zh", "有效批量大小") == ["有效批量大小"]
    plain, own = segmentation.tokenizers(frozenset(["有效批量大小"]), None)
    assert own.FREQ.get("有效批量大小")
    assert not plain.FREQ.get("有效批量大小")


def test_words_that_cannot_stand_on_the_site_are_left_out_and_cut_nothing_otherwise() -> None:
    text = "分布式训练用到多台机器，有效批量大小不变。"
    whole, own = (Segmentation(None, "zh", it) for it in (None, lambda _code: [text] * 400))
    assert [*own.pieces(text)] == [*whole.pieces(text)]
    kept, every = (segmentation.tokenizers(frozenset(), it)[0].FREQ for it in (own.letters, None))
    assert "机器" in kept
    assert "企鹅" in every.keys() - kept.keys()
    assert [*own.words("企鹅和机器")] == [*whole.words("企鹅和机器")] == ["企鹅", "和", "机器"]


def test_the_dictionary_is_read_where_jieba_keeps_it_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = [*Segmentation(None, "zh").words("分布式训练用到多台机器")]
    (tmp_path / "jieba.cache").write_bytes(marshal.dumps(7))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for _ in range(2):  # the second time, jieba has kept it
        segmentation.tokenizers.cache_clear()
        assert [*Segmentation(None, "zh").words("分布式训练用到多台机器")] == expected
        assert "机器".encode() in (tmp_path / "jieba.cache").read_bytes()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("クラスター マネージャーとサブクラスター、クラスター", ["クラスター"]),
        ("バッチ処理とバッチ正規化とミニバッチとバッチ", ["ミニバッチ", "バッチ"]),
        ("バッチ サイズのバッチ", ["バッチ サイズ", "バッチ"]),
        ("全ランク間で、各プロセスのランク数を", ["ランク", "プロセス", "ランク"]),
        ("重み付き和の重みを更新する", ["重み"]),
        ("最大損失と損失", ["損失"]),
        ("ネットワークの行列計算と行列", ["行列"]),
        ("Spark クラスターのセルフサービスのセル", ["Spark", "クラスター", "セル"]),
        ("コンテナーレジストリ・コンテナー", []),
    ],
)
def test_japanese_terms_are_whole_words(text: str, expected: list[str]) -> None:
    assert found("ja", text) == expected


@pytest.mark.parametrize(
    ("code", "term", "text", "expected"),
    [
        ("en", "array", "Arrays. Two arrays, one array.", ["Arrays", "arrays", "array"]),
        ("en", "batch size", "The batch\nsize.", ["batch\nsize"]),
        ("ko", "배치", "재배치한 배치, 배치 크기", ["배치", "배치"]),
        ("ko", "GPU", "GPU를 GPUs", ["GPU"]),
        ("ru", "слой", "прослойка, слойка, слой.", ["слой"]),
        ("vi", "m", "mạng m", ["m"]),
    ],
)
def test_terms_of_any_language_are_whole_words(
    code: str, term: str, text: str, expected: list[str]
) -> None:
    word = Term(
        Location("g.yml", 1), "term-x", {code: (term,)}, {}, {}, {code: (term,)}, {code: ()}
    )
    own = Finder(Glossary("g.yml", (word,)), code)
    assert [text[it.start : it.end] for it in own.find(text)] == expected


def test_what_a_term_is_called_comes_before_what_another_is_called_too() -> None:
    other, own = (
        Term(Location("g.yml", 1), name, {"en": forms}, {}, {}, {"en": forms}, {"en": ()})
        for name, forms in (("other", ("node", "machine")), ("own", ("machine",)))
    )
    (it,) = Finder(Glossary("g.yml", (other, own)), "en").find("a machine")
    assert it.term is own


def linked(html: str, code: str = "en") -> str:
    return tooltips.linked(html, finders()[code], "../glossary/")


def links(html: str, code: str = "en") -> list[str]:
    return [link.text for link in page.read(linked(html, code)).all(".lockstep-term")]


def test_the_first_use_leads_to_the_definition() -> None:
    html = "<p>Two ranks. One <em>rank</em> &amp; its gradient</p>"
    link = page.read(linked(html)).all(".lockstep-term")[0]
    assert link.attributes["href"] == "../glossary/#term-rank"
    assert link.attributes["title"].startswith("Process of a distributed training")
    assert links(html) == ["ranks", "gradient"]


@pytest.mark.parametrize("said", ["a <b> c", "a & b", "</p>", "&lt;", "<!-- x", "&#60;", '"'])
def test_a_definition_is_text_even_where_a_title_is_read_as_html(said: str) -> None:
    """Material writes a title into its tooltip as HTML."""
    word = Term(
        Location("g.yml", 1), "x", {"en": ("a",)}, {"en": said}, {}, {"en": ("a",)}, {"en": ()}
    )
    html = tooltips.linked("<p>a</p>", Finder(Glossary("g.yml", (word,)), "en"), "")
    title = page.read(html).one(".lockstep-term").attributes["title"]
    assert title.replace("\N{WORD JOINER}", "") == said
    assert page.read(title).text == title


@pytest.mark.parametrize(
    "html",
    [
        "<h2 id='x'>The rank</h2>",
        "<a href='x'>the <b>rank</b></a>",
        "<p><code>rank</code></p><pre>rank</pre>",
        "<figure><figcaption>a rank</figcaption></figure>",
        "<svg><text>rank</text><path d=''/><text>rank</text></svg>",
        "<div class='lockstep-diagram'>rank</div>",
        "<details class='lockstep-output'><summary>Output</summary><p>rank</p></details>",
        "<table><tr><th>rank</th></tr></table>",
        "<div class='footnote'><p>rank</p></div>",
        "<p class='admonition-title'>rank</p><label>rank</label><summary>rank</summary>",
        "<p lang='zh'>rank</p><script>rank</script><style>rank</style><!-- rank -->",
        "<p title='rank'>r<b>ank</b> ra&shy;nk &#114;ank &#97;rank &eacute;rank</p>",
        "<p><code>a</code>-rank <code>my.</code>rank</p>".replace("my.", "x-"),
    ],
)
def test_nothing_else_is_touched(html: str) -> None:
    assert linked(html) == html


def test_words_go_through_inline_elements() -> None:
    assert links("<p>卷<b>积</b></p><p>写入<b>卷</b>。</p>", "zh") == ["卷"]
    assert links("<p>mini-<b>batch</b></p><ul><li>batch</li><li>rank</li></ul>") == [
        "batch", "rank"
    ]  # fmt: skip


def test_a_broken_page_is_only_added_to() -> None:
    assert links("</h2><p>a rank</b><td>loss <code>batch</td> epoch<h2>batch") == [
        "rank", "loss", "epoch"
    ]  # fmt: skip


_PIECES = st.sampled_from(
    ["rank", "Batches ", "损失", "批量大小", "クラスター", "学習率 ", "<p>", "</p>", "<b>", "</b>",
     "&amp;", "&#x41;", "<!--", "-->", "<code>", "</code>", "<a href='#'>", "</a>", "<svg/>",
     "<br>", "<th>", "</th>", "\n", "\r\n", " ", "<", ">", "\x02", "<script>", "</script>",
     "<![CDATA[", "]]>", "<?x"]
)  # fmt: skip


@given(st.lists(_PIECES | any_text, max_size=14).map("".join), st.sampled_from(["en", "zh", "ja"]))
@few
def test_without_the_links_the_page_is_what_it_was(html: str, code: str) -> None:
    stripped, count = re.subn(
        r'<a class="lockstep-term" href="[^"]*" title="[^"]*">([^<>]*)</a>',
        r"\1",
        linked(html, code),
    )
    assert stripped == html
    assert count == linked(html, code).count('class="lockstep-term"')
    anchors = re.findall(r"#term-[a-z-]+", linked(html, code))
    assert len(anchors) == len(set(anchors))
