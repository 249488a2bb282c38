"""What stands in a notebook for the blocks that a page shows and no learner runs.

Code that is quoted or was not run, outputs, notices, marks: values in, tokens of Markdown out.
"""

import re
from collections.abc import Iterable, Sequence

from markdown_it.token import Token

from lockstep.export.commonmark import emphasised, fence, linked, paragraph, text, wrapped
from lockstep.export.inline import Addresses
from lockstep.export.piece import Result
from lockstep.ground.language import Words
from lockstep.ground.problem import Problem
from lockstep.pages.block import (
    Block,
    CodeBlock,
    GlossaryBlock,
    MarkBlock,
    NoticeBlock,
    NotRunBlock,
    OutputBlock,
)
from lockstep.pages.handwritten import REASONS
from lockstep.pages.notices import NOTICES

_DESCRIPTION = re.compile(r"^\s*accDescr\s*:\s*(.+)$", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_DIVISION = re.compile(r"</?div\b[^>]*>")


def of(block: Block, words: Words, addresses: Addresses) -> list[list[Token] | Result]:
    """Return a block as it stands in the text of a notebook."""
    if isinstance(block, CodeBlock):
        quoted: list[list[Token] | Result] = [*marks(block.marks), fence(block.source, "python")]
        if block.outputs:
            title = words("Output of cell {cell}", cell=block.cell)
            quoted.append(Result(OutputBlock(block.notebook, block.cell, block.outputs, title)))
        return quoted
    if isinstance(block, OutputBlock):
        return [*marks(block.marks), Result(block)]
    if isinstance(block, NotRunBlock):
        reason = paragraph(emphasised([text(words(REASONS[block.reason]))], "em"))
        return [reason, *code(block.code, block.language, block.title)]
    return _said(block, words, addresses)


def code(source: str, language: str, title: str = "") -> list[list[Token]]:
    """Return code that nobody runs, under its title."""
    shown = fence(source, language)
    if not title:
        return [shown]
    return [paragraph([Token("code_inline", "code", 0, content=title, markup="`")]), shown]


def marks(problems: Iterable[Problem]) -> list[list[Token]]:
    """Return findings for the author."""
    return [
        wrapped("blockquote", paragraph([*emphasised([text(it.rule)]), text(f" {it.message}")]))
        for it in problems
    ]


def description(source: str) -> str:
    """Return what a diagram says of itself to those who cannot see it."""
    match = _DESCRIPTION.search(source)
    return match[1].strip() if match else ""


def html(content: str) -> str:
    """Return what a block of HTML says, without comments; nothing where it is a frame only."""
    said = _COMMENT.sub("", content).strip()
    return "" if not _DIVISION.sub("", said).strip() else said


def _said(block: Block, words: Words, addresses: Addresses) -> list[list[Token] | Result]:
    """Return what is text from the first: terms, findings, notices."""
    if isinstance(block, GlossaryBlock):
        items = [
            token
            for term in block.terms
            for token in _entry(term.forms[block.language][0], term.definitions[block.language])
        ]
        return [wrapped("bullet_list", items, markup="-")]
    if isinstance(block, MarkBlock):
        return [*marks([block.problem])]
    return [_notice(block, words, addresses)] if isinstance(block, NoticeBlock) else []


def _entry(name: str, definition: str) -> Sequence[Token]:
    said = paragraph([*emphasised([text(name)]), text(f": {definition}")])
    return wrapped("list_item", said)


def _notice(block: NoticeBlock, words: Words, addresses: Addresses) -> list[Token]:
    before, _, behind = words(NOTICES[block.notice]).partition("{link}")
    said: list[Token] = [text(before)]
    fragment = f"#{block.anchor}" if block.anchor else ""
    _, _, rest = addresses.page.partition("/")
    address = Addresses(addresses.site, f"{addresses.source}/{rest}", "", addresses.urls).of("")
    if address is not None:
        label = [text(words("Read the original."))]
        said += [*linked(label, f"{address}{fragment}"), text(behind)]
    return wrapped("blockquote", paragraph(said))
