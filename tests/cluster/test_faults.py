"""What can go wrong while notebooks run, made to go wrong: said in words, soon, and nothing lost.

Each fault is made in a real ``lockstep run``. After it no process of the run is left (its control
group is looked at where we may make one), the recording is what it was, byte for byte, and the next
run works. ``python -m benchmarks.faults --times 10`` makes them in mixed order, as often as wanted.
"""

import os

import pytest

from benchmarks import faults
from benchmarks.faults import FAULTS, Fault, Scene

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]

IN_SPARK = ("rank-raises-spark", "executor-killed", "no-slots")
"""What concerns Spark; other things that happen to ranks happen in ranks without it, in less time.
They happen on executors in ``test_sparkdl.py``, which starts Spark once, and a runner that ends
while a job runs is ``test_execution.py``'s."""
NAMES = [name for name in FAULTS if FAULTS[name].kind != "spark" or name in IN_SPARK]


@pytest.fixture(scope="module")
def scenes() -> dict[str, Scene]:
    """Return the projects in which faults were made, by what runs in them."""
    return {}


@pytest.mark.parametrize("fault", [FAULTS[name] for name in NAMES], ids=NAMES)
def test_a_fault_is_told_soon_and_nothing_is_lost(
    fault: Fault, scenes: dict[str, Scene], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A run on Spark takes long: there, that a next run works is shown once for all faults."""
    if fault.full and os.geteuid() != 0:
        pytest.skip("a disk of a given size can be mounted by root alone")
    if fault.memory and not faults.can_limit_memory():
        pytest.skip("the memory of a run can be limited only where control groups can be made")
    if fault.kind not in scenes:
        scenes[fault.kind] = Scene(tmp_path_factory.mktemp("faults"), fault.kind)
        assert scenes[fault.kind].works() == []
    scene = scenes[fault.kind]
    outcome = scene.suffer(fault)
    assert outcome.wrong == [], outcome.output
    if scene.kind != "spark" or fault.name == IN_SPARK[-1]:
        assert scene.works() == []
