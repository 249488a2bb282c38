"""Notebook scripts: the same cells as jupytext, with their lines."""

import jupytext
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.notebooks import header, notebook
from lockstep.notebooks.header import Needs
from lockstep.notebooks.notebook import Notebook
from tests.strategies import any_text, cells, few

HEADER = """\
# ---
# jupyter:
#   jupytext:
#     text_representation:
#       format_name: percent
# ---

"""


def read(body: str) -> Notebook:
    return notebook.read(HEADER + body, "notebooks/lab.py")


def test_a_cell_knows_its_lines() -> None:
    found = read('# %% name="one"\n\n\nx = 1\n\n# %% [markdown]\n# Text\n\n# %% tags=["test"]\ny\n')
    assert found.name == "lab"
    assert [(str(c.header), c.first_line, c.source, c.key) for c in found.cells] == [
        ("notebooks/lab.py:8", 11, "x = 1", "one"),
        ("notebooks/lab.py:16", 17, "y", "test-1"),
    ]
    assert [cell.key for cell in found.shown] == ["one"]


def test_values_with_and_without_tolerance() -> None:
    found = read('# %% name="a" values=["n"]\nn\n# %% name="b" values={"x": 0.5, "y": 0}\nx\n')
    assert found.declared_values == {"n": None, "x": 0.5, "y": 0}


def test_needs_of_a_run() -> None:
    text = HEADER.replace(
        "# ---\n\n",
        "#   lockstep:\n#     ranks: 4\n#     data: [a.csv]\n#     cell_timeout: 30\n# ---\n",
    )
    assert notebook.read(text, "lab.py").needs == Needs(4, 600, ("a.csv",), 30)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [(HEADER, True), ("# ---\n# title: x\n# ---\n", False), ("import os\n", False), ("", False)],
)
def test_a_script_is_a_notebook_by_its_header(text: str, *, is_one: bool) -> None:
    assert notebook.is_notebook(text) is is_one


def test_cells_are_those_of_jupytext_in_a_string_too() -> None:
    body = '# %% name="a"\ntext = """\n# %% name="no-cell"\n"""\n\n# %% name="b"\ny = 2\n'
    assert [cell.key for cell in read(body).cells] == ["a", "b"]


@given(
    st.lists(st.tuples(st.sampled_from(["", 'tags=["test"]', 'values=["x"]']), cells), max_size=5)
)
@few
def test_cells_are_those_of_jupytext(parts: list[tuple[str, str]]) -> None:
    blank = "\n\n\n"
    text = HEADER + "\n".join(
        f'# %% name="cell-{number}" {options}\n{blank[: number % 3]}{source}\n{blank[number % 2 :]}'
        for number, (options, source) in enumerate(parts)
    )
    found = notebook.read(text, "lab.py")
    theirs = [c for c in jupytext.reads(text, fmt="py:percent").cells if c.cell_type == "code"]
    assert [(cell.name, cell.source) for cell in found.cells] == [
        (cell.metadata["name"], cell.source.strip("\n")) for cell in theirs
    ]
    lines = text.split("\n")
    for cell in found.cells:
        shown = lines[cell.first_line - 1 :][: cell.source.count("\n") + 1]
        assert cell.source == "\n".join(shown)


@given(
    any_text
    | st.lists(st.sampled_from(["# %%", "# ", "---", "\n", "x", '"', "[", "name="])).map("".join)
)
@few
def test_any_text_is_read(text: str) -> None:
    for whole in (text, HEADER + text, f"# ---\n# {text}\n# jupytext: {text}\n# ---\n"):
        found = notebook.read(whole, "lab.py")
        assert all(problem.location.line >= 1 for problem in found.problems)


@pytest.mark.parametrize("name", ["a", "a-b", "a1-2b"])
def test_names(name: str) -> None:
    assert header.is_name(name)


@pytest.mark.parametrize("name", ["A", "a_b", "-a", "a-", "a--b", "a b", "", "中", "a\n", None, 1])
def test_what_is_no_name(name: object) -> None:
    assert not header.is_name(name)


def test_a_header_whose_value_does_not_fit_its_tag_is_a_finding() -> None:
    text = HEADER.replace("# ---\n", "# ---\n# lockstep: !!bool x\n", 1)
    found = notebook.read(f'{text}# %% name="a"\n', "notebooks/lab.py")
    assert [problem.rule for problem in found.problems] == ["bad-notebook-header"]
