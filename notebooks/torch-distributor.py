# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: name,values,tags,-all
#     formats: ipynb,py:percent
#     notebook_metadata_filter: lockstep,-jupytext.text_representation.jupytext_version
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
#   lockstep:
#     data: []
#     ranks: 2
#     timeout: 600
# ---

# %% name="check-environment"
import os
import sys
import time
from importlib import import_module
from importlib.util import find_spec


def version_of(package):
    # The first two numbers of the version, or None if the package is not installed
    if find_spec(package) is None:
        return None
    return ".".join(import_module(package).__version__.split(".")[:2])


def count_slots(session):
    # A slot is room for one task. Only Spark's Java side says how many there are
    try:
        context = session.sparkContext._jsc.sc()
        profile = context.resourceProfileManager().defaultResourceProfile()
        # Right after the start, some executors may still be missing: wait at most 30 seconds
        give_up = time.monotonic() + 30
        while context.maxNumConcurrentTasks(profile) < 2 and time.monotonic() < give_up:
            time.sleep(0.5)
        return context.maxNumConcurrentTasks(profile)
    except Exception:
        # Spark Connect, for instance on serverless compute, has no such side
        return None


def remedies(found):
    if found["Spark"] is None:
        yield "No Spark: pip install pyspark==4.0.5 pandas pyarrow (Spark 4 needs Java 17 or 21)"
    elif tuple(map(int, found["Spark"].split("."))) < (3, 4):
        yield "Spark is older than 3.4: on Databricks, choose runtime 15.4 LTS ML or newer"
    elif found["slots"] is None:
        yield "No slots of your own: attach the notebook to a cluster with dedicated access mode"
    elif found["slots"] < 2:
        yield "Fewer than 2 slots: choose a node with 4 cores, or a second worker"
    if found["torch"] is None:
        yield "No PyTorch: on Databricks, choose an ML runtime; elsewhere, pip install torch"
    if found["scikit-learn"] is None:
        yield "No scikit-learn: pip install scikit-learn"


found = {
    "Python": f"{sys.version_info.major}.{sys.version_info.minor}",
    "Databricks": os.environ.get("DATABRICKS_RUNTIME_VERSION"),
    "Spark": version_of("pyspark"),
    "slots": None,
    "torch": version_of("torch"),
    "scikit-learn": version_of("sklearn"),
}
if found["Spark"]:
    from pyspark.sql import SparkSession

    # Databricks has a session already: there, this line returns that one
    spark = SparkSession.builder.getOrCreate()
    found["slots"] = count_slots(spark)

for name, value in found.items():
    print(f"{name:13} {value or '-'}")
missing = list(remedies(found))
print("\n".join(missing) or "Everything that this lab needs is here. Horovod is not needed.")

# %% tags=["test"]
assert missing == []
assert found["slots"] >= 2
for name, broken, word in [
    ("Spark", None, "No Spark"),
    ("Spark", "3.3", "older than 3.4"),
    ("slots", None, "dedicated access mode"),
    ("slots", 1, "Fewer than 2 slots"),
    ("torch", None, "No PyTorch"),
    ("scikit-learn", None, "No scikit-learn"),
]:
    said = list(remedies({**found, name: broken}))
    assert len(said) == 1 and word in said[0], (name, broken, said)
assert list(remedies({**found, "Spark": "3.10"})) == []
assert count_slots(object()) is None
assert version_of("no_such_package_anywhere") is None

# %% name="load-digits" values=["all_rows", "classes"]
from sklearn.datasets import load_digits

# The images come inside scikit-learn: nothing is downloaded
digits = load_digits()
all_rows, classes = len(digits.images), len(digits.target_names)
print(f"{all_rows} images of {digits.images[0].shape} pixels, {classes} classes")
print(digits.images[0].astype(int))

# %% tags=["test"]
assert (all_rows, classes) == (1797, 10)
assert digits.images.shape == (1797, 8, 8)
assert (digits.images.min(), digits.images.max()) == (0, 16)
assert sorted(digits.target_names) == list(range(10))
counts = [(digits.target == number).sum() for number in range(10)]
assert (min(counts), max(counts)) == (174, 183)
assert "13 to the test set" in " ".join(digits.DESCR.split())

# %% name="show-digits"
from matplotlib import pyplot as plt

figure, axes = plt.subplots(1, 10, figsize=(10, 1.4))
for number, axis in enumerate(axes):
    axis.imshow(digits.images[number], cmap="gray_r")
    axis.set_title(digits.target[number])
    axis.set_axis_off()
plt.show()

# %% tags=["test"]
assert digits.target[:10].tolist() == list(range(10))

# %% name="split-rows" values=["test_rows", "train_rows", "validation_rows"]
import torch
from sklearn.model_selection import train_test_split

# For a network as small as this one, more threads cost more than they bring
torch.set_num_threads(1)

# Brightness from 0 to 1, and one channel: a grey image has one, a colour image three
images = torch.tensor(digits.images / 16, dtype=torch.float32).unsqueeze(1)
labels = torch.tensor(digits.target, dtype=torch.int64)

# 360 images for the final test, 357 for validation, the rest for training
others, test_set = train_test_split(
    range(all_rows), test_size=360, stratify=digits.target, random_state=0
)
train_set, validation_set = train_test_split(
    others, test_size=357, stratify=digits.target[others], random_state=0
)
train_rows, validation_rows, test_rows = len(train_set), len(validation_set), len(test_set)
print(f"{train_rows} for training, {validation_rows} for validation, {test_rows} for the test")

# %% tags=["test"]
assert (train_rows, validation_rows, test_rows) == (1080, 357, 360)
assert sorted([*train_set, *validation_set, *test_set]) == list(range(all_rows))
assert images.shape == (1797, 1, 8, 8)
assert images.min() == 0 and images.max() == 1

# %% name="define-network" values=["parameters"]
from torch import nn


class DigitNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, kernel_size=3, padding=1)
        self.conv2 = nn.Conv2d(16, 32, kernel_size=3, padding=1)
        self.output = nn.Linear(32 * 2 * 2, 10)

    def forward(self, x):
        # 8 x 8 pixels become 4 x 4, then 2 x 2
        x = torch.max_pool2d(torch.relu(self.conv1(x)), 2)
        x = torch.max_pool2d(torch.relu(self.conv2(x)), 2)
        # Scores, not probabilities: the loss function wants them as they are
        return self.output(x.flatten(1))


parameters = sum(weight.numel() for weight in DigitNet().parameters())
print(DigitNet())
print(f"{parameters} parameters")

# %% tags=["test"]
assert DigitNet()(images[:7]).shape == (7, 10)
assert parameters == (9 + 1) * 16 + (16 * 9 + 1) * 32 + (128 + 1) * 10 == 6090

# %% name="define-train-alone"
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.distributed import DistributedSampler


def train_alone(epochs, batch_size, learning_rate, warm_up_from=1.0):
    torch.manual_seed(0)
    model = DigitNet()
    data = TensorDataset(images[train_set], labels[train_set])
    # The sampler that ranks will use, here for one process that takes all rows
    sampler = DistributedSampler(data, num_replicas=1, rank=0)
    loader = DataLoader(data, batch_size=batch_size, sampler=sampler)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    # The learning rate climbs to its full value over the first three epochs
    warm_up = torch.optim.lr_scheduler.LinearLR(
        optimizer, start_factor=warm_up_from, total_iters=3
    )
    loss_function = nn.CrossEntropyLoss()

    losses = []
    for epoch in range(1, epochs + 1):
        # A new order of the rows in every epoch
        sampler.set_epoch(epoch)
        total = 0.0
        for batch, answers in loader:
            loss = loss_function(model(batch), answers)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(answers)
        warm_up.step()
        losses.append(total / len(sampler))
    return model, losses, len(loader)

# %% name="define-accuracy"
def accuracy(model, rows):
    model.eval()
    with torch.no_grad():
        answers = model(images[rows]).argmax(dim=1)
    return (answers == labels[rows]).float().mean().item()

# %% name="train-alone" values={"batches": 0, "training_loss": 0.03, "untrained_accuracy": 0.15, "validation_accuracy": 0.03}
epochs, batch_size, learning_rate = 10, 30, 0.05

model, losses, batches = train_alone(epochs, batch_size, learning_rate)
training_loss = losses[-1]
untrained_accuracy = accuracy(DigitNet(), validation_set)
validation_accuracy = accuracy(model, validation_set)
for epoch in (1, 2, 5, 10):
    print(f"epoch {epoch:2}   training loss {losses[epoch - 1]:.3f}")
print(f"validation accuracy before {untrained_accuracy:.1%}, after {validation_accuracy:.1%}")

# %% tags=["test"]
assert batches == train_rows // batch_size == 36
assert training_loss < 0.1 < 1.5 < losses[0]
assert validation_accuracy > 0.93 > 0.3 > untrained_accuracy

# %% name="define-train-ddp"
def train_ddp(network, images, labels, epochs, batch_size, learning_rate):
    import os

    import torch
    import torch.distributed as dist
    from torch.nn.parallel import DistributedDataParallel as DDP
    from torch.utils.data import DataLoader, TensorDataset
    from torch.utils.data.distributed import DistributedSampler

    def of_all_ranks(value):
        # One value from each rank, as a list that every rank gets
        values = [None] * dist.get_world_size()
        dist.all_gather_object(values, value)
        return values

    def weights_apart():
        # The largest difference between a weight on any rank and the same one on rank 0
        mine = torch.cat([weight.detach().flatten().cpu() for weight in model.parameters()])
        everyone = of_all_ranks(mine)
        return max((other - everyone[0]).abs().max().item() for other in everyone)

    # Step 1: find the other processes
    dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    rank, size = dist.get_rank(), dist.get_world_size()

    # Step 2: one GPU for each process on a machine
    device = torch.device("cpu")
    if torch.cuda.is_available():
        device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        torch.cuda.set_device(device)

    # Every rank starts from other random weights, so that the wrapper has work to do
    torch.manual_seed(rank)
    model = network().to(device)
    apart_at_first = weights_apart()

    # Step 3: each rank takes its own part of the rows
    data = TensorDataset(images, labels)
    sampler = DistributedSampler(data, num_replicas=size, rank=rank)
    loader = DataLoader(data, batch_size=batch_size, sampler=sampler)

    # Step 4: more ranks make a larger batch, so take larger steps
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate * size, momentum=0.9)

    # Step 5: average gradients from now on, and give all ranks the weights of rank 0
    parallel = DDP(model)
    apart_after_wrapping = weights_apart()

    # Warm-up: climb to the larger learning rate over the first three epochs
    warm_up = torch.optim.lr_scheduler.LinearLR(optimizer, start_factor=1 / size, total_iters=3)

    loss_function = torch.nn.CrossEntropyLoss()
    losses, rows = [], []
    for epoch in range(1, epochs + 1):
        # Without this line, every epoch would use the same order
        sampler.set_epoch(epoch)
        rows.append(of_all_ranks(list(sampler)))
        total = torch.zeros(2, device=device)
        for batch, answers in loader:
            batch, answers = batch.to(device), answers.to(device)
            # Call the wrapper, because it is what averages the gradients
            loss = loss_function(parallel(batch), answers)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += torch.tensor([loss.item() * len(answers), len(answers)], device=device)
        warm_up.step()
        # Losses and rows of all ranks, added up
        dist.all_reduce(total)
        losses.append((total[0] / total[1]).item())
        # Step 6: what is to happen once, one rank does
        if rank == 0 and epoch % 5 == 0:
            print(f"epoch {epoch:2}   training loss {losses[-1]:.3f}")

    result = {
        "processes": of_all_ranks(os.getpid()),
        "rows": rows,
        "batches": len(loader),
        "learning_rate": optimizer.param_groups[0]["lr"],
        "losses": losses,
        "apart_at_first": apart_at_first,
        "apart_after_wrapping": apart_after_wrapping,
        "apart_at_last": weights_apart(),
        # The network itself, not the wrapper, whose names all begin with "module."
        "weights": {name: weight.cpu() for name, weight in model.state_dict().items()},
    }
    dist.destroy_process_group()
    return result

# %% name="try-on-driver" tags=["volatile"]
from pyspark.ml.torch.distributor import TorchDistributor

on_driver = TorchDistributor(num_processes=2, local_mode=True, use_gpu=False)
trial = on_driver.run(
    train_ddp,
    network=DigitNet,
    images=images[train_set],
    labels=labels[train_set],
    epochs=1,
    batch_size=batch_size,
    learning_rate=learning_rate,
)
print(f"{len(set(trial['processes']))} processes, loss after one epoch {trial['losses'][0]:.2f}")

# %% tags=["test"]
assert len(set(trial["processes"])) == 2
assert os.getpid() not in trial["processes"]
assert trial["apart_at_last"] == 0
# What the guide says of the defaults
import inspect

defaults = inspect.signature(TorchDistributor).parameters
assert defaults["local_mode"].default is True
assert defaults["use_gpu"].default is True
if not torch.cuda.is_available():
    for local_mode in (True, False):
        try:
            TorchDistributor(num_processes=2, local_mode=local_mode)
        except RuntimeError:
            continue
        raise AssertionError("without a GPU, use_gpu=True must be refused")
# What it says of the names in the wrapper
import torch.distributed as dist

dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
names = list(nn.parallel.DistributedDataParallel(DigitNet()).state_dict())
dist.destroy_process_group()
assert names == [f"module.{name}" for name in DigitNet().state_dict()]
assert 1.5 < trial["losses"][0] < 3

# %% name="run-on-executors" tags=["volatile"]
on_executors = TorchDistributor(num_processes=2, local_mode=False, use_gpu=False)
report = on_executors.run(
    train_ddp,
    network=DigitNet,
    images=images[train_set],
    labels=labels[train_set],
    epochs=epochs,
    batch_size=batch_size,
    learning_rate=learning_rate,
)

# %% tags=["test"]
assert len(set(report["processes"])) == 2
assert os.getpid() not in report["processes"]
assert len(report["losses"]) == epochs
assert abs(report["learning_rate"] - 0.1) < 1e-9
assert not any(name.startswith("module.") for name in report["weights"])

# %% name="compare-ranks" values=["apart_after_wrapping", "apart_at_last", "batches_per_rank", "ranks", "rows_in_common", "rows_per_rank"]
first, second = report["rows"][0]
ranks, rows_per_rank, batches_per_rank = len(report["rows"][0]), len(first), report["batches"]
rows_in_common = len(set(first) & set(second))
print(f"first rows of rank 0: {first[:6]}")
print(f"first rows of rank 1: {second[:6]}")
print(f"rows of both ranks: {rows_in_common}")

apart_after_wrapping, apart_at_last = report["apart_after_wrapping"], report["apart_at_last"]
print(f"weights apart before DDP: {report['apart_at_first']:.2f}")
print(f"weights apart after DDP:  {apart_after_wrapping:.2f}")
print(f"weights apart at the end: {apart_at_last:.2f}")

# %% tags=["test"]
assert (ranks, rows_per_rank, batches_per_rank) == (2, 540, 18)
for of_rank_0, of_rank_1 in report["rows"]:
    assert sorted([*of_rank_0, *of_rank_1]) == list(range(train_rows))
assert rows_in_common == 0
assert report["rows"][0] != report["rows"][1]
assert set(report["rows"][0][0]) != set(report["rows"][1][0])
assert report["apart_at_first"] > 0.1
assert apart_after_wrapping == apart_at_last == 0

# %% name="compare-with-large-batch" values={"distance": 0.3, "large_batch_gap": 0.0001, "loss_gap": 0.0001}
# One process, twice the batch, twice the learning rate, the same warm-up
large, large_losses, large_batches = train_alone(
    epochs, batch_size=2 * batch_size, learning_rate=2 * learning_rate, warm_up_from=0.5
)
large_batch_gap = max(
    (report["weights"][name] - weight).abs().max().item()
    for name, weight in large.state_dict().items()
)
loss_gap = max(abs(a - b) for a, b in zip(report["losses"], large_losses))
distance = max(
    (weight - large.state_dict()[name]).abs().max().item()
    for name, weight in model.state_dict().items()
)
print(f"steps per epoch: {large_batches}, on two ranks {report['batches']}")
print(f"largest difference between two losses:  {loss_gap:.4f}")
print(f"largest difference between two weights: {large_batch_gap:.4f}")
print(f"the same, for one process with batches of {batch_size}: {distance:.4f}")

# %% tags=["test"]
assert large_batches == report["batches"] == 18
assert loss_gap < 0.00005
assert large_batch_gap < 0.00005
assert distance > 0.1

# %% name="plot-losses"
plt.figure(figsize=(7, 4))
plt.plot(range(1, epochs + 1), losses, "o-", label="1 process, batches of 30")
plt.plot(range(1, epochs + 1), large_losses, "s-", label="1 process, batches of 60")
plt.plot(range(1, epochs + 1), report["losses"], "k:", label="2 ranks, batches of 30 each")
plt.xlabel("epoch")
plt.ylabel("training loss")
plt.legend()
plt.show()

# %% name="evaluate-test-set" values={"distributed_accuracy": 0.03, "distributed_loss": 0.03, "test_accuracy": 0.03}
distributed = DigitNet()
distributed.load_state_dict(report["weights"])
distributed_loss = report["losses"][-1]
test_accuracy = accuracy(model, test_set)
distributed_accuracy = accuracy(distributed, test_set)
print(f"one process {test_accuracy:.1%}, two ranks {distributed_accuracy:.1%}")

# %% tags=["test"]
assert test_accuracy > 0.93
assert distributed_accuracy > 0.93
assert distributed_loss < 0.1

# %% name="compare-with-published-run"
# Name, your value, the value of the published run, how far another machine may be from it
comparison = [
    ("training rows", train_rows, 1080, 0),
    ("parameters", parameters, 6090, 0),
    ("rows of each rank", rows_per_rank, 540, 0),
    ("steps per epoch", batches_per_rank, 18, 0),
    ("weights apart at the end", apart_at_last, 0, 0),
    ("loss, one process", training_loss, 0.009, 0.03),
    ("loss, two ranks", distributed_loss, 0.011, 0.03),
    ("test accuracy, one process", test_accuracy, 0.975, 0.03),
    ("test accuracy, two ranks", distributed_accuracy, 0.981, 0.03),
]
for name, yours, published, tolerance in comparison:
    verdict = "agrees" if abs(yours - published) <= tolerance else "DIFFERS"
    print(f"{name:27} {round(yours, 3):6g}   published {published:6g} ± {tolerance:<4}  {verdict}")

# %% tags=["test"]
for name, yours, published, tolerance in comparison:
    assert abs(yours - published) <= tolerance, name
# The comparison must notice an untrained network
assert abs(untrained_accuracy - 0.975) > 0.03
