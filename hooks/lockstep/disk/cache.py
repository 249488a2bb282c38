"""What a build made, kept by a digest of all that it was made from.

Nothing is ever out of date: what is made from something else has another key. Whoever deletes the
file, or gives no ``basis``, has a slower build of the same site. A file that is damaged, or that
cannot be written, is as good as none; each value is believed only as it was put.
"""

import contextlib
import hashlib
import marshal
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

_T = TypeVar("_T")

STORE = "cache.sqlite"
"""Name of the file, in a project's folder of untracked files."""
_MUCH = 4_000_000
"""Bytes of new values from which on they are written, so that they do not fill the memory."""
KEPT = 3
"""Days for which a value stays that no build has asked for."""
_TABLE = """
  CREATE TABLE IF NOT EXISTS made (
    key BLOB PRIMARY KEY, used INTEGER NOT NULL, digest BLOB NOT NULL, value BLOB NOT NULL
  )
"""
"""What is long stands at the end, so that what stands before it can be read without it; keys are
looked up in an index of their own, where no values lie in between."""
_NONE = (b"", b"", 0)
_PUT = "INSERT OR REPLACE INTO made (key, value, digest, used) VALUES (?, ?, ?, ?)"


class Cache:
    """Values by what they were made from. They are plain: what ``marshal`` takes."""

    def __init__(self, path: Path, basis: str | None) -> None:
        """Take the file, and the digest of what everything is made from; ``None`` keeps nothing."""
        self._path = path
        self.basis = basis
        self._new: dict[bytes, bytes] = {}
        self._size = 0
        """Bytes of those."""
        self._used: set[bytes] = set()
        """Keys that were asked for, and not yet today."""
        self._today = datetime.now(UTC).toordinal()
        self._reader: tuple[int, sqlite3.Connection] | None = None
        """What the file is read by, in the process of that id: no connection outlives a fork."""

    def get(self, kind: str, *sources: str | bytes) -> Any:  # noqa: ANN401 whatever was put
        """Return what was made from sources; ``None`` where it is not known."""
        if self.basis is None:
            return None
        key = self._key(kind, sources)
        value = self._new.get(key) or self._read(key)
        # What this class wrote: its digest says so.
        return None if value is None else marshal.loads(value)  # noqa: S302

    def put(self, value: Any, kind: str, *sources: str | bytes) -> None:  # noqa: ANN401 see above
        """Keep what was made from sources, from the next ``flush`` on in the file."""
        if self.basis is None:
            return
        self._new[self._key(kind, sources)] = data = marshal.dumps(value)
        self._grow(len(data))

    def made(self, make: Callable[[], _T], kind: str, *sources: str | bytes) -> _T:
        """Return what was made from sources, or make and keep it."""
        found: _T | None = self.get(kind, *sources)
        if found is None:
            found = make()
            self.put(found, kind, *sources)
        return found

    def handed_over(self) -> dict[bytes, bytes]:
        """Return what is new, for the cache of another process to keep in this one's place."""
        found, self._new, self._size = self._new, {}, 0
        return found

    def take_over(self, found: Mapping[bytes, bytes]) -> None:
        """Keep what another process has made."""
        self._new |= found
        self._grow(sum(map(len, found.values())))

    def flush(self) -> None:
        """Write what is new, and drop what was not asked for in some days."""
        if self._reader is not None:
            self._reader[1].close()
            self._reader = None
        today = self._today
        self._size = 0  # where it cannot be written, much more must be new until it is tried again
        rows = [(key, value, _digest(key, value), today) for key, value in self._new.items()]
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._opened() as file, file:
                file.execute(_TABLE)
                file.executemany(_PUT, rows)
                asked = [(today, key) for key in self._used]
                file.executemany("UPDATE made SET used = ? WHERE key = ?", asked)
                # Once a day, since it goes through all of them: the file knows when that was.
                if file.execute("PRAGMA user_version").fetchone() != (today,):
                    file.execute("DELETE FROM made WHERE used < ?", (today - KEPT,))
                    file.execute(f"PRAGMA user_version = {today:d}")
        except (OSError, sqlite3.OperationalError):
            pass  # there is no room, or another build takes too long: the next one writes
        except sqlite3.DatabaseError:
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)
        else:
            self._new.clear()
            self._used.clear()

    def _grow(self, size: int) -> None:
        """Count the bytes of new values, and write them where they are too many."""
        self._size += size
        if self._size > _MUCH:
            self.flush()

    def _read(self, key: bytes) -> bytes | None:
        query = "SELECT value, digest, used FROM made WHERE key = ?"
        try:
            value, digest, used = self._connected().execute(query, (key,)).fetchone() or _NONE
        except sqlite3.Error:
            return None
        if not value or digest != _digest(key, value):
            return None
        if used != self._today:
            self._used.add(key)
        found: bytes = value
        return found

    def _connected(self) -> sqlite3.Connection:
        """Return what the file is read by; raises ``sqlite3.Error`` where there is none."""
        if self._reader is None or self._reader[0] != os.getpid():
            # Nothing is written, but what a killed process was writing has to be taken back first.
            address = f"{self._path.absolute().as_uri()}?mode=rw"
            self._reader = os.getpid(), sqlite3.connect(address, uri=True)
        return self._reader[1]

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """Open the file to be written; what a crash leaves of it is not believed."""
        with contextlib.closing(sqlite3.connect(self._path, timeout=10)) as file:
            file.execute("PRAGMA synchronous = OFF")
            yield file

    def _key(self, kind: str, sources: tuple[str | bytes, ...]) -> bytes:
        digest = hashlib.blake2b(f"{self.basis}\0{kind}\0".encode(), digest_size=16)
        for each in sources:
            data = each.encode("utf-8", "surrogatepass") if isinstance(each, str) else each
            digest.update(f"{type(each).__name__}{len(data)}\0".encode())
            digest.update(data)
        return digest.digest()


def digest(*values: object) -> str:
    """Return a digest of values that are told apart by how Python writes them."""
    data = repr(values).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _digest(key: bytes, value: bytes) -> bytes:
    found = hashlib.blake2b(key, digest_size=16)
    found.update(value)
    return found.digest()
