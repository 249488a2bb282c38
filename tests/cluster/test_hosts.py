"""`lockstep run --master` on a Spark whose hosts share nothing but the network.

The hosts have interfaces of other names, and nothing tells any of them which one to use.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
import warnings
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks.standalone import Standalone
from tests import case
from tests.cluster import hosts, pins

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.cluster.hosts import Host

MISSING = hosts.missing()
if MISSING:
    # A reason to skip is one line among many; this is a warning in the summary, too.
    warnings.warn(f"not tested, no notebook ran on several hosts: {MISSING}", stacklevel=1)
pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(bool(MISSING), reason=MISSING),
    pytest.mark.filterwarnings("default:not tested"),
]

ROOT = Path(__file__).parents[2]
INTERFACES = {"master": "eth0", "driver": "uplink0", "one": "eth0", "two": "ens5"}
TRAIN = """\
# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: name,values,tags,-all
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   lockstep:
#     ranks: 2
#     timeout: 500
# ---

# %% name="start"
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()

# %% name="define"
def train(steps, pause):
    import hashlib
    import socket
    import time

    import horovod.torch as hvd
    import torch
    from barn.tally import LEGS

    hvd.init()
    torch.manual_seed(hvd.rank())
    model = torch.nn.Linear(LEGS["cow"], 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    optimizer = hvd.DistributedOptimizer(optimizer, named_parameters=model.named_parameters())
    hvd.broadcast_parameters(model.state_dict(), root_rank=0)
    print("training on", socket.gethostname())
    for _ in range(steps):
        optimizer.zero_grad()
        loss = model(torch.rand(8, LEGS["cow"])).square().mean()
        loss.backward()
        optimizer.step()
        time.sleep(pause)
    weights = torch.cat([weight.detach().flatten() for weight in model.parameters()])
    digest = hashlib.sha256(weights.numpy().tobytes()).hexdigest()
    return hvd.allgather_object((hvd.rank(), socket.gethostname(), digest))

# %% name="train" values=["ranks", "hosts", "digests"]
from sparkdl import HorovodRunner

everybody = HorovodRunner(np=2, driver_log_verbosity="all").run(train, steps=5, pause=0)
ranks, hosts, digests = (" ".join(map(str, column)) for column in zip(*sorted(everybody)))

# %% tags=["test"]
assert ranks == "0 1"
"""
LIST = """import psutil
for each in psutil.process_iter(["cmdline"]):
    print(" ".join(each.info["cmdline"] or ()).replace("\\n", " "))
"""
TALLY = 'LEGS = {"cow": 4}\n'


@dataclass
class Cluster:
    """The hosts, a Spark on them, and a project on the driver's."""

    hosts: Mapping[str, Host]
    spark: Standalone
    project: Path

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """Start the command line on the driver's host, in the project."""
        words = [sys.executable, "-m", "lockstep", *arguments]
        command = ["sh", "-c", f'cd {self.project} && exec "$@"', "sh", *words]
        return subprocess.Popen(
            self.hosts["driver"].entered(command), env=self._environment() | variables,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def call(self, *arguments: str, **variables: str) -> tuple[int, str]:
        """Call it, and wait; return its status and what it said."""
        process = self.start(*arguments, **variables)
        try:
            said, _ = process.communicate(timeout=600)
        finally:
            process.kill()
        return process.returncode, said

    def values(self) -> dict[str, str]:
        """Return what the notebook recorded."""
        pair = json.loads((self.project / "notebooks/train.ipynb").read_text("utf-8"))
        return dict(pair["metadata"]["lockstep_recording"]["values"])

    def left(self, host: str) -> list[str]:
        """Return what runs on a host, Spark's own daemons aside."""
        said = self.hosts[host].call(sys.executable, "-c", LIST).stdout.splitlines()
        own = " ".join(LIST.split()[:4])
        usual = ("sleep infinity", own, "spark.deploy.master.Master", "spark.deploy.worker")
        return [line for line in said if line and not any(words in line for words in usual)]

    def _environment(self) -> dict[str, str]:
        unset = ("SPARK_LOCAL_IP", "SPARK_LOCAL_HOSTNAME", "SPARK_HOME", "PYSPARK_PYTHON")
        kept = {name: value for name, value in os.environ.items() if name not in unset}
        # The driver's temporary files are its own: what ranks write there, it does not see.
        return kept | {"TMPDIR": str(self.hosts["driver"].folder)}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Start a master, two workers and a project, on four hosts."""
    base = tmp_path_factory.mktemp("hosts")
    for name in ("own", "logs", "project/notebooks/support/barn"):
        (base / name).mkdir(parents=True)
    project = base / "project"
    (project / "mkdocs.yml").write_text(case.CONFIGURATION, "utf-8")
    (project / "notebooks/train.py").write_text(TRAIN, "utf-8")
    (project / "requirements").mkdir()
    (project / "requirements/labs.txt").write_text(pins.text(), "utf-8")
    barn = project / "notebooks/support/barn"
    (barn / "tally.py").write_text(TALLY, "utf-8")
    (barn / "__init__.py").touch()
    (barn.parent / "sparkdl").symlink_to(ROOT / "notebooks/support/sparkdl")
    with hosts.network(base / "own", INTERFACES) as network:
        for name in ("one", "two"):
            # A worker's host need not have the project.
            network[name].call("mount", "-t", "tmpfs", "none", str(project / "notebooks"))
        with contextlib.closing(Standalone(network["master"], base / "logs")) as spark:
            spark.add(network["one"])
            spark.add(network["two"])
            yield Cluster(network, spark, project)


def test_ranks_on_two_hosts_agree_on_the_weights(cluster: Cluster) -> None:
    status, said = cluster.call("run", "--master", cluster.spark.url)
    assert status == 0, said
    found = cluster.values()
    assert found["ranks"] == "0 1"
    assert sorted(found["hosts"].split()) == ["one", "two"]
    assert len(set(found["digests"].split())) == 1
    pair = json.loads((cluster.project / "notebooks/train.ipynb").read_text("utf-8"))
    run = pair["metadata"]["lockstep_recording"]["run"]
    assert (run["cluster"], run["executors"], run["hosts"], run["ranks"]) == ("spark", 2, 2, 2)
    assert cluster.left("driver") == []


@pytest.mark.parametrize(
    ("master", "said"),
    [
        ("spark://master:7078", "master not reached: master:7078 (10.77.0.1): Connection refused."),
        ("spark://nobody:7077", "master not found: this machine knows no host 'nobody'."),
        ("spark://driver:7077", "driver is this machine's own loopback address here"),
        ("spark:master", "spark:master is no master of a standalone Spark; write spark://"),
    ],
)
def test_a_master_that_is_not_there(cluster: Cluster, master: str, said: str) -> None:
    driver = cluster.hosts["driver"]
    names = {name: host.address for name, host in cluster.hosts.items()}
    driver.resolve({"localhost": "127.0.0.1", **names, "driver": "127.0.1.1"})
    try:
        began = time.monotonic()
        status, heard = cluster.call("run", "--force", "--master", master)
    finally:
        driver.resolve({"localhost": "127.0.0.1"} | names)
    assert status == 2
    assert said in heard
    assert time.monotonic() - began < 120


def test_an_address_that_no_other_host_reaches_is_refused(cluster: Cluster) -> None:
    url = cluster.spark.url
    status, heard = cluster.call("run", "--force", "--master", url, SPARK_LOCAL_IP="127.0.0.1")
    assert status == 2
    assert "SPARK_LOCAL_IP=127.0.0.1 is a loopback address" in heard
    assert f"Unset it: {cluster.hosts['driver'].address} is found without it" in heard


def test_what_differs_on_a_host_is_said_with_its_remedy(cluster: Cluster) -> None:
    """On one host a package is missing, and its own name leads to itself alone."""
    two = cluster.hosts["two"]
    torch_is = find_spec("torch")
    assert torch_is is not None
    names = {name: host.address for name, host in cluster.hosts.items()}
    (package,) = Path(str(torch_is.origin)).parents[1].glob("torch-*.dist-info")
    two.call("mount", "-t", "tmpfs", "none", str(package))
    two.resolve({"localhost": "127.0.0.1", **names, "two": "127.0.1.1"})
    try:
        status, heard = cluster.call("run", "--force", "--master", cluster.spark.url)
    finally:
        two.call("umount", str(package))
        two.resolve({"localhost": "127.0.0.1"} | names)
    assert status == 2, heard
    assert "other packages: torch is" in heard
    assert "and two does not have it. Install what requirements/labs.txt pins" in heard
    assert "loopback address: on two its own name resolves to 127.0.1.1" in heard
    assert f"Write into its /etc/hosts: {two.address} two" in heard
    assert cluster.left("two") == []


def test_a_host_that_dies_in_the_middle_of_training_is_named(cluster: Cluster) -> None:
    pair = cluster.project / "notebooks/train.ipynb"
    script = cluster.project / "notebooks/train.py"
    before, code = pair.read_bytes(), script.read_text("utf-8")
    script.write_text(code.replace("steps=5, pause=0", "steps=100_000, pause=0.01"), "utf-8")
    run = cluster.start("run", "--master", cluster.spark.url)
    try:
        deadline = time.monotonic() + 200
        while not any("cloudpickle.load" in line for line in cluster.left("two")):
            assert run.poll() is None, run.communicate()[0]
            assert time.monotonic() < deadline
            time.sleep(0.5)
        time.sleep(3)
        cluster.hosts["two"].die()
        died = time.monotonic()
        said, _ = run.communicate(timeout=120)
    finally:
        run.kill()
        script.write_text(code, "utf-8")
    assert time.monotonic() - died < 60
    assert run.returncode == 1
    assert "cell 'train' rank" in said
    assert "was lost with its executor on two" in said
    assert pair.read_bytes() == before
    assert cluster.left("driver") == []
    deadline = time.monotonic() + 30
    while left := cluster.left("one"):
        assert time.monotonic() < deadline, left
        time.sleep(0.5)


def test_after_that_a_run_works_on_what_is_left(cluster: Cluster) -> None:
    cluster.spark.add(cluster.hosts["one"])
    status, said = cluster.call("run", "--force", "--master", cluster.spark.url)
    assert status == 0, said
    assert cluster.values()["hosts"] == "one one"


def test_more_ranks_than_slots_start_nothing(cluster: Cluster) -> None:
    script = cluster.project / "notebooks/train.py"
    script.write_text(script.read_text("utf-8").replace("ranks: 2", "ranks: 5"), "utf-8")
    status, said = cluster.call("run", "--force", "--master", cluster.spark.url)
    assert status == 2
    # The master counts the host that died until it gives it up, a minute later.
    assert "not enough slots: 5 ranks are asked for, and the cluster has" in said
    assert "Start more workers, or give them more `--cores`" in said
