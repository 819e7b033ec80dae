"""Rules with products, roots and eigenvectors of matrices. A matrix is a list of rows."""

import math

from elementwise import decayed, shrink, with_gradient, zeros
from single import like, power, sqrt


def rows_of(values, shape):
    n = shape[1]
    return [values[i * n : (i + 1) * n] for i in range(shape[0])]


def flat(matrix):
    return [x for row in matrix for x in row]


def transposed(m):
    return [list(column) for column in zip(*m)]


def product(a, b):
    columns = transposed(b)
    out = []
    for row in a:
        line = []
        for column in columns:
            total = row[0] * column[0]
            for x, y in zip(row[1:], column[1:]):
                total = total + x * y
            line.append(total)
        out.append(line)
    return out


def eigen(m):
    """Eigenvalues, largest first, and their vectors as columns: cyclic Jacobi rotations."""
    n = len(m)
    a = [list(row) for row in m]
    one, zero = like(a[0][0], 1), like(a[0][0], 0)
    v = [[one if i == j else zero for j in range(n)] for i in range(n)]
    for _ in range(30):
        off = sum(float(a[i][j]) ** 2 for i in range(n) for j in range(n) if i != j)
        if off == 0:
            break
        for p in range(n - 1):
            for q in range(p + 1, n):
                if float(a[p][q]) == 0:
                    continue
                theta = (a[q][q] - a[p][p]) / (2 * a[p][q])
                t = (1 if theta >= 0 else -1) / (abs(theta) + sqrt(theta * theta + 1))
                c = 1 / sqrt(t * t + 1)
                s = t * c
                for k in range(n):
                    x, y = a[k][p], a[k][q]
                    a[k][p], a[k][q] = c * x - s * y, s * x + c * y
                for k in range(n):
                    x, y = a[p][k], a[q][k]
                    a[p][k], a[q][k] = c * x - s * y, s * x + c * y
                a[p][q] = a[q][p] = zero
                for k in range(n):
                    x, y = v[k][p], v[k][q]
                    v[k][p], v[k][q] = c * x - s * y, s * x + c * y
    order = sorted(range(n), key=lambda i: -float(a[i][i]))
    return [a[i][i] for i in order], [[row[i] for i in order] for row in v]


def orthonormal(m):
    """The columns made orthonormal one after the other, twice each (the Q of a QR decomposition, up to signs)."""
    done = []
    for column in transposed(m):
        for _ in range(2):
            for other in done:
                dot = column[0] * other[0]
                for x, y in zip(column[1:], other[1:]):
                    dot = dot + x * y
                column = [x - dot * y for x, y in zip(column, other)]
        length = column[0] * column[0]
        for x in column[1:]:
            length = length + x * x
        done.append([x / sqrt(length) for x in column])
    return transposed(done)


def muon(p, grads, state, group, o, t, context):
    """Muon: Jordan et al. 2024, as torch.optim.Muon, with the Newton-Schulz iteration in full precision."""
    for i, values, given in with_gradient(p, grads):
        shape = context['shapes'][i]
        s = state[i]
        if not s:
            s['momentumBuffer'] = zeros(values)
        g = [-x for x in given] if o['maximize'] else given
        b = o['momentum']
        s['momentumBuffer'] = [m + (1 - b) * (x - m) for m, x in zip(s['momentumBuffer'], g)]
        u = [x + b * (m - x) for x, m in zip(g, s['momentumBuffer'])] if o['nesterov'] else s['momentumBuffer']
        matrix = rows_of(u, shape)
        if shape[0] > shape[1]:
            matrix = transposed(matrix)
        length = like(values[0], 0)
        for x in flat(matrix):
            length = length + x * x
        length = max(sqrt(length), o['epsilon'])
        matrix = [[x / length for x in row] for row in matrix]
        ca, cb, cc = o['nsCoefficients']
        for _ in range(o['nsSteps']):
            gram = product(matrix, transposed(matrix))
            square = product(gram, gram)
            inner = [[cb * x + cc * y for x, y in zip(r, q)] for r, q in zip(gram, square)]
            right = product(inner, matrix)
            matrix = [[ca * x + y for x, y in zip(r, q)] for r, q in zip(matrix, right)]
        if shape[0] > shape[1]:
            matrix = transposed(matrix)
        ratio = {
            None: math.sqrt(max(1, shape[0] / shape[1])),
            'match_rms_adamw': 0.2 * math.sqrt(max(shape)),
            'spectral_unclamped': math.sqrt(shape[0] / shape[1]),
        }[o['adjustLrFn']]
        factor = 1 - o['learningRate'] * o['weightDecay']
        for j, x in enumerate(flat(matrix)):
            values[j] = values[j] * factor - (o['learningRate'] * ratio) * x


def modes_of(values, shape):
    """For each axis the tensor as a matrix with that axis first; vectors and matrices."""
    if len(shape) == 1:
        return [[[x] for x in values]]
    matrix = rows_of(values, shape)
    return [matrix, transposed(matrix)]


def along(values, shape, factors, transpose=False):
    """Multiplies by a matrix along each axis that has one."""
    if len(shape) == 1:
        (f,) = factors
        if f is None:
            return list(values)
        return flat(product(transposed(f) if transpose else f, [[x] for x in values]))
    matrix = rows_of(values, shape)
    left, right = factors
    if left is not None:
        matrix = product(transposed(left) if transpose else left, matrix)
    if right is not None:
        matrix = product(matrix, right if transpose else transposed(right))
    return flat(matrix)


def inverse_root(m, epsilon, degree):
    values, vectors = eigen(m)
    scaled = [[x * power(e + epsilon, -1 / degree) for x, e in zip(row, values)] for row in vectors]
    return product(scaled, transposed(vectors))


def shampoo(p, grads, state, group, o, t, context):
    """Shampoo: Gupta, Koren, Singer 2018, Algorithms 1 and 2, with the averages and bias corrections of Shi et al. 2023, without
    grafting: the corrected mean of gradients is multiplied along each axis by (factor + epsilon)^(-1 / 2k), k being the number of
    axes. Roots are taken in step 1 and every preconditionFrequency steps from there on; axes longer than maxPreconditionDim are
    left as they are."""
    for i, values, given in with_gradient(p, grads):
        shape = context['shapes'][i]
        s = state[i]
        chosen = [n <= o['maxPreconditionDim'] for n in shape]
        if not s:
            s.update(step=0, expAvg=zeros(values))
            for a, n in enumerate(shape):
                if chosen[a]:
                    s[f'preconditioner{a}'] = [like(values[0], 0)] * (n * n)
        s['step'] += 1
        n = s['step']
        shrink(values, o)
        g = decayed(given, values, o)
        b1, b2 = o['beta1'], o['beta2']
        s['expAvg'] = [b1 * m + (1 - b1) * x for m, x in zip(s['expAvg'], g)]
        roots = []
        for a, mode in enumerate(modes_of(g, shape)):
            if not chosen[a]:
                roots.append(None)
                continue
            key, size = f'preconditioner{a}', shape[a]
            outer = flat(product(mode, transposed(mode)))
            weight = 1 if b2 == 1 else 1 - b2
            s[key] = [b2 * x + weight * y for x, y in zip(s[key], outer)]
            if (n - 1) % o['preconditionFrequency'] == 0:
                correction = 1 if b2 == 1 else 1 - b2**n
                factor = [[x / correction for x in row] for row in rows_of(s[key], [size, size])]
                s[f'inverseRoot{a}'] = flat(inverse_root(factor, o['epsilon'], 2 * len(shape)))
            roots.append(rows_of(s[f'inverseRoot{a}'], [size, size]))
        mean = [m / (1 - b1**n) for m in s['expAvg']]
        for j, x in enumerate(along(mean, shape, roots)):
            values[j] = values[j] - o['learningRate'] * x


def soap(p, grads, state, group, o, t, context):
    """SOAP: Vyas et al. 2024, Algorithm 3, as in the authors' code: Adam in the eigenbasis of Shampoo's factors. The first step only
    begins the factors; the bases are renewed, by one power iteration and a QR decomposition, after every preconditionFrequency steps.
    The signs of their columns are free, so the bases are not recorded."""
    for i, values, given in with_gradient(p, grads):
        shape = context['shapes'][i]
        s = state[i]
        chosen = [n <= o['maxPreconditionDim'] and (len(shape) > 1 or o['precondition1d']) for n in shape]
        g = [-x for x in given] if o['maximize'] else list(given)
        beta = o['beta2'] if o['shampooBeta'] is None else o['shampooBeta']

        def follow(s=s, g=g, shape=shape, chosen=chosen):
            for a, mode in enumerate(modes_of(g, shape)):
                if chosen[a]:
                    key = f'preconditioner{a}'
                    outer = flat(product(mode, transposed(mode)))
                    s[key] = [beta * x + (1 - beta) * y for x, y in zip(s[key], outer)]

        if not s:
            s.update(step=0, expAvg=zeros(values), expAvgSq=zeros(values))
            for a, n in enumerate(shape):
                if chosen[a]:
                    s[f'preconditioner{a}'] = [like(values[0], 0)] * (n * n)
            follow()
            s['_bases'] = [
                eigen(rows_of(s[f'preconditioner{a}'], [n, n]))[1] if chosen[a] else None for a, n in enumerate(shape)
            ]
            continue
        s['step'] += 1
        n = s['step']
        b1, b2 = o['beta1'], o['beta2']
        bases = s['_bases']
        s['expAvg'] = [b1 * m + (1 - b1) * x for m, x in zip(s['expAvg'], g)]
        inside = along(g, shape, bases, True)
        s['expAvgSq'] = [b2 * v + (1 - b2) * (x * x) for v, x in zip(s['expAvgSq'], inside)]
        mean = along(s['expAvg'], shape, bases, True)
        update = along([m / (sqrt(v) + o['epsilon']) for m, v in zip(mean, s['expAvgSq'])], shape, bases)
        if o['normalizeGradient']:
            total = like(values[0], 0)
            for x in update:
                total = total + x * x
            below = sqrt(total / len(update)) + o['epsilon']
            update = [x / below for x in update]
        rate = o['learningRate']
        if o['correctBias']:
            rate = rate * math.sqrt(1 - b2**n) / (1 - b1**n)
        factor = 1 - o['learningRate'] * o['weightDecay']
        for j, x in enumerate(update):
            values[j] = (values[j] - rate * x) * factor
        follow()
        if n % o['preconditionFrequency'] == 0:
            for a, size in enumerate(shape):
                if not chosen[a]:
                    continue
                q = bases[a]
                moved = product(rows_of(s[f'preconditioner{a}'], [size, size]), q)
                estimates = [sum(float(q[r][c]) * float(moved[r][c]) for r in range(size)) for c in range(size)]
                order = sorted(range(size), key=lambda c: -estimates[c])
                bases[a] = orthonormal([[row[c] for c in order] for row in moved])
                s['expAvgSq'] = permuted(s['expAvgSq'], shape, a, order)


def permuted(values, shape, axis, order):
    if len(shape) == 1:
        return [values[k] for k in order]
    matrix = rows_of(values, shape)
    return flat([matrix[k] for k in order] if axis == 0 else [[row[k] for k in order] for row in matrix])
