"""What git knows of a project: which files changed since a revision.

Git is asked as a program, about the files as they are on disk. What is staged makes no difference.
"""

import os
import subprocess
from pathlib import Path


class GitError(Exception):
    """Git cannot answer; the text says why."""


def changed(root: Path, revision: str) -> frozenset[str]:
    """Return the files below a folder that differ from a revision, with those git does not track.

    Paths are relative to the folder. A file that was renamed is both of its names; one that is gone
    is among them. Ignored files are not. In a repository without commits, ``HEAD`` has no files.
    Raises ``GitError``.
    """
    _ask(root, "rev-parse", "--show-toplevel")
    if revision == "HEAD" and not _is_known(root, "HEAD"):
        since = _ask(root, "hash-object", "-t", "tree", os.devnull).strip()  # the empty one
    elif _is_known(root, revision):
        since = _ask(root, *_COMMIT, f"{revision}^{{commit}}").strip()
    else:
        message = f"git knows no revision {revision!r} here; is it spelt right, and fetched?"
        raise GitError(message)
    differing = _ask(root, "diff", "--name-only", "--no-renames", "--relative", "-z", since, "--")
    unknown = _ask(root, "ls-files", "--others", "--exclude-standard", "-z")
    return frozenset(filter(None, (differing + unknown).split("\0")))


_COMMIT = ("rev-parse", "--verify", "--quiet", "--end-of-options")


def _is_known(root: Path, revision: str) -> bool:
    return _run(root, *_COMMIT, f"{revision}^{{commit}}").returncode == 0


def _ask(root: Path, *arguments: str) -> str:
    done = _run(root, *arguments)
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().removeprefix("fatal: ")
        raise GitError(said.partition("\n")[0] or f"git {arguments[0]} failed")
    return os.fsdecode(done.stdout)


def _run(root: Path, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    # Within a hook, git tells of the commit in variables that hold for its own folder only.
    kept = {key: value for key, value in os.environ.items() if key not in _LOCAL}
    command = ["git", "-c", "core.quotePath=false", *arguments]
    try:
        return subprocess.run(command, cwd=root, env=kept, capture_output=True, check=False)  # noqa: S603 no shell
    except FileNotFoundError as error:
        message = "git is not installed"
        raise GitError(message) from error


_LOCAL = frozenset(
    {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"}
    | {"GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE", "GIT_LITERAL_PATHSPECS"}
)
"""Variables that bind git to one repository; ``git rev-parse --local-env-vars`` lists them."""
