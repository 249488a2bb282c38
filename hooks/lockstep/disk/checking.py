"""A whole project checked: side by side, and what did not change not at all.

Whoever deletes ``memory`` and ``workers`` has a slower check with the same findings.
"""

from typing import TYPE_CHECKING, Any

from lockstep.disk import inputs, memory
from lockstep.disk.folder import Folder
from lockstep.disk.memory import Remembered
from lockstep.ground.location import Location
from lockstep.ground.problem import Problem

if TYPE_CHECKING:  # what these import takes a second, and is not needed where nothing changed
    from lockstep.disk.project import Project
    from lockstep.pages.site import Site
    from lockstep.rules.check import PageFindings

STORE = "check.json"
"""Name of the file with the last findings, in the project's folder of untracked files."""


def remembered(project: Folder) -> list[Problem] | None:
    """Return all findings of a project that is as it was at the last check, ``None`` if not."""
    shared, own = _digests(project)
    if shared is None:
        return None
    whole = inputs.of_all(shared, own)
    known = memory.read(project.state / STORE)
    return list(known.findings) if known.whole == whole else None


def check(project: "Project") -> tuple["Site", list[Problem]]:
    """Read a project and return it with every finding of every rule, errors first; remember them.

    Never raises for what its files hold.
    """
    from lockstep.disk import workers  # noqa: PLC0415 see above
    from lockstep.rules.check import Checks  # noqa: PLC0415

    shared, own = _digests(project)
    site = project.site()
    checks = Checks(site)
    known = memory.read(project.state / STORE) if shared else Remembered()
    keys = {page: inputs.of_all(shared or "", {page: own.get(page, "")}) for page in site.pages}
    found: dict[str, PageFindings] = {}
    for page, (key, kept) in known.pages.items():
        if shared and keys.get(page) == key:
            found[page] = _revived(kept)
    left = [page for page in site.pages if page not in found]
    found |= zip(left, workers.side_by_side(checks.of_page, left), strict=True)
    problems = checks.together({page: found[page] for page in site.pages})
    if shared and (shared, own) == _digests(project):
        kept = {page: (keys[page], _kept(each)) for page, each in found.items()}
        whole = inputs.of_all(shared, own)
        memory.write(project.state / STORE, Remembered(whole, tuple(problems), kept), project.write)
    return site, problems


def _digests(project: Folder) -> tuple[str | None, dict[str, str]]:
    """Return the digest of what pages have in common, if it is known, and that of each page."""
    own = inputs.pages(project.root, project.settings)
    return inputs.shared(project.config, project.settings), own


def _kept(found: "PageFindings") -> Any:  # noqa: ANN401 JSON
    return [[memory.plain(each) for each in found.problems], found.shown]


def _revived(kept: Any) -> "PageFindings":  # noqa: ANN401 JSON
    from lockstep.rules.check import PageFindings  # noqa: PLC0415 see above

    problems, shown = kept
    return PageFindings(
        tuple(map(memory.problem, problems)),
        {
            path: tuple((name, cell, Location(*where)) for name, cell, where in cells)
            for path, cells in shown.items()
        },
    )
