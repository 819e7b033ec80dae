"""PyTorch, data resident: python pytorch.py '{"task": "epoch", "mode": "fused", …}' prints JSON."""
import torch
from torch import nn
from torch.nn import functional

import mnist
from timing import answer, epochs, rounds, task

if "threads" in task:
    torch.set_num_threads(task["threads"])
torch.manual_seed(0)


def network(widths, activation):
    parts = []
    for inputs, outputs in zip(widths, widths[1:]):
        parts += [nn.Linear(inputs, outputs), activation()]
    return nn.Sequential(*parts[:-1])


def rule(parameters):
    fused = task["mode"] != "eager" or None
    if task.get("optimizer") == "sgd":
        return torch.optim.SGD(parameters, lr=task.get("learningRate", 0.01), fused=fused)
    return torch.optim.Adam(parameters, lr=task.get("learningRate", 1e-3), fused=fused)


def trainer(model, loss_of):
    optimizer = rule(model.parameters())
    run = torch.compile(model) if task["mode"] == "compiled" else model

    def step(x, y):
        optimizer.zero_grad(set_to_none=True)
        loss_of(run(x), y).backward()
        optimizer.step()

    return step


def epoch():
    images, labels = mnist.train(task["folder"], task["rows"])
    x, y = torch.from_numpy(images), torch.from_numpy(labels).long()
    step = trainer(network(task["widths"], nn.ReLU), functional.cross_entropy)

    def one():
        for batch in torch.randperm(len(x)).split(task["batchSize"]):
            step(x[batch], y[batch])

    return epochs(one)


def small_step():
    widths = task["widths"]
    step = trainer(network(widths, nn.Tanh), functional.mse_loss)
    x, y = torch.randn(task["batchSize"], widths[0]), torch.randn(task["batchSize"], widths[-1])
    return rounds(lambda: step(x, y), task["steps"])


def predict():
    model, x = network(task["widths"], nn.Tanh), torch.randn(1, task["widths"][0])
    with torch.no_grad():
        return rounds(lambda: model(x), task["steps"])


def product():
    m, n, k = task["shape"]
    a, b, c = torch.randn(m, k), torch.randn(k, n), torch.empty(m, n)
    return rounds(lambda: torch.mm(a, b, out=c), task["steps"])


def optimizer():
    return [rule_alone(**case) for case in task["cases"]]


def rule_alone(name, shape, steps, options={}):
    parameter = nn.Parameter(torch.randn(shape))
    parameter.grad = torch.randn_like(parameter)
    make = getattr(torch.optim, name)
    try:
        step = make([parameter], fused=True, **options).step
    except (TypeError, RuntimeError):
        # Not every rule has a fused form for processors.
        step = make([parameter], **options).step
    return rounds(step, steps)


tasks = {"epoch": epoch, "step": small_step, "predict": predict, "product": product, "optimizer": optimizer}
answer(tasks[task["task"]](), torch.__version__)
