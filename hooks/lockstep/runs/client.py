"""What a kernel sends while a cell runs, taken in within limits.

This module alone imports nbclient. A cell may print for ever or show any number of figures: what
is kept of it has an end.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

from lockstep.runs.kernel import Kernel

__all__ = ["DATA_LIMIT", "OUTPUT_LIMIT", "CellExecutionError", "Client", "DeadKernelError"]

OUTPUT_LIMIT = 2_000_000
"""Characters that are kept of each stream of a cell."""
DATA_LIMIT = 20_000_000
"""Characters that are kept of all figures and results of a cell."""


class Client(NotebookClient):
    """nbclient's, with a limit to what a cell can send, and an ear for what it says."""

    def __init__(
        self,
        document: nbformat.NotebookNode,
        kernel: Kernel,
        say: Callable[[int, str], None],
    ) -> None:
        """Take a notebook, its kernel, and what is told each line: a cell's place and the line."""
        super().__init__(document, kernel.manager, record_timing=False, store_widget_state=False)
        # The reply to a cell overtakes its outputs; those of a talkative cell take a while.
        self.iopub_timeout = 60
        self._say = say
        self._sent: Counter[tuple[int, str]] = Counter()

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:  # noqa: ANN401
        """Keep what a message brings, or what is left of it within the limits."""
        kind, content = msg["msg_type"], msg["content"]
        if kind == "stream":
            tail = content["text"][-1000:].splitlines()
            self._say(cell_index, next((line for line in reversed(tail) if line.strip()), ""))
            content["text"] = self._kept((cell_index, content["name"]), content["text"])
            if not content["text"]:
                return None
        elif kind in {"display_data", "execute_result", "update_display_data"}:
            # An output weighs something even if it is empty: a loop can send any number of them.
            size = 100 + sum(len(str(value)) for value in content["data"].values())
            before = self._sent[cell_index, "data"]
            self._sent[cell_index, "data"] += size
            if before > DATA_LIMIT:
                return None
            if before + size > DATA_LIMIT:
                content["data"] = {"text/plain": f"… outputs cut after {DATA_LIMIT} characters"}
        elif kind.startswith("comm"):
            # Widgets, which a page cannot show.
            return None
        return super().process_message(msg, cell, cell_index)

    def _kept(self, source: tuple[int, str], text: str) -> str:
        """Return what is kept of a stream's next text: all up to the limit, then once a note."""
        left = OUTPUT_LIMIT - self._sent[source]
        self._sent[source] += len(text)
        if len(text) <= left:
            return text
        return f"{text[:left]}\n… output cut after {OUTPUT_LIMIT} characters\n" if left >= 0 else ""
