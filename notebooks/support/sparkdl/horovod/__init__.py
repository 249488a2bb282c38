"""What a training function calls while it runs under HorovodRunner."""

from __future__ import annotations

import os
import sys

from sparkdl._rank import LOG_DESCRIPTOR, LONGEST_MESSAGE

__all__ = ["log_to_driver"]


def log_to_driver(message: str) -> None:
    """Show a message in the notebook, whatever HorovodRunner's ``driver_log_verbosity`` is.

    Each line arrives as ``[RANK]<log>:line``. A message longer than 4000 bytes of UTF-8 is cut,
    as on Databricks (which counts characters). Outside a rank it is printed as it is, so that a
    training function can be tried by calling it.
    """
    descriptor = os.environ.get(LOG_DESCRIPTOR)
    if descriptor is None:
        sys.stdout.write(f"{message}\n")
        return
    kept = message.encode("utf-8", "replace")[:LONGEST_MESSAGE].decode("utf-8", "ignore")
    for line in kept.splitlines() or [""]:
        # One write of less than PIPE_BUF bytes is atomic: threads cannot cut each other's lines.
        os.write(int(descriptor), f"{line}\n".encode())
