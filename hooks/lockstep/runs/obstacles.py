"""What keeps a standalone Spark from running notebooks: what ``survey`` told in, sentences out.

Each says what is wrong, where, and what to do about it.
"""

import re
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from importlib import metadata
from typing import Any

EXECUTOR_MEMORY = 1024
"""Megabytes that Spark asks for each executor where nothing else is said."""


def is_loopback(address: str) -> bool:
    """Whether an address leads every host to itself."""
    return address.startswith("127.")


def found(told: Mapping[str, Any], masters: Sequence[str], ranks: int) -> Iterator[str]:
    """Yield what stands in the way, a line each.

    told: what ``survey.main`` returned; masters: hosts of the masters; ranks: slots asked for.
    """
    if "master_failed" in told:
        yield (
            f"- master does not answer as Spark {metadata.version('pyspark')} does: "
            f"{told['master_failed']}. Driver and cluster have to be the same version of Spark"
        )
        return
    workers = [worker for worker in told["workers"] if worker["alive"]]
    yield from _loopback_workers(workers, masters)
    fitting = [worker for worker in workers if worker["memory"] >= EXECUTOR_MEMORY]
    slots = sum(worker["cores"] for worker in fitting)
    if slots < ranks:
        small = len(workers) - len(fitting)
        poor = f", not counting {small} with less than {EXECUTOR_MEMORY} MB" if small else ""
        yield (
            f"- not enough slots: {ranks} ranks are asked for, and the cluster has {slots} "
            f"({len(fitting)} workers{poor}). Start more workers, or give them more `--cores`"
        )
        return
    if "executors_failed" in told:
        yield _failed(told["executors_failed"])
        return
    if "executors" not in told:
        others = ", ".join(told["applications"]) or "none that the master knows"
        yield (
            f"- no free slots: {ranks} ranks are asked for, and of {slots} slots the "
            f"cluster lent {told['lent']} within {told['within']:.0f} s. Other applications: "
            f"{others}. Wait until they end, or end them; or the workers' logs say why executors "
            "end at once: they must be able to connect to this machine"
        )
        return
    for each in _one_by_host(told["executors"]):
        yield from _differences(each)
    yield from _hosts(told["executors"])


def free_slots(told: Mapping[str, Any]) -> int:
    """Return how many slots were free when the master was asked; told: as for ``found``."""
    return sum(
        int(worker["free"])
        for worker in told["workers"]
        if worker["alive"] and worker["memory"] >= EXECUTOR_MEMORY
    )


def _loopback_workers(
    workers: Sequence[Mapping[str, Any]], masters: Sequence[str]
) -> Iterator[str]:
    with suppress(OSError):
        if all(is_loopback(socket.gethostbyname(host)) for host in masters):
            return
    for worker in workers:
        with suppress(OSError):
            if is_loopback(found := socket.gethostbyname(worker["host"])):
                yield (
                    f"- loopback address: a worker calls itself {worker['host']!r} ({found}), "
                    "which leads every other host to itself. Start it with `--host` and its real "
                    "name or address, without SPARK_LOCAL_IP=127.0.0.1"
                )


def _failed(said: str) -> str:
    host = match[1] if (match := re.search(r"\((\S+) executor", said)) else "an executor"
    if match := re.search(r'Cannot run program "([^"]+)"', said):
        return (
            f"- other Python: {host} has no {match[1]}. Install the same environment at the same "
            "path on every host, or set PYSPARK_PYTHON to the path that it has there"
        )
    if match := re.search(r"PYTHON_VERSION_MISMATCH]?\s*(.+)", said):
        return f"- other Python: {host}: {match[1]} Install the same version on every host"
    last = next((line for line in reversed(said.splitlines()) if re.match(r"\w.*: ", line)), said)
    return f"- executors fail: {host}: {last[:300]}"


def _one_by_host(executors: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return list({(each["name"], each["address"]): each for each in executors}.values())


def _differences(each: Mapping[str, Any]) -> Iterator[str]:
    here = ".".join(map(str, sys.version_info[:3]))
    if each["python"] != here:
        yield (
            f"- other Python: {each['name']} has {each['python']} ({each['executable']}), this "
            f"machine {here}. Install the same version, or set PYSPARK_PYTHON to it"
        )
    for package, version in each["packages"].items():
        mine = metadata.version(package).partition("+")[0]
        if version != mine:
            there = f"has {version}" if version else "does not have it"
            yield (
                f"- other packages: {package} is {mine} here, and {each['name']} {there}. Install "
                f"what requirements/labs.txt pins into {each['executable']} there"
            )


def _hosts(executors: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    one_interface = len({each["interface"] for each in executors} - {""}) == 1
    several = len({each["name"] for each in executors}) > 1
    for each in _one_by_host(executors):
        for of, called, error in each["unreached"]:
            yield (
                f"- hosts do not reach each other: {each['name']} cannot connect to {of} at "
                f"{called} ({error}). Start the worker on {of} with `--host` and the address that "
                "others reach, and let them through the firewall"
            )
        if several and not one_interface and _misleads(each):
            found = f"resolves to {each['resolved']}" if each["resolved"] else "does not resolve"
            yield (
                f"- loopback address: on {each['name']} its own name {found}, so PyTorch there "
                f"would wait for other ranks in vain. Write into its /etc/hosts: "
                f"{each['address']} {each['name']}"
            )


def _misleads(each: Mapping[str, Any]) -> bool:
    return not each["resolved"] or is_loopback(each["resolved"])
