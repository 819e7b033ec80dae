"""Parameters, gradients and functions for the cases: everything is exact in float32, and the same on every machine."""

from single import round32


class Numbers:
    """A fixed sequence (a linear congruential generator), so that no library's generator matters."""

    def __init__(self, seed):
        self.state = (seed * 2654435761 + 12345) % 2**32

    def uniform(self):
        self.state = (self.state * 1664525 + 1013904223) % 2**32
        return (self.state >> 8) / 2**24

    def normal(self):
        """About normal; a multiple of 1/256."""
        return round((sum(self.uniform() for _ in range(12)) - 6) * 256) / 256


def count(shape):
    n = 1
    for size in shape:
        n *= size
    return n


def parameters(shapes, seed):
    numbers = Numbers(seed)
    params = []
    for shape in shapes:
        values = [numbers.normal() for _ in range(count(shape))]
        if len(values) > 3:
            values[0], values[3] = 0.0, 0.0
        params.append({'shape': list(shape), 'values': values})
    return params


def gradients(shapes, seed, steps=12, large=True, plain=False, fine=False):
    """Ordinary values of several scales; unless plain also an all-zero step 5, exact zeros, an element that never has a
    gradient, +-1e-8 or a little more, changing signs, and 1e4 where large. Fine ones have all 24 bits: sums of short ones often lie halfway between two short numbers."""
    numbers = Numbers(seed + 1000)
    same, swinging = 0.25 + round(numbers.uniform() * 128) / 256, 0.5 + round(numbers.uniform() * 128) / 256
    tiny = round32(1e-8 * (1 + numbers.uniform()))
    grads = []
    for step in range(steps):
        row = []
        for index, shape in enumerate(shapes):
            n = count(shape)
            scales = [1.0, 0.05, 2.0, 0.25, 1.0]
            g = [round(numbers.normal() * scales[i % 5] * 256) / 256 for i in range(n)]
            if not plain and n > 6:
                g[0] = same if index == 0 else g[0]
                g[1] = swinging if step % 2 == 0 else -swinging
                g[2] = 0.0
                g[3] = tiny if step % 4 < 2 else -tiny
                if step % 3 == 2:
                    g[4] = -0.0
                if large and step == 3 + 5 * index:
                    g[5] = 10000.0
                if step == 4:
                    g = [0.0] * n
            row.append([round32(x * (1 + 0.3 * numbers.uniform())) for x in g] if fine else g)
        grads.append(row)
    return grads


def separable(params, seed):
    """f(p) = sum of a (p - c)^2 / 2 + q p^4 / 4."""
    numbers = Numbers(seed + 2000)
    pick = lambda low, high: [
        [round((low + (high - low) * numbers.uniform()) * 64) / 64 for _ in p['values']] for p in params
    ]
    return {'kind': 'separable', 'a': pick(0.25, 4), 'c': pick(-2, 2), 'q': pick(0, 0.5)}


def value(problem, params):
    if problem['kind'] == 'rosenbrock':
        (x,) = params
        return sum(
            100 * (x[i + 1] - x[i] * x[i]) * (x[i + 1] - x[i] * x[i]) + (1 - x[i]) * (1 - x[i])
            for i in range(len(x) - 1)
        )
    total = 0
    for p, a, c, q in zip(params, problem['a'], problem['c'], problem['q']):
        for x, ai, ci, qi in zip(p, a, c, q):
            total = total + (x - ci) * (x - ci) * ai * 0.5 + x * x * x * x * qi * 0.25
    return total


def gradient(problem, params):
    if problem['kind'] == 'rosenbrock':
        (x,) = params
        g = [x[0] * 0 for _ in x]
        for i in range(len(x) - 1):
            d = x[i + 1] - x[i] * x[i]
            g[i] = g[i] - 400 * x[i] * d - 2 * (1 - x[i])
            g[i + 1] = g[i + 1] + 200 * d
        return [g]
    return [
        [(x - ci) * ai + x * x * x * qi for x, ai, ci, qi in zip(p, a, c, q)]
        for p, a, c, q in zip(params, problem['a'], problem['c'], problem['q'])
    ]
