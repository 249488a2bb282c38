"""What commands have in common: the project they work on, and how they stop.

Exit status: 0 nothing to report, 1 findings, 2 could not run, 130 interrupted.
"""

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, NoReturn, ParamSpec

import click

from lockstep.authoring.refusal import AuthoringError
from lockstep.disk.folder import Folder
from lockstep.disk.git import GitError
from lockstep.ground.settings import SettingsError

if TYPE_CHECKING:  # it takes a second to import
    from lockstep.disk.project import Project

FINDINGS, COULD_NOT_RUN = 1, 2
INTERRUPTED = 130
"""As shells have it: 128, and the number of SIGINT."""
_P = ParamSpec("_P")


def examples(*lines: str) -> str:
    """Return an epilog that click leaves as it is."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def with_folder(command: Callable[Concatenate[Folder, _P], None]) -> Callable[_P, None]:
    """Open the project's folder when the command runs, so that its help is there everywhere."""

    @functools.wraps(command)
    def opened(*arguments: _P.args, **options: _P.kwargs) -> None:
        try:
            folder = Folder.open(click.get_current_context().find_object(Path) or Path())
        except SettingsError as error:
            stop(str(error))
        command(folder, *arguments, **options)

    return opened


def with_project(command: "Callable[Concatenate[Project, _P], None]") -> Callable[_P, None]:
    """Open the project when the command runs; its files are read when it asks for them."""
    from lockstep.disk.project import Project  # noqa: PLC0415 not every command needs it

    @functools.wraps(command)
    def with_files(folder: Folder, /, *arguments: _P.args, **options: _P.kwargs) -> None:
        command(Project(folder.config, folder.settings), *arguments, **options)

    return with_folder(with_files)


def is_below(path: str, named: str) -> bool:
    """Whether a path from the project's root is what was named, or stands in that folder."""
    return named in {".", path} or path.startswith(f"{named}/")


def authored(function: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401
    """Call what may refuse its work, and stop with its reason where it does."""
    try:
        return function(*arguments)
    except (AuthoringError, GitError) as error:
        stop(str(error))
    except OSError as error:
        stop(f"{error.filename or 'a file'}: {error.strerror or error}")


def stop(message: str) -> NoReturn:
    """Say why the command could not run, and end."""
    click.echo(f"lockstep: {message}", err=True)
    sys.exit(COULD_NOT_RUN)
