"""Pages that MkDocs renders only where something has changed.

What Python-Markdown makes of a page is kept with all else that MkDocs learns from it: the table of
contents, the title, and the anchors that are there and are linked to. A page that MkDocs complains
of is not kept, so that it complains again.
"""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from functools import partial
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink, TableOfContents

from lockstep.disk import conversion
from lockstep.disk.build import Build
from lockstep.disk.cache import digest
from lockstep.ground.language import Words
from lockstep.pages import rendering
from mkdocs_packed import Packed

_FOR_SEARCH = re.compile(r'data-search-\w+="[^"]')
"""What Material's search plugin takes out of pages."""
_log = logging.getLogger("mkdocs.structure.pages")


def prepare(config: MkDocsConfig, build: Build, words: Callable[[], Words]) -> None:
    """Claim the engine's fence, and spare all pages what finds nothing in them.

    words: gives those of the language that is being built.
    """
    claim_fence(config, build, words)
    spare(config)


def claim_fence(config: MkDocsConfig, build: Build, words: Callable[[], Words]) -> None:
    """Let Python-Markdown ask a build for what stands where its keys are.

    words: gives those of the language that is being built.
    """
    fences = config.mdx_configs.setdefault("pymdownx.superfences", {})
    parts = (build.blocks, words, lambda: build.original, build.status)
    fences.setdefault("custom_fences", []).append(rendering.fence(*parts, build.origin))


def spare(config: MkDocsConfig) -> None:
    """Have Material's search plugin look at no page in which it would find nothing.

    It takes out attributes of its own, for which it looks at each blank of a page.
    """
    events: list[Any] = config.plugins.events["page_context"]
    for index, look in enumerate(events):
        if type(getattr(look, "__self__", None)).__module__ == "material.plugins.search.plugin":
            events[index] = partial(_looked_at, look)


def _looked_at(look: Callable[..., Any], context: Any, *, page: Page, **given: Any) -> Any:  # noqa: ANN401 MkDocs' own
    is_left_out = page.meta.get("search") == {"exclude": True}  # as the hook does with all pages
    if is_left_out and not _FOR_SEARCH.search(page.content or ""):
        return None
    return look(context, page=page, **given)


def remember(page: Page, build: Build, language: str) -> None:
    """Let a page that is about to be rendered be taken from an earlier build, if it can be.

    language: code of the one that is being built.
    """
    page.__class__ = Packed
    vars(page)["render"] = partial(_render, page, build, language)


def places(files: Files) -> str:
    """Return a digest of all that links can lead to."""
    found = sorted((it.src_uri, it.url, it.inclusion.name) for it in files)
    return digest(found)


def _render(page: Page, build: Build, language: str, config: MkDocsConfig, files: Files) -> None:
    config = copy(config)
    extensions: list[Any] = [*config.markdown_extensions, conversion.Quick()]
    config.markdown_extensions = extensions
    made_from = build.made_from()
    if made_from is None:
        Page.render(page, config, files)
        return
    sources = (
        language, page.file.src_uri, page.file.url, page.markdown or "", *made_from,
        str(_log.getEffectiveLevel()),
    )  # fmt: skip
    known = build.cache.get("page", *sources)
    if known is not None:
        build.blocks.clear()
        _set(page, known, files)
        return
    with _listening() as said:
        Page.render(page, config, files)
    if not said and not build.blocks:
        build.cache.put(_plain(page), "page", *sources)


def _plain(page: Page) -> Any:  # noqa: ANN401 what `marshal` takes
    return (
        page.content,
        [_entry(each) for each in page.toc],
        page._title_from_render,  # noqa: SLF001 what `title` answers with
        sorted(page.present_anchor_ids or ()),
        _by_path(page),
    )


def _by_path(page: Page) -> dict[str, dict[str, str]] | None:
    links = page.links_to_anchors
    return None if links is None else {file.src_uri: each for file, each in links.items()}


def _set(page: Page, known: Any, files: Files) -> None:  # noqa: ANN401 see above
    page.content, entries, title, anchors, links = known
    page._title_from_render = title  # noqa: SLF001 see above
    page.toc = TableOfContents([_link(each) for each in entries])
    page.present_anchor_ids = {*anchors}
    by_path = files.src_uris
    page.links_to_anchors = links and {by_path[path]: each for path, each in links.items()}


def _entry(link: AnchorLink) -> Any:  # noqa: ANN401 see above
    return link.title, link.id, link.level, [_entry(child) for child in link.children]


def _link(entry: Any) -> AnchorLink:  # noqa: ANN401 see above
    title, anchor, level, children = entry
    link = AnchorLink(title, anchor, level)
    link.children = [_link(child) for child in children]
    return link


class _Listener(logging.Handler):
    """Keeps what is said."""

    def __init__(self, said: list[logging.LogRecord]) -> None:
        super().__init__()
        self._said = said

    def emit(self, record: logging.LogRecord) -> None:
        self._said.append(record)


@contextmanager
def _listening() -> Iterator[list[logging.LogRecord]]:
    """Give what MkDocs and its plugins say in the meantime."""
    said: list[logging.LogRecord] = []
    handler, logger = _Listener(said), logging.getLogger("mkdocs")
    logger.addHandler(handler)
    try:
        yield said
    finally:
        logger.removeHandler(handler)
