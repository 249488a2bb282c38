"""A lesson in, a Jupyter notebook out.

It holds what its page shows: the text, the tested cells with comments in the reader's language, and
under each cell what the page shows of its recorded output. Cells that only test are not in it.
Format: https://nbformat.readthedocs.io/en/latest/format_description.html
"""

import base64
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from lockstep.export import commonmark, piece
from lockstep.export.lesson import Lesson, opening
from lockstep.export.piece import Code, Diagram, Result
from lockstep.notebooks.output import Figure, Text

_LONGEST_ID = 64
"""Characters that nbformat allows for what tells a cell from others."""


def written(lesson: Lesson) -> str:
    """Return the text of the ``.ipynb``; the same lesson gives the same text."""
    return (
        json.dumps(_Notebook(lesson).document(), ensure_ascii=False, indent=1, sort_keys=True)
        + "\n"
    )


class _Notebook:
    """One notebook being written."""

    def __init__(self, lesson: Lesson) -> None:
        self.lesson = lesson
        shown = [each.block for each in lesson.pieces if isinstance(each, Code)]
        bare = {block.cell for block in shown if not block.outputs}
        results = (each.block for each in lesson.pieces if isinstance(each, Result))
        self.results = {
            block.cell: block
            for block in results
            if block.notebook == lesson.name
            and block.cell in bare
            and all(isinstance(output, Text) for output in block.outputs)
        }
        """Printed results that the page shows apart from their cells: here they stand below them.

        Figures stay in the text: as output, Jupyter draws them in notebooks that it trusts only.
        """

    def document(self) -> dict[str, Any]:
        """Return the notebook as JSON."""
        words = self.lesson.words
        remark = words(
            "What stands below the cells is the output of that run. When you run a cell, your own "
            "output takes its place; figures in the text stay, so that you can compare."
        )
        pieces = [opening(self.lesson, remark), *self.lesson.pieces]
        cells = [
            self._code(cell) if isinstance(cell, Code) else self._text(cell, number)
            for number, cell in enumerate(piece.cells(pieces, self._in_text), 1)
        ]
        return {"cells": cells, "metadata": self._metadata(), "nbformat": 4, "nbformat_minor": 5}

    def _metadata(self) -> dict[str, Any]:
        recording = self.lesson.lab.recording
        told = {
            "lab": self.lesson.name,
            "language": self.lesson.code,
            "page": self.lesson.address,
            "run": asdict(recording.run) if recording else None,
        }
        return {
            "kernelspec": {
                "display_name": "Python 3 (ipykernel)",
                "language": "python",
                "name": "python3",
            },
            "language_info": {"file_extension": ".py", "name": "python"},
            "lockstep": {key: value for key, value in told.items() if value},
            "title": self.lesson.title,
        }

    @staticmethod
    def _text(markdown: str, number: int) -> dict[str, Any]:
        return {
            "cell_type": "markdown",
            "id": f"text-{number}",
            "metadata": {},
            "source": _lines(markdown),
        }

    def _code(self, code: Code) -> dict[str, Any]:
        block = code.block
        cell = self.lesson.lab.notebook.cell(block.cell)
        metadata: dict[str, Any] = {"name": block.cell}
        if cell is not None and "raises-exception" in cell.tags:
            metadata["tags"] = ["raises-exception"]
        result = self.results.get(block.cell)
        outputs = result.outputs if result else block.outputs
        alt = self.lesson.words("Output of cell {cell}", cell=block.cell)
        return {
            "cell_type": "code",
            "execution_count": None,
            "id": block.cell[:_LONGEST_ID],
            "metadata": metadata,
            "outputs": list(_outputs(outputs, alt)),
            "source": _lines(block.source),
        }

    def _in_text(self, shown: Result | Diagram) -> str:
        """Return a diagram, or a result that no cell of the notebook carries, as Markdown."""
        if isinstance(shown, Diagram):
            return commonmark.written(commonmark.fence(shown.source, "mermaid"))
        block = shown.block
        if self.results.get(block.cell) is block:
            return ""
        return "\n\n".join(_markdown(output, block.alt) for output in block.outputs)


def _markdown(output: Text | Figure, alt: str) -> str:
    """Return an output as Markdown.

    Figures stand in it as data: of attachments, which nbformat has for them, JupyterLab draws none
    that is SVG.
    """
    if isinstance(output, Text):
        return commonmark.written(commonmark.fence(output.text, "text"))
    address = f"data:{output.media_type};base64,{_base64(output)}"
    return commonmark.written(commonmark.paragraph([commonmark.image(address, alt)]))


def _base64(figure: Figure) -> str:
    return base64.b64encode(figure.data).decode()


def _outputs(outputs: Iterable[Text | Figure], alt: str) -> Iterator[dict[str, Any]]:
    """Yield what a page shows of a cell's output in nbformat's form.

    alt: what a figure shows, in words; they stand there where it cannot be drawn.
    """
    for output in outputs:
        if isinstance(output, Text):
            name = "stderr" if output.error else "stdout"
            yield {"output_type": "stream", "name": name, "text": _lines(output.text)}
            continue
        is_drawing = output.media_type == "image/svg+xml"
        data: dict[str, Any] = {
            output.media_type: _lines(output.data.decode()) if is_drawing else _base64(output)
        }
        metadata = {output.media_type: {"alt": alt}}
        yield {
            "output_type": "display_data",
            "data": {**data, "text/plain": [alt]},
            "metadata": metadata,
        }


def _lines(text: str) -> list[str]:
    """Return text as nbformat keeps it: by lines, each with its end."""
    return io.StringIO(text).readlines()
