"""The commands of translators, from an edit of English to a whole translation."""

import json
import shutil
from pathlib import Path

import pytest

from lockstep.disk.project import Project
from lockstep.ground.problem import Severity
from lockstep.rules import check
from tests import case
from tests.test_cli import GUIDE, call, edit

CHINESE = GUIDE.replace("/en/", "/zh/")
ACCEPTED = "translations/zh/labs/count-animals.md"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(tmp_path)
    return case.sound_lab(tmp_path)


def debts(project: Project, code: str = "zh") -> list[str]:
    found = check.check(project.site())
    assert all(problem.severity is Severity.DEBT for problem in found)
    return [
        f"{problem.location.line} {problem.rule}"
        for problem in found
        if problem.location.path.startswith(f"docs/{code}/")
    ]


def test_from_an_edit_of_english_to_a_whole_translation(project: Project) -> None:
    edit(project, CHINESE, "Load the names:", "读取名字：")
    assert debts(project) == []
    edit(project, GUIDE, "Load the names", "Load all of the names")
    assert debts(project) == ["12 outdated-section"]
    assert "1 outdated" in call("status").stdout

    shown = call("diff", "zh", "labs/count-animals")
    assert shown.exit_code == 1
    assert "1. Load{+ all of+} the names:" in shown.stdout
    assert f"translation ({CHINESE}:12)\n## Load {{#load}}\n\n1. 读取名字：" in shown.stdout

    edit(project, CHINESE, "读取名字", "读取所有名字")
    done = call("accept", "zh", "labs/count-animals#load")
    assert (done.exit_code, done.stdout) == (0, f"{ACCEPTED}: accepted 1 section: #load\n")
    assert debts(project) == []
    assert debts(project, "ja") == ["12 outdated-section"]
    shown = call("diff", "zh", "labs/count-animals")
    assert (shown.exit_code, shown.stdout) == (
        0, "labs/count-animals agrees with today's English\n",
    )  # fmt: skip
    assert call("accept", "zh", "--all").stdout == "nothing to accept\n"
    assert "whole" in call("status").stdout


@pytest.mark.parametrize(
    "named", ["labs/count-animals", "labs/count-animals.md", GUIDE, CHINESE, "count-animals"]
)
def test_a_page_may_be_named_in_any_way(project: Project, named: str) -> None:
    edit(project, GUIDE, "Load the", "Load all")
    assert "#load: its English changed" in call("diff", "zh", f"{named}#load").stdout
    assert call("accept", "zh", named).exit_code == 0
    assert debts(project) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["diff", "zh", "labs/x"], "there is no page 'labs/x'; there are: labs/count-animals"),
        (["diff", "en", "count-animals"], "no language 'en' that is translated; there are: zh, ja"),
        (["diff", "zh", "count-animals#x"], "has no section 'x'; there are: top, load, count"),
        (["accept"], "say which language"),
        (["accept", "zh"], "say which pages, or `--all`"),
        (["accept", "zh", "count-animals", "--all"], "say which pages, or `--all`"),
        (["accept", "--unchanged"], "say which pages were corrected"),
        (["accept", "--unchanged", "--all"], "say which pages were corrected"),
        (["fix", "docs/nowhere"], "docs/nowhere does not exist"),
    ],
)
def test_what_cannot_be_done_is_said(project: Project, arguments: list[str], said: str) -> None:
    assert project.root.is_dir()
    found = call(*arguments)
    assert (found.exit_code, said in found.stderr) == (2, True)


def test_a_page_that_is_not_translated(project: Project) -> None:
    (project.root / CHINESE).unlink()
    found = call("diff", "zh", "count-animals")
    assert (found.exit_code, found.stderr) == (2, f"lockstep: {CHINESE} does not exist\n")


def test_a_section_that_is_missing_cannot_be_accepted(project: Project) -> None:
    edit(project, GUIDE, "## Count {#count}", "## Feed {#feed}\n\nHay.\n\n## Count {#count}")
    assert debts(project) == ["18 missing-section"]
    assert "missing in the translation" in call("diff", "zh", "count-animals#feed").stdout
    found = call("accept", "zh", "count-animals#feed")
    assert found.exit_code == 2
    assert "labs/count-animals#feed is missing: there is nothing to accept" in found.stderr
    assert call("accept", "zh", "count-animals").stdout == "nothing to accept\n"


def test_a_correction_is_accepted_in_every_language_that_knew_the_version_before(
    project: Project,
) -> None:
    edit(project, GUIDE, "Load the names", "Load all of teh names of animals")
    call("accept", "zh", "count-animals")
    edit(project, GUIDE, "teh", "the")
    assert debts(project) == debts(project, "ja") == ["12 outdated-section"]
    done = call("accept", "--unchanged", "--yes", "count-animals")
    assert done.stdout == f"{ACCEPTED}: accepted 1 section: #load\n"
    assert (debts(project), debts(project, "ja")) == ([], ["12 outdated-section"])

    call("accept", "ja", "count-animals")
    edit(project, GUIDE, "Say goodbye", "Say good-bye")
    assert (
        len(call("accept", "--unchanged", "--yes", "count-animals#count").stdout.splitlines()) == 2
    )
    assert debts(project) == debts(project, "ja") == []


@pytest.mark.parametrize(("answer", "status"), [("y\n", 0), ("n\n", 1), ("", 1)])
def test_a_correction_is_shown_before_it_is_accepted(
    project: Project, answer: str, status: int
) -> None:
    edit(project, GUIDE, "Load the names", "Load all names")
    path = project.root / "translations/ja/labs/count-animals.md"
    path.write_text(path.read_text().replace("code=", "code=0"))
    before = {code: debts(project, code) for code in ("zh", "ja")}
    found = call("accept", "--unchanged", "count-animals", answer=answer)
    assert found.exit_code == status
    assert "labs/count-animals#load (zh)\n" in found.stdout
    assert "labs/count-animals#load (ja)\n" in found.stdout  # there, the program changed too
    assert found.stdout.count("1. Load [-the-]{+all+} names:") == 2
    assert "the program of load-animals changed" in found.stdout
    assert "labs/count-animals#count (ja)\nthe program of count-legs, say-goodbye" in found.stdout
    after = {code: debts(project, code) for code in ("zh", "ja")}
    assert after == ({"zh": [], "ja": []} if status == 0 else before)


def test_nothing_is_asked_where_nothing_was_corrected(project: Project) -> None:
    assert project.root.is_dir()
    found = call("accept", "--unchanged", "count-animals")
    assert (found.exit_code, found.stdout) == (0, "nothing to accept\n")


SECTIONS = "## Hay {#hay}\n\nHay.\n\n## Oats {#oats}\n\nOats.\n\n"
MOVED = "## Oats {#oats}\n\nOats.\n\n## Hay {#hay}\n\nHay.\n\n"


@pytest.fixture
def longer(project: Project) -> Project:
    """Return the project with two sections more, accepted."""
    for code in ("en", "zh", "ja"):
        edit(project, GUIDE.replace("/en/", f"/{code}/"), "## Count", f"{SECTIONS}## Count")
    for code in ("zh", "ja"):
        assert call("accept", code, "--all").exit_code == 0
    return project


def order(project: Project) -> list[str]:
    text = (project.root / ACCEPTED).read_text("utf-8")
    return [line.partition("{#")[2][:-1] for line in text.splitlines() if line.startswith("## ")]


def test_accepting_one_section_moves_no_other(longer: Project) -> None:
    edit(longer, GUIDE, SECTIONS, MOVED)
    assert debts(longer) == []  # readers get the order of the English
    edit(longer, GUIDE, "Load the names", "Load all names")
    assert call("accept", "zh", "count-animals#load").exit_code == 0
    assert order(longer) == ["load", "hay", "oats", "count"]
    assert debts(longer) == []


def test_a_section_that_was_moved_in_both_is_accepted_where_it_is(longer: Project) -> None:
    for path in (GUIDE, CHINESE):
        edit(longer, path, SECTIONS, MOVED)
    done = call("accept", "zh", "count-animals")
    assert (done.exit_code, done.stdout) == (0, f"{ACCEPTED}: accepted 1 section: #hay\n")
    assert order(longer) == ["load", "oats", "hay", "count"]
    assert debts(longer) == []
    assert call("accept", "zh", "count-animals").stdout == "nothing to accept\n"


def test_a_new_section_finds_its_place_among_those_that_did_not_move(longer: Project) -> None:
    edit(longer, GUIDE, SECTIONS, f"{MOVED}## Salt {{#salt}}\n\nSalt.\n\n")
    edit(longer, CHINESE, SECTIONS, f"{SECTIONS}## 盐 {{#salt}}\n\n盐。\n\n")
    assert call("accept", "zh", "count-animals#salt").exit_code == 0
    assert order(longer) == ["load", "hay", "salt", "oats", "count"]


def test_a_difference_for_editors(project: Project) -> None:
    edit(project, GUIDE, "Load the names", "Load all names")
    found = call("diff", "zh", "count-animals", "--format", "json")
    assert found.exit_code == 1
    (section,) = json.loads(found.stdout)
    assert (section["anchor"], section["state"], section["changed_cells"]) == (
        "load", "outdated", [],
    )  # fmt: skip
    assert section["english"]["path"] == GUIDE
    assert section["translation"]["line"] == 12
    changed = [each for each in section["changes"] if each["kind"] != "kept"]
    assert changed == [{"kind": "gone", "text": "the"}, {"kind": "new", "text": "all"}]
    edit(project, CHINESE, "## Count", "## Extra {#extra}\n\n## Count")
    (extra,) = json.loads(call("diff", "zh", "count-animals#extra", "--format", "json").stdout)
    assert (extra["state"], extra["english"], extra["changes"]) == ("removed", None, [])
    sound = call("diff", "zh", "count-animals#count", "--format", "json")
    assert (sound.exit_code, sound.stdout) == (0, "[]\n")


@pytest.mark.parametrize("folder", ["translations", "translations/zh"])
def test_a_file_where_a_folder_belongs_is_said(project: Project, folder: str) -> None:
    shutil.rmtree(project.root / folder)
    (project.root / folder).write_text("x")
    found = [str(each) for each in check.check(project.site()) if each.severity is Severity.ERROR]
    assert found == [f"{folder}:1: unreadable is a file; expected a folder"]
    done = call("accept", "zh", "count-animals")
    assert done.exit_code == 2
    assert done.stderr.startswith("lockstep: ")
    assert (project.root / folder).read_text() == "x"


def test_what_differs_from_english_is_refused(project: Project) -> None:
    edit(project, GUIDE, "2. Say goodbye:", "2. Say goodbye to `geese`:")
    edit(project, GUIDE, "Load the", "Load all")
    before = (project.root / ACCEPTED).read_text("utf-8")
    found = call("accept", "zh", "count-animals")
    assert found.exit_code == 1
    assert found.stdout == f"{ACCEPTED}: accepted 1 section: #load\n"
    assert "parity-code" in found.stderr
    assert found.stderr.endswith("(not accepted)\n")
    assert debts(project) == ["18 outdated-section"]
    after = (project.root / ACCEPTED).read_text("utf-8")
    assert after == before.replace("Load the", "Load all")


def test_a_changed_program_wants_a_look(project: Project) -> None:
    path = project.root / "translations/ja/labs/count-animals.md"
    path.write_text(path.read_text().replace("code=", "code=0"))
    assert debts(project, "ja") == ["12 changed-program", "18 changed-program"]
    shown = call("diff", "ja", "count-animals#load").stdout
    assert "#load: the program behind it changed (load-animals)" in shown
    call("accept", "ja", "count-animals#load")
    assert debts(project, "ja") == ["18 changed-program"]


def test_fix_says_what_it_did(project: Project) -> None:
    assert call("fix").stdout == "nothing to fix\n"
    text = (project.root / CHINESE).read_text("utf-8")
    edit(project, CHINESE, " {#load}", "")
    edit(project, CHINESE, "\n\n    {{ cell load-animals }}", "")
    edit(project, "docs/ja/labs/count-animals.md", " {#load}", "")
    found = call("fix", "docs/zh")
    assert found.stdout.splitlines() == [
        f"{CHINESE}:12: gave the heading its anchor #load",
        f"{CHINESE}:15: put back `{{{{ cell load-animals }}}}`",
    ]
    assert (project.root / CHINESE).read_text("utf-8") == text
    assert call("fix", "notebooks").stdout == "nothing to fix\n"
    assert call("fix").stdout.startswith("docs/ja/labs/count-animals.md:12: ")
    assert check.check(project.site()) == []


def test_accepted_english_may_be_elsewhere(project: Project) -> None:
    edit(project, "mkdocs.yml", "lockstep: {}", "lockstep: {translations: english}")
    moved = Project.open(project.root / "mkdocs.yml")
    assert debts(moved) == ["1 unaccepted-section"]
    (project.root / "translations").rename(project.root / "english")
    assert debts(moved) == []


def test_what_changed_alike_in_every_language_is_not_damaged(project: Project) -> None:
    for path in (GUIDE, CHINESE, GUIDE.replace("/en/", "/ja/")):
        edit(project, path, "duration: 5", "duration: 6")
    assert debts(project) == ["1 outdated-section"]
    edit(project, CHINESE, "duration: 6", "duration: 5")
    assert debts(project) == ["1 outdated-section"]
    edit(project, CHINESE, "duration: 5", "duration: 7")
    found = [problem.rule for problem in check.check(project.site())]
    assert found.count("parity-front-matter") == 1


def test_accepted_english_that_cannot_be_read_is_not_lost(project: Project) -> None:
    edit(project, GUIDE, "Load the names", "Load all of the names")
    path = project.root / ACCEPTED
    path.write_bytes(damaged := path.read_bytes() + b"\xff")
    done = call("accept", "zh", "labs/count-animals#load")
    assert done.exit_code == 2
    assert f"{ACCEPTED} cannot be read" in done.output
    assert path.read_bytes() == damaged
