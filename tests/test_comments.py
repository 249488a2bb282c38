"""Comments in other languages: translated where harmless, and never able to change the program."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.ground.location import Location
from lockstep.notebooks import comments, notebook, program
from lockstep.notebooks.comments import Catalog, Message
from lockstep.notebooks.notebook import Cell
from tests.strategies import any_text, cells, comment_text, few
from tests.test_notebook import HEADER

HERE = Location("zh.po", 5)
SOURCE = "# one\n# two\nx = 1  # three\nif x:\n    # four\n    y = '# five'"
PO = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"

"""


def cell(source: str) -> Cell:
    return Cell("a", "a", source, Location("lab.py", 8), 9)


def catalog(**pairs: str) -> Catalog:
    return Catalog(
        "zh.po",
        tuple(
            Message(k.replace("_", "\n"), v, fuzzy=False, location=HERE) for k, v in pairs.items()
        ),
    )


def test_each_comment_is_translated_where_it_stands() -> None:
    found = comments.localised(cell(SOURCE), catalog(one_two="一\n二\n三", three="四", four="五"))
    assert found.source == "# 一\n# 二\n# 三\nx = 1  # 四\nif x:\n    # 五\n    y = '# five'"
    assert found.lines == (0, 1, 3, 4, 5, 6)


def test_a_shorter_translation_keeps_lines_on_lines() -> None:
    found = comments.localised(cell(SOURCE), catalog(one_two="一"))
    assert found.source.startswith("# 一\nx = 1  # three\n")
    assert found.lines == (0, 0, 1, 2, 3, 4)


def test_fuzzy_and_missing_translations_stay_english() -> None:
    fuzzy = Catalog(
        "zh.po",
        (
            Message("three", "四", fuzzy=True, location=HERE),
            Message("four", "", fuzzy=False, location=HERE),
        ),
    )
    assert comments.localised(cell(SOURCE), fuzzy).source == SOURCE


HOSTILE = [
    *("%% name='x'", "%matplotlib inline", "!rm -rf /", "?x", "what?", "+", "+ {}", "-", "ls -la"),
    *("COMMAND ----------", "MAGIC %sql", "<codecell>", "In[1]:", "  %%bash", "# %%", "#%% x"),
    *("a\rb", "a\x0bb", "a\x0cb", "a\x1cb", "a\x85b", "a\u2028b", "a\u2029b", "cd /", "a\x00b"),
    *("a\u202eb", "a\u200bb", "a\x1b[0m", "a\ud800", "a\ufeff", "ok\n%%html"),
]


@pytest.mark.parametrize("translation", HOSTILE)
def test_what_could_become_code_is_refused(translation: str) -> None:
    (comment,) = program.comments("# one")
    assert comments.harm(comment, translation)
    for source in ("# one", "x = 1  # one"):
        assert comments.localised(cell(source), catalog(one=translation)).source == source


PLAIN = [
    *("行", "100 % 的行", "a - b + c", "# 号", "which one is it?", "A: b", "---", "\t列"),
    *("1. 第一", "(a)", "COMMANDS", "IN THE END"),
]


@pytest.mark.parametrize("translation", PLAIN)
def test_plain_words_are_taken(translation: str) -> None:
    (comment,) = program.comments("# one")
    assert comments.harm(comment, translation) is None


def test_a_line_break_is_for_whole_lines_only() -> None:
    whole, trailing = program.comments("# one\nx = 1  # one")
    assert comments.harm(whole, "a\nb") is None
    assert "line break" in str(comments.harm(trailing, "a\nb"))


@given(cells, st.lists(comment_text | any_text, min_size=1, max_size=6))
@few
def test_no_translation_changes_the_program(source: str, translations: list[str]) -> None:
    lab = notebook.read(f'{HEADER}# %% name="a"\n{source}\n', "lab.py").cells[0]
    texts = [comment.text for comment in program.comments(lab.source)]
    pairs = zip(texts, translations * len(texts), strict=False)
    made = Catalog(
        "zh.po", tuple(Message(text, given, fuzzy=False, location=HERE) for text, given in pairs)
    )
    found = comments.localised(lab, made)
    assert program.code_tokens(found.source) == program.code_tokens(lab.source)
    assert program.syntax_tree(found.source) == program.syntax_tree(lab.source)
    lines = found.source.split("\n")
    assert len(found.lines) == lab.source.count("\n") + 1
    for line, at in zip(lab.source.split("\n"), found.lines, strict=True):
        assert line.split("#")[0] == lines[at].split("#")[0]
    # Exported as a script and opened in Jupyter again, it still is this one cell.
    again = notebook.read(f'{HEADER}# %% name="a"\n{found.source}\n', "lab.py")
    assert [program.code_tokens(one.source) for one in again.cells] == [
        program.code_tokens(lab.source)
    ]


def test_a_catalog_is_read_with_its_lines() -> None:
    text = (
        PO
        + 'msgid "one"\nmsgstr "一"\n\n#, fuzzy\nmsgid ""\n"two\\n"\n"\\"three\\""\nmsgstr "二"\n'
    )
    assert comments.read(text, "zh.po").messages == (
        Message("one", "一", fuzzy=False, location=Location("zh.po", 5)),
        Message('two\n"three"', "二", fuzzy=True, location=Location("zh.po", 9)),
    )


def test_a_charset_in_the_header_changes_nothing() -> None:
    text = PO.replace("utf-8", "latin-1") + 'msgid "é"\nmsgstr "一"\n'
    assert comments.read(text, "zh.po").translation("é") == "一"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('msgid "a\nmsgstr "b"\n', 5),
        ('msgid "a"\nmsgstr b\n', 6),
        ("garbage\n", 5),
        ('msgid "a"\n', 5),
        ('msgid "a\\"\nmsgstr "b"\n', 5),
    ],
)
def test_what_is_no_catalog(text: str, line: int) -> None:
    (problem,) = comments.read(PO + text, "zh.po").problems
    assert (problem.rule, problem.location.line) == ("bad-catalog", line)


@given(any_text)
@few
def test_any_text_is_read(text: str) -> None:
    for whole in (text, PO + text, f'{PO}msgid "{text}"\nmsgstr "{text}"\n'):
        found = comments.read(whole, "zh.po")
        assert bool(found.problems) <= (not found.messages)


SCRIPT = (
    HEADER
    + '# %% name="a"\n# Load the rows of the file\nx = 1  # one\n\n# %% tags=["test"]\n# no\nx\n'
)


def test_updating_keeps_what_still_fits() -> None:
    lab = notebook.read(SCRIPT, "notebooks/lab.py")
    started = comments.updated(lab, Catalog("zh.po"), "zh")
    assert 'msgid "Load the rows of the file"\nmsgstr ""\n' in started
    assert "#. cell a\n" in started
    assert '"no"' not in started
    done = started.replace('file"\nmsgstr ""', 'file"\nmsgstr "加载行"').replace(
        'msgid "one"\nmsgstr ""', 'msgid "one"\nmsgstr "一"'
    )
    assert comments.updated(lab, comments.read(done, "zh.po"), "zh") == done
    changed = notebook.read(SCRIPT.replace("of the file", "of a file"), "notebooks/lab.py")
    text = comments.updated(changed, comments.read(done, "zh.po"), "zh")
    found = {message.source: message for message in comments.read(text, "zh.po").messages}
    assert found["Load the rows of a file"].fuzzy
    assert found["Load the rows of a file"].translation == "加载行"
    assert not found["one"].fuzzy
    assert '#| msgid "Load the rows of the file"' in text
