"""What a standalone Spark looks like from here: asked of its master, and of executors themselves.

``preflight`` starts this file as a program, in the environment that a notebook's kernel would get::

    python survey.py '{"master": […], "ranks": 2, …}'

and reads the JSON that it writes on standard output. Nothing of the engine can be imported here.
Nothing is judged here either: what is found is told, and where something fails, what it said.
"""

import importlib.metadata
import json
import platform
import socket
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

_LENDS_WITHIN = {"idle": 100.0, "shared": 30.0}
"""Seconds for a cluster to start executors: where nobody else uses it, and where others do."""
_REACHED_WITHIN = 5.0
"""Seconds for one host to answer another."""


def main(asked: dict[str, Any]) -> dict[str, Any]:
    """Ask the master, then executors; return what they said.

    asked: ``master``: host and port; ``address``: this machine's, for the master to answer to;
    ``ranks``; ``memory``: megabytes of an executor; ``packages``: names; ``files``: paths of files
    that only a shared folder has on every host; ``java``: options for executors' JVMs.
    """
    from pyspark.java_gateway import launch_gateway  # noqa: PLC0415

    told: dict[str, Any] = {}
    try:
        # One JVM for both questions: starting it takes longer than either answer.
        gateway = launch_gateway()  # type: ignore[no-untyped-call]
        told |= _master(gateway.jvm, asked["master"], asked["address"])
    except Exception as error:  # noqa: BLE001 whatever it is, it is told
        return {"master_failed": _first_line(error)}
    fitting = (w for w in told["workers"] if w["alive"] and w["memory"] >= asked["memory"])
    if sum(worker["cores"] for worker in fitting) < asked["ranks"]:
        return told
    try:
        within = _LENDS_WITHIN["shared" if told["applications"] else "idle"]
        told |= _executors(gateway, asked, within)
    except Exception as error:  # noqa: BLE001
        told["executors_failed"] = str(error)[:4000]
    return told


def _master(jvm: Any, master: list[Any], address: str) -> dict[str, Any]:  # noqa: ANN401 py4j's
    """Ask the master for its workers and applications, as its own page does."""
    spark = jvm.org.apache.spark
    conf = spark.SparkConf()
    secret = _only(jvm, "org.apache.spark.internal.config.package$").AUTH_SECRET_FILE()
    security = spark.SecurityManager(conf, jvm.scala.Option.empty(), secret)
    conf.set("spark.rpc.askTimeout", "15s").set("spark.rpc.lookupTimeout", "15s")
    rpc = spark.rpc.RpcEnv.create("lockstep", address, 0, conf, security, True)  # noqa: FBT003
    try:
        there = rpc.setupEndpointRef(spark.rpc.RpcAddress(*master), "Master")
        question = _only(jvm, "org.apache.spark.deploy.DeployMessages$RequestMasterState$")
        state = there.askSync(question, _only(jvm, "scala.reflect.ClassTag$").Any())
        workers = [
            {
                "host": worker.host(),
                "cores": worker.cores(),
                "free": worker.coresFree(),
                "memory": worker.memory(),
                "alive": worker.state().toString() == "ALIVE",
            }
            for worker in state.workers()
        ]
        return {"workers": workers, "applications": [it.desc().name() for it in state.activeApps()]}
    finally:
        rpc.shutdown()


def _only(jvm: Any, name: str) -> Any:  # noqa: ANN401 py4j is untyped
    """Return the only instance of a Scala object."""
    return jvm.java.lang.Class.forName(name).getField("MODULE$").get(None)


def _executors(gateway: Any, asked: dict[str, Any], within: float) -> dict[str, Any]:  # noqa: ANN401
    """Take as many slots as there are to be ranks, and have each tell where it is."""
    from pyspark import SparkConf, SparkContext  # noqa: PLC0415

    conf = SparkConf(_jvm=gateway.jvm).setAppName("lockstep preflight")
    conf.set("spark.executor.extraJavaOptions", asked["java"])
    context: Any = SparkContext(gateway=gateway, conf=conf)
    context.setLogLevel("ERROR")
    try:
        application = context._jsc.sc()  # noqa: SLF001 PySpark has no public way to ask
        profile = application.resourceProfileManager().resourceProfileFromId(0)
        deadline = time.monotonic() + within
        while (slots := application.maxNumConcurrentTasks(profile)) < asked["ranks"]:
            if time.monotonic() > deadline or application.isStopped():
                return {"lent": slots, "within": within}
            time.sleep(0.2)
        driver = (asked["address"], int(context.getConf().get("spark.driver.port")))

        def tell(_: Iterable[int]) -> Iterator[dict[str, Any]]:
            yield look(driver, asked["packages"], asked["files"])

        numbers = context.parallelize(range(asked["ranks"]), asked["ranks"])
        found = numbers.barrier().mapPartitions(tell).collect()
        return {"lent": slots, "executors": found}
    finally:
        context.stop()


def look(driver: tuple[str, int], packages: list[str], files: list[str]) -> dict[str, Any]:
    """Return what a task finds on its host: names, addresses, versions, who can be reached."""
    from pyspark import BarrierTaskContext  # noqa: PLC0415

    with socket.create_connection(driver, _REACHED_WITHIN) as line:
        address = line.getsockname()[0]
    name = socket.gethostname()
    try:
        resolved = socket.gethostbyname(name)
    except OSError:
        resolved = ""
    try:
        import psutil  # noqa: PLC0415 what a host lacks, it has to tell

        on = psutil.net_if_addrs().items()
    except ImportError:
        on = {}.items()
    leading = (each for each, has in on if any(its.address == address for its in has))
    versions: dict[str, str] = {}
    for package in packages:
        try:
            # Of one that was half removed, no version is known.
            found = importlib.metadata.version(package) or ""
            versions[package] = found.partition("+")[0]
        except importlib.metadata.PackageNotFoundError:
            versions[package] = ""
    task = BarrierTaskContext.get()
    return {
        "name": name,
        "called": task.getTaskInfos()[task.partitionId()].address.rpartition(":")[0],
        "address": address,
        "resolved": resolved,
        "interface": next(leading, ""),
        "python": platform.python_version(),
        "executable": sys.executable,
        "packages": versions,
        "files": [file for file in files if Path(file).exists()],
        "unreached": _unreached(task, name),
    }


def _unreached(task: Any, name: str) -> list[list[str]]:  # noqa: ANN401 pyspark's is incomplete
    """Connect to every other task at the address that Spark has for it; return who is not there."""
    with socket.create_server(("", 0)) as server:
        server.settimeout(_REACHED_WITHIN)
        mine = [task.getTaskInfos()[task.partitionId()].address.rpartition(":")[0], name]
        everybody = task.allGather(json.dumps([*mine, server.getsockname()[1]]))
        missed = []
        for called, of, port in map(json.loads, everybody):
            try:
                with socket.create_connection((called, port), _REACHED_WITHIN):
                    pass
            except OSError as error:
                missed.append([of, called, str(error)])
        # Nobody closes its door before all have knocked.
        task.barrier()
        return missed


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    causes = [line for line in lines if line.startswith(("Caused by:", ": "))]
    return (causes or lines or [type(error).__name__])[-1][:500]


if __name__ == "__main__":
    answer = json.dumps(main(json.loads(sys.argv[1])))
    sys.stdout.write(f"\n{answer}\n")
