"""A whole project checked: side by side, and what did not change not at all.

Whoever deletes the cache and ``workers`` has a slower check with the same findings.
"""

from typing import TYPE_CHECKING

from lockstep.disk import inputs
from lockstep.disk.folder import Folder
from lockstep.disk.revival import revived, stored
from lockstep.ground.problem import Problem

if TYPE_CHECKING:  # what these import takes a second, and is not needed where nothing changed
    from lockstep.disk.project import Project
    from lockstep.disk.recall import Recall
    from lockstep.pages.site import Site
    from lockstep.rules.check import PageFindings


def remembered(project: Folder) -> list[Problem] | None:
    """Return all findings of a project that is as it was at the last check, ``None`` if not."""
    whole = _whole(project)
    known = project.cache.get("findings", whole) if whole else None
    return None if known is None else list(revived(known))


def check(project: "Project") -> tuple["Site", list[Problem]]:
    """Read a project and return it with every finding of every rule, errors first; remember them.

    Never raises for what its files hold.
    """
    site, problems, _ = recalled(project)
    return site, problems


def recalled(project: "Project") -> tuple["Site", list[Problem], "Recall"]:
    """Return the same, and what is known of how its guides are published."""
    from lockstep.disk import workers  # noqa: PLC0415 see above
    from lockstep.disk.recall import Recall  # noqa: PLC0415
    from lockstep.rules.check import Checks  # noqa: PLC0415

    workers.be_patient()
    whole, cache = _whole(project), project.cache
    site = project.site()
    checks, recall = Checks(site), Recall(site, cache)
    keys = {page: recall.sources(page) for page in site.pages}
    kept = {page: cache.get("checked", key) for page, key in keys.items()}
    left = [page for page in site.pages if kept[page] is None]

    def checked(page: str) -> bytes:
        return stored(checks.of_page(page))

    for page, made in zip(left, workers.side_by_side(checked, left), strict=True):
        kept[page] = made
        cache.put(made, "checked", keys[page])
    found: dict[str, PageFindings] = {page: revived(each) for page, each in kept.items()}
    problems = checks.together(found)
    if whole and whole == _whole(project):
        cache.put(stored(tuple(problems)), "findings", whole)
    cache.flush()
    return site, problems, recall


def _whole(project: Folder) -> str | None:
    """Return the digest of all that findings depend on, if it is known."""
    shared = inputs.shared(project.config, project.settings)
    return shared and inputs.of_all(shared, inputs.pages(project.root, project.settings))
