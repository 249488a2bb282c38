"""Sites whose headings have no anchors: which section is a translation of which."""

from dataclasses import replace

from lockstep.pages.site import Site
from lockstep.translations import matching


def aligned(site: Site, page: str) -> Site:
    """Return a site of one page alone, with anchors where its headings have none.

    Where guides follow this project's conventions, that is the site itself.
    """
    source = site.settings.languages.source.code
    english = site.guides.get(source, {}).get(page)
    if site.settings.conventions or english is None:
        return site
    english = matching.named(english)
    guides = {source: {page: english}}
    accepted = {}
    for language in site.settings.languages.translations:
        code = language.code
        origin = english
        if page in site.accepted.get(code, {}):
            origin = matching.named(site.accepted[code][page])
            accepted[code] = {page: origin}
        if page in site.guides.get(code, {}):
            guides[code] = {page: matching.matched(origin, site.guides[code][page])}
    return replace(site, guides=guides, accepted=accepted, known={}, ready={})
