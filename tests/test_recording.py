"""Recordings: what a run left is read as it was written, or not believed."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.notebooks import notebook, pairing, recording
from lockstep.notebooks.fingerprint import Fingerprint, of_code
from lockstep.notebooks.notebook import Notebook
from lockstep.notebooks.recording import Recording, Run
from tests.strategies import any_text, cells, few
from tests.test_notebook import HEADER

RUN = Run("2026-11-20", {"python": "3.11.7"}, "x86", "local-cluster", 2, 2, 1, {"OMP": "1"})
SCRIPT = (
    '# %% name="a" values=["n"]\n\n\nn = 1.0\n\n# %% [markdown]\n# Text\n\n# %% tags=["test"]\nn\n'
)


def test_products_are_told_by_their_names_in_one_order() -> None:
    versions = {"torch": "2", "java": "17", "spark": "4", "mlflow": "3", "python": "3.11"}
    run = replace(RUN, versions={**versions, "optuna": "4.1", "horovod": "0.28", "else": "1"})
    assert run.products == [
        "Python 3.11", "PyTorch 2", "Horovod 0.28", "Optuna 4.1", "MLflow 3", "Spark 4", "Java 17",
    ]  # fmt: skip


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


def script(body: str = SCRIPT) -> Notebook:
    return notebook.read(HEADER + body, "notebooks/lab.py")


def stream(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


def recorded(source: Notebook, text: str = "1\n2\n", values: dict[str, Any] | None = None) -> str:
    outputs = {cell.key: [stream(text)] for cell in source.cells[:1]}
    made = Fingerprint(tuple((cell.key, of_code(cell.source)) for cell in source.cells))
    return recording.write(source, outputs, Recording(made, RUN, values or {"n": 1.0}, outputs))


def test_a_recording_is_read_as_it_was_written() -> None:
    pair = recording.read(recorded(script()), "lab.ipynb")
    assert pair.problems == ()
    assert pair.recording is not None
    assert pair.recording.run == RUN
    assert pair.recording.values == {"n": 1.0}
    assert recording.flat(pair.outputs["a"]) == [stream("1\n2\n")]
    assert pairing.in_step(pair, script())
    assert pairing.as_run(pair, pair.recording)


@given(
    cells,
    texts,
    st.dictionaries(
        texts,
        st.none()
        | st.booleans()
        | st.integers()
        | texts
        | st.floats(allow_nan=False, allow_infinity=False),
    ),
)
@few
def test_any_recording_is_read_as_it_was_written(
    source: str, text: str, values: dict[str, Any]
) -> None:
    lab = script(f'# %% name="a"\n\n{source}\n\n\n# %% tags=["test"]\npass\n')
    written = recorded(lab, text, values)
    pair = recording.read(written, "lab.ipynb")
    assert pair.problems == ()
    assert pair.recording is not None
    assert pair.recording.values == (values or {"n": 1.0})
    assert recording.flat(pair.outputs["a"]) == [stream(text)]
    assert pairing.in_step(pair, lab)
    assert recording.write(lab, pair.outputs, pair.recording) == written


def test_the_same_recording_is_the_same_text() -> None:
    assert recorded(script()) == recorded(script())
    ids = [cell["id"] for cell in json.loads(recorded(script()))["cells"]]
    assert ids == ["a", "text-2", "test-1"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"2\\n"', '"3\\n"'),
        ('"n": 1.0', '"n": 2.0'),
        ('"execution_count": null', '"execution_count": 3'),
        ('"executors": 2', '"executors": 3'),
        ('"date": "2026-11-20"', '"date": "2026-11-21"'),
        ('"code": "', '"code": "0'),
        ('"format": 1', '"format": 2'),
        ('"digest": "', '"digest": "0'),
        ('"name": "stdout"', '"name": "stderr"'),
    ],
)
def test_an_edited_recording_is_not_believed(old: str, new: str) -> None:
    text = recorded(script())
    assert old in text
    pair = recording.read(text.replace(old, new, 1), "notebooks/lab.ipynb")
    assert pair.recording is None
    assert [problem.rule for problem in pair.problems] == ["edited-recording"]
    assert "lockstep run --force lab" in pair.problems[0].message


@pytest.mark.parametrize(
    ("place", "forged"),
    [
        (("run", "date"), "soon"), (("run", "date"), 5), (("run", "versions"), ["a"]),
        (("run", "versions"), {"python": 3}), (("run", "processor"), None),
        (("run", "cluster"), {}), (("run", "executors"), None), (("run", "ranks"), True),
        (("run", "hosts"), 1.5), (("run", "environment"), "a"), (("run", "mood"), "good"),
        (("values", "n"), [1, 2]), (("values", "n"), {"a": 1}), (("values", "n"), float("nan")),
        (("values", "n"), float("inf")), (("values",), [1]),
        (("run",), None), (("fingerprint",), []),
    ],
)  # fmt: skip
def test_a_recording_of_another_form_is_not_believed(
    place: tuple[str, ...], forged: object
) -> None:
    """A digest is no signature: anybody can compute one."""
    raw = json.loads(recorded(script()))
    facts = raw["metadata"]["lockstep_recording"]
    *path, last = place
    at = facts
    for key in path:
        at = at[key]
    at[last] = forged
    written = {key: value for key, value in facts.items() if key != "digest"}
    facts["digest"] = recording._digest(raw["cells"], written)  # noqa: SLF001 what a forger does
    pair = recording.read(json.dumps(raw), "notebooks/lab.ipynb")
    assert pair.recording is None
    assert [problem.rule for problem in pair.problems] == ["edited-recording"]


def test_what_jupyter_lab_writes_otherwise_is_believed() -> None:
    """It splits text into lines, and has no way to write 1.0."""
    raw = json.loads(recorded(script()))
    raw["cells"][0]["outputs"][0]["text"] = "1\n2\n"
    raw["metadata"]["lockstep_recording"]["values"]["n"] = 1
    raw["metadata"]["language_info"] = {"name": "python"}
    raw["cells"][0]["metadata"]["collapsed"] = True
    pair = recording.read(json.dumps(raw), "lab.ipynb")
    assert pair.problems == ()
    assert pair.recording is not None


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "1", '{"cells": 1}', '{"cells": [1]}', '{"cells": [{}]}', "NaN",
     '{"cells": [{"cell_type": "code"}]}', '{"cells": [], "metadata": 1}', "[" * 100_000,
     '{"cells": [{"cell_type": "code", "source": 1}]}', '{"cells": ' + "9" * 5000 + "}",
     '{"cells": [{"cell_type": "code", "source": "", "outputs": [1]}]}',
     '{"cells": [{"cell_type": "code", "source": "", "metadata": []}]}'],
)  # fmt: skip
def test_what_is_no_notebook(text: str) -> None:
    pair = recording.read(text, "notebooks/lab.ipynb")
    assert [problem.rule for problem in pair.problems] == ["broken-pair"]
    assert pair.broken


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=6,
)


@given(json_values, st.data())
@few
def test_any_notebook_is_read(odd: Any, data: st.DataObject) -> None:  # noqa: ANN401
    raw = json.loads(recorded(script()))
    at: Any = raw
    while isinstance(at, dict | list) and at:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        key = data.draw(st.sampled_from(keys))
        if data.draw(st.booleans()):
            at[key] = odd
            break
        at = at[key]
    pair = recording.read(json.dumps(raw), "lab.ipynb")
    carried = pairing.carried_over(pair, script())
    assert set(carried) == {"a", "test-1"}


def written(*parts: tuple[str, str, str]) -> tuple[Notebook, str]:
    """Return a script and its pair, from name, code and output of each cell."""
    lab = script("\n".join(f'# %% name="{name}"\n{code}\n' for name, code, _ in parts))
    outputs = {name: [stream(text)] for name, _, text in parts}
    return lab, recording.write(lab, outputs, None)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("a:x=1 b:y=2", ["1", "2"]),
        ("c:x=1 b:y=2", ["1", "2"]),
        ("b:x=1 a:y=2", ["1", "2"]),
        ("b:y=2 a:x=1", ["2", "1"]),
        ("a:x=3 b:y=2", ["1", "2"]),
        ("b:x=1", ["1"]),
        ("a:x=1 c:x=1", ["1", ""]),
        ("c:z=3", [""]),
    ],
)
def test_output_belongs_to_code_then_to_a_name(now: str, expected: list[str]) -> None:
    _, text = written(("a", "x=1", "1"), ("b", "y=2", "2"))
    cells = [part.split(":") for part in now.split()]
    today, _ = written(*((name, code, "") for name, code in cells))
    found = pairing.carried_over(recording.read(text, "lab.ipynb"), today)
    assert [
        "".join(o["text"] for o in recording.flat(found[name])) for name, _ in cells
    ] == expected


def test_a_pair_without_a_recording() -> None:
    lab, text = written(("a", "x=1", "1"))
    pair = recording.read(text, "lab.ipynb")
    assert (pair.recording, pair.problems) == (None, ())
    assert pairing.in_step(pair, lab)
    assert not pairing.in_step(pair, replace(lab, cells=lab.cells * 2))
