"""Whether a standalone Spark can run notebooks: looked at before the first of them starts.

What can be found out needs no setting: the address of this machine that the cluster reaches, the
network interface of its hosts, a folder that all of them see. What cannot work is said at once, all
of it, each with what to do, instead of a notebook that hangs.
"""

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from lockstep.runs import cluster as clusters
from lockstep.runs import environment, obstacles, supervisor
from lockstep.runs.cluster import Cluster, ClusterError, Surroundings
from lockstep.runs.obstacles import is_loopback

_CONNECTS_WITHIN = 5.0
_ENDS_WITHIN = 200.0
_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""For JVMs that live for seconds: optimising what they run would take longer than it saves."""
_NEEDED = ("cloudpickle", "horovod", "psutil")
"""Packages that ranks need, whatever the notebook imports."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What notebooks ask of a cluster."""

    ranks: int
    packages: frozenset[str]
    """Names of packages that they import, and whose version is pinned."""
    shared: Path | None = None
    """A folder that the user says all hosts see."""


def examine(cluster: Cluster, root: Path, wanted: Wanted) -> Surroundings:
    """Look at a cluster; return what was found out for those who use it.

    root: the project's folder. Raises ``ClusterError``, whose text has every obstacle that was
    found, each with its remedy.
    """
    masters = _masters(cluster.master)
    (host, port), address = _reached(masters)
    _own_names(address)
    with _marks(root, wanted.shared) as marks, _scratch() as scratch:
        here = Surroundings(address=address)
        asked = {
            "master": [host, port],
            "address": address,
            "ranks": wanted.ranks,
            "memory": obstacles.EXECUTOR_MEMORY,
            "packages": sorted({*wanted.packages, *_NEEDED} & _installed()),
            "files": [str(mark) for mark in marks],
            "java": _JAVA,
        }
        told = _survey(cluster.within(here), scratch, asked)
    standing = list(obstacles.found(told, [host for host, _ in masters], wanted.ranks))
    if standing:
        raise ClusterError(f"{cluster.master} cannot run this:\n" + "\n".join(standing))
    executors = told["executors"]
    seen = [mark for mark in marks if all(str(mark) in each["files"] for each in executors)]
    interfaces = {each["interface"] for each in executors}
    return Surroundings(
        address=address,
        interface=interfaces.pop() if len(interfaces) == 1 else "",
        shared=seen[0].parent if seen else None,
        hosts=len({each["name"] for each in executors}),
        slots=obstacles.free_slots(told),
    )


def _masters(url: str) -> list[tuple[str, int]]:
    match = re.fullmatch(r"spark://([\w.-]+:\d+(?:,[\w.-]+:\d+)*)", url)
    if match is None:
        message = f"{url} is no master of a standalone Spark; write spark://HOST:PORT"
        raise ClusterError(message)
    pairs = (each.rpartition(":") for each in match[1].split(","))
    return [(host, int(port)) for host, _, port in pairs]


def _reached(masters: Sequence[tuple[str, int]]) -> tuple[tuple[str, int], str]:
    """Connect to a master; return which answered, and this machine's address that it sees."""
    failures = []
    for host, port in masters:
        try:
            with socket.create_connection((host, port), _CONNECTS_WITHIN) as line:
                return (host, port), str(line.getsockname()[0])
        except socket.gaierror:
            failures.append(
                f"master not found: this machine knows no host {host!r}. Correct the name, or add "
                "it to /etc/hosts"
            )
        except OSError as error:
            failures.append(_unreached(host, port, error))
    raise ClusterError("\n".join(failures))


def _unreached(host: str, port: int, error: OSError) -> str:
    found = socket.gethostbyname(host)
    said = (
        f"no answer within {_CONNECTS_WITHIN:g} s"
        if isinstance(error, TimeoutError)
        else (error.strerror or str(error))
    )
    said = f"master not reached: {host}:{port} ({found}): {said}. "
    if is_loopback(found):
        return said + (
            f"{host} is this machine's own loopback address here: give the name its real address "
            "in /etc/hosts, or write the address in --master"
        )
    return said + (
        f"Start the master, or correct the address: the page of the master shows it at the top. "
        f"A firewall between here and there has to let port {port} through"
    )


def _own_names(address: str) -> None:
    """Refuse settings of the user's that would tell executors an address that leads nowhere."""
    if is_loopback(address):
        return
    for name in ("SPARK_LOCAL_IP", "SPARK_LOCAL_HOSTNAME"):
        given = os.environ.get(name)
        with suppress(OSError):
            if given and is_loopback(socket.gethostbyname(given)):
                message = (
                    f"{name}={given} is a loopback address, which no other host can reach. Unset "
                    f"it: {address} is found without it"
                )
                raise ClusterError(message)


@contextmanager
def _marks(root: Path, shared: Path | None) -> Iterator[list[Path]]:
    """Make a file in each folder that may be the same on all hosts; give their paths."""
    if shared is not None and not shared.is_dir():
        message = f"--shared {shared}: there is no such folder here"
        raise ClusterError(message)
    folders = [shared] if shared else [root / ".lockstep" / "shared", Path(tempfile.gettempdir())]
    marks = []
    try:
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
            mark = folder / f".lockstep-{uuid.uuid4().hex}"
            mark.touch()
            marks.append(mark)
        yield marks
    finally:
        for mark in marks:
            mark.unlink(missing_ok=True)


@contextmanager
def _scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="lockstep-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _installed() -> set[str]:
    return {(it.name or "").lower().replace("_", "-") for it in metadata.distributions()}


def _survey(cluster: Cluster, scratch: Path, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Run ``survey`` as a notebook's kernel is run, below a supervisor; return what it tells."""
    run = uuid.uuid4().hex
    support = scratch / "support"
    variables = {
        **environment.variables(os.environ, run, scratch, support),
        **clusters.install(cluster, scratch / "spark", support),
        "SPARK_SUBMIT_OPTS": _JAVA,
    }
    program = Path(__file__).with_name("survey.py")
    command = [
        *(sys.executable, "-I", str(Path(supervisor.__file__)), str(scratch)),
        *(sys.executable, str(program), json.dumps(asked)),
    ]
    process = subprocess.Popen(  # noqa: S603 the command is ours
        command, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        # Not communicate(): that would close the pipe by which the supervisor knows we live.
        said = _read(process, _ENDS_WITHIN)
    finally:
        process.terminate()
        process.wait()
        supervisor.end(lambda: supervisor.processes_of(run))
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
    try:
        return dict(json.loads(said.splitlines()[-1]))
    except (ValueError, IndexError):
        return {"master_failed": f"it did not answer within {_ENDS_WITHIN:.0f} s"}


def _read(process: subprocess.Popen[str], seconds: float) -> str:
    said: list[str] = []
    assert process.stdout is not None  # noqa: S101
    reader = threading.Thread(target=lambda: said.extend(process.stdout), daemon=True)  # type: ignore[arg-type]
    reader.start()
    reader.join(seconds)
    return "".join(said)
