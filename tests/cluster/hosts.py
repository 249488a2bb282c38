"""Hosts of a small network on this machine, each with an address, a name and files of its own.

A host is a process that keeps namespaces (network, name, mounts, processes) and everything that is
started in them. Its end takes all of it along, and it ends with this process: no test, however it
ends, leaves an interface, a mount or a process behind. Nothing is added to the machine's own
network. Needs root, and a machine that lets it make namespaces.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

NAMESPACES = ("--net", "--uts", "--mount", "--ipc", "--pid")
KEEPER = (
    # Ends with the process that started it; its child is the host's first process.
    *("setpriv", "--pdeathsig", "KILL", "unshare", *NAMESPACES, "--fork", "--kill-child=KILL"),
    *("--mount-proc", "sh", "-c", "echo ready; exec sleep infinity"),
)
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
TROUBLE = "this machine cannot play a cluster of several hosts: {}"


def missing() -> str:
    """Say what this machine lacks to play several hosts; nothing where it lacks nothing."""
    for program in ("ip", "unshare", "nsenter", "setpriv", "mount"):
        if shutil.which(program, path=_PATH) is None:
            return TROUBLE.format(f"it has no `{program}`")
    if os.geteuid() != 0:
        return TROUBLE.format("making namespaces takes root")
    trial = "ip link add bridge0 type bridge && mount -t tmpfs none /mnt"
    made = _call("unshare", *NAMESPACES, "--fork", "sh", "-c", trial, check=False)
    if made.returncode != 0:
        return TROUBLE.format(made.stderr.strip() or "it refuses to make namespaces")
    return ""


@dataclass
class Host:
    """A host: run things on it, give it files, let it die."""

    name: str
    address: str
    interface: str
    folder: Path
    """Its own: what is written there, no other host sees."""
    keeper: subprocess.Popen[str] = field(repr=False)
    init: int
    """The host's first process, as this machine numbers it."""

    def call(
        self, *command: str, check: bool = True, variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command there until it ends; give what it said."""
        return _call(*self.entered(command), check=check, variables=variables)

    def entered(self, command: Sequence[str]) -> list[str]:
        """Return the command that runs a command there."""
        return ["nsenter", "--target", str(self.init), *NAMESPACES, *command]

    def write(self, path: str, text: str) -> None:
        """Write one of its own files."""
        _call(*self.entered(["sh", "-c", f"cat >{path}"]), text=text)

    def resolve(self, names: Mapping[str, str]) -> None:
        """Make it know hosts by these names: its own hosts file, which no other host sees."""
        self.write("/etc/hosts", "".join(f"{address} {name}\n" for name, address in names.items()))

    def die(self) -> None:
        """Lose power: no process of it says a word more, and no packet is answered."""
        self.call("ip", "link", "set", self.interface, "down")
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.init, signal.SIGKILL)
        self.keeper.wait()


@contextlib.contextmanager
def network(folder: Path, interfaces: Mapping[str, str]) -> Iterator[dict[str, Host]]:
    """Give hosts by name that reach each other over one switch, and nothing else.

    folder: stands on every host for an empty folder of its own, which no other host sees; the rest
    of this machine's files are there as if they were installed. interfaces: each host's name, and
    what it calls the interface that leads to the others. Every host also has an interface
    ``docker0`` with one and the same address, as hosts with Docker do, and a hosts file with
    everybody in it.
    """
    with contextlib.ExitStack() as running:
        switch = running.enter_context(_kept())
        _call("nsenter", "--target", str(_child(switch)), "--net", "sh", "-ec",
              "ip link add bridge0 type bridge; ip link set bridge0 up")  # fmt: skip
        hosts = {}
        for number, (name, interface) in enumerate(interfaces.items(), 1):
            keeper = running.enter_context(_kept())
            address = f"10.77.0.{number}"
            hosts[name] = Host(name, address, interface, folder, keeper, _child(keeper))
            _connect(hosts[name], _child(switch), f"port{number}")
        everybody = {name: host.address for name, host in hosts.items()}
        for host in hosts.values():
            host.resolve({"localhost": "127.0.0.1"} | everybody)
        yield hosts


def _connect(host: Host, switch: int, port: str) -> None:
    _call("nsenter", "--target", str(switch), "--net", "sh", "-ec", f"""
        ip link add {port} type veth peer name {host.interface} netns {host.init}
        ip link set {port} master bridge0 up
    """)  # fmt: skip
    host.call("sh", "-ec", f"""
        hostname {host.name}
        ip link set lo up
        ip link add docker0 type bridge
        ip address add 172.17.0.1/16 dev docker0
        ip link set docker0 up
        ip address add {host.address}/24 dev {host.interface}
        ip link set {host.interface} up
        mount -t tmpfs none {host.folder}
        mkdir {host.folder}/etc
        touch {host.folder}/etc/hosts
        mount --bind {host.folder}/etc/hosts /etc/hosts
    """)  # fmt: skip


@contextlib.contextmanager
def _kept() -> Iterator[subprocess.Popen[str]]:
    """Keep fresh namespaces until the end of the block, and no longer than this process lives."""
    quiet = subprocess.DEVNULL
    with subprocess.Popen(KEEPER, stdout=subprocess.PIPE, stderr=quiet, text=True) as keeper:
        try:
            assert keeper.stdout is not None
            assert keeper.stdout.readline() == "ready\n"
            yield keeper
        finally:
            with contextlib.suppress(OSError, IndexError):
                os.kill(_child(keeper), signal.SIGKILL)
            keeper.kill()


def _child(keeper: subprocess.Popen[str]) -> int:
    path = Path(f"/proc/{keeper.pid}/task/{keeper.pid}/children")
    return int(path.read_text("ascii").split()[0])


def _call(
    *command: str,
    check: bool = True,
    text: str | None = None,
    variables: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, input=text,
        env={**os.environ, "PATH": _PATH} if variables is None else dict(variables),
    )  # fmt: skip
    assert done.returncode == 0 or not check, f"{command}: {done.stdout}{done.stderr}"
    return done
