"""What MkDocs was started for."""

name = ""
"""The command, of which a process has one; none where only what changed is wanted (``--dirty``)."""


def start(command: str, dirty: bool) -> None:  # noqa: FBT001 MkDocs' own
    """Know what MkDocs was started for (an event)."""
    global name  # noqa: PLW0603 see above
    name = "" if dirty else command


def serves() -> bool:
    """Say whether this process is a server, or was forked by one."""
    return name == "serve"
