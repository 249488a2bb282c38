"""That every recording was fresh, kept by content: what did not change is not read again.

Reading notebooks takes jupytext, which takes seconds to import where all of Jupyter is installed.
Deleting the file is always safe.
"""

import json
from collections.abc import Mapping, Sequence

from lockstep.disk import inputs
from lockstep.disk.folder import Folder

STORE = "fresh.json"
"""Name of the file, in the project's folder of untracked files."""

Fresh = Mapping[str, Sequence[str]]
"""Names of all notebooks, each with the pinned versions that have moved since it was run."""


def digest(project: Folder) -> str | None:
    """Return the digest of all that freshness depends on; ``None`` where it is not known."""
    return inputs.shared(project.config, project.settings)


def remembered(project: Folder, digest: str | None) -> Fresh | None:
    """Return what was fresh when the digest was this one; ``None`` where that is not known."""
    try:
        known = json.loads((project.state / STORE).read_text("utf-8"))
        if digest is None or known["digest"] != digest:
            return None
        return {str(name): list(map(str, pins)) for name, pins in known["fresh"].items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def remember(project: Folder, digest: str | None, fresh: Fresh) -> None:
    """Keep that all notebooks were fresh and in step when the digest was this one.

    That it cannot be written is no harm.
    """
    text = json.dumps({"digest": digest, "fresh": fresh}, indent=1)
    try:
        project.write(project.state / STORE, text)
    except OSError:
        return
