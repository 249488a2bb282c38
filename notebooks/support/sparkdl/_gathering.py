"""The tasks of a Spark job that are to be ranks, as they report, until all are there."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sparkdl._rendezvous import Rendezvous

__all__ = ["Gathering"]


class Gathering:
    """Collects who is where; the last one to come makes ranks of them all."""

    def __init__(self, size: int, store: Rendezvous) -> None:
        """Expect ``size`` tasks, numbered from 0."""
        self.complete = threading.Event()
        """Set when all are there and each has its rank."""
        self._size, self._store = size, store
        self._lock = threading.Lock()
        self._found: dict[int, tuple[str, str]] = {}
        self._assigned: list[Mapping[str, str]] = []
        self._taken: set[int] = set()

    def join(self, task: int, host: str, interface: str) -> None:
        """Take note of a task: its host, and the interface there that leads to the driver."""
        with self._lock:
            self._found[task] = (host, interface)
            if len(self._found) == self._size and not self.complete.is_set():
                hosts, interfaces = zip(*(self._found[n] for n in range(self._size)), strict=True)
                self._assigned = self._store.assign(hosts, interfaces)
                self.complete.set()

    def variables(self, task: int) -> Mapping[str, str] | None:
        """Give the variables of the rank that a task starts, once.

        A task that comes again is another attempt of Spark's at what has failed: None.
        """
        with self._lock:
            if task in self._taken:
                return None
            self._taken.add(task)
            return self._assigned[task]

    @property
    def here(self) -> int:
        """How many have come so far."""
        return len(self._found)
