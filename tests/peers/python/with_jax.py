"""JAX: an epoch is one compiled program, its shuffle and its loop over the batches included."""

from functools import partial

import common
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, nn


def logits(parameters, x, hidden):
    activation = {"relu": nn.relu, "tanh": jnp.tanh}[hidden]
    for kernel, bias in parameters[:-1]:
        x = activation(x @ kernel + bias)
    kernel, bias = parameters[-1]
    return x @ kernel + bias


@partial(jax.jit, static_argnames=("hidden", "batch", "rate", "momentum", "decay"), donate_argnames="state")
def epoch(state, x, classes, key, hidden, batch, rate, momentum, decay):
    def loss(parameters, x, classes):
        log = nn.log_softmax(logits(parameters, x, hidden))
        return -jnp.take_along_axis(log, classes[:, None], axis=1).mean()

    def step(state, samples):
        parameters, velocities, steps = state
        value, gradients = jax.value_and_grad(loss)(parameters, x[samples], classes[samples])
        now = rate / (1 + decay * steps)
        velocities = jax.tree.map(lambda velocity, gradient: momentum * velocity - now * gradient, velocities, gradients)
        parameters = jax.tree.map(jnp.add, parameters, velocities)
        return (parameters, velocities, steps + 1), value

    order = jax.random.permutation(key, len(x)).reshape(-1, batch)
    state, losses = lax.scan(step, state, order)
    return state, losses.mean()


@partial(jax.jit, static_argnames="hidden")
def probabilities(parameters, x, hidden):
    return nn.softmax(logits(parameters, x, hidden))


class Jax:
    def __init__(self, workload, x, classes, parameters, batch):
        self.options = dict(
            hidden=workload.hidden, batch=batch, rate=workload.rate, momentum=workload.momentum, decay=workload.decay
        )
        self.x, self.classes = jnp.asarray(x), jnp.asarray(classes)
        self.parameters = jax.tree.map(jnp.asarray, parameters)
        self.state = (jax.tree.map(jnp.copy, self.parameters), jax.tree.map(jnp.zeros_like, self.parameters), 0.0)

    def fit(self, epochs):
        def one(rng):
            key = jax.random.key(int(rng.integers(2**31)))
            self.state, loss = epoch(self.state, self.x, self.classes, key, **self.options)
            return float(loss)

        return list(common.timed_epochs(epochs, one))

    def predict(self, x):
        return np.asarray(probabilities(self.parameters, x, self.options["hidden"]))


common.run(Jax)
