"""What can be derived, written into guides and notebooks."""

from collections.abc import Collection

from lockstep.disk.project import Project
from lockstep.translations import mending
from lockstep.translations.mending import Mend


def fix(project: Project, paths: Collection[str]) -> list[Mend]:
    """Write what can be derived, and return what was done.

    paths: guides and notebook scripts as findings name them; all of them where there are none.
    """
    done: list[Mend] = []

    def write(path: str, mends: list[Mend]) -> None:
        if mends and (not paths or path in paths):
            text = (project.root / path).read_text("utf-8")
            project.write(project.root / path, mending.mended(text, mends))
            done.extend(mends)

    site = project.site()
    source = site.settings.languages.source
    for lab in site.labs.values():
        if not lab.notebook.unreadable:
            write(lab.notebook.path, list(mending.cell_names(lab.notebook)))
    for guide in site.guides[source.code].values():
        write(guide.path, list(mending.anchors(guide)))
    site = project.site()
    guides = site.guides[source.code]
    for _, page, guide in site.documents():
        if page in guides and guide is not guides[page]:
            write(guide.path, list(mending.anchors_from(guides[page], guide)))
    site = project.site()
    guides = site.guides[source.code]
    for language, page, guide in site.documents():
        found = site.standings(language, page) if language != source else ()
        mends = (mending.directives(guides[page], guide, each) for each in found)
        write(guide.path, [mend for each in mends for mend in each])
    return done
