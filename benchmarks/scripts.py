"""The notebooks in which faults are made: a file ``fault`` beside them says which one."""

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
            if fault != "master-gone":
                time.sleep(600)  # a hang, or something happens to us from outside
            time.sleep(5)
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
KINDS = {
    "plain": PLAIN,
    "local": RANKS.format(np=-2),
    "spark": RANKS.format(np=2),
    "standalone": RANKS.format(np=2),
}
