"""Keras on JAX, its fastest back end here: `fit`, with an epoch's batches in one execution."""

import os
import time

os.environ["KERAS_BACKEND"] = "jax"

import common
import keras
import numpy as np
from keras import layers, optimizers


class Clock(keras.callbacks.Callback):
    """The mean loss and the seconds of each epoch."""

    def on_train_begin(self, logs=None):
        self.epochs = []

    def on_epoch_begin(self, epoch, logs=None):
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.epochs.append((float(logs["loss"]), time.perf_counter() - self.start))


class Keras:
    def __init__(self, workload, x, classes, parameters, batch):
        self.x, self.classes, self.batch = x, classes, batch
        *hidden, last = workload.sizes[1:]
        self.network = keras.Sequential(
            [layers.Input([workload.sizes[0]])]
            + [layers.Dense(size, workload.hidden) for size in hidden]
            + [layers.Dense(last, "softmax")]
        )
        self.network.set_weights([array for layer in parameters for array in layer])
        rate = workload.rate
        if workload.decay:
            rate = optimizers.schedules.InverseTimeDecay(rate, decay_steps=1, decay_rate=workload.decay)
        self.network.compile(
            optimizer=optimizers.SGD(rate, momentum=workload.momentum),
            loss="sparse_categorical_crossentropy",
            steps_per_execution=len(x) // batch,
        )

    def fit(self, epochs):
        clock = Clock()
        self.network.fit(self.x, self.classes, batch_size=self.batch, epochs=epochs, verbose=0, callbacks=[clock])
        return clock.epochs

    def predict(self, x):
        return np.asarray(self.network.predict_on_batch(x))


keras.utils.set_random_seed(0)
common.run(Keras)
