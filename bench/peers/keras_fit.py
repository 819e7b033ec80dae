"""Keras's fit: python keras_fit.py '{"task": "epoch", …}' prints JSON; KERAS_BACKEND chooses what it runs on."""
import os
import time

os.environ.setdefault("KERAS_BACKEND", "jax")
import keras

import mnist
from timing import answer, task

x, y = mnist.train(task["folder"], task["rows"])
widths = task["widths"]
hidden = [keras.layers.Dense(units, activation="relu") for units in widths[1:-1]]
model = keras.Sequential([keras.Input((widths[0],)), *hidden, keras.layers.Dense(widths[-1], activation="softmax")])
sgd = task["optimizer"] == "sgd"
rule = keras.optimizers.SGD(task["learningRate"]) if sgd else keras.optimizers.Adam(task["learningRate"])
model.compile(optimizer=rule, loss="sparse_categorical_crossentropy", metrics=["accuracy"])


class Ends(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.ends = []

    def on_epoch_end(self, epoch, logs=None):
        self.ends.append(time.perf_counter())


clock = Ends()
model.fit(x, y, epochs=task["epochs"], batch_size=task["batchSize"], verbose=0, callbacks=[clock])
answer([b - a for a, b in zip(clock.ends, clock.ends[1:])], f"{keras.__version__} on {keras.backend.backend()}")
