"""Everything that can go wrong while notebooks run, made to go wrong: what is said, and how soon.

Each fault is made in a real run of ``lockstep run`` in a project of its own. Then no process may be
left, the recording may not have changed, and the next run must work::

    python -m benchmarks.faults                          every fault once, in mixed order
    python -m benchmarks.faults --times 10 rank-raises runner-killed

A run and all that it starts are in a control group where this system lets us make one (as root, on
most), so that what hides its descent and its environment is found too. Tests make the same faults
(``tests/cluster/test_faults.py``).
"""

import contextlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import click
import psutil

ROOT = Path(__file__).parents[1]
CONFIGURATION = """\
site_name: Faults
extra: {lockstep: {}}
plugins:
  - i18n:
      languages: [{locale: en, name: English, default: true}]
"""
HEADER = """\
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
#     {}: {}
# ---

"""
PLAIN = """
# %% name="prepare"
import os
import signal
import time
from pathlib import Path

fault = Path("fault").read_text() if Path("fault").exists() else ""

# %% name="work" values=["total"]
if fault:
    Path("reached").write_text(str(time.time()))
if fault == "cell-raises":
    raise KeyError("no such penguin")
if fault == "kernel-dies":
    os.kill(os.getpid(), signal.SIGTERM)
if fault == "address-space":
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
    rows = bytes(2**31)
if fault == "out-of-memory":
    rows = [os.urandom(2**20) for _ in range(2**12)]
if fault.endswith("hangs") or fault.startswith(("ctrl", "runner")):
    time.sleep(600)
if fault == "disk-full":
    print("\\n".join("x" * 99 for _ in range(900)))
total = 1 + 1

# %% tags=["test"]
assert total == 2
"""
RANKS = """
# %% name="prepare"
import os
from pathlib import Path

fault = Path("fault").read_text() if Path("fault").exists() else ""
np = {np}
if np > 0:
    from pyspark.sql import SparkSession
    spark = SparkSession.builder.getOrCreate()

# %% name="define"
def train(fault, folder):
    import os, signal, time
    import horovod.torch as hvd
    import torch

    hvd.init()
    total = 0
    for epoch in range(3):
        total += hvd.allreduce(torch.ones(1), op=hvd.Sum).item()
        print("epoch", epoch)
        if fault and epoch == 1 and hvd.rank() == 1:
            with open(os.path.join(folder, "reached"), "w") as file:
                file.write(str(time.time()))
            if fault == "rank-raises":
                raise ValueError("the loss is nan")
            if fault == "rank-killed":
                os.kill(os.getpid(), signal.SIGKILL)
            if fault == "rank-exits":
                os._exit(0)
            time.sleep(600)  # a hang, or something happens to us from outside
    return total

# %% name="train" values=["total"]
from sparkdl import HorovodRunner

ranks = 3 if fault == "no-slots" else np
if fault == "no-slots":
    import time
    Path("reached").write_text(str(time.time()))
total = HorovodRunner(np=ranks, driver_log_verbosity="all").run(
    train, fault=fault, folder=os.getcwd()
)

# %% tags=["test"]
assert total == 6
"""
KINDS = {"plain": PLAIN, "local": RANKS.format(np=-2), "spark": RANKS.format(np=2)}


class Limit(NamedTuple):
    """A line of the notebook's header that limits its time."""

    key: str
    seconds: int


PLENTY = Limit("timeout", 600)


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong, and what has to come of it."""

    name: str
    kind: str
    """Which notebook runs: without ranks, with ranks on this machine, with ranks on Spark."""
    says: str
    """What is printed, a regular expression; LINE<text> is the number of the line with it."""
    limit: Limit = PLENTY
    """What the notebook's header allows."""
    within: float = 10
    """Seconds from the fault to the end of the run; with a limit of time, 5 after that at most."""
    status: int = 1
    done: "Callable[[Scene], None] | None" = None
    """What somebody does from outside, once the notebook has come to the place."""
    memory: int | None = None
    """Bytes that the run may use, all its processes together."""
    full: bool = False
    """Whether the disk with the notebooks has no space for a new recording."""


@dataclass
class Outcome:
    """What came of a fault."""

    fault: Fault
    seconds: float
    """From the fault to the end of the run."""
    output: str
    wrong: list[str]
    """What should not be; empty where all is well."""


def _kill(*words: str) -> "Callable[[Scene], None]":
    def kill(scene: "Scene") -> None:
        found = [p for p in scene.processes() if all(word in _command(p) for word in words)]
        psutil.Process(found[-1].pid).kill()

    return kill


def _signal(number: signal.Signals) -> "Callable[[Scene], None]":
    return lambda scene: scene.runner.send_signal(number)


def _failed(line: str, cell: str, said: str) -> str:
    """Return what is said of a cell, with the line that holds a text."""
    return rf"notebooks/lab\.py:LINE<{line}>: cell '{cell}'{said}"


_INTERRUPTED = (
    r"interrupted after .* in notebooks/lab\.py:\d+: cell '{}'(.*\n)+lockstep: interrupted"
)
_LATE = ": TimeoutError: the {} took longer than {} s"


def _of_ranks(kind: str) -> Iterator[Fault]:
    """Yield what goes wrong with ranks, on this machine (``local``) or on ``spark``."""
    call = "HorovodRunner(np="
    raised = _failed("raise ValueError", "train", " rank 1: ValueError: the loss is nan")
    yield Fault(f"rank-raises-{kind}", kind, raised)
    killed = _failed(call, "train", " rank 1: was killed by SIGKILL")
    yield Fault(f"rank-killed-{kind}", kind, killed)
    left = _failed(call, "train", " rank 1: exited with status 0")
    yield Fault(f"rank-exits-{kind}", kind, left)
    late = _failed("time.sleep(600)", "train", " rank 1" + _LATE.format("notebook", "\\d+"))
    yield Fault(f"rank-hangs-{kind}", kind, late, Limit("timeout", 30 if kind == "local" else 90))
    interrupted = _INTERRUPTED.format("train")
    yield Fault(f"ctrl-c-{kind}", kind, interrupted, status=130, done=_signal(signal.SIGINT))
    yield Fault(f"runner-killed-{kind}", kind, "", status=-9, done=_signal(signal.SIGKILL))


_FAULTS = (
    Fault("cell-raises", "plain", _failed("raise Key", "work", ": KeyError: 'no such penguin'")),
    Fault("kernel-dies", "plain", _failed("if fault:", "work", ": KernelDied: .*by SIGTERM")),
    Fault("address-space", "plain", _failed("rows = bytes", "work", ": MemoryError")),
    Fault(
        *("out-of-memory", "plain", r"cell 'work': KernelDied: .*SIGKILL \(out of memory\?\)"),
        memory=2**30,
        within=30,  # in which the memory is filled
    ),
    Fault(
        *("cell-hangs", "plain", _failed("time.sleep", "work", _LATE.format("cell", 3))),
        Limit("cell_timeout", 3),
    ),
    Fault(
        *("notebook-hangs", "plain", _failed("time.sleep", "work", _LATE.format("notebook", 5))),
        Limit("timeout", 5),
    ),
    Fault(
        "disk-full", "plain", r"No space left on device.*\n.*the recording is as it was", full=True
    ),
    Fault(
        *("ctrl-c", "plain", _INTERRUPTED.format("work")),
        status=130,
        done=_signal(signal.SIGINT),
    ),
    Fault("runner-terminated", "plain", "", status=-15, done=_signal(signal.SIGTERM)),
    Fault("runner-killed", "plain", "", status=-9, done=_signal(signal.SIGKILL)),
    *_of_ranks("local"),
    *_of_ranks("spark"),
    Fault(
        *("executor-killed", "spark", r"cell 'train' rank \d: was lost with its executor"),
        done=_kill("CoarseGrainedExecutorBackend"),
    ),
    Fault(
        "no-slots", "spark", _failed("HorovodRunner(np=", "train", ": ValueError: .*3 task slots")
    ),
)
FAULTS = {fault.name: fault for fault in _FAULTS}


@dataclass
class Scene:
    """A project with a recorded notebook, in which faults are made."""

    root: Path
    kind: str
    arguments: Sequence[str] = ()
    """For `lockstep run`, such as a master."""
    variables: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Write the project."""
        self.notebooks = self.root / "notebooks"
        (self.notebooks / "support").mkdir(parents=True)
        (self.notebooks / "support" / "sparkdl").symlink_to(ROOT / "notebooks/support/sparkdl")
        (self.root / "mkdocs.yml").write_text(CONFIGURATION, "utf-8")
        self.runner: subprocess.Popen[str]
        self._mark = uuid.uuid4().hex
        self._group: Path | None = None

    def works(self) -> list[str]:
        """Run the notebook as it should be run; return what is wrong."""
        self._write("", PLENTY)
        before = self.recording()
        self._start(None)
        said, _ = self.runner.communicate(timeout=300)
        wrong = self._left(10)
        if self.runner.returncode != 0:
            wrong.append(f"a run without a fault ended with {self.runner.returncode}: {said}")
        elif before and (self.recording() != before or "nothing new to record" not in said):
            wrong.append(f"a run without a fault gave another recording: {said}")
        return wrong

    def suffer(self, fault: Fault) -> Outcome:
        """Run the notebook with a fault."""
        script = self._write(fault.name.removesuffix(f"-{self.kind}"), fault.limit)
        reached = self.notebooks / "reached"
        reached.unlink(missing_ok=True)
        before = self.recording()
        with self._little_space() if fault.full else contextlib.nullcontext():
            self._start(fault.memory)
            while not (reached.exists() and reached.read_text()) and self.runner.poll() is None:
                time.sleep(0.05)
            at = float(reached.read_text()) if reached.exists() else time.time()
            if fault.done:
                fault.done(self)
                at = time.time()
            said, _ = self.runner.communicate(timeout=300)
            # Whoever killed the runner learns nothing more from it: then its processes count.
            wrong = self._left(10 if self.runner.returncode < 0 else 0)
            seconds = time.time() - at
            if self.recording() != before:
                wrong.append("the recording has changed")
            files = sorted(path.name for path in self.notebooks.iterdir())
            if set(files) - {"lab.py", "lab.ipynb", "support", "fault", "reached"}:
                wrong.append(f"files are left: {files}")
        if self.runner.returncode != fault.status:
            wrong.append(f"it ended with {self.runner.returncode}, not {fault.status}")
        if not re.search(_expected(fault.says, script), said):
            wrong.append(f"it did not say {_expected(fault.says, script)!r}")
        within = fault.within
        if fault.limit is not PLENTY:
            # The limit counts from the start of the cells, which the fault's cell may come after.
            within = fault.limit.seconds + 5
        if seconds > within:
            wrong.append(f"it took {seconds:.1f} s, more than {within}")
        return Outcome(fault, seconds, said, wrong)

    def processes(self) -> list[psutil.Process]:
        """Return the processes of the run: by control group if there is one, and by environment."""
        found = set()
        if self._group:
            for pid in (self._group / "cgroup.procs").read_text().split():
                with contextlib.suppress(psutil.Error):
                    found.add(psutil.Process(int(pid)))
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                if process.environ().get("LC_LOCKSTEP_FAULTS") == self._mark:
                    found.add(process)
        return sorted(found, key=lambda process: process.pid)

    def recording(self) -> bytes:
        """Return the recording, byte for byte; nothing where there is none yet."""
        path = self.notebooks / "lab.ipynb"
        return path.read_bytes() if path.exists() else b""

    def _write(self, fault: str, limit: Limit) -> str:
        """Write the script, and which fault it is to make; return the script."""
        script = HEADER.format(*limit) + KINDS[self.kind].lstrip("\n")
        (self.notebooks / "lab.py").write_text(script, "utf-8")
        path = self.notebooks / "fault"
        path.write_text(fault, "utf-8") if fault else path.unlink(missing_ok=True)
        return script

    def _start(self, memory: int | None) -> None:
        self._group = control_group(memory)
        group = self._group

        def enter() -> None:
            # A shell starts what runs in its background deaf to SIGINT, and that is inherited.
            signal.signal(signal.SIGINT, signal.default_int_handler)
            if group:
                (group / "cgroup.procs").write_text(str(os.getpid()))

        self.runner = subprocess.Popen(
            [sys.executable, "-m", "lockstep", "run", "--force", "lab", *self.arguments],
            cwd=self.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, **self.variables, "LC_LOCKSTEP_FAULTS": self._mark},
            start_new_session=True,
            preexec_fn=enter,  # noqa: PLW1509 there is no other thread
        )

    def _left(self, patience: float) -> list[str]:
        """Say which processes are left when patience has ended, and end them."""
        deadline = time.monotonic() + patience
        while (left := self.processes()) and time.monotonic() < deadline:
            time.sleep(0.1)
        found = [f"left running: {process.pid} {_command(process)}" for process in left]
        for process in left:
            with contextlib.suppress(psutil.Error):
                process.kill()
        if self._group:
            with contextlib.suppress(OSError):
                self._group.rmdir()
            self._group = None
        return found

    @contextlib.contextmanager
    def _little_space(self) -> Iterator[None]:
        """Put the notebooks on a disk of their own, too small for another recording."""
        aside = self.root / "aside"
        shutil.move(self.notebooks, aside)
        self.notebooks.mkdir()
        size = 4096 * 10 + len((aside / "lab.ipynb").read_bytes())
        mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(self.notebooks)]
        subprocess.run(mount, check=True)
        try:
            shutil.copytree(aside, self.notebooks, symlinks=True, dirs_exist_ok=True)
            yield
        finally:
            subprocess.run(["umount", str(self.notebooks)], check=True)
            self.notebooks.rmdir()
            shutil.move(aside, self.notebooks)


def control_group(memory: int | None) -> Path | None:
    """Make a control group for memory, with a limit if there is one; ``None`` where we may not."""
    name = f"lockstep-{uuid.uuid4().hex}"
    for base, limit in (("memory", "memory.limit_in_bytes"), (".", "memory.max")):
        group = Path("/sys/fs/cgroup", base, name)
        try:
            group.mkdir()
            if memory is not None:
                (group / limit).write_text(str(memory))
        except OSError:
            with contextlib.suppress(OSError):
                group.rmdir()
            continue
        return group
    return None


def can_limit_memory() -> bool:
    """Whether this system lets us make control groups."""
    group = control_group(2**30)
    if group:
        group.rmdir()
    return group is not None


def _expected(says: str, script: str) -> str:
    """Put numbers of lines into what is expected."""
    lines = script.splitlines()

    def number(match: re.Match[str]) -> str:
        return str(next(n for n, line in enumerate(lines, 1) if match[1] in line))

    return re.sub(r"LINE<([^>]+)>", number, says)


def _command(process: psutil.Process) -> str:
    with contextlib.suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""


@click.command()
@click.argument("names", nargs=-1, metavar="[FAULT]...")
@click.option("--times", default=1, show_default=True, help="How often each.")
@click.option("--seed", type=int, help="Of the order in which they are made.")
def main(names: Sequence[str], times: int, seed: int | None) -> None:
    """Make faults in mixed order, and say what came of each."""
    wanted = [FAULTS[name] for name in names or FAULTS] * times
    random.Random(seed).shuffle(wanted)  # noqa: S311 no secret
    scenes: dict[str, Scene] = {}
    bad = 0
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        for number, fault in enumerate(wanted, 1):
            if fault.kind not in scenes:
                scenes[fault.kind] = Scene(Path(folder, fault.kind), fault.kind)
                _tell(scenes[fault.kind].works(), "first run")
            outcome = scenes[fault.kind].suffer(fault)
            wrong = outcome.wrong + scenes[fault.kind].works()
            click.echo(f"{number}/{len(wanted)} {fault.name}: {outcome.seconds:.1f} s")
            _tell(wrong, outcome.output)
            bad += bool(wrong)
    click.echo(f"{len(wanted) - bad} of {len(wanted)} ended as they should")
    sys.exit(bool(bad))


def _tell(wrong: list[str], output: str) -> None:
    if wrong:
        click.echo("\n".join([*wrong, output]))


if __name__ == "__main__":
    main()
