"""Finished pages: templates are filled in again only where something has changed that they see.

That is the page, its neighbours, the navigation, the configuration, and what plugins have added to
them. All of it is written out, and a finished page is the page's as long as its digest stays. Where
something cannot be written out, templates are filled in every time. So they are where those of the
site read further: another page's text, or when a site was built.
"""

import hashlib
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from enum import Enum
from functools import cached_property, partial
from typing import Any

from jinja2 import Environment, Template
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure import StructureItem
from mkdocs.structure.files import File
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink, TableOfContents

import mkdocs_navigation
import mkdocs_templates
from lockstep.disk.build import Build
from lockstep.disk.cache import digest
from lockstep.ground.language import Words
from mkdocs_templates import NAMES, TEXT, UNSEEN

_OWN_NAMES = {"all_words", "words", mkdocs_navigation.NAME}
"""What the hook adds to those names, which the language settles."""
_FILE = ("abs_src_path", "dest_uri", "edit_uri", "name", "url")
"""What of a file is known only once it is asked for."""
_PLACED = {
    "_Page__active", "called", "children", "content", "file", "markdown", "next_page", "packed",
    "parent", "previous_page", "render", "unpacked",
}  # fmt: skip
"""What of a page is written out by other means: where it stands, and its text."""
_TEXTS = ("content", "markdown")
_SETTLED = {
    "draft_docs", "exclude_docs", "extra", "mdx_configs", "nav", "not_in_nav", "plugins", "theme",
}  # fmt: skip
"""Settings that are as the configuration's text says, or are written out by other means."""
_OWN = {"lockstep", "lockstep_others"}
"""What the engine keeps in a configuration. A build says itself when it answers for all pages."""
_LONG = 1000
"""Characters of a text from which on its digest is written in its place."""
_MODULES = {"_operator", "builtins", "gettext", "jinja2", "markupsafe", "mkdocs"}
"""Where functions come from that give the same for the same."""


class _Unknown(Exception):  # noqa: N818 no error
    """Something cannot be written out."""


def keep(env: Environment, config: MkDocsConfig, words: Words) -> None:
    """Give templates the readers' words; let what they make of pages come from earlier builds.

    words: those of the language that is being built.
    """
    build: Build = config.extra["lockstep"]
    env.bytecode_cache = mkdocs_templates.Compiled(build.cache)
    env.globals.update(words=words, all_words=build.site.words)
    finished = _Finished(env, config, build, words.language.code)

    class _Template(Template):
        """A template that is not filled in for nothing."""

        def render(self, *args: Any, **kwargs: Any) -> str:  # noqa: ANN401 Jinja's own
            context = dict(*args, **kwargs)
            return finished.page(self.name or "", context, partial(super().render, context))

    env.template_class = _Template


class _Finished:
    """The pages of a language."""

    def __init__(self, env: Environment, config: MkDocsConfig, build: Build, language: str) -> None:
        self._env, self._config, self._build, self._language = env, config, build, language
        settled = [config, *(it.config for it in config.plugins.values() if hasattr(it, "config"))]
        self._known = {id(each): (each, "") for each in settled}
        """What all pages see, by its identity: the object, and what is written in its place."""

    def page(self, template: str, context: Mapping[str, Any], fill: Callable[[], str]) -> str:
        """Return a page, filled in where it is not known; what is no guide is not kept."""
        page, cache = context.get("page"), self._build.cache
        source = self._source(template, context) if isinstance(page, Page) else ""
        if page is None or not source:
            return fill()
        # One for each page, not one for each time: the navigation is in all of them. A server has
        # an address of its own.
        place = ("finished", self._language, page.url, self._config.site_url or "")
        known = cache.get(*place)
        if known and known[0] == source:
            return zlib.decompress(known[1]).decode("utf-8", "surrogatepass")
        self._build.answers_for_all = False
        made = fill()
        if not self._build.answers_for_all:
            packed = zlib.compress(made.encode("utf-8", "surrogatepass"), 1)
            cache.put((source, packed), *place)
        return made

    def _source(self, template: str, context: Mapping[str, Any]) -> str:
        """Return a digest of what a template sees; nothing where that is not known."""
        page: Page = context["page"]
        try:
            return self._shared and digest(
                (self._shared, template, _plain(_without(self._config.extra, _OWN))),
                [
                    (name, self._seen(it))
                    for name, it in _without(context, NAMES | {"page"}).items()
                ],
                (_page(page), [each.title for each in page.ancestors]),
                [it and self._neighbour(it) for it in (page.previous_page, page.next_page)],
            )
        except _Unknown:
            return ""

    def _seen(self, value: Any) -> object:  # noqa: ANN401 whatever a template gets
        """Return what is written of a value that has a name of its own in templates."""
        if isinstance(value, Navigation) and (
            id(value) not in self._known or self._build.was_read_again
        ):
            home = value.homepage and value.homepage.url
            made = digest([*map(_item, value)], [*map(_item, value.pages)], home)
            self._known[id(value)] = value, made
            self._known |= {id(each): (each, each.url) for each in value.pages}
        known = self._known.get(id(value))
        return known[1] if known else _plain(value)

    def _neighbour(self, page: Page) -> object:
        """Return what is written of a page nearby: its address, where the navigation has it."""
        known = self._known.get(id(page))
        return known[1] if known else _page(page, TEXT)

    @cached_property
    def _shared(self) -> str:
        """Return a digest of what all pages see, once all plugins have added to it."""
        config = self._config
        settings = _without(config, _SETTLED | UNSEEN)
        plugins = [(name, getattr(it, "config", None)) for name, it in config.plugins.items()]
        try:
            theme = _theme(self._env, config, self._build)
            return digest(self._language, theme, _plain(settings), _plain(plugins))
        except _Unknown:
            return ""


def _theme(env: Environment, config: MkDocsConfig, build: Build) -> list[object]:
    """Return what templates are made of; those that were installed are known by their versions."""
    given = _without(env.globals, _OWN_NAMES)
    functions = [it for it in given.values() if callable(it)]
    for each in (*env.filters.values(), *env.tests.values(), *functions):
        if str(getattr(each, "__module__", "")).partition(".")[0] not in _MODULES:
            raise _Unknown
    values = _plain({name: it for name, it in given.items() if not callable(it)})
    texts = [
        (str(path), path.read_bytes())
        for folder in mkdocs_templates.own_folders(config)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    own = digest(texts)
    if build.cache.made(
        lambda: any(mkdocs_templates.reads_further(env, text) for _, text in texts), "reads", own
    ):
        raise _Unknown
    variables = {**config.theme, "locale": str(config.theme.locale)}
    return [own, config.theme.dirs, values, _plain(variables)]


def _item(item: StructureItem) -> object:
    """Return what is written of a page, a section or a link in the navigation."""
    if isinstance(item, Page):
        return _page(item, TEXT)
    below = getattr(item, "children", None) or ()
    own = _own(item, {"children", "parent", "_Section__active"})
    return type(item).__name__, own, [_item(each) for each in below]


def _page(page: Page, left_out: Iterable[str] = ()) -> object:
    """Return what is written of a page, but where it stands in the navigation."""
    others = getattr(page.file, "alternates", {})
    files = [(code, _file(each)) for code, each in others.items()]
    own = _own(page, {*_PLACED, *UNSEEN, *left_out})
    texts = [_plain(getattr(page, name)) for name in _TEXTS if name not in left_out]
    return type(page).__name__, page.title, texts, own, _file(page.file), files


def _file(file: File) -> object:
    """Return what is written of a file, but what it holds."""
    own = _own(file, {*UNSEEN, *_FILE, "_content", "alternates", "page"})
    return [getattr(file, name) for name in _FILE], own


def _own(value: object, left_out: Collection[str]) -> object:
    """Return what is written of an object's attributes, in whatever order it got them."""
    return _plain(dict(sorted(_without(vars(value), left_out).items())))


def _without(values: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}


def _plain(value: object) -> object:
    """Return a value as Python writes it out in full; raises ``_Unknown``."""
    match value:
        case str() if len(value) > _LONG:
            return type(value), hashlib.blake2b(value.encode("utf-8", "surrogatepass")).digest()
        case None | str() | bytes() | int() | float() | date() | Enum():
            return value
        case Mapping():
            return [(_plain(key), _plain(each)) for key, each in value.items()]
        case list() | tuple() | TableOfContents():
            return [_plain(each) for each in value]
        case set() | frozenset():
            return sorted(repr(_plain(each)) for each in value)
        case AnchorLink():
            # Of those that Python-Markdown has just made, MkDocs marks the first as active.
            return _plain(_without(vars(value), {"active"}))
        case _:
            raise _Unknown
