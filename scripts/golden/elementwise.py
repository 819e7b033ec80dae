"""Rules that take element by element."""

import math

from single import like, sign, sqrt


def zeros(values):
    return [like(v, 0) for v in values]


def with_gradient(p, grads):
    return [(i, values, grads[i]) for i, values in enumerate(p) if grads[i] is not None]


def decayed(g, values, o):
    """maximize, then the coupled weight decay."""
    signed = [-x for x in g] if o.get('maximize') else list(g)
    if o.get('weightDecay', 0) == 0 or o.get('decoupledWeightDecay', False):
        return signed
    return [x + o['weightDecay'] * v for x, v in zip(signed, values)]


def shrink(values, o):
    """The decoupled weight decay, before the step."""
    if o.get('weightDecay', 0) == 0 or not o.get('decoupledWeightDecay', False):
        return
    factor = 1 - o['learningRate'] * o['weightDecay']
    for i, v in enumerate(values):
        values[i] = v * factor


def sgd(p, grads, state, group, o, t, context):
    """torch.optim.SGD: what others are built on."""
    for i, values, given in with_gradient(p, grads):
        g = decayed(given, values, o)
        if o['momentum'] != 0:
            s = state[i]
            if 'momentumBuffer' not in s:
                s['momentumBuffer'] = list(g)
            else:
                s['momentumBuffer'] = [o['momentum'] * b + x for b, x in zip(s['momentumBuffer'], g)]
            g = s['momentumBuffer']
        for j, x in enumerate(g):
            values[j] = values[j] - o['learningRate'] * x


def adam(p, grads, state, group, o, t, context):
    """torch.optim.Adam and, with the decoupled weight decay, AdamW."""
    for i, values, given in with_gradient(p, grads):
        s = state[i]
        if not s:
            s.update(step=0, expAvg=zeros(values), expAvgSq=zeros(values))
        s['step'] += 1
        shrink(values, o)
        g = decayed(given, values, o)
        b1, b2 = o['beta1'], o['beta2']
        s['expAvg'] = [b1 * m + (1 - b1) * x for m, x in zip(s['expAvg'], g)]
        s['expAvgSq'] = [b2 * v + (1 - b2) * (x * x) for v, x in zip(s['expAvgSq'], g)]
        rate = o['learningRate'] / (1 - b1 ** s['step'])
        root = 1 / math.sqrt(1 - b2 ** s['step'])
        for j, (m, v) in enumerate(zip(s['expAvg'], s['expAvgSq'])):
            values[j] = values[j] - rate * m / (sqrt(v) * root + o['epsilon'])


def lion(p, grads, state, group, o, t, context):
    """Lion: Chen et al. 2023, Algorithm 2."""
    for i, values, given in with_gradient(p, grads):
        s = state[i]
        if not s:
            s['expAvg'] = zeros(values)
        g = [-x for x in given] if o['maximize'] else given
        b1, b2 = o['beta1'], o['beta2']
        factor = 1 - o['learningRate'] * o['weightDecay']
        for j, (m, x) in enumerate(zip(s['expAvg'], g)):
            values[j] = values[j] * factor - o['learningRate'] * sign(b1 * m + (1 - b1) * x)
        s['expAvg'] = [b2 * m + (1 - b2) * x for m, x in zip(s['expAvg'], g)]


def schedule_free_sgd(p, grads, state, group, o, t, context):
    """Schedule-free SGD: Defazio et al. 2024, Algorithm 1, in the form that holds y and z (schedulefree 1.4.1)."""
    k = group.setdefault('k', 0)
    weight_sum = group.setdefault('weightSum', 0.0)
    rate = o['learningRate'] * (min(1, (k + 1) / o['warmupSteps']) if o['warmupSteps'] else 1)
    group['lrMax'] = max(rate, group.get('lrMax', -1.0))
    weight = (k + 1) ** o['r'] * group['lrMax'] ** o['weightLrPower']
    group['weightSum'] = weight_sum + weight
    c = weight / group['weightSum'] if group['weightSum'] != 0 else 0
    for i, y, given in with_gradient(p, grads):
        s = state[i]
        if not s:
            s['z'] = list(y)
        g = [x + o['weightDecay'] * v for x, v in zip(given, y)] if o['weightDecay'] else given
        for j, x in enumerate(g):
            y[j] = y[j] + c * (s['z'][j] - y[j]) + rate * (o['momentum'] * (1 - c) - 1) * x
            s['z'][j] = s['z'][j] - rate * x
    group['k'] = k + 1
    # x, from y = momentum x + (1 - momentum) z.
    part = 1 - 1 / o['momentum']
    context['eval'] = [
        [v + part * (z - v) for v, z in zip(y, state[i]['z'])] if state[i] else list(y) for i, y in enumerate(p)
    ]


def signum(p, grads, state, group, o, t, context):
    """Signum: Bernstein et al. 2018, Algorithm 2; with momentum 0 signSGD, Algorithm 1."""
    for i, values, given in with_gradient(p, grads):
        s = state[i]
        shrink(values, o)
        g = decayed(given, values, o)
        if o['momentum'] != 0:
            if not s:
                s['momentumBuffer'] = zeros(values)
            b = o['momentum']
            s['momentumBuffer'] = [b * m + (1 - b) * x for m, x in zip(s['momentumBuffer'], g)]
            g = s['momentumBuffer']
        for j, x in enumerate(g):
            values[j] = values[j] - o['learningRate'] * sign(x)


def sophia_g(p, grads, state, group, o, t, context):
    """Sophia-G: Liu et al. 2023, Algorithm 3, as in the authors' code; afterwards the estimate of the Hessian, where there are sampled
    gradients."""
    for i, values, given in with_gradient(p, grads):
        s = state[i]
        if not s:
            s.update(step=0, expAvg=zeros(values), hessian=zeros(values))
        s['step'] += 1
        g = [-x for x in given] if o['maximize'] else given
        factor = 1 - o['learningRate'] * o['weightDecay']
        b1 = o['beta1']
        s['expAvg'] = [b1 * m + (1 - b1) * x for m, x in zip(s['expAvg'], g)]
        for j, (m, h) in enumerate(zip(s['expAvg'], s['hessian'])):
            ratio = abs(m) / (o['rho'] * o['batchSize'] * h + o['epsilon'])
            values[j] = values[j] * factor - o['learningRate'] * sign(m) * (ratio if ratio < 1 else 1)
    if 'hessianGrads' in context:
        b2 = o['beta2']
        for s, sampled in zip(state, context['hessianGrads']):
            s['hessian'] = [b2 * h + (1 - b2) * (x * x) for h, x in zip(s['hessian'], sampled)]


def adan(p, grads, state, group, o, t, context):
    """Adan: Xie et al. 2022, as in the authors' code: the betas are the complements of the paper's."""
    for i, values, given in with_gradient(p, grads):
        s = state[i]
        g = [-x for x in given] if o['maximize'] else list(given)
        if not s:
            s.update(
                _step=0,
                expAvg=zeros(values),
                expAvgSq=zeros(values),
                expAvgDiff=zeros(values),
                negPrevGrad=[-x for x in g],
            )
        s['_step'] += 1
        n = s['_step']
        b1, b2, b3 = o['beta1'], o['beta2'], o['beta3']
        d = [x + before for x, before in zip(g, s['negPrevGrad'])]
        s['expAvg'] = [b1 * m + (1 - b1) * x for m, x in zip(s['expAvg'], g)]
        s['expAvgDiff'] = [b2 * m + (1 - b2) * x for m, x in zip(s['expAvgDiff'], d)]
        u = [x + b2 * y for x, y in zip(g, d)]
        s['expAvgSq'] = [b3 * v + (1 - b3) * (x * x) for v, x in zip(s['expAvgSq'], u)]
        s['negPrevGrad'] = [-x for x in g]
        shrink(values, o)
        rate = o['learningRate']
        c1, c2, c3 = 1 - b1**n, 1 - b2**n, math.sqrt(1 - b3**n)
        for j, (m, e, v) in enumerate(zip(s['expAvg'], s['expAvgDiff'], s['expAvgSq'])):
            below = sqrt(v) / c3 + o['epsilon']
            values[j] = values[j] - (rate / c1) * m / below - (rate * b2 / c2) * e / below
            if o['weightDecay'] and not o['decoupledWeightDecay']:
                values[j] = values[j] / (1 + rate * o['weightDecay'])
