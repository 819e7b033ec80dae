"""Rules around other rules."""

from elementwise import adam, sgd, with_gradient, zeros
from single import like, sqrt

bases = {'sgd': sgd, 'adam': adam}


def lookahead(p, grads, state, group, o, t, context):
    """Lookahead: Zhang et al. 2019, Algorithm 1, with the three ways to treat a momentum buffer (section 5)."""
    for values, s in zip(p, state):
        if '_slow' not in s:
            s['_slow'] = list(values)
            s['_slowMomentum'] = zeros(values)
            s['_inner'] = {}
    inner = o['optimizer']
    bases[inner['name']](p, grads, [s['_inner'] for s in state], group, inner, t, context)
    if t % o['k'] == 0:
        for i, values, _ in with_gradient(p, grads):
            s = state[i]
            for j, slow in enumerate(s['_slow']):
                values[j] = slow + o['alpha'] * (values[j] - slow)
            s['_slow'] = list(values)
            if o['pullbackMomentum'] == 'reset':
                s['_inner']['momentumBuffer'] = zeros(values)
            elif o['pullbackMomentum'] == 'pullback':
                mixed = [
                    slow + o['alpha'] * (m - slow) for m, slow in zip(s['_inner']['momentumBuffer'], s['_slowMomentum'])
                ]
                s['_inner']['momentumBuffer'] = mixed
                s['_slowMomentum'] = mixed
    for s in state:
        for k in [k for k in s if k[0] != '_']:
            del s[k]
        s.update({k: v for k, v in s['_inner'].items()}, slow=s['_slow'])
        if o['pullbackMomentum'] == 'pullback':
            s['slowMomentum'] = s['_slowMomentum']


def sam(p, grads, state, group, o, t, context):
    """SAM: Foret et al. 2021, Algorithm 1; adaptive: ASAM, Kwon et al. 2021, Algorithm 1, where an element counts |w| + eta."""
    before = [list(values) for values in p]
    sizes = [[abs(v) + o['eta'] if o['adaptive'] else like(v, 1) for v in values] for values in p]
    total = like(p[0][0], 0)
    for g, size in zip(grads, sizes):
        for x, w in zip(g, size):
            total = total + (x * w) * (x * w)
    scale = o['rho'] / (sqrt(total) + o['epsilon'])
    moved = [
        [v + (x * (w * w)) * scale for v, x, w in zip(values, g, size)] for values, g, size in zip(p, grads, sizes)
    ]
    there = context['gradient'](moved)
    for values, old in zip(p, before):
        values[:] = old
    inner = o['optimizer']
    bases[inner['name']](p, there, state, group, inner, t, context)
