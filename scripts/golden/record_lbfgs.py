"""Writes test/golden/recorded/lbfgs.json: torch.optim.LBFGS in float64. Needs torch (requirements.txt)."""

import os

import torch
from case import deviation, up, write
from problem import gradient, parameters, separable, value
from recorded import RECORDED

DEFAULTS = {
    'learningRate': 1,
    'maxIter': 20,
    'maxEval': None,
    'toleranceGrad': 1e-7,
    'toleranceChange': 1e-9,
    'historySize': 100,
    'lineSearchFn': None,
}
NAMES = {
    'learningRate': 'lr',
    'maxIter': 'max_iter',
    'maxEval': 'max_eval',
    'toleranceGrad': 'tolerance_grad',
    'toleranceChange': 'tolerance_change',
    'historySize': 'history_size',
    'lineSearchFn': 'line_search_fn',
}


def optimise(problem, params, options, steps, dtype):
    tensors = [torch.tensor(p['values'], dtype=dtype).requires_grad_() for p in params]
    optimizer = torch.optim.LBFGS(tensors, **{NAMES[k]: v for k, v in options.items()})

    def closure():
        # The same formulas as everywhere, on tensors of one element each.
        elements = [list(t.detach().unbind()) for t in tensors]
        for t, g in zip(tensors, gradient(problem, elements)):
            t.grad = torch.stack(list(g))
        return value(problem, elements)

    trajectory, losses, evaluations = [], [], []
    before = 0
    for _ in range(steps):
        losses.append(float(optimizer.step(closure)))
        trajectory.append([t.detach().double().tolist() for t in tensors])
        state = optimizer.state[tensors[0]]
        evaluations.append(state['func_evals'] - before)
        before = state['func_evals']
    return trajectory, losses, evaluations


def case(name, shapes, steps, kind='separable', note=None, limit=1e-2, seed=3, start=None, **options):
    params = parameters(shapes, seed)
    if start:
        params = [{'shape': [len(start)], 'values': start}]
    problem = separable(params, seed) if kind == 'separable' else {'kind': kind}
    everything = {**DEFAULTS, **options}
    trajectory, losses, evaluations = optimise(problem, params, everything, steps, torch.float64)
    single, _, counted = optimise(problem, params, everything, steps, torch.float32)
    assert counted == evaluations, (name, counted, evaluations)
    off = 8 * deviation(params, trajectory, single)
    assert off < limit, (name, off)
    made = {
        'name': f'torch {name}',
        'source': f'torch {torch.__version__.split("+")[0]} torch.optim.LBFGS',
        'convention': 'torch',
        'defaults': not options,
        'options': everything,
        'weightDecayMode': 'none',
        'params': params,
        'problem': problem,
        'trajectory': trajectory,
        'losses': losses,
        'evaluations': evaluations,
        'state': [{} for _ in params],
        'statePeak': [{} for _ in params],
        'tolerance': {'trajectory': up(off), 'state': up(0)},
    }
    if note:
        made['note'] = note
    print(name, evaluations, losses, made['tolerance']['trajectory'])
    return made


both = [[7], [3, 5]]
write(
    os.path.join(RECORDED, 'lbfgs.json'),
    'lbfgs',
    [
        case('defaults', both, 1, note='trajectory[step] is after a whole step, of up to maxIter iterations.'),
        case('strong Wolfe', both, 2, lineSearchFn='strong_wolfe', maxIter=4),
        case(
            'strong Wolfe, Rosenbrock',
            [[2]],
            4,
            'rosenbrock',
            start=[-1.25, 1.0],
            lineSearchFn='strong_wolfe',
            maxIter=4,
        ),
        case(
            'strong Wolfe, Rosenbrock in 4 dimensions',
            [[4]],
            3,
            'rosenbrock',
            start=[0.5, 0.75, 1.25, 1.5],
            lineSearchFn='strong_wolfe',
            maxIter=5,
            historySize=3,
        ),
        case('learningRate historySize', both, 4, learningRate=0.5, maxIter=3, historySize=2),
        case('maxEval', both, 3, lineSearchFn='strong_wolfe', maxIter=10, maxEval=4),
        case(
            'toleranceGrad',
            both,
            2,
            toleranceGrad=0.5,
            note='The first step ends when no element of the gradient is above toleranceGrad, the second does nothing.',
        ),
        case('toleranceChange', both, 2, lineSearchFn='strong_wolfe', toleranceChange=0.05),
    ],
)
