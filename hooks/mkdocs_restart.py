"""``mkdocs serve`` that starts again when the programs have changed that make the site.

Python keeps what it has once imported: without this, an edit of the engine would show only after
the author has ended and started the server.
"""

import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from multiprocessing import parent_process
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig

from lockstep.disk import inputs

log = logging.getLogger("mkdocs.lockstep")

_SERVES = "serve" in sys.argv
_AT_START = inputs.engine() if _SERVES else ""
_TRY = """
import sys
sys.path.insert(0, sys.argv[1])
import mkdocs_events, mkdocs_hook, mkdocs_serving, mkdocs_watch
"""


def if_changed(config: MkDocsConfig, before: Callable[[], None] = lambda: None) -> None:
    """Start the server again with the programs as they are now, if they can be imported at all.

    before: what is to be done first.
    """
    if not _SERVES or parent_process() or inputs.engine_now() == _AT_START:
        return
    attempt = [sys.executable, "-c", _TRY, str(Path(__file__).parent)]
    done = subprocess.run(attempt, capture_output=True, text=True, check=False)  # noqa: S603 our own
    if done.returncode:
        log.error(
            "The site is built as before: its programs have changed and fail\n%s", done.stderr
        )
        return
    log.info("The programs that make the site have changed: starting again")
    before()
    shutil.rmtree(config.site_dir, ignore_errors=True)  # the server's own temporary folder
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 as it was started
