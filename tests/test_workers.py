"""Processes that work side by side: that each of them ends when it is told to."""

import subprocess
import sys
from pathlib import Path

import pytest

HOOKS = Path(__file__).parents[1] / "hooks"
_TOLD = """
import multiprocessing, os, signal, sys, time

sys.path.insert(0, sys.argv[1])
from lockstep.disk import workers

def told():
    os.kill(os.getpid(), signal.SIGTERM)

def build():
    workers.settle()
    time.sleep(30)

signal.signal(signal.SIGTERM, signal.default_int_handler)
os.register_at_fork(after_in_child=told)
process = multiprocessing.get_context("fork").Process(target=build)
with workers.forking():
    process.start()
process.join(10)
print(process.exitcode)
process.kill()
"""


@pytest.mark.slow
def test_a_process_that_is_told_to_end_while_it_is_forked_ends() -> None:
    """Where the one that forks it takes that as an exception, as a server's builds do."""
    found = subprocess.run(
        [sys.executable, "-c", _TOLD, str(HOOKS)], capture_output=True, text=True, check=True
    )
    assert (found.stdout, found.stderr) == ("-15\n", "")
