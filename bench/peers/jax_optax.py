"""JAX with Optax, data resident: python jax_optax.py '{"task": "epoch", "mode": "scan", …}' prints JSON."""
import jax
import jax.numpy as jnp
import numpy as np
import optax

import mnist
from timing import answer, epochs, rounds, task

widths = task["widths"]
keys = jax.random.split(jax.random.key(0), len(widths) - 1)
weights = [
    (jax.random.normal(key, (inputs, outputs)) * (2 / (inputs + outputs)) ** 0.5, jnp.zeros(outputs))
    for key, inputs, outputs in zip(keys, widths, widths[1:])
]
activation = jax.nn.relu if task["task"] == "epoch" else jnp.tanh


def forward(layers, x):
    for kernel, bias in layers[:-1]:
        x = activation(x @ kernel + bias)
    return x @ layers[-1][0] + layers[-1][1]


def make(loss_of, rule):
    """One step over what `loss_of` makes of a batch, and as many in one compiled loop as there are batches."""

    def step(carried, batch):
        layers, state = carried
        updates, state = rule.update(jax.grad(loss_of)(layers, batch), state, layers)
        return (optax.apply_updates(layers, updates), state), None

    one = jax.jit(lambda carried, batch: step(carried, batch)[0])
    many = jax.jit(lambda carried, batches: jax.lax.scan(step, carried, batches)[0])
    return one, many


sgd = task.get("optimizer") == "sgd"
rule = optax.sgd(task.get("learningRate", 0.01)) if sgd else optax.adam(task.get("learningRate", 1e-3))
start = (weights, rule.init(weights))


def epoch():
    images, labels = map(jnp.asarray, mnist.train(task["folder"], task["rows"]))
    cross_entropy = optax.softmax_cross_entropy_with_integer_labels
    loss_of = lambda layers, batch: cross_entropy(forward(layers, images[batch]), labels[batch]).mean()
    one, many = make(loss_of, rule)
    rng, held = np.random.default_rng(0), [start]

    def walk():
        whole = len(images) // task["batchSize"] * task["batchSize"]
        batches = rng.permutation(len(images))[:whole].reshape(-1, task["batchSize"])
        if task["mode"] == "scan":
            held[0] = many(held[0], jnp.asarray(batches))
        else:
            for batch in batches:
                held[0] = one(held[0], batch)
        jax.block_until_ready(held[0])

    return epochs(walk)


def small_step():
    x = jax.random.normal(keys[0], (task["batchSize"], widths[0]))
    y = jax.random.normal(keys[0], (task["batchSize"], widths[-1]))
    one, many = make(lambda layers, _: jnp.mean((forward(layers, x) - y) ** 2), rule)
    held = [start]
    if task["mode"] == "scan":
        count = max(1000, int(task["steps"]))
        seconds = rounds(lambda: jax.block_until_ready(many(start, jnp.zeros(count))), 1)
        return [second / count for second in seconds]

    def call():
        held[0] = one(held[0], 0.0)

    return rounds(call, task["steps"], lambda: jax.block_until_ready(held[0]))


def predict():
    compiled, x = jax.jit(forward), jnp.full((1, widths[0]), 0.1)
    return rounds(lambda: compiled(weights, x).block_until_ready(), task["steps"])


answer({"epoch": epoch, "step": small_step, "predict": predict}[task["task"]](), jax.__version__)
