"""The site's own labs, executed from their first cell to their last on Spark executors."""

import functools
import json
import os
import re
import subprocess
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from lockstep.disk.project import Project
from lockstep.notebooks import fingerprint, program
from lockstep.notebooks.lab import Lab
from lockstep.notebooks.notebook import Notebook
from lockstep.runs import running
from lockstep.runs.running import Wish
from tests import page
from tests.browser import site as sites
from tests.cluster import pins

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(1200)]

ROOT = Path(__file__).parents[2]


@functools.cache
def project() -> Project:
    """Return this repository as a project."""
    return Project.open(ROOT / "mkdocs.yml")


NAMES = sorted(project().site().labs)
STARTED = NAMES[: len(NAMES) // 2]
"""Labs to take away that are run by the script that comes with them, on executors of their own."""
SPARK_SAYS = {"3.5": {"-Spark 4.0", "+Spark 3.5", "+"}}
"""Lines of output that are Spark's own: its version, an empty line below a table that is cut."""


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


def pinned_here(lab: Lab) -> Lab:
    """Return a lab with the pins of this environment."""
    known = fingerprint.read_pins(pins.text())
    here = {name: known[name] for name in lab.fingerprint.pins}
    return replace(lab, fingerprint=replace(lab.fingerprint, pins=here))


@pytest.mark.parametrize("name", NAMES)
def test_lab_runs_as_recorded(name: str) -> None:
    """Its tests pass, and values and outputs are those that the pages show.

    On another Spark, the same but for what is Spark's own: that it printed its version shows that
    it was there.
    """
    lab = pinned_here(project().site().labs[name])
    events: list[object] = []
    (result,) = running.run(project(), [lab], Wish(verify=True), events.append)
    if pins.SPARK:
        first, *lines = result.message.splitlines()
        assert first == f"{lab.notebook.path}: not as recorded", result.message
        assert not [line for line in lines if line.startswith(("value ", "…"))], result.message
        changes = {" ".join(line.split()) for line in lines if re.match(r"[-+](?!--|\+\+)", line)}
        assert f"+Spark {pins.SPARK}" in changes
        assert changes <= SPARK_SAYS[pins.SPARK], result.message
    else:
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


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a virtual environment with the labs' packages, which knows nothing of the repository.

    The packages are those installed here. That a path file names their folder does not execute the
    path files in it, through which the engine is found.
    """
    folder = tmp_path_factory.mktemp("environment") / ".venv"
    venv.create(folder, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "labs.pth").write_text(f"{sysconfig.get_path('purelib')}\n", "utf-8")
    for script in Path(sysconfig.get_path("scripts")).glob("jupyter*"):
        _, _, rest = script.read_text("utf-8").partition("\n")
        copy = folder / "bin" / script.name
        copy.write_text(f"#!{folder}/bin/python\n{rest}", "utf-8")
        copy.chmod(0o755)
    (folder / ".ready").touch()
    return folder


PROBE = """\
import importlib.util, json, sys
values = {name: name in globals() for name in NAMES}
sparkdl = importlib.util.find_spec("sparkdl")
print(json.dumps({
    "missing": [name for name, there in values.items() if not there],
    "engine": importlib.util.find_spec("lockstep") is not None,
    "sparkdl": sparkdl and sparkdl.origin,
    "path": sys.path,
    "master": spark.conf.get("spark.master"),
}))
"""


@pytest.fixture(scope="module", autouse=True)
def taken_away(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Future[Path]]]:
    """Run the archives that are asked for, one after the other, beside the tests of this file.

    A lab waits more than it calculates: two of them at a time take little longer than one.
    """
    asked = [getattr(item, "callspec", None) for item in request.session.items
             if getattr(item, "originalname", "") == "test_a_lab_can_be_taken_away"]  # fmt: skip
    names = [str(spec.params["name"]) for spec in asked if spec]
    if not names:
        yield {}
        return
    site: Path = request.getfixturevalue("site")
    environment: Path = request.getfixturevalue("environment")
    labs = project().site().labs
    with ThreadPoolExecutor(1) as beside:
        yield {
            name: beside.submit(
                run_away, site, environment, labs[name].notebook, tmp_path_factory.mktemp("away")
            )
            for name in names
        }
        beside.shutdown(cancel_futures=True)


def run_away(site: Path, environment: Path, lab: Notebook, home: Path) -> Path:
    """Unpack the Chinese archive of a lab in an empty folder and run it; return its notebook.

    Half of the labs are run by the script that comes with them; half by Jupyter alone. A last cell
    of ours tells what it found.
    """
    with zipfile.ZipFile(site / "downloads" / "zh" / f"{lab.name}.zip") as archive:
        archive.extractall(home)
    folder = home / lab.name
    path = folder / f"{lab.name}.ipynb"
    notebook = nbformat.read(path, 4)
    code = [program.code_tokens(it.source) for it in notebook.cells if it.cell_type == "code"]
    assert code == [program.code_tokens(cell.source) for cell in lab.shown]
    probe = PROBE.replace("NAMES", repr(sorted(lab.declared_values)))
    notebook.cells.append(nbformat.v4.new_code_cell(probe))
    nbformat.write(notebook, path)

    (folder / ".venv").symlink_to(environment)
    script = ["sh", "requirements/start.sh"] if lab.name in STARTED else []
    kept = {key: os.environ[key] for key in ("JAVA_HOME", "LANG") if key in os.environ}
    variables = {
        **kept,
        "HOME": str(home),
        "PATH": f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}",
    }
    done = subprocess.run(
        [*script, "jupyter", "execute", "--inplace", path.name],
        cwd=folder, env=variables, capture_output=True, text=True, check=False, timeout=1000,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return path


@pytest.mark.parametrize("name", NAMES)
def test_a_lab_can_be_taken_away(taken_away: dict[str, Future[Path]], name: str) -> None:
    """What a Chinese reader downloads runs to its end in a folder where nothing else is.

    It holds the cells of the page, and no others.
    """
    path = taken_away[name].result()
    said = nbformat.read(path, 4).cells[-1].outputs[-1].text
    found = json.loads(said.splitlines()[-1])
    assert found["missing"] == []
    assert found["master"] == ("local-cluster[2,1,1024]" if name in STARTED else "local[*]")
    assert not found["engine"]
    packages = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    others = [each for each in found["path"] if each and each not in packages]
    assert not any(Path(each).is_relative_to(ROOT) for each in others)
    own = path.parent / "sparkdl" / "__init__.py"
    assert found["sparkdl"] == (str(own) if own.exists() else None)
