"""The command line: which commands there are. What each does stands in ``commands``.

Exit status: 0 nothing to report, 1 findings, 2 could not run.
"""

import importlib
from pathlib import Path

import click

from lockstep.commands.command import examples

COMMANDS = {
    "check": "checking",
    "status": "states",
    "run": "running",
    "sync": "labs",
    "comments": "labs",
    "new": "labs",
    "environment": "labs",
    "diff": "translators",
    "accept": "translators",
    "fix": "translators",
}
"""Each command, and the module in ``commands`` that has it."""


def command(name: str) -> click.Command:
    """Return one of ``COMMANDS``."""
    module = importlib.import_module(f"lockstep.commands.{COMMANDS[name]}")
    found: click.Command = getattr(module, name)
    return found


class _Commands(click.Group):
    """Loads the command that is called, and no other: some bring much with them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 click's own
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        return command(cmd_name) if cmd_name in COMMANDS else None


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples(
        "lockstep check                     every static rule, over everything",
        "lockstep run                       execute what is stale, record what came out",
        "lockstep -f demo/mkdocs.yml status another site",
    ),
)
@click.option(
    "-f", "--config-file", "config", default="mkdocs.yml", show_default=True,
    type=click.Path(dir_okay=False, path_type=Path), help="The site's configuration.",
)  # fmt: skip
@click.version_option(package_name="lockstep")
@click.pass_context
def main(context: click.Context, config: Path) -> None:
    """Lab guides in several languages whose every code block was run."""
    context.obj = config
