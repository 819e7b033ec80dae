"""Rules that other files hold, with options that none of their cases has."""

import math

import elementwise
import matrices
from elementwise import decayed, with_gradient, zeros
from norms import norm
from single import like, sign, sqrt


def uncorrected(p, grads, state, group, o, t, context):
    """Adam and AdamW without bias correction (Kingma and Ba 2015, section 3, without its last lines)."""
    for i, values, given in with_gradient(p, grads):
        s = state[i]
        if not s:
            s.update(step=0, expAvg=zeros(values), expAvgSq=zeros(values))
        s['step'] += 1
        elementwise.shrink(values, o)
        g = decayed(given, values, o)
        b1, b2 = o['beta1'], o['beta2']
        s['expAvg'] = [b1 * m + (1 - b1) * x for m, x in zip(s['expAvg'], g)]
        s['expAvgSq'] = [b2 * v + (1 - b2) * (x * x) for v, x in zip(s['expAvgSq'], g)]
        for j, (m, v) in enumerate(zip(s['expAvg'], s['expAvgSq'])):
            values[j] = values[j] - o['learningRate'] * m / (sqrt(v) + o['epsilon'])


def rprop(p, grads, state, group, o, t, context):
    """Rprop: Riedmiller and Braun 1993, without backtracking, as torch.optim.Rprop."""
    for i, values, given in with_gradient(p, grads):
        s = state[i]
        if not s:
            s.update(step=0, prev=zeros(values), stepSize=[like(v, o['learningRate']) for v in values])
        s['step'] += 1
        g = decayed(given, values, o)
        for j, x in enumerate(g):
            turn = x * s['prev'][j]
            factor = o['etaPlus'] if turn > 0 else o['etaMinus'] if turn < 0 else 1
            s['stepSize'][j] = like(x, min(max(s['stepSize'][j] * factor, o['stepMin']), o['stepMax']))
            if turn < 0:
                g[j] = like(x, 0)
            values[j] = values[j] - sign(g[j]) * s['stepSize'][j]
        s['prev'] = g


def lamb(p, grads, state, group, o, t, context):
    """LAMB: You et al. 2020, Algorithm 2, as in optax: with a second epsilon under the root."""
    for i, values, given in with_gradient(p, grads):
        s = state[i]
        if not s:
            s.update(_step=0, expAvg=zeros(values), expAvgSq=zeros(values))
        s['_step'] += 1
        g = [-x for x in given] if o.get('maximize') else given
        b1, b2 = o['beta1'], o['beta2']
        s['expAvg'] = [b1 * m + (1 - b1) * x for m, x in zip(s['expAvg'], g)]
        s['expAvgSq'] = [b2 * v + (1 - b2) * (x * x) for v, x in zip(s['expAvgSq'], g)]
        one, two = 1 - b1 ** s['_step'], 1 - b2 ** s['_step']
        d = [
            (m / one) / (sqrt(v / two + o['epsilonRoot']) + o['epsilon']) for m, v in zip(s['expAvg'], s['expAvgSq'])
        ]
        d = [x + o['weightDecay'] * v for x, v in zip(d, values)]
        of_values, of_step = norm(values), norm(d)
        ratio = of_values / of_step if of_values > 0 and of_step > 0 else 1
        for j, x in enumerate(d):
            values[j] = values[j] - o['learningRate'] * (ratio * x)


def prodigy(p, grads, state, group, o, t, context):
    """Prodigy: Mishchenko and Defazio 2024, Algorithm 4, as in prodigyopt; all gradients are there."""
    b1, b2, d0 = o['beta1'], o['beta2'], o['d0']
    b3 = math.sqrt(b2) if o['beta3'] is None else o['beta3']
    group.setdefault('d', d0)
    group.setdefault('dMax', d0)
    group.setdefault('dNumerator', 0.0)
    d = group['d']
    correction = math.sqrt(1 - b2**t) / (1 - b1**t) if o['biasCorrection'] else 1
    rate = d * o['learningRate'] * correction
    group['dNumerator'] = group['dNumerator'] * b3
    group['k'] = t
    denominator = 0
    for i, values, given in with_gradient(p, grads):
        s = state[i]
        if not s:
            s.update(step=0, s=zeros(values), _p0=list(values), expAvg=zeros(values), expAvgSq=zeros(values))
        s['step'] += 1
        g = decayed(given, values, o)
        product = like(values[0], 0)
        for x, start, v in zip(g, s['_p0'], values):
            product = product + x * (start - v)
        group['dNumerator'] = group['dNumerator'] + d / d0 * rate * product
        s['expAvg'] = [b1 * m + d * (1 - b1) * x for m, x in zip(s['expAvg'], g)]
        s['expAvgSq'] = [b2 * v + d * d * (1 - b2) * (x * x) for v, x in zip(s['expAvgSq'], g)]
        weight = d / d0 * (d if o['safeguardWarmup'] else rate)
        s['s'] = [b3 * z + weight * x for z, x in zip(s['s'], g)]
        for z in s['s']:
            denominator = denominator + abs(z)
    if denominator == 0:
        return
    estimate = o['dCoef'] * group['dNumerator'] / denominator
    group['dHat'], group['dDenom'] = estimate, denominator
    if group['d'] == d0:
        group['d'] = max(group['d'], estimate)
    group['dMax'] = max(group['dMax'], estimate)
    group['d'] = min(group['dMax'], group['d'] * float(o['growthRate']))
    for i, values, _ in with_gradient(p, grads):
        s = state[i]
        factor = 1 - o['weightDecay'] * rate if o['weightDecay'] and o['decoupledWeightDecay'] else 1
        for j, (m, v) in enumerate(zip(s['expAvg'], s['expAvgSq'])):
            values[j] = values[j] * factor - rate * m / (sqrt(v) + group['d'] * o['epsilon'])


def muon_beside_adamw(p, grads, state, group, o, t, context):
    """Muon for matrices, AdamW for all else."""
    own = {key: o[f'adam{key[0].upper()}{key[1:]}'] for key in ('learningRate', 'beta1', 'beta2', 'epsilon', 'weightDecay')}
    own.update(decoupledWeightDecay=True, maximize=o['maximize'])
    is_matrix = [len(shape) == 2 for shape in context['shapes']]
    matrices.muon(p, [g if m else None for g, m in zip(grads, is_matrix)], state, group, o, t, context)
    elementwise.adam(p, [None if m else g for g, m in zip(grads, is_matrix)], state, group, own, t, context)
