"""The command line: what is printed, and exit codes."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lockstep.cli import COMMANDS, main
from lockstep.commands import listing
from lockstep.disk.project import Project
from lockstep.ground.location import Location
from lockstep.ground.problem import Problem, Severity
from lockstep.rules import catalogue, check
from tests import case

GUIDE = "docs/en/labs/count-animals.md"
SCRIPT = "notebooks/count-animals.py"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(tmp_path)
    return case.sound_lab(tmp_path)


def call(*arguments: str, answer: str | None = None) -> Result:
    result = CliRunner().invoke(main, arguments, input=answer)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def edit(project: Project, path: str, old: str, new: str) -> None:
    file = project.root / path
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def test_a_sound_project_has_no_findings(project: Project) -> None:
    assert project.root.is_dir()
    found = call("check")
    assert (found.exit_code, found.stdout, found.stderr) == (0, "no findings\n", "")


def test_findings_are_printed_errors_first(project: Project) -> None:
    edit(project, GUIDE, "{{ cell say-goodbye }}", "{{ cell say-hello }}")
    (project.root / "docs/ja/labs/count-animals.md").unlink()
    found = call("check")
    expected = [str(problem) for problem in check.check(project.site())]
    assert found.exit_code == 1
    assert found.stdout.splitlines() == [*expected, "3 errors, 2 debts"]
    assert expected[3].startswith(f"{GUIDE}:1: missing-guide ")


@pytest.mark.parametrize(
    ("arguments", "status"), [([], 0), (["--debts"], 1), (["--strict"], 1), (["docs/zh"], 0)]
)
def test_debts_fail_where_asked(project: Project, arguments: list[str], status: int) -> None:
    (project.root / "docs/ja/labs/count-animals.md").unlink()
    assert call("check", *arguments).exit_code == status


def test_pages_narrow_the_report(project: Project) -> None:
    for code in ("en", "zh", "ja"):
        edit(project, f"docs/{code}/labs/count-animals.md", "level: beginner", "level: baby")
    for page, count in (("docs/zh", 1), ("docs", 3), (GUIDE, 1), (str(project.root), 3)):
        found = call("check", page)
        assert found.stdout.count("bad-front-matter") == count
        assert found.exit_code == 1
    assert call("check", "notebooks").stdout == "no findings\n"
    assert call("check", "docs/z").exit_code == 2
    assert "docs/z does not exist" in call("check", "docs/z").stderr
    assert call("check", "/").exit_code == 2
    assert "is not in the project" in call("check", "/").stderr


def test_help_needs_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for command in COMMANDS:
        assert call(command, "-h").exit_code == 0


def test_findings_for_machines(project: Project) -> None:
    edit(project, GUIDE, "level: beginner", "level: baby")
    (found,) = json.loads(call("check", "--format", "json", "docs/en").stdout)
    assert found == {
        "path": GUIDE, "line": 6, "rule": "bad-front-matter", "severity": "error",
        "message": "`level: baby`; expected one of beginner, intermediate, advanced",
    }  # fmt: skip
    assert call("check", "--format", "github", "docs/en").stdout == (
        f"::error file={GUIDE},line=6,title=bad-front-matter::`level: baby`; expected one of "
        "beginner, intermediate, advanced\n"
    )


def test_annotations_are_escaped() -> None:
    problem = Problem(Location("a,b:c%.md", 1), "rule", "50 %\nmore", Severity.ADVICE)
    assert listing.written([problem], "github") == (
        "::notice file=a%2Cb%3Ac%25.md,line=1,title=rule::50 %25%0Amore"
    )
    assert listing.written([], "json") == "[]"
    assert listing.written([], "github") == ""


def test_rules_are_listed(project: Project) -> None:
    assert project.root.is_dir()
    lines = call("check", "--rules").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(catalogue.RULES)


@pytest.mark.parametrize("arguments", [["-f", "no.yml", "check"], ["-f", "notebooks/x", "status"]])
def test_a_configuration_that_is_not_there(project: Project, arguments: list[str]) -> None:
    assert project.root.is_dir()
    found = call(*arguments)
    assert found.exit_code == 2
    assert found.stderr.startswith("lockstep: cannot read ")


def test_a_configuration_that_cannot_be_used(project: Project) -> None:
    edit(project, "mkdocs.yml", ", default: true", "")
    found = call("check")
    assert found.exit_code == 2
    assert "exactly one language with `default: true`" in found.stderr


def test_another_site_is_named_by_its_configuration(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    assert call("-f", str(project.root / "mkdocs.yml"), "check").exit_code == 0


def test_sync_says_what_it_wrote(project: Project) -> None:
    assert call("sync").stdout == "everything is in step\n"
    edit(project, SCRIPT, "# two or four", "# or four")
    found = call("sync", "count-animals")
    assert (found.exit_code, found.stdout) == (0, "wrote notebooks/count-animals.ipynb\n")


def test_sync_refuses_what_it_cannot_read(project: Project) -> None:
    edit(project, SCRIPT, 'print("goodbye")', "print(")
    found = call("sync")
    assert found.exit_code == 2
    assert "notebooks/count-animals.py:27: not-python" in found.stderr
    assert call("sync", "no-lab").exit_code == 2
    assert (
        "there is no notebook 'no-lab'; there are: count-animals" in call("sync", "no-lab").stderr
    )


@pytest.mark.parametrize(
    ("answer", "options", "status"), [("y\n", [], 0), ("n\n", [], 1), (None, ["--yes"], 0)]
)
def test_sync_from_a_notebook_shows_the_difference_and_asks(
    project: Project, answer: str | None, options: list[str], status: int
) -> None:
    before = (project.root / SCRIPT).read_text("utf-8")
    edit(project, "notebooks/count-animals.ipynb", '\\"goodbye\\"', '\\"farewell\\"')
    found = call("sync", "--from-notebook", "count-animals", *options, answer=answer)
    assert found.exit_code == status
    assert '-print("goodbye")' in found.stdout
    assert '+print("farewell")' in found.stdout
    after = (project.root / SCRIPT).read_text("utf-8")
    assert after == (before if status else before.replace('"goodbye"', '"farewell"'))


def test_comments_say_what_they_wrote(project: Project) -> None:
    call("comments")
    assert call("comments").stdout == "every catalog is up to date\n"
    edit(project, SCRIPT, "# two or four", "# or four")
    assert call("comments").stdout.splitlines() == [
        "wrote notebooks/comments/zh/count-animals.po",
        "wrote notebooks/comments/ja/count-animals.po",
    ]


def test_new_without_a_run(project: Project) -> None:
    found = call("new", "add-numbers", "--no-run")
    assert found.exit_code == 0
    assert "wrote notebooks/add-numbers.py" in found.stdout.splitlines()
    assert (project.root / "docs/ja/labs/add-numbers.md").is_file()
    assert call("new", "add-numbers", "--no-run").exit_code == 2


def test_status_of_labs_by_languages(project: Project) -> None:
    edit(project, SCRIPT, '"goodbye"', '"bye"')
    edit(project, "notebooks/comments/zh/count-animals.po", '"两条或四条"', '""')
    (project.root / "docs/ja/labs/count-animals.md").unlink()
    (found,) = json.loads(call("status", "--format", "json").stdout)
    assert found == {
        "page": "labs/count-animals.md",
        "lab": "count-animals",
        "run": None,
        "stale": ["cell 'say-goodbye' changed"],
        "pins": [],
        "guides": {
            "en": {"page": GUIDE, "comments": 0, "damaged": 0, "sections": {}},
            "zh": {
                "page": GUIDE.replace("en", "zh", 1),
                "comments": 1,
                "damaged": 0,
                "sections": {"count": "program changed"},
            },
            "ja": {"page": None, "comments": 0, "damaged": 0, "sections": {}},
        },
    }
    text = call("status").stdout
    for part in ("count-animals", "whole", "1 comment", "1 program", "missing", "简体中文"):
        assert part in text


def test_status_says_which_pins_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    case.play(case.read(case.GOLDEN / "changed-pins.txt"), tmp_path)
    (lab,) = [row for row in json.loads(call("status", "--format", "json").stdout) if row["pins"]]
    said = " ".join(call("status").stdout.replace("│", " ").split())
    assert all(pin in said for pin in lab["pins"])


def test_nothing_is_run_where_nothing_is_stale(project: Project) -> None:
    pytest.importorskip("nbclient")
    assert project.root.is_dir()
    assert call("run").stdout == "nothing is stale: 1 of 1 recordings are fresh\n"


def test_the_environment_where_there_is_no_spark(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    found = call("environment")
    assert (found.exit_code, found.stdout) == (2, "")
    assert found.stderr.startswith("lockstep: pyspark is not installed")
    assert not project.state.exists()


@pytest.mark.cluster
def test_the_environment_finds_the_modules_beside_the_notebooks(project: Project) -> None:
    edit(project, "mkdocs.yml", "{lockstep: {}}", "{lockstep: {notebooks: farm}}")
    found = call("environment")
    assert f"export PYTHONPATH={project.root / 'farm' / 'support'}\n" in found.stdout
