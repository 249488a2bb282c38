"""A cell that was run, as HTML: its name, its code, its output."""

import base64
import re
from collections.abc import Sequence
from html import escape

from lockstep.ground.language import Words
from lockstep.notebooks.output import Figure, Text
from lockstep.pages.block import CodeBlock
from lockstep.pages.highlighting import Highlighter

_BUILD = re.compile(r"(?<=\d)\+[a-z0-9.]+")
"""The build of a version, as in `2.13.0+cpu`: the page says it once, at the top."""


def html(
    block: CodeBlock, words: Words, highlight: Highlighter, address: str, marks: str = ""
) -> str:
    """Return a cell as HTML in the reader's language.

    address: of the cell in its notebook, from the page; marks: what an author must know, as HTML.
    """
    cell = escape(block.cell)
    anchor = f' id="{escape(block.anchor)}"' if block.anchor else ""
    marked = {"hl_lines": " ".join(map(str, block.highlighted))} if block.highlighted else {}
    code = highlight(block.source, "python", marked)
    shown = ""
    if block.outputs:
        title = words("Output of cell {cell}", cell=block.cell)
        unfolded = " open" if block.open else ""
        summary = f"<summary>{escape(words('Output'))}</summary>"
        shown = (
            f'<details class="lockstep-output"{unfolded} data-search-exclude>'
            f"{summary}{outputs(block.outputs, title)}</details>"
        )
    return (
        f'<div class="lockstep-cell"{anchor} data-notebook="{escape(block.notebook)}" '
        f'data-cell="{cell}">{marks}{_head(block, words, address)}{code}{shown}</div>'
    )


def _head(block: CodeBlock, words: Words, address: str) -> str:
    """Return what stands above a cell: its name, which leads to it, and what it was run with."""
    name = escape(block.cell)
    if address:
        told = escape(words("Cell {cell} in the notebook", cell=block.cell))
        name = f'<a href="{escape(address)}" aria-label="{told}">{name}</a>'
    ran = ""
    if block.products:
        versions = _BUILD.sub("", words(", ").join(block.products))
        ran = f"<span>{escape(words('Run with {versions}', versions=versions))}</span>"
    lang = escape(words.language.code)
    return f'<p class="lockstep-origin" lang="{lang}" data-search-exclude>{name}{ran}</p>'


def outputs(recorded: Sequence[Text | Figure], alt: str) -> str:
    """Return recorded outputs as HTML; ``alt`` says what a figure shows."""
    return "".join(
        _text(output) if isinstance(output, Text) else _figure(output, alt) for output in recorded
    )


def _text(output: Text) -> str:
    kind = "lockstep-text lockstep-stderr" if output.error else "lockstep-text"
    text = escape(output.text.rstrip("\n"))
    # The browser swallows a newline right behind <pre>: this one, not one of the output.
    return f'<pre class="{kind}" tabindex="0">\n<samp>{text}</samp></pre>'


def _figure(output: Figure, alt: str) -> str:
    data = base64.b64encode(output.data).decode()
    source = f"data:{output.media_type};base64,{data}"
    return f'<figure class="lockstep-figure"><img src="{source}" alt="{escape(alt)}"></figure>'
