"""What the peers in Python share, the same as in src/: workloads, data, first weights and the clock."""

import sys
import time
from types import SimpleNamespace

import numpy as np

_LARGE = dict(
    sizes=[784, 512, 512, 10], hidden="relu", rate=0.1, momentum=0.9, decay=0.0, samples=12_800, epochs=5, deviation=0.3
)
WORKLOADS = {
    "large": _LARGE,
    "mlp": _LARGE | dict(sizes=[784, 128, 10]),
    "deep": _LARGE | dict(sizes=[32] * 51 + [2], hidden="tanh", rate=0.003, deviation=1.0),
    "xor": dict(
        sizes=[2, 4, 4, 2], hidden="relu", rate=0.01, momentum=0.99, decay=0.001, samples=10_000, epochs=200, deviation=1.0
    ),
}
MANY = 5_000


def _uniform(stream, index):
    """Numbers between 0 and 1, each a hash of its index: SplitMix64."""
    z = (np.uint64(stream << 32) + index.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return ((z >> np.uint64(11)).astype(np.float64) + 0.5) / 2.0**53


def _normal(stream, index):
    """Standard normal numbers: Box and Muller."""
    return np.sqrt(-2 * np.log(_uniform(stream, 2 * index))) * np.cos(2 * np.pi * _uniform(stream, 2 * index + 1))


def _data(workload):
    inputs, outputs = workload.sizes[0], workload.sizes[-1]
    index = np.arange(workload.samples * inputs)
    x = (workload.deviation * _normal(1, index)).astype(np.float32).reshape(-1, inputs)
    classes = x[:, 0] * x[:, 1] <= 0 if inputs == 2 else x[:, :outputs].argmax(axis=1)
    return x, classes.astype(np.int32)


def _parameters(workload):
    """Kernel (inputs, outputs) and bias of each layer: Glorot-uniform and zero."""
    layers, first = [], 0
    for inputs, outputs in zip(workload.sizes, workload.sizes[1:]):
        index = first + np.arange(inputs * outputs)
        limit = np.sqrt(6 / (inputs + outputs))
        kernel = (limit * (2 * _uniform(3, index) - 1)).astype(np.float32).reshape(inputs, outputs)
        layers.append((kernel, np.zeros(outputs, np.float32)))
        first += inputs * outputs + outputs
    return layers


def run(peer):
    """Measures what the command line names, `NETWORK-BATCH` to train or `NETWORK` to predict.

    `peer(workload, x, classes, parameters, batch)` has `fit(epochs)`, which gives the mean loss and the seconds of each
    epoch, and `predict(x)`, from an array to an array.
    """
    name, _, batch = sys.argv[1].partition("-")
    workload = SimpleNamespace(**WORKLOADS[name])
    x, classes = _data(workload)
    parameters = _parameters(workload)
    if batch:
        figure, loss = _train(lambda: peer(workload, x, classes, parameters, int(batch)), workload, name)
        print(f"{name}-{batch} {figure:.6f} {loss:.4f}", flush=True)
        return
    for samples in [1, MANY]:
        seconds, probabilities = _predict(peer(workload, x, classes, parameters, samples), x[:samples])
        loss = -np.log(probabilities[np.arange(samples), classes[:samples]].astype(np.float64)).mean()
        print(f"{name}/{samples} {seconds * 1e9:.1f} {loss:.4f}", flush=True)


def _train(new, workload, name):
    """The best of what fits into a second, at most three trainings."""
    new().fit(1)  # what is compiled at first use is compiled here
    figures, start = [], time.perf_counter()
    while not figures or (len(figures) < 3 and time.perf_counter() - start < 1):
        losses, seconds = zip(*new().fit(workload.epochs))
        figures.append(sum(seconds) if name == "xor" else min(seconds))
        assert losses[-1] < 0.9 * losses[0], f"it does not learn: {losses}"
    best = min(figures)
    return (1e3 * best if name == "xor" else workload.samples / best), losses[-1]


def _predict(peer, x):
    def timed(times):
        start = time.perf_counter()
        for _ in range(times):
            probabilities = peer.predict(x)
        return time.perf_counter() - start, probabilities

    times = 1
    while timed(times)[0] < 0.02:
        times *= 2
    seconds, probabilities = min((timed(times) for _ in range(5)), key=lambda run: run[0])
    return seconds / times, probabilities


def timed_epochs(epochs, epoch):
    """The loop of `fit` for peers that have none of their own: `epoch(rng)` gives the mean loss as a float."""
    rng = np.random.default_rng(0)
    for _ in range(epochs):
        start = time.perf_counter()
        loss = epoch(rng)
        yield loss, time.perf_counter() - start
