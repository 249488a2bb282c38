"""The labs of a site, packed: nothing else that is read of it takes as much memory."""

import zlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from lockstep.disk.revival import revived, stored
from lockstep.notebooks.lab import Lab

_AT_ONCE = 32
"""How many are unpacked: whoever needs a lab needs it several times, then the next one."""


class Packed(NamedTuple):
    """A lab that takes little memory."""

    name: str
    digest: str
    """Of all of it, see ``Lab.digest``."""
    data: bytes


def packed(lab: Lab) -> Packed:
    """Return a lab packed."""
    return Packed(lab.name, lab.digest, zlib.compress(stored(lab), 1))


class Labs(Mapping[str, Lab]):
    """Labs by name, in the order in which they are given; unpacked where they are asked for."""

    def __init__(self, given: Mapping[str, Packed]) -> None:
        """Take packed labs by their names."""
        self._given = given
        self._unpacked = lru_cache(_AT_ONCE)(self._unpack)

    def __getitem__(self, name: str) -> Lab:
        """Return a lab."""
        return self._unpacked(name)

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(self._given)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._given)

    def __contains__(self, name: object) -> bool:
        """Whether there is a lab of that name, which is not unpacked for that."""
        return name in self._given

    def digest(self, name: str) -> str:
        """Return the digest of a lab, which is not unpacked for that."""
        return self._given[name].digest

    def _unpack(self, name: str) -> Lab:
        lab: Lab = revived(zlib.decompress(self._given[name].data))
        return lab


def digest(labs: Mapping[str, Lab], name: str) -> str:
    """Return the digest of a lab, however labs are given."""
    return labs.digest(name) if isinstance(labs, Labs) else labs[name].digest
