"""Where a link in a guide leads, as far as the guides of a site tell."""

import posixpath
from collections.abc import Mapping, Sequence
from urllib.parse import unquote, urlsplit

from lockstep.guides.document import Document


def lead_nowhere(readable: Sequence[Mapping[str, Document]], page: str, address: str) -> bool:
    """Whether a link in a page leads to no guide, or to none of its headings.

    readable: the guides that a reader gets, by page, those in the page's language first. What is
    no guide, such as an image, cannot be known here: it counts as gone.
    """
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or parts.path.startswith("/"):
        return False
    there = posixpath.join(posixpath.dirname(page), unquote(parts.path))
    target = posixpath.normpath(there) if parts.path else page
    found = [guide for guides in readable if (guide := guides.get(target))]
    anchors = {heading.anchor for guide in found for heading in guide.headings}
    return not found or (parts.fragment != "" and unquote(parts.fragment) not in anchors)
