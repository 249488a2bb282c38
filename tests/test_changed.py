"""What concerns a change: real histories, what is said of them, and a commit that is refused."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from lockstep.disk import git
from lockstep.disk.git import GitError
from lockstep.disk.project import Project
from tests import case
from tests.test_build import PROJECT
from tests.test_cli import GUIDE, SCRIPT, call, edit

pytestmark = pytest.mark.slow

CHINESE, JAPANESE = (GUIDE.replace("/en/", f"/{code}/") for code in ("zh", "ja"))
HERDS = "docs/{}/herds.md"
WRONG = "---\ntitle: Herds\n---\n\n{{{{ cell {} }}}}\n"
"""A page without description that shows a cell of the lab, or none that there is."""


def run(root: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run git in a folder, as somebody without settings."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    own = {"HOME": str(root), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
    named = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    return subprocess.run(
        ["git", *named, *arguments], cwd=root, env=kept | own | variables, check=False, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def commit(root: Path, message: str = "more") -> None:
    for arguments in (("add", "-A"), ("commit", "-qm", message)):
        done = run(root, *arguments)
        assert done.returncode == 0, done.stdout


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Return a project in a repository of its own, in which something is wrong in every file."""
    root = tmp_path / "project"
    root.mkdir()
    monkeypatch.chdir(root)
    for variable in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(variable)
    found = case.sound_lab(root)
    for code in ("en", "zh", "ja"):
        edit(found, GUIDE.replace("/en/", f"/{code}/"), "level: beginner", "level: baby")
        for name, cell in (("herds", "count-animals:say-goodbye"), ("loose", "none:such")):
            text = WRONG.format(cell)
            (root / f"docs/{code}/{name}.md").write_text(text, "utf-8")
    assert run(root, "init", "-q").returncode == 0
    commit(root)
    return found


def paths(*arguments: str) -> set[str]:
    """Return the files in which errors are reported."""
    found = call("check", "--format", "github", *arguments)
    errors = [line for line in found.stdout.splitlines() if line.startswith("::error")]
    assert found.exit_code == bool(errors)
    return {line.partition("file=")[2].partition(",")[0] for line in errors}


def guides(*names: str) -> set[str]:
    return {f"docs/{code}/{name}.md" for code in ("en", "zh", "ja") for name in names}


def test_nothing_is_reported_where_nothing_changed(project: Project) -> None:
    assert paths() == guides("labs/count-animals", "herds", "loose")
    assert paths("--changed", "HEAD") == set()
    assert call("check", "--changed", "HEAD").stdout == "no findings\n"
    assert project.root.is_dir()


@pytest.mark.parametrize(
    ("changed", "concerned"),
    [
        (CHINESE, {CHINESE}),
        (HERDS.format("ja"), {HERDS.format("ja")}),
        (GUIDE, guides("labs/count-animals")),
        (HERDS.format("en"), guides("herds")),
        (SCRIPT, guides("labs/count-animals", "herds")),
        ("notebooks/count-animals.ipynb", guides("labs/count-animals", "herds")),
        ("notebooks/support/barn/tally.py", guides("labs/count-animals", "herds")),
        ("notebooks/animals.csv", guides("labs/count-animals", "herds")),
        ("notebooks/comments/ja/count-animals.po", {JAPANESE, HERDS.format("ja")}),
        ("translations/zh/labs/count-animals.md", {CHINESE}),
        ("mkdocs.yml", guides("labs/count-animals", "herds", "loose")),
        ("README.md", set()),
    ],
)
def test_a_change_concerns_what_is_made_from_it(
    project: Project, changed: str, concerned: set[str]
) -> None:
    path = project.root / changed
    assert path.exists() or changed == "README.md"
    before = path.read_bytes() if path.exists() else b""
    path.write_bytes(before + b"\n")
    own = {found for found in paths("--changed", "HEAD") if found.startswith("docs/")}
    assert own == concerned
    run(project.root, "add", "-A")  # staged or not makes no difference
    assert {found for found in paths("--changed", "HEAD") if found.startswith("docs/")} == concerned


def test_a_change_of_the_glossary_concerns_every_page(project: Project) -> None:
    (project.root / "glossary.yml").write_text("[]\n")
    assert paths("--changed", "HEAD") == paths()


def test_what_is_gone_concerns_what_missed_it(project: Project) -> None:
    (project.root / SCRIPT).unlink()
    assert paths("--changed", "HEAD") == guides("labs/count-animals", "herds")
    run(project.root, "checkout", "-q", "--", ".")
    (project.root / JAPANESE).unlink()
    found = call("check", "--changed", "HEAD", "--format", "github").stdout
    assert "missing-guide" in found
    assert "file=docs/zh" not in found
    assert "file=docs/ja" not in found
    run(project.root, "checkout", "-q", "--", ".")
    (project.root / GUIDE).unlink()
    found = call("check", "--changed", "HEAD").stdout
    assert found.count("orphan-guide") == 2


def test_a_file_under_a_new_name_concerns_both(project: Project) -> None:
    run(project.root, "mv", HERDS.format("en"), "docs/en/flocks.md")
    assert paths("--changed", "HEAD") == {"docs/en/flocks.md", *guides("herds")} - {
        HERDS.format("en")
    }


def test_a_second_guide_of_a_lab_is_told_where_it_is_found(project: Project) -> None:
    """It stands before the first one, at which the finding is."""
    text = (project.root / GUIDE).read_text("utf-8")
    (project.root / "docs/en/a.md").write_text(text, "utf-8")
    found = call("check", "--changed", "HEAD", GUIDE).stdout
    assert "duplicate-guide" in found


def test_pages_narrow_what_changed(project: Project) -> None:
    for path in (GUIDE, SCRIPT):
        (project.root / path).write_bytes((project.root / path).read_bytes() + b"\n")
    assert paths("--changed", "HEAD", "docs/zh") == {CHINESE, HERDS.format("zh")}


def test_a_branch_is_compared_with_where_it_began(project: Project) -> None:
    run(project.root, "checkout", "-qb", "topic")
    edit(project, CHINESE, "level: baby", "level: infant")
    commit(project.root)
    edit(project, HERDS.format("ja"), "Herds", "Flocks")
    assert paths("--changed", "HEAD") == {HERDS.format("ja")}
    assert paths("--changed", "HEAD~1") == {CHINESE, HERDS.format("ja")}
    assert paths("--changed", "main") == paths("--changed", "HEAD~1")


def test_files_that_git_does_not_track_count_but_for_ignored_ones(project: Project) -> None:
    (project.root / "docs/en/new 新.md").write_text(WRONG.format("no:such"), "utf-8")
    (project.root / "docs/en/ignored.md").write_text(WRONG.format("no:such"), "utf-8")
    (project.root / ".gitignore").write_text("ignored.md\n")
    assert git.changed(project.root, "HEAD") == {"docs/en/new 新.md", ".gitignore"}
    assert paths("--changed", "HEAD") == {"docs/en/new 新.md"}


def test_a_project_may_lie_in_a_folder_of_a_repository(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(project.root / ".git")
    assert run(tmp_path, "init", "-q").returncode == 0
    commit(tmp_path)
    (tmp_path / "elsewhere.md").write_text("x")
    edit(project, CHINESE, "level: baby", "level: infant")
    assert git.changed(project.root, "HEAD") == {CHINESE}
    # As git's own hooks are run in a linked worktree:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index")
    assert paths("--changed", "HEAD") == {CHINESE}


def test_a_repository_without_commits_has_nothing_yet(project: Project) -> None:
    shutil.rmtree(project.root / ".git")
    run(project.root, "init", "-q")
    assert paths("--changed", "HEAD") == paths()


@pytest.mark.parametrize("revision", ["no-such", "HEAD~7", "--output=x", "", "HEAD:docs"])
def test_a_revision_that_is_not_there(project: Project, revision: str) -> None:
    found = call("check", "--changed", revision)
    assert found.exit_code == 2
    assert found.stderr.startswith(f"lockstep: git knows no revision {revision!r} here")
    assert not (project.root / "x").exists()


def test_no_repository_and_no_git(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(project.root / ".git")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(project.root.parent))
    found = call("check", "--changed", "HEAD")
    assert (found.exit_code, "not a git repository" in found.stderr) == (2, True)
    monkeypatch.setenv("PATH", str(project.root))
    with pytest.raises(GitError, match="git is not installed"):
        git.changed(project.root, "HEAD")


def entry() -> str:
    """Return what `.pre-commit-hooks.yaml` has pre-commit run."""
    (hook,) = yaml.safe_load((PROJECT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert hook["id"] == "lockstep-check"
    assert hook["pass_filenames"] is False
    return str(hook["entry"])


def test_a_commit_waits_until_its_errors_are_mended(tmp_path: Path) -> None:
    """With git's own hook: what pre-commit would run, run at a commit."""
    root = tmp_path / "project"
    root.mkdir()
    project = case.sound_lab(root)
    assert run(root, "init", "-q").returncode == 0
    commit(root)
    hook = root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\nexec {entry()}\n")
    hook.chmod(0o755)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

    def attempt() -> subprocess.CompletedProcess[str]:
        run(root, "add", "-A")
        return run(root, "commit", "-qm", "an edit", PATH=path)

    edit(project, CHINESE, "level: beginner", "level: baby")
    refused = attempt()
    assert refused.returncode == 1
    assert f"{CHINESE}:6: bad-front-matter" in refused.stdout
    assert run(root, "log", "--oneline").stdout.count("\n") == 1
    edit(project, CHINESE, "level: baby", "level: advanced")
    (root / "README.md").write_text("x")
    mended = attempt()
    assert "parity-front-matter" in mended.stdout  # seen, because the level differs from English
    for each in (GUIDE, JAPANESE):
        edit(project, each, "level: beginner", "level: advanced")
    done = attempt()
    assert done.returncode == 0, done.stdout
    assert run(root, "log", "--oneline").stdout.count("\n") == 2
