"""Rules with norms and sums over parameters."""

import math

from elementwise import decayed, with_gradient, zeros
from single import like, sqrt


def norm(values):
    total = like(values[0], 0)
    for v in values:
        total = total + v * v
    return sqrt(total)


def lars_optax(p, grads, state, group, o, t, context):
    """LARS: You et al. 2017, as in optax: the rate is inside the buffer, whose sign is that of the step."""
    for i, values, given in with_gradient(p, grads):
        s = state[i]
        if not s:
            s['momentumBuffer'] = zeros(values)
        g = decayed(given, values, o)
        np, ng = norm(values), norm(g)
        ratio = o['trustCoefficient'] * np / (ng + o['epsilon']) if np > 0 and ng > 0 else 1
        b = o['momentum']
        d = [o['learningRate'] * (ratio * x) for x in g]
        s['momentumBuffer'] = [b * m - x for m, x in zip(s['momentumBuffer'], d)]
        if o['nesterov']:
            d = [b * m - x for x, m in zip(d, s['momentumBuffer'])]
        else:
            d = s['momentumBuffer']
        for j, x in enumerate(d):
            values[j] = values[j] + x


def novograd(p, grads, state, group, o, t, context):
    """NovoGrad: Ginsburg et al. 2019, as in pytorch_optimizer."""
    for i, values, given in with_gradient(p, grads):
        s = state[i]
        g = [-x for x in given] if o['maximize'] else given
        square = like(values[0], 0)
        for x in g:
            square = square + x * x
        first = not s
        s['squaredNormAvg'] = square if first else o['beta2'] * s['squaredNormAvg'] + (1 - o['beta2']) * square
        below = sqrt(s['squaredNormAvg']) + o['epsilon']
        d = [x / below for x in g]
        if o['weightDecay']:
            d = [x + o['weightDecay'] * v for x, v in zip(d, values)]
        if first:
            s['momentumBuffer'] = d
        else:
            if o['gradAveraging']:
                d = [x * (1 - o['beta1']) for x in d]
            s['momentumBuffer'] = [o['beta1'] * m + x for m, x in zip(s['momentumBuffer'], d)]
        for j, x in enumerate(s['momentumBuffer']):
            values[j] = values[j] - o['learningRate'] * x


def sm3(p, grads, state, group, o, t, context):
    """SM3-II: Anil et al. 2019, Algorithm SM3-II, as in pytorch_optimizer."""
    for i, values, given in with_gradient(p, grads):
        s = state[i]
        shape = context['shapes'][i]
        g = [-x for x in given] if o['maximize'] else list(given)
        if not s:
            s['momentumBuffer'] = zeros(values)
            for axis, size in enumerate(shape):
                s[f'accumulator{axis}'] = [like(values[0], 0)] * size
        strides = [math.prod(shape[axis + 1 :]) for axis in range(len(shape))]
        places = [[j // strides[a] % shape[a] for a in range(len(shape))] for j in range(len(values))]
        beta = o['beta']
        cover = []
        for j, place in enumerate(places):
            least = min(s[f'accumulator{a}'][k] for a, k in enumerate(place))
            square = g[j] * g[j]
            cover.append(least * beta + (1 - beta) * square if beta > 0 else least + square)
        update = [x / sqrt(c + o['epsilon']) for x, c in zip(g, cover)]
        for a, size in enumerate(shape):
            most = [like(values[0], 0)] * size
            for j, place in enumerate(places):
                most[place[a]] = max(most[place[a]], cover[j])
            before = s[f'accumulator{a}']
            s[f'accumulator{a}'] = [max(b, m) for b, m in zip(before, most)] if beta > 0 else most
        b = o['momentum']
        if b > 0:
            update = [x * (1 - b) + m * b for x, m in zip(update, s['momentumBuffer'])]
            s['momentumBuffer'] = update
        for j, x in enumerate(update):
            values[j] = values[j] - o['learningRate'] * x


def dadapt_adam(p, grads, state, group, o, t, context):
    """Adam with D-Adaptation: Defazio and Mishchenko 2023, Algorithm 5, as in the authors' dadaptation 3.2."""
    d = group.setdefault('d', o['d0'])
    k = group.setdefault('k', 0)
    b1, b2 = o['beta1'], o['beta2']
    root = math.sqrt(b2)
    correction = math.sqrt(1 - b2 ** (k + 1)) / (1 - b1 ** (k + 1)) if o['biasCorrection'] else 1
    step_size = d * (o['learningRate'] * correction)
    zero = like(p[0][0], 0)
    dot, l1 = zero, zero
    for i, values, given in with_gradient(p, grads):
        s = state[i]
        if not s:
            s.update(step=0, s=zeros(values), expAvg=zeros(values), expAvgSq=zeros(values))
        g = decayed(given, values, o)
        for x, v, sum_ in zip(g, s['expAvgSq'], s['s']):
            dot = dot + step_size * (x * (sum_ / (sqrt(v) + o['epsilon'])))
        s['expAvg'] = [b1 * m + (step_size * (1 - b1)) * x for m, x in zip(s['expAvg'], g)]
        s['expAvgSq'] = [b2 * v + (1 - b2) * (x * x) for v, x in zip(s['expAvgSq'], g)]
        s['s'] = [root * m + (step_size * (1 - root)) * x for m, x in zip(s['s'], g)]
        for m in s['s']:
            l1 = l1 + abs(m)
    numerator = group.get('numeratorWeighted', 0.0) * root + (1 - root) * dot
    if l1 == 0:
        return
    estimate = numerator / ((1 - root) * l1)
    group['numeratorWeighted'] = float(numerator)
    group['d'] = float(max(d, min(estimate, d * o['growthRate'])))
    for i, values, _ in with_gradient(p, grads):
        s = state[i]
        s['step'] += 1
        for j, (m, v) in enumerate(zip(s['expAvg'], s['expAvgSq'])):
            if o['weightDecay'] and o['decoupledWeightDecay']:
                values[j] = values[j] - values[j] * (o['weightDecay'] * step_size)
            values[j] = values[j] - m / (sqrt(v) + o['epsilon'])
    group['k'] = k + 1
