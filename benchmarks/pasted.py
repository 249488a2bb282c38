"""A guide as its author would have written it without this engine: code and outputs pasted in.

What stands in a page is asked of the engine (``Site.page``), then written as Markdown in a
``Dialect``: ``plain`` has that of MkDocs, ``myst`` that of Sphinx.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import click
import yaml

from lockstep.ground.language import Language, Words
from lockstep.guides import front_matter
from lockstep.guides.document import Document
from lockstep.notebooks.output import Figure, Text
from lockstep.pages import rendering
from lockstep.pages.block import (
    FENCE,
    Block,
    CodeBlock,
    GlossaryBlock,
    MarkBlock,
    NotRunBlock,
    OutputBlock,
)
from lockstep.pages.handwritten import REASONS
from lockstep.pages.site import Site

_KEY = re.compile(rf"(?P<prefix>.*?)```{FENCE}")
_KEPT = ("title", "description")
"""Front matter that MkDocs knows of its own."""
_ENDINGS = {"image/svg+xml": "svg", "image/png": "png"}


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a site builder's Markdown says what not all Markdown says in one way."""

    text: Callable[[Sequence[str]], list[str]]
    """From the lines of a guide in our Markdown to the same in the builder's."""
    code: Callable[[str, str, str, Sequence[int]], list[str]]
    """From source, language, title and lines to mark, from 1, to a fence."""
    folded: Callable[[str, bool, Sequence[str]], list[str]]
    """From a title, whether it is open, and lines to what a reader may unfold."""


@dataclass(frozen=True, slots=True)
class Pasted:
    """A page as text, and the figures that belong beside it."""

    meta: dict[str, str]
    lines: list[str]
    figures: dict[str, bytes] = field(default_factory=dict)
    """File name to content."""

    def file(self) -> str:
        """Return the page as a file."""
        top = yaml.safe_dump(self.meta, allow_unicode=True, sort_keys=False, width=1000)
        return "\n".join([f"---\n{top}---", "", *self.lines, ""])


def page(site: Site, document: Document, language: Language, dialect: Dialect) -> Pasted:
    """Return a guide with all that it refers to written into it."""
    made = site.page(document, language)
    meta = {key: str(document.meta[key]) for key in _KEPT if key in document.meta}
    stem = document.path.rpartition("/")[2].removesuffix(".md")
    paste = _Paste(site.words[language.code], dialect, Pasted(meta, []), stem)
    rows = made.markdown.split("\n")[front_matter.length(made.markdown) :]
    lines = iter(dialect.text(rows))
    paste.result.lines.extend(paste.above(site, document))
    for line in lines:
        match = _KEY.fullmatch(line)
        if match is None:
            paste.result.lines.append(line)
            continue
        block = made.blocks[next(lines).removeprefix(match["prefix"])]
        next(lines)
        said = (f"{match['prefix']}{each}".rstrip() for each in paste.block(block))
        paste.result.lines.extend(said)
    return paste.result


def fence(code: str, info: str, options: Sequence[str] = ()) -> list[str]:
    """Return a fence that no line of the code can end."""
    longest = max((len(run) for run in re.findall(r"^\s*(`{3,})", code, re.MULTILINE)), default=2)
    marks = "`" * (longest + 1)
    return [f"{marks}{info}", *options, *code.rstrip("\n").split("\n"), marks]


@dataclass(frozen=True, slots=True)
class _Paste:
    """One page on its way."""

    words: Words
    dialect: Dialect
    result: Pasted
    stem: str

    def above(self, site: Site, document: Document) -> Iterator[str]:
        """Yield what stands above a lab: for whom it is, and what it was run with."""
        lab = site.lab(document.meta)
        if lab and lab.recording:
            yield from (f"- {fact}" for fact in rendering.facts(document.meta, self.words))
            yield from ("", rendering.provenance(lab.recording.run, self.words), "")

    def block(self, block: Block) -> list[str]:
        """Return a block as Markdown."""
        if isinstance(block, CodeBlock):
            code = self.dialect.code(block.source, "python", "", block.highlighted)
            if not block.outputs:
                return code
            title = self.words("Output of cell {cell}", cell=block.cell)
            shown = self._outputs(block.outputs, block.cell, title)
            return [*code, "", *self.dialect.folded(self.words("Output"), block.open, shown)]
        if isinstance(block, OutputBlock):
            return self._outputs(block.outputs, block.cell, block.alt)
        if isinstance(block, NotRunBlock):
            code = self.dialect.code(block.code, block.language, block.title, ())
            return [f"*{self.words(REASONS[block.reason])}*", "", *code]
        if isinstance(block, GlossaryBlock):
            return [*_terms(block)]
        if isinstance(block, MarkBlock):
            raise click.ClickException(str(block.problem))
        return []

    def _outputs(self, recorded: Sequence[Text | Figure], cell: str, alt: str) -> list[str]:
        found: list[str] = []
        for output in recorded:
            if isinstance(output, Text):
                found += [*self.dialect.code(output.text, "text", "", ()), ""]
                continue
            ending = _ENDINGS[output.media_type]
            name = f"{self.stem}-{cell}-{len(self.result.figures)}.{ending}"
            self.result.figures[name] = output.data
            found += [f"![{alt}]({name})", ""]
        return found[:-1]


def _terms(block: GlossaryBlock) -> Iterator[str]:
    """Yield a list of definitions."""
    for term in block.terms:
        told = term.told_in(block.language)
        abroad = " · ".join(forms[0] for code, forms in term.forms.items() if code != told)
        yield from (", ".join(term.forms[told]), f":   {abroad}", "")
        yield from (f":   {term.definitions[told]}", "")
