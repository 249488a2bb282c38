"""Lab code and what proves that it was run.

jupytext is loaded without what only a Jupyter server needs of it, and jsonschema without grammars
of addresses and times, of which notebooks have none: together they take longer than all else.
"""

import sys
from importlib import import_module

_NOT_NEEDED = ("isoduration", "jupyter_client", "jupyter_server", "rfc3987_syntax", "tornado")


def _load() -> None:
    hidden = [name for name in _NOT_NEEDED if name not in sys.modules]
    for name in hidden:
        # As if it were not installed.
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        import_module("jupytext")
    finally:
        for name in hidden:
            del sys.modules[name]


_load()
