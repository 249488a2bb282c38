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


def horovod_for_torch():
    # Horovod may be installed and still not have been compiled for PyTorch
    try:
        import horovod.torch
        import sparkdl
    except ImportError:
        return None
    return version_of("horovod")


def remedies(found):
    if found["Spark"] is None:
        yield "No Spark: pip install pyspark==4.0.5 pandas pyarrow (Spark 4 needs Java 17 or 21)"
    elif found["slots"] is None:
        yield "No slots of your own: attach the notebook to a cluster with dedicated access mode"
    elif found["slots"] < 2:
        yield "Fewer than 2 slots: choose a node with 4 cores, or a second worker"
    if found["torch"] is None:
        yield "No PyTorch: on Databricks, choose an ML runtime; elsewhere, pip install torch"
    if found["scikit-learn"] is None:
        yield "No scikit-learn: pip install scikit-learn"
    if found["Matplotlib"] is None:
        yield "No Matplotlib: pip install matplotlib"
    if found["palmerpenguins"] is None:
        yield "No palmerpenguins: run %pip install palmerpenguins==0.1.6 in a cell before this one"
    if found["Horovod"] is None and found["Databricks"]:
        yield "No Horovod: choose runtime 15.4 LTS ML, or do torch-distributor instead of that part"
    elif found["Horovod"] is None:
        yield "No Horovod: open this with make lab, or do torch-distributor instead of that part"


found = {
    "Python": f"{sys.version_info.major}.{sys.version_info.minor}",
    "Databricks": os.environ.get("DATABRICKS_RUNTIME_VERSION"),
    "Spark": version_of("pyspark"),
    "slots": None,
    "torch": version_of("torch"),
    "scikit-learn": version_of("sklearn"),
    "Matplotlib": version_of("matplotlib"),
    "palmerpenguins": version_of("palmerpenguins"),
    "Horovod": horovod_for_torch(),
}
if found["Spark"]:
    from pyspark.sql import SparkSession

    # Databricks has a session already: there, this line returns that one
    spark = SparkSession.builder.getOrCreate()
    found["slots"] = count_slots(spark)

for name, value in found.items():
    print(f"{name:14} {value or '-'}")
missing = list(remedies(found))
print("\n".join(missing) or "Everything that this lab needs is here.")

# %% tags=["test"]
assert missing == []
assert found["slots"] >= 2
for changes, word in [
    ({"Spark": None}, "No Spark"),
    ({"slots": None}, "dedicated access mode"),
    ({"slots": 1}, "Fewer than 2 slots"),
    ({"torch": None}, "No PyTorch"),
    ({"scikit-learn": None}, "No scikit-learn"),
    ({"Matplotlib": None}, "No Matplotlib"),
    ({"palmerpenguins": None}, "No palmerpenguins"),
    ({"Horovod": None}, "make lab"),
    ({"Horovod": None, "Databricks": "16.4"}, "15.4 LTS ML"),
]:
    said = list(remedies({**found, **changes}))
    assert len(said) == 1 and word in said[0], (changes, said)
assert count_slots(object()) is None
assert version_of("no_such_package_anywhere") is None

# %% name="start-session"
from pyspark.sql import SparkSession

# The first cell has found a session or started one: this line returns the same
spark = SparkSession.builder.getOrCreate()

# %% name="load-penguins"
from palmerpenguins import load_penguins

measurements = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]

# The rows come inside the package: nothing is downloaded
penguins = spark.createDataFrame(load_penguins()[["species", "island", *measurements]])
penguins.show(4)

# %% name="drop-incomplete-rows" values=["all_rows", "complete_rows"]
complete = penguins.dropna()
all_rows, complete_rows = penguins.count(), complete.count()
print(f"{complete_rows} of {all_rows} rows are complete")

# %% tags=["test"]
assert (all_rows, complete_rows) == (344, 342)
assert load_penguins()[measurements].isna().all(axis=1).to_list().index(True) == 3
assert sorted(load_penguins()["year"].unique()) == [2007, 2008, 2009]

# %% name="count-penguins"
species = ["Adelie", "Chinstrap", "Gentoo"]
islands = ["Biscoe", "Dream", "Torgersen"]

counts = complete.groupBy("species").pivot("island", islands).count().fillna(0)
counts.orderBy("species").show()

# %% tags=["test"]
census = {row["species"]: row.asDict() for row in counts.collect()}
assert sorted(census) == species
assert all(census["Adelie"][island] > 0 for island in islands)
assert [island for island in islands if census["Chinstrap"][island]] == ["Dream"]
assert [island for island in islands if census["Gentoo"][island]] == ["Biscoe"]
assert sum(census[name][island] for name in species for island in islands) == complete_rows

# %% name="encode-islands" values=["feature_count"]
from pyspark.sql import functions as sf

# One column for each island: 1 where the penguin lives there, otherwise 0
island_columns = [f"on_{name}" for name in islands]
encoded = complete.select(
    "species",
    *[(sf.col("island") == name).cast("float").alias(f"on_{name}") for name in islands],
    *measurements,
)
feature_count = len(island_columns) + len(measurements)

# Spark promises no order of rows, so sort by every column before collecting them, once
rows = encoded.orderBy(*encoded.columns).toPandas()
rows["species"] = rows["species"].map(species.index)
print(rows.groupby("species").head(1).to_string(index=False))

# %% tags=["test"]
assert feature_count == 7
assert len(rows) == complete_rows
assert not rows.duplicated().any()
assert (rows[island_columns].sum(axis=1) == 1).all()
assert rows["species"].value_counts().to_dict() == {0: 151, 1: 68, 2: 123}

# %% name="split-rows" values=["train_rows", "validation_rows", "test_rows"]
from sklearn.model_selection import train_test_split

# A fifth of the rows for the final test, a fifth for validation, the rest for training
others, test_set = train_test_split(
    rows, test_size=0.2, stratify=rows["species"], random_state=0
)
train_set, validation_set = train_test_split(
    others, test_size=0.25, stratify=others["species"], random_state=0
)
train_rows, validation_rows, test_rows = len(train_set), len(validation_set), len(test_set)
print(f"{train_rows} rows for training, {validation_rows} for validation, {test_rows} for the test")

# %% tags=["test"]
assert (train_rows, validation_rows, test_rows) == (204, 69, 69)
used = [*train_set.index, *validation_set.index, *test_set.index]
assert sorted(used) == list(range(complete_rows))
shares = rows["species"].value_counts(normalize=True)
for part in (train_set, validation_set, test_set):
    difference = part["species"].value_counts(normalize=True) - shares
    assert difference.abs().max() < 0.01

# %% name="scale-measurements"
from sklearn.preprocessing import StandardScaler

# Mean and standard deviation are learned from the training rows alone
scaler = StandardScaler().fit(train_set[measurements])
for name, mean, deviation in zip(measurements, scaler.mean_, scaler.scale_):
    print(f"{name:18} mean {mean:7.1f}   standard deviation {deviation:6.1f}")

# %% tags=["test"]
scaled = scaler.transform(train_set[measurements])
assert abs(scaled.mean(axis=0)).max() < 1e-9
assert abs(scaled.std(axis=0) - 1).max() < 1e-9
assert abs(scaler.transform(validation_set[measurements]).mean(axis=0)).max() > 1e-3
assert rows["body_mass_g"].min() > 1000
assert rows["bill_depth_mm"].max() < 25

# %% name="import-torch"
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

# Take the GPU where there is one; every batch will follow the model to this device
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

# %% name="make-datasets"
def make_dataset(frame):
    on_island = torch.tensor(frame[island_columns].to_numpy(), dtype=torch.float32)
    measured = torch.tensor(scaler.transform(frame[measurements]), dtype=torch.float32)
    labels = torch.tensor(frame["species"].to_numpy(), dtype=torch.int64)
    return TensorDataset(torch.cat([on_island, measured], dim=1), labels)


train_data = make_dataset(train_set)
validation_data = make_dataset(validation_set)
test_data = make_dataset(test_set)

# %% name="make-loaders" values=["batches"]
# Training rows come in a new order in every epoch; the seed makes the orders repeatable
train_loader = DataLoader(
    train_data, batch_size=20, shuffle=True, generator=torch.Generator().manual_seed(0)
)
# Evaluation changes nothing in the network, so the order does not matter
validation_loader = DataLoader(validation_data, batch_size=20)
test_loader = DataLoader(test_data, batch_size=20)

batches = len(train_loader)
print(f"{batches} batches of training rows in an epoch")

# %% tags=["test"]
assert train_data.tensors[0].shape == (train_rows, feature_count)
assert batches == 11
assert [len(labels) for _, labels in test_loader] == [20, 20, 20, 9]
assert train_rows - 10 * 20 == 4

# %% name="define-network"
class PenguinNet(nn.Module):
    def __init__(self, inputs=7, hidden=10, classes=3):
        super().__init__()
        self.fc1 = nn.Linear(inputs, hidden)
        self.fc2 = nn.Linear(hidden, hidden)
        self.fc3 = nn.Linear(hidden, classes)

    def forward(self, x):
        x = torch.relu(self.fc1(x))
        x = torch.relu(self.fc2(x))
        # Scores, not probabilities: the loss function wants them as they are
        return self.fc3(x)


# The first weights are random numbers, and the seed makes them the same in every run
torch.manual_seed(0)
model = PenguinNet().to(device)
print(model)

# %% name="forward-pass"
batch, labels = train_data[:20]
scores = model(batch.to(device))
print("in: ", tuple(batch.shape))
print("out:", tuple(scores.shape))

# %% tags=["test"]
assert batch.shape == (20, feature_count)
assert scores.shape == (20, len(species))
assert not torch.allclose(scores.exp().sum(dim=1).cpu(), torch.ones(20), atol=0.01)

# %% name="loss-of-one-penguin" values=["example_loss"]
loss_function = nn.CrossEntropyLoss()

# Scores that softmax turns into exactly these three probabilities
example_scores = torch.tensor([[0.3, 0.4, 0.3]]).log().requires_grad_()
loss = loss_function(example_scores, torch.tensor([1]))

example_loss = round(loss.item(), 3)
print("probabilities:", torch.softmax(example_scores.detach(), dim=1))
print("loss:", example_loss)

# %% tags=["test"]
import math

assert example_loss == round(-math.log(0.4), 3) == 0.916
assert torch.allclose(torch.softmax(example_scores, dim=1), torch.tensor([0.3, 0.4, 0.3]))

# %% name="gradient-of-one-penguin"
loss.backward()
print(example_scores.grad)

# %% tags=["test"]
assert torch.allclose(example_scores.grad, torch.tensor([[0.3, -0.6, 0.3]]))

# %% name="step-of-one-penguin" values=["example_loss_after"]
# The simplest optimizer: subtract the gradient times the learning rate
torch.optim.SGD([example_scores], lr=0.5).step()

example_loss_after = round(loss_function(example_scores, torch.tensor([1])).item(), 3)
print("probabilities:", torch.softmax(example_scores.detach(), dim=1))
print("loss:", example_loss_after)

# %% tags=["test"]
assert example_loss_after < example_loss
assert torch.softmax(example_scores, dim=1)[0, 1] > 0.4

# %% name="define-train"
def train(model, loader, optimizer):
    model.train()
    total = 0.0
    for batch, labels in loader:
        batch, labels = batch.to(device), labels.to(device)
        # Forward: from the rows to one number, the loss
        loss = loss_function(model(batch), labels)
        # Backward: forget the gradients of the last batch, compute those of this one
        optimizer.zero_grad()
        loss.backward()
        # Update every weight once
        optimizer.step()
        total += loss.item() * len(labels)
    # The last batch is smaller than the others: average over rows, not over batches
    return total / len(loader.dataset)

# %% name="define-evaluate"
def evaluate(model, loader):
    model.eval()
    total, correct = 0.0, 0
    # Without gradients, because nothing is learned here
    with torch.no_grad():
        for batch, labels in loader:
            batch, labels = batch.to(device), labels.to(device)
            scores = model(batch)
            total += loss_function(scores, labels).item() * len(labels)
            correct += (scores.argmax(dim=1) == labels).sum().item()
    return total / len(loader.dataset), correct / len(loader.dataset)

# %% name="evaluate-untrained-network" values={"untrained_loss": 0.1}
untrained_loss, untrained_accuracy = evaluate(model, validation_loader)
print(f"loss {untrained_loss:.2f}, accuracy {untrained_accuracy:.0%}")

# %% tags=["test"]
assert abs(untrained_loss - math.log(3)) < 0.2
assert untrained_accuracy < 0.7

# %% name="train-network" values={"training_loss": 0.01, "validation_accuracy": 0.03, "validation_loss": 0.05}
epochs, learning_rate = 100, 0.001
optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)

training_losses, validation_losses = [], []
for epoch in range(1, epochs + 1):
    training_loss = train(model, train_loader, optimizer)
    validation_loss, validation_accuracy = evaluate(model, validation_loader)
    training_losses.append(training_loss)
    validation_losses.append(validation_loss)
    if epoch == 1 or epoch % 20 == 0:
        print(
            f"epoch {epoch:3}   training loss {training_loss:.3f}   "
            f"validation loss {validation_loss:.3f}   accuracy {validation_accuracy:.1%}"
        )

# %% tags=["test"]
assert len(training_losses) == len(validation_losses) == epochs == 100
assert training_loss < 0.1 < training_losses[0]
assert validation_loss < 0.2
assert validation_loss < min(validation_losses) + 0.02
assert max(abs(a - b) for a, b in zip(training_losses, validation_losses)) < 0.15
assert validation_accuracy > 0.9

# %% name="plot-losses"
from matplotlib import pyplot as plt

plt.plot(range(1, epochs + 1), training_losses, label="training")
plt.plot(range(1, epochs + 1), validation_losses, "--", label="validation")
plt.xlabel("epoch")
plt.ylabel("loss")
plt.legend()
plt.show()

# %% name="evaluate-test-set" values={"baseline_accuracy": 0, "rows_per_possible_mistake": 0, "test_accuracy": 0.05}
test_loss, test_accuracy = evaluate(model, test_loader)
# For comparison: always answer with the species that is most frequent in training
most_frequent = train_set["species"].mode()[0]
baseline_accuracy = (test_set["species"] == most_frequent).mean().item()
# Rule of three: no mistake in n rows still allows for one in n / 3
rows_per_possible_mistake = test_rows // 3
print(f"network {test_accuracy:.1%}, always {species[most_frequent]} {baseline_accuracy:.1%}")

# %% tags=["test"]
assert test_accuracy > 0.9
assert species[most_frequent] == "Adelie"
assert 0.4 < baseline_accuracy < 0.5
assert rows_per_possible_mistake == 23

# %% name="inspect-weights" values=["parameters"]
weights = model.state_dict()
for name, values in weights.items():
    print(f"{name:10} {tuple(values.shape)!s:9} {values.numel():4} numbers")
parameters = sum(values.numel() for values in weights.values())
print(f"together {parameters}")

# %% name="inspect-last-layer"
# NumPy reads the memory of the CPU only, so bring the numbers there first
print(weights["fc3.weight"].cpu().numpy().round(2))
print(weights["fc3.bias"].cpu().numpy().round(2))

# %% tags=["test"]
assert parameters == (7 * 10 + 10) + (10 * 10 + 10) + (10 * 3 + 3) == 223
assert weights["fc1.weight"].shape == (10, 7)
assert weights["fc3.weight"].shape == (3, 10)

# %% name="choose-checkpoint-folder"
from pathlib import Path
from tempfile import mkdtemp

# A new folder on this machine; on Databricks, name a folder in a volume instead:
# Path("/Volumes/<catalog>/<schema>/<volume>/penguins")
checkpoint_folder = Path(mkdtemp())
checkpoint_folder.mkdir(parents=True, exist_ok=True)

# %% name="save-model"
model_file = checkpoint_folder / "penguins.pt"
# The weights alone are of no use without the scale and the names that belong to them
torch.save(
    {
        "weights": model.state_dict(),
        "mean": torch.tensor(scaler.mean_, dtype=torch.float32),
        "deviation": torch.tensor(scaler.scale_, dtype=torch.float32),
        "islands": islands,
        "species": species,
    },
    model_file,
)

# %% name="load-model"
# map_location also opens on a CPU what was saved on a GPU;
# weights_only refuses files that would run code while they are loaded
checkpoint = torch.load(model_file, map_location=device, weights_only=True)
restored = PenguinNet().to(device).eval()
restored.load_state_dict(checkpoint["weights"])

# %% tags=["test"]
for name, values in model.state_dict().items():
    assert torch.equal(values, restored.state_dict()[name])
assert evaluate(restored, test_loader) == (test_loss, test_accuracy)

# %% name="predict-penguin" values={"new_probability": 0.1, "new_species": 0}
# A penguin seen on Biscoe: three lengths in millimetres, then the mass in grams
on_island = torch.tensor([float(name == "Biscoe") for name in checkpoint["islands"]])
measured = torch.tensor([46.1, 14.8, 214.0, 5050.0], device=device)
scaled = (measured - checkpoint["mean"]) / checkpoint["deviation"]
penguin = torch.cat([on_island.to(device), scaled]).unsqueeze(0)

with torch.no_grad():
    probabilities = torch.softmax(restored(penguin), dim=1)[0]
new_species = checkpoint["species"][probabilities.argmax().item()]
new_probability = probabilities.max().item()
for name, probability in zip(checkpoint["species"], probabilities.tolist()):
    print(f"{name:10} {probability:6.1%}")

# %% tags=["test"]
assert new_species == "Gentoo"
assert new_probability > 0.95
assert abs(probabilities.sum().item() - 1) < 1e-5
seen = rows[measurements].to_numpy() == [46.1, 14.8, 214.0, 5050.0]
assert not seen.all(axis=1).any()

# %% name="average-two-gradients"
untrained = PenguinNet().to(device)


def gradient_of(batch, labels):
    untrained.zero_grad()
    loss_function(untrained(batch.to(device)), labels.to(device)).backward()
    return torch.cat([weight.grad.flatten() for weight in untrained.parameters()])


whole = gradient_of(*train_data[:40])
average = (gradient_of(*train_data[:20]) + gradient_of(*train_data[20:40])) / 2
print("same gradient:", torch.allclose(whole, average, atol=1e-6))

# %% tags=["test"]
assert torch.allclose(whole, average, atol=1e-6)
assert not torch.allclose(whole, gradient_of(*train_data[:20]), atol=1e-6)
assert whole.numel() == parameters

# %% name="define-distributed-training"
def train_hvd(network, features, labels, epochs, learning_rate, model_file):
    import horovod.torch as hvd
    import torch
    from torch.utils.data import DataLoader, TensorDataset
    from torch.utils.data.distributed import DistributedSampler

    def weights_apart():
        # The largest difference between a weight on this rank and the same one on rank 0
        mine = torch.cat([weight.detach().flatten() for weight in model.parameters()])
        everyone = hvd.allgather(mine.unsqueeze(0))
        return (everyone - everyone[0]).abs().max().item()

    # Change 1: find the other processes
    hvd.init()

    # Change 2: one GPU for each process on a machine
    device = torch.device("cpu")
    if torch.cuda.is_available():
        device = torch.device("cuda", hvd.local_rank())
        torch.cuda.set_device(device)

    # Every rank starts from other random weights, so that the broadcast has work to do
    torch.manual_seed(hvd.rank())
    model = network().to(device)
    apart_at_first = weights_apart()

    # Each rank takes its own part of the rows
    data = TensorDataset(features, labels)
    sampler = DistributedSampler(data, num_replicas=hvd.size(), rank=hvd.rank())
    loader = DataLoader(data, batch_size=20, sampler=sampler)
    print(f"rank {hvd.rank()} of {hvd.size()} trains on {len(sampler)} rows")

    # Change 3: more ranks make a larger batch, so take larger steps
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate * hvd.size())

    # Change 4: average the gradients of all ranks before each step
    optimizer = hvd.DistributedOptimizer(optimizer, named_parameters=model.named_parameters())

    # Change 5: begin with the weights and the optimizer state of rank 0
    hvd.broadcast_parameters(model.state_dict(), root_rank=0)
    hvd.broadcast_optimizer_state(optimizer, root_rank=0)
    apart_after_broadcast = weights_apart()

    # Warm-up: climb to the larger learning rate over the first five epochs
    warm_up = torch.optim.lr_scheduler.LinearLR(
        optimizer, start_factor=1 / hvd.size(), total_iters=5
    )
    loss_function = torch.nn.CrossEntropyLoss()
    losses = []
    model.train()
    for epoch in range(1, epochs + 1):
        # Without this line, every epoch would use the same order
        sampler.set_epoch(epoch)
        total = torch.zeros(2)
        for batch, answers in loader:
            batch, answers = batch.to(device), answers.to(device)
            loss = loss_function(model(batch), answers)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += torch.tensor([loss.item() * len(answers), len(answers)])
        warm_up.step()
        # Losses and rows of all ranks, added up
        loss_sum, row_count = hvd.allreduce(total, op=hvd.Sum).tolist()
        losses.append(loss_sum / row_count)
        if hvd.rank() == 0 and epoch % 20 == 0:
            print(f"epoch {epoch:3}   training loss {losses[-1]:.3f}")

    # Change 6: only one rank writes the file
    if hvd.rank() == 0:
        torch.save(model.state_dict(), model_file)

    return {
        "ranks": hvd.size(),
        "rows": len(sampler),
        "batches": len(loader),
        "learning_rate": optimizer.param_groups[0]["lr"],
        "losses": losses,
        "apart_at_first": apart_at_first,
        "apart_after_broadcast": apart_after_broadcast,
        "apart_at_last": weights_apart(),
    }

# %% name="run-distributed-training"
from sparkdl import HorovodRunner

distributed_file = checkpoint_folder / "penguins-distributed.pt"
runner = HorovodRunner(np=2, driver_log_verbosity="all")
report = runner.run(
    train_hvd,
    network=PenguinNet,
    features=train_data.tensors[0],
    labels=train_data.tensors[1],
    epochs=epochs,
    learning_rate=learning_rate,
    model_file=str(distributed_file),
)

# %% tags=["test"]
assert report["ranks"] == 2
assert report["rows"] * report["ranks"] == train_rows
assert report["batches"] == 6
assert len(report["losses"]) == epochs
assert abs(report["learning_rate"] - 0.002) < 1e-9
assert distributed_file.exists()

# %% name="compare-ranks" values=["ranks", "rows_per_rank", "batches_per_rank", "apart_at_last"]
ranks, rows_per_rank, batches_per_rank = report["ranks"], report["rows"], report["batches"]
apart_at_first, apart_at_last = report["apart_at_first"], report["apart_at_last"]
print(f"weights apart before the broadcast: {apart_at_first:.2f}")
print(f"weights apart after the broadcast:  {report['apart_after_broadcast']:.2f}")
print(f"weights apart after {epochs} epochs:   {apart_at_last:.2f}")

# %% tags=["test"]
assert apart_at_first > 0.1
assert report["apart_after_broadcast"] == 0
assert apart_at_last == 0

# %% name="evaluate-distributed-model" values={"distributed_accuracy": 0.05, "distributed_loss": 0.02}
distributed_model = PenguinNet().to(device)
distributed_model.load_state_dict(
    torch.load(distributed_file, map_location=device, weights_only=True)
)
distributed_loss = report["losses"][-1]
_, distributed_accuracy = evaluate(distributed_model, test_loader)
print(f"one process {test_accuracy:.1%}, {ranks} ranks {distributed_accuracy:.1%}")

# %% tags=["test"]
assert distributed_loss < 0.1 < report["losses"][0]
# The warm-up delays the beginning
assert report["losses"][9] > training_losses[9]
assert distributed_accuracy > 0.9

# %% name="plot-both-runs"
plt.plot(range(1, epochs + 1), training_losses, label="1 process")
plt.plot(range(1, epochs + 1), report["losses"], "--", label="2 ranks")
plt.xlabel("epoch")
plt.ylabel("training loss")
plt.legend()
plt.show()

# %% name="compare-with-published-run"
# Name, your value, the value of the published run, how far another machine may be from it
comparison = [
    ("training rows", train_rows, 204, 0),
    ("parameters", parameters, 223, 0),
    ("loss, one process", training_loss, 0.012, 0.03),
    ("test accuracy, one process", test_accuracy, 1, 0.05),
    ("rows of each rank", rows_per_rank, 102, 0),
    ("steps per epoch", batches_per_rank, 6, 0),
    ("weights apart at the end", apart_at_last, 0, 0),
    ("loss, two ranks", distributed_loss, 0.011, 0.03),
    ("test accuracy, two ranks", distributed_accuracy, 1, 0.05),
]
for name, yours, published, tolerance in comparison:
    verdict = "agrees" if abs(yours - published) <= tolerance else "DIFFERS"
    print(f"{name:27} {round(yours, 3):6g}   published {published:6g} ± {tolerance:<4}  {verdict}")

# %% tags=["test"]
for name, yours, published, tolerance in comparison:
    assert abs(yours - published) <= tolerance, name
# The comparison must notice an untrained network
assert abs(untrained_loss - 0.012) > 0.03
assert abs(untrained_accuracy - 1) > 0.05

# %% name="clean-up"
for file in checkpoint_folder.glob("*.pt"):
    file.unlink()
# This removes an empty folder only
checkpoint_folder.rmdir()

# %% tags=["test"]
assert not checkpoint_folder.exists()
