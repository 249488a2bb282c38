"""Where the ranks of a job meet: Horovod's store of addresses, and who is which rank on which host.

Ranks are numbered host by host, so that those of one host are neighbours, as Horovod wants it.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from horovod.runner.common.util.hosts import get_host_assignments, parse_hosts
from horovod.runner.gloo_run import create_run_env_vars, create_slot_env_vars
from horovod.runner.http.http_server import RendezvousHandler, RendezvousHTTPServer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Rendezvous", "rendezvous"]


class Rendezvous:
    """The store, which serves at an address of the driver's machine."""

    def __init__(self, address: str, server: RendezvousHTTPServer) -> None:
        """Take the address and the server, which serves already."""
        self._address, self._server = address, server

    def assign(self, hosts: Sequence[str], interfaces: Sequence[str]) -> list[Mapping[str, str]]:
        """Make each process a rank, and open the store to them.

        Args:
            hosts: what tells the host of each process from others.
            interfaces: the network interface of each process's host that leads to the others.

        Returns:
            The variables with which each process becomes a rank, ``HOROVOD_RANK`` among them.

        """
        members: dict[str, list[int]] = {}
        for process, host in enumerate(hosts):
            members.setdefault(host, []).append(process)
        plan = ",".join(f"host{number}:{len(on)}" for number, on in enumerate(members.values()))
        slots = get_host_assignments(parse_hosts(plan), len(hosts))
        self._server.init(slots)
        order = [process for on in members.values() for process in on]
        given: list[Mapping[str, str]] = [{}] * len(hosts)
        for process, slot in zip(order, slots, strict=True):
            port = self._server.server_address[1]
            common = create_run_env_vars(self._address, [interfaces[process]], port)
            merged = common | create_slot_env_vars(slot)
            given[process] = {name: str(value) for name, value in merged.items()}
        return given


@contextmanager
def rendezvous(address: str) -> Iterator[Rendezvous]:
    """Serve the store at an address of this machine."""
    server = RendezvousHTTPServer((address, 0), RendezvousHandler, verbose=0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Rendezvous(address, server)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
