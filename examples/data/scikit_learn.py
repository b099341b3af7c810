"""Writes the data of the examples, and prints how scikit-learn's network of the same shape does on it: mean
and standard deviation of the accuracy over seeds.

    pip install scikit-learn==1.9.1
    python scikit_learn.py

Rows are shuffled once, so that fold `k` of five is simply every fifth row from row `k` on.
"""

import warnings
from pathlib import Path

import numpy
import sklearn
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

FOLDS, SEEDS = 5, 30


def write(name, data):
    order = numpy.random.default_rng(0).permutation(len(data.target))
    x, y = data.data[order], data.target[order]
    names = [name.removesuffix(" (cm)").replace(" ", "_") for name in data.feature_names]
    lines = [",".join([*names, "class"])]
    lines += [",".join([*(f"{value:.6g}" for value in row), str(label)]) for row, label in zip(x, y)]
    (Path(__file__).parent / f"{name}.csv").write_text("\n".join(lines) + "\n")
    return x, y


def accuracy(x, y, hidden, rate, epochs):
    rows = numpy.arange(len(y))
    accuracies = []
    for seed in range(SEEDS):
        right = 0
        for fold in range(FOLDS):
            train, test = rows % FOLDS != fold, rows % FOLDS == fold
            scaler = StandardScaler().fit(x[train])
            network = MLPClassifier(
                hidden, solver="adam", learning_rate_init=rate, batch_size=32, alpha=0.0,
                max_iter=epochs, n_iter_no_change=epochs, random_state=seed,
            ).fit(scaler.transform(x[train]), y[train])
            right += (network.predict(scaler.transform(x[test])) == y[test]).sum()
        accuracies.append(right / len(y))
    return f"{numpy.mean(accuracies):.4f} +- {numpy.std(accuracies):.4f}"


warnings.simplefilter("ignore", ConvergenceWarning)
print("scikit-learn", sklearn.__version__)
print(f"iris: {accuracy(*write('iris', load_iris()), (16,), 0.01, 100)}")
print(f"breast_cancer: {accuracy(*write('breast_cancer', load_breast_cancer()), (16,), 0.001, 100)}")
