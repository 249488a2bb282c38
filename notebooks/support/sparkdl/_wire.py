"""The line between the driver and the supervisors of ranks on executors.

A supervisor connects to the driver and sends, each as one message of `multiprocessing.connection`:
where it is; once it was told which rank it starts, a JSON object for each line that the rank
writes; then one for the rank's ending, followed by the outcome's bytes. The driver sends the
variables that make a process that rank, and `STOP`, or hangs up, when the rank has to end. Both
prove that they know a key first; nothing that arrives is unpickled by this module. Both say
something every second, so that each notices when the other's machine is gone without a word.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import socketserver
import sys
import threading
import time
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, answer_challenge, deliver_challenge
from typing import TYPE_CHECKING

import psutil

from sparkdl._process import Ending, RankProcess

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sparkdl._gathering import Gathering
    from sparkdl._job import Job

__all__ = ["interface_with", "listen", "supervise"]

STOP = b"stop"
BEAT = b""
"""A message that says no more than that the sender is there."""

TICK = 0.1
"""Seconds between looks at the other side, and at the rank."""

PULSE = 1.0
"""Seconds between two words, whatever there is to say."""

SILENCE = 8.0
"""Seconds without a word after which the other side counts as gone."""


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


def supervise(task: int, program: bytes, host: str, port: int, key: bytes) -> None:
    """Run one rank in this task of a Spark job; the driver says which one.

    Never raises for what the rank does: how it ended is for the driver to judge. So Spark sees
    every task end well, and does not try again what failed.
    """
    from horovod.runner.common.util.host_hash import host_hash  # noqa: PLC0415 - only executors'

    with Client((host, port), "AF_INET", authkey=key) as wire:
        line = _Line(wire)
        interface = interface_with(line.own_address) or ""
        hello = {"task": task, "host": host_hash(), "interface": interface}
        line.send({**hello, "name": socket.gethostname()})
        variables = _answer(line)
        if variables is None:
            return
        # Modules that Spark brought are on this path and not in the environment.
        path = os.pathsep.join(filter(None, sys.path))
        rank = RankProcess(
            program, os.environ | {"PYTHONPATH": path} | variables, line.send_line
        )  # fmt: skip
        ending = None
        while ending is None:
            if line.told_to_stop(TICK):
                rank.stop()
                ending = rank.wait(None)
            else:
                ending = rank.wait(0)
        line.send({"exit_status": ending.exit_status, "stopped": ending.stopped}, ending.outcome)


def _answer(line: _Line) -> dict[str, str] | None:
    """Wait for the variables of the rank; None where there is to be no rank."""
    while not line.told_to_stop(TICK):
        if line.message is not None:
            return dict(json.loads(line.message))
    return None


class _Line:
    """A supervisor's end of the line."""

    def __init__(self, wire: Connection) -> None:
        self._wire, self._turn = wire, threading.Lock()
        self._said = self._heard = time.monotonic()
        self.own_address = _give_up_on_silence(wire)
        self.message: bytes | None = None
        """What the driver sent, but for words of life and of death."""

    def send(self, message: dict[str, object], content: bytes | None = None) -> None:
        # A driver that is gone is noticed in `told_to_stop`.
        with self._turn, contextlib.suppress(OSError):
            self._said = time.monotonic()
            self._wire.send_bytes(json.dumps(message).encode())
            if content is not None:
                self._wire.send_bytes(content)

    def send_line(self, stream: str, line: str) -> None:
        self.send({"stream": stream, "line": line})

    def told_to_stop(self, seconds: float) -> bool:
        """Listen for a while; whether the driver said that it is over, or is gone."""
        now = time.monotonic()
        if now - self._said > PULSE:
            self.send({})
        try:
            if self._wire.poll(seconds):
                self._heard = now
                received = self._wire.recv_bytes()
                if received not in {BEAT, STOP}:
                    self.message = received
                return received == STOP
        except (EOFError, OSError):
            return True
        return now - self._heard > SILENCE


def _give_up_on_silence(wire: Connection) -> str:
    """Have the system break the connection when what was sent is not received; gives its address.

    Without it, to send to a machine that is gone would block for a quarter of an hour.
    """
    with socket.socket(fileno=os.dup(wire.fileno())) as line:
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(SILENCE * 1000))
        return str(line.getsockname()[0])


@contextlib.contextmanager
def listen(job: Job, gathering: Gathering, host: str) -> Iterator[tuple[int, bytes]]:
    """Take supervisors' calls at an address of this machine; gives the port and the key.

    On leaving, what they sent has been passed to ``job``.
    """
    server = _Server((host, 0), job, gathering)
    thread = threading.Thread(target=server.serve_forever, args=(TICK,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1], server.key
    finally:
        job.stopping.set()
        server.shutdown()
        server.server_close()  # waits for the calls in progress
        thread.join()


class _Server(socketserver.ThreadingTCPServer):
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], job: Job, gathering: Gathering) -> None:
        super().__init__(address, _Call)
        self.job = job
        self.gathering = gathering
        self.key = secrets.token_bytes(32)


class _Call(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        job = self.server.job
        with Connection(os.dup(self.request.fileno())) as wire:
            _give_up_on_silence(wire)
            try:
                deliver_challenge(wire, self.server.key)
                answer_challenge(wire, self.server.key)
                hello = json.loads(wire.recv_bytes())
                variables = self._placed(wire, hello)
                if variables is None:
                    wire.send_bytes(STOP)
                    return
                wire.send_bytes(json.dumps(dict(variables)).encode())
            except (AuthenticationError, EOFError, OSError, AssertionError):
                return  # no supervisor of this run, or one that is gone before there was a rank
            rank = int(variables["HOROVOD_RANK"])
            try:
                job.ended(rank, self._listen(wire, rank))
            except (EOFError, OSError):
                job.lost(rank, hello["name"])

    def _placed(self, wire: Connection, hello: dict[str, str]) -> Mapping[str, str] | None:
        """Wait until all are there; give the variables of this one's rank, None if it has none."""
        gathering = self.server.gathering
        gathering.join(int(hello["task"]), hello["host"], hello["interface"])
        while not gathering.complete.wait(PULSE):
            if self.server.job.stopping.is_set():
                return None
            wire.send_bytes(BEAT)
            while wire.poll(0):
                wire.recv_bytes()
        return gathering.variables(int(hello["task"]))

    def _listen(self, wire: Connection, rank: int) -> Ending:
        """Pass on what a rank writes; give how it ended. Raises OSError where it went silent."""
        job, told = self.server.job, False
        heard = said = time.monotonic()
        while True:
            now = time.monotonic()
            if job.stopping.is_set() and not told:
                wire.send_bytes(STOP)
                told = True
            if now - said > PULSE:
                wire.send_bytes(BEAT)
                said = now
            if wire.poll(TICK):
                heard = now
                message = json.loads(wire.recv_bytes())
                if "line" in message:
                    job.show(rank, message["stream"], message["line"])
                elif message:
                    return Ending(outcome=wire.recv_bytes(), **message)
            elif now - heard > SILENCE:
                raise TimeoutError
