"""Holds what record.py has written from formulas against the libraries that compute the same (requirements.txt)."""

import json
import os

import torch
from dadaptation import DAdaptAdam
from problem import gradient
from pytorch_optimizer import SAM, SOAP, Lookahead, Shampoo
from schedulefree import SGDScheduleFree

here = os.path.dirname(os.path.abspath(__file__))
recorded = os.path.join(here, '..', '..', 'test', 'golden', 'recorded')
torch.set_default_dtype(torch.float64)


def cases(name):
    with open(os.path.join(recorded, f'{name}.json')) as file:
        return json.load(file)['cases']


def tensors(c):
    return [torch.tensor([float(v) for v in p['values']]).reshape(p['shape']).requires_grad_() for p in c['params']]


def compare(name, c, trajectories, tolerance=1e-9):
    for step, (want, got) in enumerate(zip(c['trajectory'], trajectories)):
        for p, values in enumerate(want):
            for i, (x, y) in enumerate(zip(values, got[p])):
                assert abs(x - y) <= tolerance * (1 + abs(x)), (
                    f'{name} {c["name"]}: step {step} p{p}[{i}]: {x}, library {y}'
                )
    print(f'{name}: {c["name"]} agrees')


def follow(name, c, params, optimizer, set_rate=None, tolerance=1e-9):
    out = []
    for step, row in enumerate(c['grads']):
        for p, g in zip(params, row):
            p.grad = None if g is None else torch.tensor([float(x) for x in g]).reshape(p.shape)
        if 'learningRates' in c:
            for group in optimizer.param_groups:
                group['lr'] = c['learningRates'][step]
        optimizer.step()
        out.append([p.detach().flatten().tolist() for p in params])
    compare(name, c, out, tolerance)


def base(o, params=None):
    if o['name'] == 'sgd':
        kind, options = torch.optim.SGD, {'momentum': o['momentum']}
    else:
        kind = torch.optim.AdamW if o['decoupledWeightDecay'] else torch.optim.Adam
        options = {'betas': (o['beta1'], o['beta2']), 'eps': o['epsilon']}
    options.update(lr=o['learningRate'], weight_decay=o['weightDecay'])
    return (kind, options) if params is None else kind(params, **options)


for c in cases('scheduleFreeSGD'):
    o, params = c['options'], tensors(c)
    optimizer = SGDScheduleFree(
        params,
        lr=o['learningRate'],
        momentum=o['momentum'],
        weight_decay=o['weightDecay'],
        warmup_steps=o['warmupSteps'],
        r=o['r'],
        weight_lr_power=o['weightLrPower'],
        foreach=False,
    )
    optimizer.train()
    follow('scheduleFreeSGD', c, params, optimizer)

for c in cases('dadaptAdam'):
    o, params = c['options'], tensors(c)
    optimizer = DAdaptAdam(
        params,
        lr=o['learningRate'],
        betas=(o['beta1'], o['beta2']),
        eps=o['epsilon'],
        weight_decay=o['weightDecay'],
        decouple=o['decoupledWeightDecay'],
        use_bias_correction=o['biasCorrection'],
        d0=o['d0'],
        growth_rate=float(str(o['growthRate']).replace('Infinity', 'inf')),
    )
    follow('dadaptAdam', c, params, optimizer)

for c in cases('lookahead'):
    o, params = c['options'], tensors(c)
    optimizer = Lookahead(
        base(o['optimizer'], params), k=o['k'], alpha=o['alpha'], pullback_momentum=o['pullbackMomentum']
    )
    follow('lookahead', c, params, optimizer)

for c in cases('soap'):
    o, params = c['options'], tensors(c)
    optimizer = SOAP(
        params,
        lr=o['learningRate'],
        betas=(o['beta1'], o['beta2']),
        shampoo_beta=o['shampooBeta'],
        weight_decay=o['weightDecay'],
        precondition_frequency=o['preconditionFrequency'],
        max_precondition_dim=o['maxPreconditionDim'],
        precondition_1d=o['precondition1d'],
        correct_bias=o['correctBias'],
        normalize_gradient=o['normalizeGradient'],
        eps=o['epsilon'],
        maximize=o['maximize'],
    )
    # The library takes its QR decompositions in float32.
    follow('soap', c, params, optimizer, tolerance=1e-5)

for c in cases('shampoo'):
    o, params = c['options'], tensors(c)
    if o['beta1'] == 0 and o['beta2'] == 1:
        optimizer = Shampoo(params, lr=o['learningRate'], matrix_eps=o['epsilon'])
        follow('shampoo', c, params, optimizer)

for name in ('sam', 'asam'):
    for c in cases(name):
        o, params = c['options'], tensors(c)
        if o['eta'] != 0:
            continue  # an option of the authors' code
        kind, options = base(o['optimizer'])
        optimizer = SAM(params, kind, rho=o['rho'], adaptive=o['adaptive'], perturb_eps=o['epsilon'], **options)

        def closure():
            rows = gradient(c['problem'], [p.detach().flatten().tolist() for p in params])
            for p, g in zip(params, rows):
                p.grad = torch.tensor(g).reshape(p.shape)

        out = []
        for _ in c['trajectory']:
            closure()
            optimizer.step(closure)
            out.append([p.detach().flatten().tolist() for p in params])
        # The library takes the norm in float32.
        compare(name, c, out, 1e-6)
