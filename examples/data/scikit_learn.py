"""Writes the data of the examples, and prints how scikit-learn's network of the same shape does on it: mean
and standard deviation over seeds of the accuracy, or of the root of the mean squared error.

    pip install scikit-learn==1.9.1 palmerpenguins==0.1.6
    python scikit_learn.py

Rows are shuffled once, so that fold `k` of five is simply every fifth row from row `k` on.
"""

import csv
import warnings
from importlib.util import find_spec
from pathlib import Path

import numpy
import sklearn
from sklearn.datasets import load_breast_cancer, load_digits, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import FunctionTransformer, StandardScaler

FOLDS, SEEDS = 5, 30


def write(name, data):
    order = numpy.random.default_rng(0).permutation(len(data.target))
    x, y = data.data[order], data.target[order]
    names = [name.removesuffix(" (cm)").replace(" ", "_") for name in data.feature_names]
    lines = [",".join([*names, "class"])]
    lines += [",".join([*(f"{value:.6g}" for value in row), str(label)]) for row, label in zip(x, y)]
    (Path(__file__).parent / f"{name}.csv").write_text("\n".join(lines) + "\n")
    return x, y


def write_penguins():
    """Those of which everything is known."""
    # found, not imported: the package wants pandas for what is not needed here
    with (Path(find_spec("palmerpenguins").origin).parent / "data" / "penguins.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if "" not in row.values() and "NA" not in row.values()]
    rows = [rows[row] for row in numpy.random.default_rng(0).permutation(len(rows))]
    measures = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm"]
    names = [*measures, "species", "sex", "body_mass_g"]
    # the file holds millimetres as `39.1` and `181.0`
    lines = [",".join(names)]
    lines += [",".join(f"{float(row[name]):g}" if "_" in name else row[name] for name in names) for row in rows]
    (Path(__file__).parent / "penguins.csv").write_text("\n".join(lines) + "\n")
    species = sorted({row["species"] for row in rows})
    x = [
        [*(float(row[name]) for name in measures), *(row["species"] == name for name in species), row["sex"] == "male"]
        for row in rows
    ]
    return numpy.array(x, dtype=float), numpy.array([float(row["body_mass_g"]) for row in rows])


def error(x, y, hidden, rate, epochs):
    rows = numpy.arange(len(y))
    errors = []
    for seed in range(SEEDS):
        squares = 0
        for fold in range(FOLDS):
            train, test = rows % FOLDS != fold, rows % FOLDS == fold
            scaler, mean, deviation = StandardScaler().fit(x[train]), y[train].mean(), y[train].std()
            network = MLPRegressor(
                hidden_layer_sizes=hidden, solver="adam", learning_rate_init=rate, batch_size=32, alpha=0.0,
                max_iter=epochs, n_iter_no_change=epochs, random_state=seed,
            ).fit(scaler.transform(x[train]), (y[train] - mean) / deviation)
            prediction = mean + deviation * network.predict(scaler.transform(x[test]))
            squares += ((prediction - y[test]) ** 2).sum()
        errors.append((squares / len(y)) ** 0.5)
    return f"{numpy.mean(errors):.1f} +- {numpy.std(errors):.1f}"


def accuracy(x, y, hidden, rate, epochs, scaler=StandardScaler):
    rows = numpy.arange(len(y))
    accuracies = []
    for seed in range(SEEDS):
        right = 0
        for fold in range(FOLDS):
            train, test = rows % FOLDS != fold, rows % FOLDS == fold
            scale = scaler().fit(x[train]).transform
            network = MLPClassifier(
                hidden, solver="adam", learning_rate_init=rate, batch_size=32, alpha=0.0,
                max_iter=epochs, n_iter_no_change=epochs, random_state=seed,
            ).fit(scale(x[train]), y[train])
            right += (network.predict(scale(x[test])) == y[test]).sum()
        accuracies.append(right / len(y))
    return f"{numpy.mean(accuracies):.4f} +- {numpy.std(accuracies):.4f}"


warnings.simplefilter("ignore", ConvergenceWarning)
print("scikit-learn", sklearn.__version__)
print(f"iris: {accuracy(*write('iris', load_iris()), (16,), 0.01, 100)}")
print(f"breast_cancer: {accuracy(*write('breast_cancer', load_breast_cancer()), (16,), 0.001, 100)}")
print(f"digits: {accuracy(*write('digits', load_digits()), (32,), 0.003, 30, scaler=lambda: FunctionTransformer(lambda x: x / 16))}")
print(f"penguins: {error(*write_penguins(), (16,), 0.003, 100)}")
