"""Runs a rule in float64, again with every operation rounded to float32, and writes down a case."""

import json
import math

from problem import gradient, value
from single import Single

FLOOR = 4e-6


def numbers_of(values, kind):
    return [kind(v) for v in values]


def run(rule, options, params, grads, kind, extra):
    """Parameters after each step, and the states after each step. `rule(params, grads, state, group, options, step, extra)` changes
    lists of parameters and states in place."""
    p = [numbers_of(param['values'], kind) for param in params]
    state = [{} for _ in params]
    group = {}
    shapes = [param['shape'] for param in params]
    trajectory, evals, states, losses = [], [], [], []
    problem = extra.get('problem')
    steps = extra.get('steps', 12) if problem else len(grads)
    for t in range(steps):
        o = dict(options)
        if 'learningRates' in extra:
            o['learningRate'] = extra['learningRates'][t]
        context = {'shapes': shapes}
        if problem:
            context['gradient'] = lambda at: gradient(problem, at)
            losses.append(float(value(problem, p)))
            g = gradient(problem, p)
        else:
            g = [None if x is None else numbers_of(x, kind) for x in grads[t]]
        if 'hessianGrads' in extra and extra['hessianGrads'][t] is not None:
            context['hessianGrads'] = [numbers_of(x, kind) for x in extra['hessianGrads'][t]]
        rule(p, g, state, group, o, t + 1, context)
        trajectory.append([[float(x) for x in values] for values in p])
        if 'eval' in context:
            evals.append([[float(x) for x in values] for values in context['eval']])
        states.append(
            [
                {k: ([float(x) for x in v] if isinstance(v, list) else v) for k, v in s.items() if k[0] != '_'}
                for s in state
            ]
        )
    return trajectory, evals, states, {k: v for k, v in group.items() if k[0] != '_'}, losses


def up(x):
    """Rounded up to one digit."""
    if x <= FLOOR:
        return FLOOR
    e = 10.0 ** math.floor(math.log10(x))
    return float(f'{math.ceil(x / e) * e:.0e}')


def deviation(params, trajectory, other):
    """The largest difference, as a part of the largest magnitude that the element has had."""
    worst = 0.0
    peaks = [[abs(v) for v in p['values']] for p in params]
    for step, row in enumerate(trajectory):
        for p, values in enumerate(row):
            for i, x in enumerate(values):
                peaks[p][i] = max(peaks[p][i], abs(x))
                d = abs(other[step][p][i] - x)
                if d > 0:
                    worst = max(worst, d / peaks[p][i] if peaks[p][i] > 0 else math.inf)
    return worst


def state_peaks(states):
    peaks = []
    for p in range(len(states[0])):
        row = {}
        for name, last in states[-1][p].items():
            if not isinstance(last, list):
                continue
            row[name] = [max(abs(s[p][name][i]) for s in states if name in s[p]) for i in range(len(last))]
        peaks.append(row)
    return peaks


def state_deviation(states, other, peaks):
    worst = 0.0
    for p, row in enumerate(peaks):
        for name, peak in row.items():
            for i, x in enumerate(states[-1][p][name]):
                d = abs(other[-1][p][name][i] - x)
                if d > 0:
                    worst = max(worst, d / peak[i] if peak[i] > 0 else math.inf)
    return worst


def record(rule, name, source, convention, defaults, options, params, grads, mode='none', note=None, **extra):
    trajectory, evals, states, group, losses = run(rule, options, params, grads, float, extra)
    rounded = run(rule, options, params, grads, Single, extra)
    peaks = state_peaks(states)
    off = 8 * max(
        deviation(params, trajectory, rounded[0]),
        deviation(params, evals, rounded[1]) if evals else 0,
    )
    state_off = 8 * state_deviation(states, rounded[2], peaks)
    limit = extra.get('limit', 1e-3)
    if not (off < limit and state_off < limit):
        raise AssertionError(
            f'{source} {name}: float32 differs by {off / 8}, {state_off / 8}: a branch or a sign is undecided'
        )
    case = {
        'name': name,
        'source': source,
        'convention': convention,
        'defaults': defaults,
        'options': options,
        'weightDecayMode': mode,
        'note': note,
        'params': params,
        'grads': grads,
        'trajectory': trajectory,
        'state': states[-1],
        'statePeak': peaks,
        'groupState': group or None,
        'tolerance': {'trajectory': up(off), 'state': up(state_off)},
        'learningRates': extra.get('learningRates'),
        'hessianGrads': extra.get('hessianGrads'),
        'problem': extra.get('problem'),
        'losses': losses or None,
        'evalTrajectory': evals or None,
    }
    return {k: v for k, v in case.items() if v is not None}


def plain(x):
    """Integers without a point, shortest digits otherwise; peaks and such need three."""
    if isinstance(x, bool) or x is None or isinstance(x, str):
        return x
    if isinstance(x, dict):
        return {k: (coarse(v) if k == 'statePeak' else plain(v)) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        return [plain(v) for v in x]
    if isinstance(x, float) and not math.isfinite(x):
        return 'NaN' if math.isnan(x) else 'Infinity' if x > 0 else '-Infinity'
    x = float(x)
    return int(x) if x == int(x) and abs(x) < 2**53 and not (x == 0 and math.copysign(1, x) < 0) else x


def coarse(x):
    if isinstance(x, dict):
        return {k: coarse(v) for k, v in x.items()}
    if isinstance(x, list):
        return [coarse(v) for v in x]
    return plain(float(f'{x:.3g}'))


def write(path, optimizer, cases):
    lines = ',\n'.join(json.dumps(plain(case), separators=(',', ':'), allow_nan=False) for case in cases)
    head = json.dumps({'optimizer': optimizer}, separators=(',', ':'))[:-1]
    with open(path, 'w') as file:
        file.write(f'{head},"cases":[\n{lines}\n]}}\n')
