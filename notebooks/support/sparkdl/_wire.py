"""The line between the driver and the supervisors of ranks on executors.

A supervisor connects to the driver and sends, each as one message of `multiprocessing.connection`:
its rank, then a JSON object for each line that the rank writes, then one for its ending, followed
by the outcome's bytes. The driver sends `STOP`, or hangs up, when the rank has to end. Both sides
prove that they know a key first; nothing that arrives is unpickled by this module.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import socketserver
import threading
import time
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, answer_challenge, deliver_challenge
from typing import TYPE_CHECKING

import psutil

from sparkdl._process import Ending, RankProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sparkdl._job import Job

__all__ = ["interface_with", "listen", "supervise"]

STOP = b"stop"

TICK = 0.1
"""Seconds between looks at the other side, and at the rank."""

SILENCE = 5.0
"""Seconds without a word after which, once the launch is over, a supervisor counts as lost."""


def interface_with(address: str) -> str | None:
    """Name this machine's network interface that has an IPv4 address, such as ``lo``."""
    return next(
        (
            name
            for name, addresses in psutil.net_if_addrs().items()
            if any(a.family == socket.AF_INET and a.address == address for a in addresses)
        ),
        None,
    )


def supervise(program: bytes, host: str, port: int, key: bytes) -> None:
    """Run one rank where Horovod started this process, which gave it its ``HOROVOD_`` variables.

    Never raises for what the rank does: how it ended is for the driver to judge. So Horovod sees
    every rank end well, and none of its own ways to end the others interferes.
    """
    with Client((host, port), "AF_INET", authkey=key) as wire:
        turn = threading.Lock()

        def send(message: dict[str, object], content: bytes | None = None) -> None:
            # A driver that is gone is noticed below, by `poll`.
            with turn, contextlib.suppress(OSError):
                wire.send_bytes(json.dumps(message).encode())
                if content is not None:
                    wire.send_bytes(content)

        def show(stream: str, line: str) -> None:
            send({"stream": stream, "line": line})

        send({"rank": int(os.environ["HOROVOD_RANK"])})
        rank = RankProcess(program, os.environ, show)
        ending = None
        while ending is None:
            with contextlib.suppress(EOFError, OSError):
                if not wire.poll(TICK):
                    ending = rank.wait(0)
                    continue
                wire.recv_bytes()
            rank.stop()
            ending = rank.wait(None)
        send({"exit_status": ending.exit_status, "stopped": ending.stopped}, ending.outcome)


@contextlib.contextmanager
def listen(job: Job, host: str) -> Iterator[tuple[int, bytes]]:
    """Take supervisors' calls at an address of this machine; gives the port and the key.

    On leaving, what they sent has been passed to ``job``.
    """
    server = _Server((host, 0), job, secrets.token_bytes(32))
    thread = threading.Thread(target=server.serve_forever, args=(TICK,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1], server.key
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()  # waits for the calls in progress
        thread.join()


class _Server(socketserver.ThreadingTCPServer):
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], job: Job, key: bytes) -> None:
        super().__init__(address, _Call)
        self.job = job
        self.key = key
        self.closing = threading.Event()


class _Call(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        with Connection(os.dup(self.request.fileno())) as wire:
            try:
                deliver_challenge(wire, self.server.key)
                answer_challenge(wire, self.server.key)
                rank = int(json.loads(wire.recv_bytes())["rank"])
            except (AuthenticationError, EOFError, OSError, AssertionError):
                return  # no supervisor of this run
            try:
                ending = self._listen(wire, rank)
            except (EOFError, OSError):
                ending = None
        if ending is None:
            self.server.job.lost(rank)
        else:
            self.server.job.ended(rank, ending)

    def _listen(self, wire: Connection, rank: int) -> Ending | None:
        job, told, heard = self.server.job, False, time.monotonic()
        while True:
            if job.stopping.is_set() and not told:
                wire.send_bytes(STOP)
                told = True
            if not wire.poll(TICK):
                if self.server.closing.is_set() and time.monotonic() - heard > SILENCE:
                    return None
                continue
            message = json.loads(wire.recv_bytes())
            heard = time.monotonic()
            if "line" not in message:
                return Ending(outcome=wire.recv_bytes(), **message)
            job.show(rank, message["stream"], message["line"])
