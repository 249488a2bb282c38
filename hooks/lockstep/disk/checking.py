"""A whole project checked: side by side, and what did not change not at all.

Whoever deletes the cache and ``workers`` has a slower check with the same findings.
"""

from contextlib import suppress
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


def digest(project: Folder) -> str | None:
    """Return the digest of all that findings depend on; ``None`` where it is not known."""
    shared = inputs.shared(project.config, project.settings)
    return shared and inputs.of_all(shared, inputs.pages(project.root, project.settings))


def remembered(project: Folder, whole: str | None = None) -> list[Problem] | None:
    """Return all findings of a project that is as it was at the last check, ``None`` if not.

    whole: its ``digest``, where that was taken already.
    """
    whole = whole or digest(project)
    known = project.cache.get("findings", whole) if whole else None
    return None if known is None else list(revived(known))


def check(project: "Project", whole: str | None = None) -> tuple["Site", list[Problem]]:
    """Read a project and return it with every finding of every rule, errors first; remember them.

    whole: its ``digest``, where that was taken already. Never raises for what its files hold.
    """
    site, problems, _ = recalled(project, whole)
    return site, problems


def recalled(
    project: "Project", whole: str | None = None, *, is_built: bool = False
) -> tuple["Site", list[Problem], "Recall"]:
    """Return the same, and what is known of how its guides are published.

    whole: empty where findings need not be remembered, but of each page; is_built: whether all
    pages are about to be built: those that are checked are put together there and then, by a
    process that has just read them.
    """
    from lockstep.disk import workers  # noqa: PLC0415 see above
    from lockstep.disk.recall import Recall  # noqa: PLC0415
    from lockstep.rules.check import Checks  # noqa: PLC0415
    from lockstep.rules.visible import ConversionError  # noqa: PLC0415

    workers.be_patient()
    whole, cache = digest(project) if whole is None else whole, project.cache
    site = project.site()
    checks, recall = Checks(site), Recall(site, cache)
    keys = {page: recall.sources(page) for page in site.pages}
    kept = {page: cache.get("checked", key) for page, key in keys.items()}
    left = [page for page in site.pages if kept[page] is None]
    if left and site.convert:
        with suppress(ConversionError):  # each page says so
            site.convert("")  # what that reads is read once, for all who check pages

    def checked(page: str) -> tuple[bytes, dict[bytes, bytes]]:
        made = stored(checks.of_page(page))
        if is_built and cache.basis is not None:
            recall.prepare(page)
        site.forget(page)
        return made, cache.handed_over()

    results = workers.side_by_side(checked, left)
    unchanged = bool(whole) and whole == digest(project)  # nothing is read any more
    cache.flush()
    for page, (made, prepared) in zip(left, results, strict=True):
        kept[page] = made
        cache.take_over(prepared)
        cache.put(made, "checked", keys[page])
    found: dict[str, PageFindings] = {page: revived(each) for page, each in kept.items()}
    problems = checks.together(found)
    if whole and unchanged:
        cache.put(stored(tuple(problems)), "findings", whole)
    cache.flush()
    return site, problems, recall


def rehearse(site: "Site", path: str) -> None:
    """Check a guide for nothing: what that reads and loads is there once it has changed."""
    from lockstep.rules.check import Checks  # noqa: PLC0415 see above

    page = path.removeprefix(f"{site.settings.guides}/").partition("/")[2]
    if page in site.pages:
        Checks(site).of_page(page)
