"""YAML as this project's files hold it: read safely, fast where libyaml is there."""

from typing import Any

import yaml

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # PyYAML built without libyaml reads the same, ten times slower
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

__all__ = ["UNREADABLE", "Loader", "load", "told"]

# Not only YAMLError: of a value that does not fit its tag, such as `2026-13-45` or `!!bool x`.
UNREADABLE = (yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError, RecursionError)
"""What reading may raise."""


def load(text: str) -> Any:  # noqa: ANN401 any YAML
    """Return what a text says; raises one of ``UNREADABLE``."""
    return yaml.load(text, Loader=Loader)


def told(error: Exception) -> tuple[int, str]:
    """Return at which line of the text an error was found, from 0, and what it says."""
    mark = getattr(error, "problem_mark", None)
    said = getattr(error, "problem", None) or error
    return (mark.line if mark else 0), f"not valid YAML: {said}"
