"""What can go wrong while notebooks run, made to go wrong: said in words, soon, and nothing lost.

Each fault is made in a real ``lockstep run``. After it no process of the run is left (its control
group is looked at where we may make one), the recording is what it was, byte for byte, and the next
run works. ``python -m benchmarks.faults --times 10`` makes them in mixed order, as often as wanted.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from benchmarks.faults import FAULTS
from benchmarks.scene import Fault, Scene, can_limit_memory, scene

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]

IN_SPARK = ("rank-raises-spark", "executor-killed")
ELSEWHERE = ("ctrl-c-local", "runner-killed-local")
"""What concerns Spark. What else happens to ranks happens here to ranks without it, in less time;
to ranks on executors in ``test_sparkdl.py``, which starts Spark once, and asks it for more ranks
than it has slots; so does ``test_hosts.py``. A runner that ends while a Spark job runs is
``test_execution.py``'s."""
NAMES = [
    name
    for name, fault in FAULTS.items()
    if name in IN_SPARK or (fault.kind != "spark" and name not in ELSEWHERE)
]


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Scene]]:
    """Give what makes a project for faults of a kind, with a recording, and keeps it."""
    made: dict[str, Scene] = {}
    with ExitStack() as stack:

        def made_of(kind: str) -> Scene:
            if kind not in made:
                root = tmp_path_factory.mktemp("faults") / kind
                made[kind] = stack.enter_context(scene(root, kind))
                assert made[kind].works() == []
            return made[kind]

        yield made_of


@pytest.mark.parametrize("fault", [FAULTS[name] for name in NAMES], ids=NAMES)
def test_a_fault_is_told_soon_and_nothing_is_lost(
    fault: Fault, scenes: Callable[[str], Scene]
) -> None:
    """A run on Spark takes long: there, that a next run works is shown once for all faults."""
    if fault.full and os.geteuid() != 0:
        pytest.skip("a disk of a given size can be mounted by root alone")
    if fault.memory and not can_limit_memory():
        pytest.skip("the memory of a run can be limited only where control groups can be made")
    project = scenes(fault.kind)
    outcome = project.suffer(fault)
    assert outcome.wrong == [], outcome.output
    if project.kind in {"plain", "local"} or fault.name == IN_SPARK[-1]:
        assert project.works() == []
