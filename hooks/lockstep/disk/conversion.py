"""The site's own Markdown: that of MkDocs, with the extensions that ``mkdocs.yml`` names.

Neither the site's theme nor its plugins are asked, so that a page is converted without them.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown, inlinepatterns
from markdown.blockprocessors import (
    BlockProcessor,
    BlockQuoteProcessor,
    HRProcessor,
    ReferenceProcessor,
    SetextHeaderProcessor,
)
from markdown.extensions.admonition import AdmonitionProcessor
from markdown.extensions.def_list import DefListProcessor
from markdown.extensions.footnotes import FootnoteBlockProcessor
from markdown.extensions.md_in_html import MarkdownInHtmlProcessor
from markdown.extensions.tables import TableProcessor
from markdown.extensions.toc import TocTreeprocessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import InlineProcessor, Treeprocessor
from markdown.util import AtomicString, Registry
from pymdownx.details import DetailsProcessor
from pymdownx.tabbed import TabbedProcessor

from lockstep.rules.visible import HEADINGS, PERMALINK, ConversionError

_SIGNS = {
    inlinepatterns.BACKTICK_RE: ("`",),
    inlinepatterns.ESCAPE_RE: ("\\",),
    inlinepatterns.LINK_RE: ("[",),
    inlinepatterns.IMAGE_LINK_RE: ("![",),
    inlinepatterns.AUTOLINK_RE: ("<",),
    inlinepatterns.AUTOMAIL_RE: ("<",),
    inlinepatterns.LINE_BREAK_RE: ("  \n",),
    inlinepatterns.HTML_RE: ("<",),
    inlinepatterns.ENTITY_RE: ("&",),
    r"\[\^([^\]]*)\]": ("[^",),
    r"\*|_": ("*", "_"),
}
"""Python-Markdown's own patterns, and what stands in all that each of them fits: one of these.

Where it has another pattern for the same, that is tried everywhere.
"""
_REFERRING = {
    inlinepatterns.ImageReferenceInlineProcessor,
    inlinepatterns.ReferenceInlineProcessor,
    inlinepatterns.ShortImageReferenceInlineProcessor,
    inlinepatterns.ShortReferenceInlineProcessor,
}
"""What makes links of references, and nothing where a page defines none."""
_PRIORITY = 20
"""Of what reads them, among the things that Python-Markdown does to a page."""
_BLOCKS = {
    AdmonitionProcessor: r"!!!",
    BlockQuoteProcessor: r">",
    DefListProcessor: r": ",
    DetailsProcessor: r"\?\?\?",
    FootnoteBlockProcessor: r"\[\^",
    HRProcessor: r"([-_*]) {0,2}\1 {0,2}\1 *(?:$|<)",
    MarkdownInHtmlProcessor: r"<",
    ReferenceProcessor: r"\]:",
    SetextHeaderProcessor: r"[=-] *(?:$|<)",
    TableProcessor: r"\|",
    TabbedProcessor: r"===",
}
"""What reads blocks, and what stands in a page in which it finds any: at a line's end or a tag."""
_BEFORE_HTML = 20.5
"""Once other files are included, and before HTML is taken out, in which there may be Markdown."""
_LATE = 5
"""Of what lists headings, among the same."""
_CONTENTS = "toc"
"""What lists a page's headings, where a mark asks for that."""


def converter(config: Path) -> Callable[[str], str]:
    """Return what converts the pages of the site of a ``mkdocs.yml``.

    MkDocs is loaded with the first page. Raises ``ConversionError`` where the extensions cannot be
    used, or fail at a page.
    """
    made: list[Markdown] = []
    failed: list[ConversionError] = []

    def convert(text: str) -> str:
        if failed:
            raise failed[0]
        try:
            if not made:
                made.append(_loaded(config))
            return made[0].reset().convert(text)
        except Exception as error:  # an extension may raise anything, as may an inherited file
            said = error if isinstance(error, ConversionError) else None
            message = f"{type(error).__name__}: {error}".partition("\n")[0]
            failure = said or ConversionError(message, config.name)
            if not made:
                failed.append(failure)
            raise failure from error

    return convert


def _loaded(config: Path) -> Markdown:
    from mkdocs.config.defaults import MkDocsConfig  # noqa: PLC0415 takes a third of a second
    from mkdocs.utils.yaml import yaml_load  # noqa: PLC0415

    with config.open("rb") as stream:
        given = yaml_load(stream)
    settings = MkDocsConfig(config_file_path=str(config))
    extensions = given.get("markdown_extensions", [])
    settings.load_dict({"site_name": "", "plugins": [], "markdown_extensions": extensions})
    failed = [str(error) for key, error in settings.validate()[0] if key == "markdown_extensions"]
    if failed:
        raise ConversionError(failed[0], config.name)
    markdown = Markdown(
        extensions=settings["markdown_extensions"], extension_configs=settings["mdx_configs"]
    )
    Quick().extendMarkdown(markdown)
    contents = _CONTENTS in markdown.treeprocessors and markdown.treeprocessors[_CONTENTS]
    if type(contents) is TocTreeprocessor:
        markdown.treeprocessors.register(_Contents(markdown, contents), _CONTENTS, _LATE)
    return markdown


class Quick(Extension):
    """Lets a converter do nothing that finds nothing: the last of its extensions."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 Python-Markdown's own
        """Put what is quick in the place of what is not."""
        if type(md.treeprocessors["inline"]) is InlineProcessor:
            md.treeprocessors.register(_Inline(md), "inline", _PRIORITY)
        md.preprocessors.register(_Narrow(md), "narrow", _BEFORE_HTML)
        # Each element of a page is asked for several times.
        md.is_block_level = cache(md.is_block_level)  # type: ignore[method-assign]


class _Wanted(Registry[BlockProcessor]):
    """What reads blocks: all of it is gone through for each, and put in order once."""

    @cached_property
    def _in_order(self) -> list[BlockProcessor]:
        return list(super().__iter__())

    def __iter__(self) -> Iterator[BlockProcessor]:
        return iter(self._in_order)


class _Narrow(Preprocessor):
    """Leaves out, page by page, what surely finds no block there."""

    def __init__(self, markdown: Markdown) -> None:
        super().__init__(markdown)
        self._all: Any = markdown.parser.blockprocessors

    def run(self, lines: list[str]) -> list[str]:
        text = "\n".join(lines)
        wanted = _Wanted()
        for each, (name, priority) in zip(self._all, self._all._priority, strict=True):  # noqa: SLF001 nothing else names them
            if re.search(_BLOCKS.get(type(each), ""), text, re.MULTILINE):
                wanted.register(each, name, priority)
        self.md.parser.blockprocessors = wanted
        return lines


class _Contents(Treeprocessor):
    """Python-Markdown's list of a page's headings, made where readers see anything of it.

    Else it gives headings only ids, where they have none, and permalinks, which are no text.
    """

    def __init__(self, markdown: Markdown, contents: TocTreeprocessor) -> None:
        super().__init__(markdown)
        self._contents = contents
        self._mark = contents.marker
        is_seen = contents.use_permalinks and contents.permalink_class != PERMALINK
        self._is_always_made = bool(contents.use_anchors or contents.base_level or is_seen)

    def run(self, root: Element) -> None:
        # No mark is looked for that is not in the text of a page.
        self._contents.marker = self._mark if self._mark in "".join(root.itertext()) else ""
        ids = ("id" in each.attrib for each in root.iter() if each.tag in HEADINGS)
        if self._is_always_made or self._contents.marker or not all(ids):
            self._contents.run(root)


class _Quick:
    """The expression of a pattern, tried where one of its signs stands: that is found faster."""

    def __init__(self, expression: re.Pattern[str], signs: tuple[str, ...]) -> None:
        self._expression = expression
        self._signs = signs

    def finditer(self, text: str, at: int) -> Iterable[re.Match[str]]:
        """Do what an expression does: Python-Markdown asks it for no more."""
        for sign in self._signs:
            if text.find(sign, at) >= 0:
                return self._expression.finditer(text, at)
        return ()


class _Inline(InlineProcessor):
    """Python-Markdown's, which tries no pattern where it surely makes nothing."""

    def __init__(self, markdown: Markdown) -> None:
        super().__init__(markdown)
        self._signs = [(each, _SIGNS.get(each.pattern, ("",))) for each in markdown.inlinePatterns]
        for each, signs in self._signs:
            if all(signs) and type(each).__module__.startswith("markdown."):
                each.compiled_re = _Quick(each.compiled_re, signs)  # type: ignore[assignment]

    def run(self, tree: Element, ancestors: list[str] | None = None) -> Element:
        text = "".join(tree.itertext())
        idle = frozenset() if self.md.references else _REFERRING
        wanted = {
            each: signs
            for each, signs in self._signs
            if type(each) not in idle and any(sign in text for sign in signs)
        }
        self.inlinePatterns = [*wanted]  # type: ignore[assignment] # it is read by index alone
        told = re.compile("|".join(re.escape(sign) for signs in wanted.values() for sign in signs))
        plain = [
            each
            for each in tree.iter()
            if each.text and not told.search(each.text) and type(each.text) is str
        ]
        for element in plain:  # as what is not to be read is marked
            element.text = AtomicString(element.text)
        super().run(tree, ancestors)
        for element in plain:
            element.text = str(element.text)
        return tree
