"""What an author starts or brings into step, and what is never written over."""

from pathlib import Path

import pytest

from lockstep.authoring import pairs, starting
from lockstep.authoring.refusal import AuthoringError
from lockstep.disk.project import Project
from lockstep.ground.problem import Severity
from lockstep.notebooks import notebook, pairing, recording
from lockstep.notebooks.lab import Lab
from lockstep.rules import check
from tests import case

SCRIPT, PAIR = "notebooks/count-animals.py", "notebooks/count-animals.ipynb"
SOUND_HEADER = """\
# ---
# jupyter:
#   jupytext:
#     text_representation:
#       format_name: percent
# ---

"""
CATALOG = "notebooks/comments/zh/count-animals.po"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return case.sound_lab(tmp_path)


def labs(project: Project) -> list[Lab]:
    return list(project.site().labs.values())


def edit(project: Project, path: str, old: str, new: str) -> None:
    file = project.root / path
    text = file.read_text("utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), "utf-8")


def contents(project: Project) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in project.root.rglob("*") if path.is_file()}


def outputs(project: Project) -> dict[str, str]:
    (lab,) = labs(project)
    assert lab.pair is not None
    found = pairing.carried_over(lab.pair, lab.notebook)
    return {
        key: "".join(o["text"] for o in recording.flat(list(out))) for key, out in found.items()
    }


def test_sync_changes_nothing_that_is_in_step(project: Project) -> None:
    before = contents(project)
    assert pairs.sync(project, labs(project)) == []
    assert contents(project) == before


def test_sync_keeps_recording_and_output_of_a_renamed_cell(project: Project) -> None:
    edit(project, SCRIPT, 'name="count-legs"', 'name="say-hello"')
    edit(project, SCRIPT, 'name="say-goodbye"', 'name="count-legs"')
    assert pairs.sync(project, labs(project)) == [PAIR]
    (lab,) = labs(project)
    assert lab.stale == ()
    assert outputs(project) == {
        "load-animals": "", "say-hello": "10 legs\n", "test-1": "", "count-legs": "goodbye\n",
    }  # fmt: skip


def test_sync_keeps_a_stale_recording_stale(project: Project) -> None:
    edit(project, SCRIPT, '"goodbye"', '"farewell"')
    assert pairs.sync(project, labs(project)) == [PAIR]
    (lab,) = labs(project)
    assert [str(change) for change in lab.stale] == ["cell 'say-goodbye' changed"]
    assert outputs(project)["say-goodbye"] == "goodbye\n"


def test_a_cell_that_comes_back_without_its_output_has_to_run_again(project: Project) -> None:
    script = (project.root / SCRIPT).read_text("utf-8")
    edit(project, SCRIPT, '# %% name="say-goodbye"\nprint("goodbye")\n', "")
    assert pairs.sync(project, labs(project)) == [PAIR]
    (project.root / SCRIPT).write_text(script, "utf-8")
    assert pairs.sync(project, labs(project)) == [PAIR]
    (lab,) = labs(project)
    assert outputs(project)["say-goodbye"] == ""
    assert [change.item for change in lab.stale] == ["say-goodbye"]


def test_cells_of_the_same_code_keep_their_outputs_in_order() -> None:
    script = notebook.read(
        SOUND_HEADER + '# %% name="aa"\nprint(next(n))\n\n# %% name="bb"\nprint(next(n))\n',
        "notebooks/x.py",
    )
    outs = {
        key: [{"output_type": "stream", "name": "stdout", "text": text}]
        for key, text in (("aa", "first"), ("bb", "second"))
    }
    pair = recording.read(recording.write(script, outs, None), "notebooks/x.ipynb")
    renamed = notebook.read(
        script.text.replace('"bb"', '"cc"').replace('"aa"', '"bb"'), "notebooks/x.py"
    )
    found = recording.flat(pairing.carried_over(pair, renamed))
    assert {key: out[0]["text"] for key, out in found.items()} == {"bb": "first", "cc": "second"}


def test_nothing_is_taken_from_a_pair_whose_script_cannot_be_read(project: Project) -> None:
    (project.root / SCRIPT).write_bytes((project.root / SCRIPT).read_bytes() + b"# \xff\n")
    (lab,) = labs(project)
    with pytest.raises(AuthoringError, match="not-utf8"):
        pairs.script_from_pair(project, lab)


def test_sync_writes_a_missing_pair(project: Project) -> None:
    (project.root / PAIR).unlink()
    assert pairs.sync(project, labs(project)) == [PAIR]
    (lab,) = labs(project)
    assert [str(change) for change in lab.stale] == ["notebook 'count-animals' was never run"]


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (SCRIPT, 'print("goodbye")', "print("),
        (SCRIPT, 'name="say-goodbye"', 'name="count-legs"'),
        (SCRIPT, "format_name: percent", "format_name: light"),
        (PAIR, '"10 legs\\n"', '"11 legs\\n"'),
        (PAIR, '"nbformat": 4', '"nbformat": '),
    ],
)
def test_sync_writes_over_nobody_s_work(project: Project, path: str, old: str, new: str) -> None:
    edit(project, path, old, new)
    before = contents(project)
    with pytest.raises(AuthoringError, match=r"notebooks/count-animals[.](py|ipynb):\d+: "):
        pairs.sync(project, labs(project))
    assert contents(project) == before


def test_a_script_is_taken_from_its_pair(project: Project) -> None:
    before = (project.root / SCRIPT).read_text("utf-8")
    assert pairs.script_from_pair(project, labs(project)[0]) == before
    edit(project, PAIR, '"print(\\"goodbye\\")"', '"print(\\"farewell\\")"')
    text = pairs.script_from_pair(project, labs(project)[0])
    assert text == before.replace('goodbye")', 'farewell")')


@pytest.mark.parametrize("broken", ["", "{", '{"cells": [{}]}'])
def test_nothing_is_taken_from_a_broken_pair(project: Project, broken: str) -> None:
    (project.root / PAIR).write_text(broken)
    with pytest.raises(AuthoringError, match="missing or broken"):
        pairs.script_from_pair(project, labs(project)[0])


def test_catalogs_follow_the_notebook(project: Project) -> None:
    pairs.update_comments(project, labs(project))
    assert pairs.update_comments(project, labs(project)) == []
    edit(project, SCRIPT, "# two or four", "# two or three")
    assert pairs.update_comments(project, labs(project)) == [
        CATALOG, CATALOG.replace("zh", "ja"),
    ]  # fmt: skip
    found = {m.source: m for m in labs(project)[0].catalogs["zh"].messages}
    assert found["One name on each line"].translation == "每行一个名字"
    assert found["two or three"].fuzzy


@pytest.mark.parametrize(
    ("path", "data"),
    [
        (SCRIPT, b"# ---\n# jupyter:\n#   jupytext: [\n# ---\n"),
        (SCRIPT, b"# ---\n# jupyter:\n#   jupytext: [\n# ---\n\xff"),
        (CATALOG, b"msgid torn"),
        (CATALOG, b'msgid "\xff"'),
    ],
)
def test_translations_of_what_was_not_read_are_kept(
    project: Project, path: str, data: bytes
) -> None:
    (project.root / path).write_bytes(data)
    before = contents(project)
    with pytest.raises(AuthoringError, match=path):
        pairs.update_comments(project, labs(project))
    assert contents(project) == before


def test_translations_of_a_broken_cell_are_kept(project: Project) -> None:
    edit(project, SCRIPT, "for animal in animals)", "for animal in animals")
    before = contents(project)
    with pytest.raises(AuthoringError, match="not-python"):
        pairs.update_comments(project, labs(project))
    assert contents(project) == before


def test_a_new_lab_wants_only_to_be_run(project: Project) -> None:
    nav = "nav:\n  - Labs:\n      - labs/count-animals.md\n  - Other: a.md\n"
    with (project.root / "mkdocs.yml").open("a", encoding="utf-8") as stream:
        stream.write(nav)
    written = starting.new(project, "add-numbers")
    assert sorted(written) == sorted(
        ["mkdocs.yml", "notebooks/add-numbers.py", "notebooks/add-numbers.ipynb"]
        + [f"docs/{code}/labs/add-numbers.md" for code in ("en", "zh", "ja")]
        + [f"notebooks/comments/{code}/add-numbers.po" for code in ("zh", "ja")]
        + [f"translations/{code}/labs/add-numbers.md" for code in ("zh", "ja")]
    )
    found = check.check(project.site())
    assert [str(problem).split(" (")[0] for problem in found] == [
        "notebooks/add-numbers.py:1: stale-recording notebook 'add-numbers' was never run"
    ]
    assert "      - labs/count-animals.md\n      - labs/add-numbers.md\n  - Other" in (
        project.root / "mkdocs.yml"
    ).read_text("utf-8")
    assert all(problem.severity is Severity.ERROR for problem in found)
    assert pairs.update_comments(project, labs(project)[:1]) == []


@pytest.mark.parametrize("name", ["count-animals", "Add", "a_b", "../a", "", "a b", "-"])
def test_a_name_that_cannot_be_given(project: Project, name: str) -> None:
    before = contents(project)
    with pytest.raises(AuthoringError, match=r"kebab-case|exists already"):
        starting.new(project, name)
    assert contents(project) == before
