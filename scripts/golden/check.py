"""Holds what record.py has written from formulas against the libraries that compute the same (requirements.txt)."""

import torch
from dadaptation import DAdaptAdam
from problem import gradient
from pytorch_optimizer import SAM, SOAP, Lookahead, Shampoo
from recorded import cases_of, compare
from schedulefree import SGDScheduleFree

torch.set_default_dtype(torch.float64)


def tensors(c):
    return [torch.tensor([float(v) for v in p['values']]).reshape(p['shape']).requires_grad_() for p in c['params']]


def follow(name, c, params, optimizer, tolerance=1e-9):
    """The library takes the steps of a case."""

    def give(rows):
        for p, g in zip(params, rows):
            p.grad = None if g is None else torch.tensor([float(x) for x in g]).reshape(p.shape)

    def evaluate():
        give(gradient(c['problem'], [p.detach().flatten().tolist() for p in params]))

    trajectory = []
    for step in range(len(c['trajectory'])):
        if 'learningRates' in c:
            for group in optimizer.param_groups:
                group['lr'] = c['learningRates'][step]
        if 'problem' in c:
            evaluate()
            optimizer.step(evaluate)
        else:
            give(c['grads'][step])
            optimizer.step()
        trajectory.append([p.detach().flatten().tolist() for p in params])
    compare(name, c, trajectory, tolerance)
    print(f'{name}: {c["name"]} agrees')


def base(o, params=None):
    if o['name'] == 'sgd':
        kind, options = torch.optim.SGD, {'momentum': o['momentum']}
    else:
        kind = torch.optim.AdamW if o['decoupledWeightDecay'] else torch.optim.Adam
        options = {'betas': (o['beta1'], o['beta2']), 'eps': o['epsilon']}
    options.update(lr=o['learningRate'], weight_decay=o['weightDecay'])
    return (kind, options) if params is None else kind(params, **options)


for c in cases_of('recorded', 'scheduleFreeSGD'):
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

for c in cases_of('recorded', 'dadaptAdam'):
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

for c in cases_of('recorded', 'lookahead'):
    o, params = c['options'], tensors(c)
    optimizer = Lookahead(
        base(o['optimizer'], params), k=o['k'], alpha=o['alpha'], pullback_momentum=o['pullbackMomentum']
    )
    follow('lookahead', c, params, optimizer)

for c in cases_of('recorded', 'soap'):
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

for c in cases_of('recorded', 'shampoo'):
    o, params = c['options'], tensors(c)
    if o['beta1'] == 0 and o['beta2'] == 1:
        optimizer = Shampoo(params, lr=o['learningRate'], matrix_eps=o['epsilon'])
        follow('shampoo', c, params, optimizer)

for name in ('sam', 'asam'):
    for c in cases_of('recorded', name):
        o, params = c['options'], tensors(c)
        if o['eta'] != 0:
            continue  # an option of the authors' code
        kind, options = base(o['optimizer'])
        optimizer = SAM(params, kind, rho=o['rho'], adaptive=o['adaptive'], perturb_eps=o['epsilon'], **options)
        # The library takes the norm in float32.
        follow(name, c, params, optimizer, tolerance=1e-6)
