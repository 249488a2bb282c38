"""What is timed says the same everywhere, in sites large enough, and is timed as it is told."""

import shutil
import sys
from itertools import pairwise
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from benchmarks import builds, labs, myst, plain, scenarios, serving, tables, timing
from benchmarks.timing import Measure
from lockstep.disk import checking
from lockstep.disk.project import Project
from lockstep.notebooks import notebook, program
from tests import page

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
ADDRESSES = [
    f"{language}labs/distributed-deep-learning-000{number}"
    for language in ("", "zh/", "ja/")
    for number in range(2)
]
BUILD = (sys.executable, *scenarios.SCENARIOS[0].arguments)


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build two labs, ours and plain, strictly, and return the folder of both sites."""
    root = tmp_path_factory.mktemp("sites")
    for name in ("ours", "plain"):
        (root / name).mkdir()
    project = labs.write(root / "ours", 2)
    plain.write(project, root / "plain")
    for name in ("ours", "plain"):
        timing.measured(BUILD, root / name, scenarios.VARIABLES)
    return root


def article(sites: Path, name: str, address: str) -> page.Element:
    """Return the text of a page of a site."""
    return page.open_page(sites / name / "site", address).one("article")


@pytest.mark.slow
def test_nothing_is_wrong_with_generated_labs(sites: Path) -> None:
    _, findings = checking.check(Project.open(sites / "ours/mkdocs.yml"))
    assert findings == []


@pytest.mark.slow
@pytest.mark.parametrize("address", ADDRESSES)
def test_the_plain_site_says_the_same(sites: Path, address: str) -> None:
    """Headings, and all code and output, comments in the page's language included."""
    ours, theirs = (article(sites, name, address) for name in ("ours", "plain"))
    for tag in HEADINGS:
        assert [it.text for it in theirs.all(tag)] == [it.text for it in ours.all(tag)]
    code = [it.text.strip("\n") for it in ours.all("pre")]
    assert len(code) > 10
    assert [it.text.strip("\n") for it in theirs.all("pre")] == code
    assert len(theirs.all(".hll")) == len(ours.all(".hll"))
    images = [it.attributes["alt"] for it in ours.all("img")]
    assert [it.attributes["alt"] for it in theirs.all("img")] == images


@pytest.mark.slow
@pytest.mark.parametrize("address", ADDRESSES)
def test_text_and_values_are_those_of_ours(sites: Path, address: str) -> None:
    ours, theirs = (article(sites, name, address) for name in ("ours", "plain"))
    head = ours.one(".lockstep-run")
    beside = {it.text for it in [*head.all("li"), *head.all("p"), *ours.all(".lockstep-origin")]}
    for name in ("table", "li", "p"):
        own = [it for it in ours.all(name) if not it.all("pre") and it.text not in beside]
        told = {" ".join(it.text.split()) for it in own}
        assert told
        assert told <= {" ".join(it.text.split()) for it in theirs.all(name)}


@pytest.mark.slow
def test_no_two_copies_have_a_cell_in_common() -> None:
    piece = next(labs.pieces(Project.open(labs.ROOT / "mkdocs.yml").site()))
    copies = [notebook.read(labs.script(piece, number), "copy.py") for number in range(3)]
    for one, other in pairwise(copies):
        assert len(one.cells) > 5
        for cell, same in zip(one.cells, other.cells, strict=True):
            assert program.code_tokens(cell.source) != program.code_tokens(same.source)


@pytest.mark.slow
def test_each_edit_of_a_lab_says_something_new_on_its_page(sites: Path, tmp_path: Path) -> None:
    """Twice, so that an edit finds what the one before has left."""
    root = tmp_path / "ours"
    shutil.copytree(sites / "ours", root)
    seen = article(tmp_path, "ours", ADDRESSES[2]).text
    for number in (1_000_001, 1_000_002):
        lab = ADDRESSES[2].rpartition("/")[2]
        said = [serving.edited(root, lab, edit, number) for edit in serving.EDITS]
        assert not any(each in seen for each in said)
        timing.measured((*BUILD[:-1],), root, scenarios.VARIABLES)
        seen = article(tmp_path, "ours", ADDRESSES[2]).text
        assert all(each in seen for each in said)


def test_waiting_is_shown_by_what_was_edited() -> None:
    taken = {edit.title: [1.0, 3.0, 1.5] for edit in serving.EDITS}
    text = serving.text({30: taken, 300: taken})
    assert "| Edited | 30 labs | slowest | 300 labs | slowest |" in text
    assert "| a guide | 1.50 s | 3.00 s | 1.50 s | 3.00 s |" in text


def test_admonitions_tabs_and_anchors_are_those_of_myst() -> None:
    guide = """\
## Search {#search}

See [above](#top).

1. Choose:

    === "A computer"

        !!! tip "First"

            Look.

    === "A cluster"

        ??? note "More"

            Later.

```text
!!! note
```
"""
    wanted = """\
{#labs-a-search}
## Search

See [above](#labs-a-top).

1. Choose:

    ::::::::{tab-set}
    ::::{tab-item} A computer

    :::{admonition} First
    :class: tip


    Look.
    :::

    ::::


    ::::{tab-item} A cluster

    :::{dropdown} More

    Later.
    :::

    ::::
    ::::::::


```text
!!! note
```
"""
    assert "\n".join(myst.text("labs-a", guide.split("\n"))) == wanted


def test_an_edit_is_another_one_each_time(tmp_path: Path) -> None:
    guide = tmp_path / "docs/en/labs/a-lab-0000.md"
    guide.parent.mkdir(parents=True)
    guide.write_text("Text. This is copy 0.\n\nThis is copy 0.\n", "utf-8")
    for times in (1, 2):
        scenarios.edit(tmp_path)
        wanted = f"Text. This is copy 0, edited {times} times.\n\nThis is copy 0.\n"
        assert guide.read_text("utf-8") == wanted


def test_tables_show_medians_and_ratios_to_the_plain_stack() -> None:
    found = {
        "plain-cold": [Measure(seconds, 200_000_000) for seconds in (50.0, 10.0, 12.0)],
        "ours-cold": [Measure(6.0, 300_000_000)],
        "check-unchanged": [Measure(0.36, 0)],
    }
    text = tables.text({30: found, 300: {"plain-cold": [Measure(96.0, 0)]}})
    assert "| plain stack, cold | 12.0 s | 1.00 | 200 MB | 1.00 |" in text
    assert "| ours, cold | 6.0 s | 0.50 | 300 MB | 1.50 |" in text
    assert "| `lockstep check`, unchanged | 0.4 s | 0.03 | - | - |" in text
    assert "| plain stack, cold | 400 | 320 |" in text


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not say it")
def test_memory_is_that_of_all_processes_together(tmp_path: Path) -> None:
    """A process and its child, each with 100 MB of its own."""
    held = "kept = b'x' * 100_000_000; time.sleep(3)"
    code = f"import os, time; os.fork(); {held}"
    measure = timing.measured((sys.executable, "-c", code), tmp_path)
    assert measure.seconds > 3
    assert 200e6 < measure.memory < 300e6


@pytest.mark.slow
def test_a_command_that_fails_is_not_timed(tmp_path: Path) -> None:
    with pytest.raises(click.ClickException, match=r"(?s)ended with 3 .*no such lab"):
        timing.measured(("sh", "-c", "echo no such lab; exit 3"), tmp_path)


@pytest.mark.slow
def test_the_command_times_what_it_is_asked_for(sites: Path, tmp_path: Path) -> None:
    (tmp_path / "2-labs").symlink_to(sites)
    wanted = ("plain-cold", "ours-unchanged", "ours-edited", "check-unchanged")
    asked = [part for name in wanted for part in ("--only", name)]
    called = ["--labs", "2", "--times", "1", "--folder", str(tmp_path), *asked]
    result = CliRunner().invoke(builds.main, called)
    assert result.exit_code == 0, result.output
    rows = [line.split(" | ") for line in result.stdout.splitlines() if " s | " in line]
    titles = [each.title for each in scenarios.SCENARIOS if each.name in wanted]
    assert [row[0].removeprefix("| ") for row in rows] == titles
    assert rows[0][2] == "1.00"
    ratios = {name: float(row[2]) for name, row in zip(wanted, rows, strict=True)}
    assert 0 < ratios["check-unchanged"] < ratios["ours-edited"]
