"""jupytext and nbformat, which take longer to load than all else that a build needs.

They are loaded with this module, so whoever reads or writes notebooks imports it where it does so:
a build that knows all notebooks from an earlier one does not. jupytext comes without what only a
Jupyter server needs of it, and jsonschema without grammars of addresses and times, of which
notebooks have none.
"""

import sys
from importlib import import_module
from typing import Any

_NOT_NEEDED = ("isoduration", "jupyter_client", "jupyter_server", "rfc3987_syntax", "tornado")


def _loaded(name: str) -> Any:  # noqa: ANN401 a package without types
    """Load a package as if those that are not needed were not installed."""
    hidden = [each for each in _NOT_NEEDED if each not in sys.modules]
    for each in hidden:
        sys.modules[each] = None  # type: ignore[assignment]
    try:
        return import_module(name)
    finally:
        for each in hidden:
            del sys.modules[each]


jupytext = _loaded("jupytext")
nbformat = _loaded("nbformat")
