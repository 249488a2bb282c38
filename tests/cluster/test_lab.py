"""The site's own labs, executed from their first cell to their last on Spark executors."""

import dataclasses
import functools
from pathlib import Path

import pytest

from lockstep.disk.project import Project
from lockstep.notebooks import program
from lockstep.runs import cluster, execution, running
from tests import page
from tests.browser import site as sites

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(1200)]

ROOT = Path(__file__).parents[2]


@functools.cache
def project() -> Project:
    """Return this repository as a project."""
    return Project.open(ROOT / "mkdocs.yml")


NAMES = sorted(project().site().labs)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site."""
    directory = tmp_path_factory.mktemp("site")
    sites.build(directory)
    return directory


def copied(site: Path, language: sites.Language, name: str) -> list[str]:
    """Return what a reader copies who takes every block of a lab's page in order.

    Cells that the page quotes from another lab are there to be read.
    """
    blocks = page.open_page(site, f"{language.folder}labs/{name}/").all(".lockstep-cell")
    return [page.code_of(block) for block in blocks if block.attributes["data-notebook"] == name]


@pytest.mark.parametrize("name", NAMES)
def test_lab_runs_as_recorded(name: str) -> None:
    """Its tests pass, and values and outputs are those that the pages show."""
    lab = project().site().labs[name]
    events: list[object] = []
    (result,) = running.run(project(), [lab], None, verify=True, report=events.append)
    assert not result.failed, result.message
    assert len(events) > len(lab.notebook.cells)


@pytest.mark.parametrize("name", NAMES)
def test_every_page_holds_the_tested_program(site: Path, name: str) -> None:
    """The blocks of each language are the shown cells, in order, comments aside."""
    tested = [
        program.code_tokens(cell.source) for cell in project().site().labs[name].notebook.shown
    ]
    for language in sites.LANGUAGES:
        assert [program.code_tokens(code) for code in copied(site, language, name)] == tested


@pytest.mark.parametrize("name", NAMES)
def test_a_page_can_be_followed_to_the_letter(site: Path, name: str, tmp_path: Path) -> None:
    """What a Chinese reader copies runs without the cells that pages do not show."""
    notebook = project().site().labs[name].notebook
    code = copied(site, sites.LANGUAGES[1], name)
    cells = tuple(
        dataclasses.replace(cell, source=source)
        for cell, source in zip(notebook.shown, code, strict=True)
    )
    finished = execution.execute(
        dataclasses.replace(notebook, cells=cells),
        ROOT,
        cluster=cluster.of(None, notebook.needs.ranks),
        log_folder=tmp_path,
        report=lambda _: None,
    )
    assert finished.values.keys() == notebook.declared_values.keys()
