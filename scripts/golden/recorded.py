"""The cases of test/golden, and what is computed held against them."""

import json
import os

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'test', 'golden')
RECORDED = os.path.join(GOLDEN, 'recorded')


def cases_of(folder, name):
    with open(os.path.join(GOLDEN, folder, f'{name}.json')) as file:
        return json.load(file)['cases']


def compare(name, c, trajectory, tolerance=1e-9):
    """Every element after every step is the recorded one."""
    for step, row in enumerate(c['trajectory']):
        for p, values in enumerate(row):
            for i, x in enumerate(values):
                got = trajectory[step][p][i]
                if not abs(got - x) <= tolerance * (1 + abs(x)):
                    raise AssertionError(f'{name} {c["name"]}: step {step} p{p}[{i}] is {got}, recorded {x}')
