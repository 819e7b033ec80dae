"""States in few bits. A number is computed from the widened states, moves its parameter, and is then stored."""

import math
import struct

from elementwise import adam, lion, with_gradient
from single import Single, like

rules = {'adam': adam, 'adamw': adam, 'lion': lion}


def bfloat16(x):
    """Rounded to the nearest bfloat16, ties to even."""
    bits = struct.unpack('<I', struct.pack('<f', float(x)))[0]
    bits = (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000
    return struct.unpack('<f', struct.pack('<I', bits))[0]


def dynamic_map(signed):
    """Dettmers et al. 2021, section 2.1 and appendix: dynamic tree quantisation; 256 values from -1, or 0, to 1. The number of zeros before the indicator bit is
    the exponent, what follows is a fraction in equal steps, whose middles are the values."""
    values = [0.0, 1.0]
    for i in range(7):
        items = 2**i if signed else 2 ** (i + 1)
        for k in range(items):
            low, high = 0.1 + 0.9 * k / items, 0.1 + 0.9 * (k + 1) / items
            middle = (low + high) / 2 * 10.0 ** (i - 6)
            values += [middle, -middle] if signed else [middle]
    assert len(values) == 256
    return [float(Single(v)) for v in sorted(values)]


MAPS = {True: dynamic_map(True), False: dynamic_map(False)}


def encode(values, signed, size):
    """Codes, and the largest magnitude of each block; a block of zeros has the scale 0 and the codes of 0. The nearest value of the map wins,
    the lower one in a tie. Also how far the closest decision was from going the other way."""
    table = MAPS[signed]
    codes, scales, margin = [], [], math.inf
    for start in range(0, len(values), size):
        block = values[start : start + size]
        most = max(abs(float(v)) for v in block)
        scales.append(float(Single(most)))
        for v in block:
            x = float(v) / most if most > 0 else 0.0
            code = min(range(256), key=lambda c: (abs(table[c] - x), c))
            codes.append(code)
            for other in (code - 1, code + 1):
                if 0 <= other < 256:
                    middle = (table[code] + table[other]) / 2
                    margin = min(margin, abs(x - middle) / max(abs(middle), 1e-12))
    return codes, scales, margin


def decode(codes, scales, signed, size):
    table = MAPS[signed]
    return [table[c] * scales[i // size] for i, c in enumerate(codes)]


SIGNED = {'expAvg': True, 'expAvgSq': False}
# Decisions closer than this might fall otherwise in float32; states are rounded alike before each step, so little adds up.
MARGIN = 5e-7


def small(name):
    return lambda *given: step(rules[name], *given)


def step(rule, p, grads, state, group, o, t, context):
    size, kind = o['blockSize'], o['stateDtype']
    inner = [dict(s['_wide']) if '_wide' in s else {} for s in state]
    rule(p, grads, inner, group, o, t, context)
    for i, values, _ in with_gradient(p, grads):
        s, wide = state[i], inner[i]
        if 'step' in wide:
            s['step'] = wide['step']
        for name in SIGNED:
            if name not in wide:
                continue
            if kind == 'bfloat16':
                for x in wide[name]:
                    check_tie(x)
                wide[name] = [like(x, bfloat16(x)) for x in wide[name]]
                s[name] = wide[name]
                continue
            codes, scales, margin = encode(wide[name], SIGNED[name], size)
            if margin < MARGIN:
                raise Undecided()
            wide[name] = [like(values[0], x) for x in decode(codes, scales, SIGNED[name], size)]
            s[name] = wide[name]
            s[f'{name}Codes'] = [float(c) for c in codes]
            s[f'{name}Scales'] = scales
        s['_wide'] = wide


def check_tie(x):
    low = bfloat16(float(x) * (1 - MARGIN))
    if low != bfloat16(float(x) * (1 + MARGIN)):
        raise Undecided()


class Undecided(Exception):
    """Float32 might round the other way: the case takes another seed."""
