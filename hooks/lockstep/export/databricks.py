"""A lesson in, a Databricks notebook in source format out.

Its first line says what it is; cells are parted by a line, and text stands in comments that begin
with ``MAGIC``. It has no place for outputs: of a figure, it says what is to be seen.
Format: https://learn.microsoft.com/azure/databricks/notebooks/notebook-format
"""

from collections.abc import Iterator

from lockstep.export import commonmark, piece
from lockstep.export.lesson import Lesson, opening
from lockstep.export.piece import Code, Diagram, Result
from lockstep.ground.language import Words
from lockstep.notebooks.output import Text

FIRST_LINE = "# Databricks notebook source"
_BETWEEN = "\n\n# COMMAND ----------\n\n"


def written(lesson: Lesson) -> str:
    """Return the text of the ``.py``; the same lesson gives the same text."""
    pieces = [opening(lesson), *lesson.pieces]
    cells = (
        cell.block.source if isinstance(cell, Code) else _magic(cell)
        for cell in piece.cells(pieces, lambda shown: _in_text(shown, lesson.words))
    )
    return f"{FIRST_LINE}\n{_BETWEEN.join(cells)}\n"


def _magic(markdown: str) -> str:
    """Return text as the comments that Databricks shows as text."""
    return "\n".join(f"# MAGIC {line}".rstrip() for line in f"%md\n{markdown}".split("\n"))


def _in_text(shown: Result | Diagram, words: Words) -> str:
    """Return a result, or a diagram, which Databricks does not draw, as Markdown."""
    return "\n\n".join(_described(shown, words))


def _described(shown: Result | Diagram, words: Words) -> Iterator[str]:
    if isinstance(shown, Diagram):
        if shown.description:
            yield _quoted(words("Diagram: {description}", description=shown.description))
        else:
            yield commonmark.written(commonmark.fence(shown.source, "mermaid"))
        return
    for output in shown.block.outputs:
        if isinstance(output, Text):
            yield commonmark.written(commonmark.fence(output.text, "text"))
        else:
            yield _quoted(words("Figure: {description}", description=shown.block.alt))


def _quoted(said: str) -> str:
    tokens = commonmark.paragraph([commonmark.text(said)])
    return commonmark.written(commonmark.wrapped("blockquote", tokens))
