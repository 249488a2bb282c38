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
import random
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import click
import psutil

from benchmarks.scene import Fault, Limit, Scene, command_of, scene


def _kill(*words: str) -> "Callable[[Scene], None]":
    def kill(scene: "Scene") -> None:
        found = [p for p in scene.processes() if all(word in command_of(p) for word in words)]
        psutil.Process(found[-1].pid).kill()

    return kill


def _signal(number: signal.Signals) -> "Callable[[Scene], None]":
    return lambda scene: scene.runner.send_signal(number)


def _end_master(scene: "Scene") -> None:
    if scene.cluster is not None:
        scene.cluster.master.kill()


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
    yield Fault(
        f"rank-hangs-{kind}", kind, late, limit=Limit("timeout", 20 if kind == "local" else 90)
    )
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
        limit=Limit("cell_timeout", 3),
    ),
    Fault(
        *("notebook-hangs", "plain", _failed("time.sleep", "work", _LATE.format("notebook", 5))),
        limit=Limit("timeout", 5),
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
    # An application that has its executors does not need the master any more.
    Fault("master-gone", "standalone", "nothing new to record", 120, status=0, done=_end_master),
    Fault(
        "no-slots", "spark", _failed("HorovodRunner(np=", "train", ": ValueError: .*3 task slots")
    ),
)
FAULTS = {fault.name: fault for fault in _FAULTS}


@click.command()
@click.argument("names", nargs=-1, metavar="[FAULT]...")
@click.option("--times", default=1, show_default=True, help="How often each.")
@click.option("--seed", type=int, help="Of the order in which they are made.")
def main(names: Sequence[str], times: int, seed: int | None) -> None:
    """Make faults in mixed order, and say what came of each."""
    wanted = [FAULTS[name] for name in names or FAULTS] * times
    random.Random(seed).shuffle(wanted)  # noqa: S311 no secret
    bad = 0
    with tempfile.TemporaryDirectory(prefix="faults-") as folder, contextlib.ExitStack() as stack:
        scenes: dict[str, Scene] = {}
        for number, fault in enumerate(wanted, 1):
            if fault.kind not in scenes:
                scenes[fault.kind] = stack.enter_context(
                    scene(Path(folder, fault.kind), fault.kind)
                )
                _tell(scenes[fault.kind].works(), "first run")
            outcome = scenes[fault.kind].suffer(fault)
            if fault.kind == "standalone":
                del scenes[fault.kind]  # its master is gone
                wrong = outcome.wrong
            else:
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
