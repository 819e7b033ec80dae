"""Writes test/golden/recorded: what the files of test/golden/optimizers lack. Plain Python; `python3 scripts/golden/record.py`.

Formulas that other files hold, too, are first held against them."""

import math
import os

import elementwise
import matrices
import norms
import options
import wrappers
from case import record, run, write
from problem import gradients, parameters, separable
from recorded import RECORDED, cases_of, compare
from small_states import Undecided, small

RATES = [0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.2, 0.2, 0.2, 0.01, 0.01, 0.01]
VECTOR_AND_MATRIX = [[7], [3, 5]]


def verify(name, rule, convention, skip=()):
    """The formula gives what the library has given."""
    checked = 0
    for c in cases_of('optimizers', name):
        if c['convention'] != convention or any(word in c['name'] for word in skip):
            continue
        options = dict({'maximize': False}, **c['options'])
        extra = {'learningRates': c['learningRates']} if 'learningRates' in c else {}
        compare(name, c, run(rule, options, c['params'], c['grads'], float, extra)[0])
        checked += 1
    assert checked > 0, name


class File:
    """The cases of one optimizer. Each has gradients of its own."""

    def __init__(
        self, name, rule, source, convention, shapes=VECTOR_AND_MATRIX, large=True, plain=False, fine=False, **defaults
    ):
        self.name, self.rule, self.source, self.convention = name, rule, source, convention
        self.shapes, self.large, self.plain, self.fine = shapes, large, plain, fine
        self.defaults = defaults
        self.cases = []
        self.seed = sum(ord(c) * (i + 1) for i, c in enumerate(name))

    def add(
        self, name, mode='none', note=None, shapes=None, missing=False, problem=False, hessian=0, plain=None, **options
    ):
        shapes = shapes or self.shapes
        extra = {k: options.pop(k) for k in ('learningRates', 'limit', 'steps') if k in options}
        for attempt in range(50):
            seed = self.seed + 17 * len(self.cases) + 1009 * attempt
            params = parameters(shapes, seed)
            grads = gradients(
                shapes, seed, large=self.large, plain=self.plain if plain is None else plain, fine=self.fine
            )
            if missing:
                grads[3][1] = grads[7][1] = None
            if hessian:
                sampled = gradients(shapes, seed + 7, large=False, plain=True)
                extra['hessianGrads'] = [sampled[t] if t % hessian == hessian - 1 else None for t in range(12)]
            if problem:
                extra['problem'] = separable(params, seed)
            try:
                self.cases.append(
                    record(
                        self.rule,
                        f'{self.convention} {name}',
                        self.source,
                        self.convention,
                        name == 'defaults',
                        {**self.defaults, **options},
                        params,
                        None if problem else grads,
                        mode,
                        note,
                        **extra,
                    )
                )
                return
            except Undecided:
                continue
        raise AssertionError(f'{self.name} {name}: no seed decides every rounding')

    def write(self):
        write(os.path.join(RECORDED, f'{self.name}.json'), self.name, self.cases)
        print(f'{self.name}: {len(self.cases)} cases, tolerances {[c["tolerance"]["trajectory"] for c in self.cases]}')


FORMULA = 'scripts/golden: the formula in float64'
# What the wrappers wrap.
INNER_SGD = {'name': 'sgd', 'learningRate': 0.05, 'momentum': 0.9, 'weightDecay': 0, 'maximize': False}
INNER_ADAM = {
    'name': 'adam',
    'learningRate': 0.05,
    'beta1': 0.9,
    'beta2': 0.99,
    'epsilon': 1e-8,
    'weightDecay': 0.1,
    'decoupledWeightDecay': True,
    'maximize': False,
}


def schedule_free_sgd():
    note = 'trajectory holds the training weights y, evalTrajectory the averaged weights x.'
    f = File(
        'scheduleFreeSGD',
        elementwise.schedule_free_sgd,
        f'{FORMULA} (Defazio et al. 2024; schedulefree 1.4.1)',
        'meta',
        learningRate=1.0,
        momentum=0.9,
        weightDecay=0,
        warmupSteps=0,
        r=0,
        weightLrPower=2,
    )
    f.add('defaults', note=note)
    f.add('warmup', note=note, learningRate=0.5, momentum=0.8, warmupSteps=5)
    f.add(
        'weightDecay',
        'coupled',
        note + ' The decay is taken at y and added to the gradient.',
        learningRate=0.1,
        momentum=0.95,
        weightDecay=0.2,
    )
    f.add('r', note=note, learningRate=0.2, warmupSteps=4, r=1, weightLrPower=1)
    f.add(
        'changing rate',
        note=note + ' The averaging weight uses the largest rate so far.',
        learningRate=0.1,
        learningRates=RATES,
    )
    f.add(
        'missing gradients',
        note=note + ' The count of steps and the averaging weight are those of all parameters.',
        learningRate=0.3,
        missing=True,
    )
    f.write()


def signum():
    f = File(
        'signum',
        elementwise.signum,
        f'{FORMULA} (Bernstein et al. 2018)',
        'paper',
        learningRate=1e-3,
        momentum=0.9,
        weightDecay=0,
        decoupledWeightDecay=True,
        maximize=False,
    )
    f.add('defaults', note='sign(0) = 0: an element that never had a gradient does not move.')
    f.add('signSGD', note='Without momentum there is no state.', learningRate=0.02, momentum=0)
    f.add('decoupled weightDecay', 'decoupled', learningRate=0.02, momentum=0.7, weightDecay=0.3)
    f.add('weightDecay', 'coupled', learningRate=0.02, momentum=0.8, weightDecay=0.1, decoupledWeightDecay=False)
    f.add('maximize', 'decoupled', learningRate=0.01, momentum=0.95, weightDecay=0.1, maximize=True)
    f.add('changing rate', 'decoupled', weightDecay=0.1, learningRates=RATES)
    f.add('missing gradients', learningRate=0.05, missing=True)
    f.write()


def sophia_g():
    note = 'hessianGrads[step], where not null, are gradients of sampled labels: after the step hessian = beta2*hessian + (1-beta2)*g*g.'
    f = File(
        'sophiaG',
        elementwise.sophia_g,
        f"{FORMULA} (Liu et al. 2023; the authors' code)",
        'paper',
        large=False,
        learningRate=1e-4,
        beta1=0.965,
        beta2=0.99,
        rho=0.04,
        weightDecay=0.1,
        batchSize=5120,
        epsilon=1e-15,
        maximize=False,
    )
    f.add('defaults', 'decoupled', 'Without an estimate of the Hessian every step is learningRate*sign.')
    f.add('hessian', 'decoupled', note, learningRate=0.02, hessian=3, limit=1e-2)
    f.add(
        'clipping and not',
        'none',
        note,
        learningRate=0.05,
        beta1=0.8,
        beta2=0.9,
        rho=0.02,
        weightDecay=0,
        batchSize=64,
        hessian=2,
        limit=1e-2,
    )
    f.add(
        'maximize large epsilon',
        'decoupled',
        note,
        learningRate=0.05,
        beta1=0.9,
        beta2=0.95,
        rho=0.1,
        weightDecay=0.3,
        batchSize=16,
        epsilon=0.5,
        maximize=True,
        hessian=2,
        limit=1e-2,
    )
    f.write()


def dadapt_adam():
    f = File(
        'dadaptAdam',
        norms.dadapt_adam,
        f'{FORMULA} (Defazio and Mishchenko 2023; dadaptation 3.2)',
        'dadaptation',
        large=False,
        learningRate=1,
        beta1=0.9,
        beta2=0.999,
        epsilon=1e-8,
        weightDecay=0,
        decoupledWeightDecay=False,
        biasCorrection=False,
        d0=1e-6,
        growthRate=math.inf,
    )
    f.add('defaults', limit=1)
    f.add('d0', beta2=0.99, d0=1e-3, epsilon=1e-6, limit=0.1)
    f.add(
        'decoupled weightDecay',
        'decoupled',
        'p -= p*weightDecay*d*learningRate before the step.',
        learningRate=0.5,
        beta1=0.8,
        beta2=0.95,
        weightDecay=0.2,
        decoupledWeightDecay=True,
        d0=0.01,
        limit=0.1,
    )
    f.add('weightDecay', 'coupled', learningRate=0.5, beta1=0.8, beta2=0.95, weightDecay=0.2, d0=0.01, limit=0.1)
    f.add('bias correction', biasCorrection=True, beta2=0.99, d0=1e-3, limit=0.1)
    f.add('growth rate', beta2=0.99, d0=0.01, growthRate=1.25, limit=0.1)
    f.write()


def lookahead():
    f = File(
        'lookahead',
        wrappers.lookahead,
        f'{FORMULA} (Zhang et al. 2019)',
        'paper',
        k=5,
        alpha=0.5,
        pullbackMomentum='none',
        optimizer=INNER_SGD,
    )
    f.add('defaults', note='optimizer: what makes the fast weights. The slow weights begin as the first ones.')
    f.add('k alpha', k=3, alpha=0.8)
    f.add('adam', 'decoupled', optimizer=INNER_ADAM, k=4)
    f.add('reset', note='After each pull the momentum buffer is 0.', k=4, pullbackMomentum='reset')
    f.add(
        'pullback',
        note='The momentum buffer is pulled, too, towards that of the last pull (0 at first).',
        k=4,
        alpha=0.3,
        pullbackMomentum='pullback',
    )
    f.write()


def sam():
    note = 'Gradients are those of problem (see README.md); losses[step] is its value before the step.'
    for name, source, defaults in (
        ('sam', 'Foret et al. 2021', {'rho': 0.05, 'adaptive': False, 'eta': 0}),
        ('asam', 'Kwon et al. 2021', {'rho': 0.5, 'adaptive': True, 'eta': 0.01}),
    ):
        f = File(name, wrappers.sam, f'{FORMULA} ({source})', 'paper', epsilon=1e-12, optimizer=INNER_SGD, **defaults)
        f.add('defaults', note=note, problem=True)
        f.add('rho', note=note, problem=True, rho=0.7, epsilon=0.1)
        f.add('adam', 'decoupled', note, problem=True, rho=0.3, optimizer=INNER_ADAM)
        if name == 'asam':
            f.add('eta', note=note, problem=True, rho=0.2, eta=0.3)
            f.add('no eta', note=note, problem=True, rho=0.2, eta=0)
        f.write()


def maximized():
    verify('adan', elementwise.adan, 'kozistr', skip=('maxGradNorm',))
    f = File(
        'adan',
        elementwise.adan,
        FORMULA,
        'kozistr',
        learningRate=1e-3,
        beta1=0.98,
        beta2=0.92,
        beta3=0.99,
        weightDecay=0,
        decoupledWeightDecay=False,
        maxGradNorm=0,
        epsilon=1e-8,
        maximize=True,
    )
    f.add('maximize', learningRate=0.02, beta1=0.9, beta2=0.8, beta3=0.95, epsilon=1e-4)
    f.add(
        'maximize proximal weightDecay',
        'proximal',
        learningRate=0.02,
        beta1=0.95,
        beta2=0.85,
        beta3=0.98,
        weightDecay=0.3,
    )
    f.write()

    verify('lars', norms.lars_optax, 'optax')
    f = File(
        'lars',
        norms.lars_optax,
        FORMULA,
        'optax',
        large=False,
        learningRate=0.1,
        weightDecay=0,
        trustCoefficient=0.001,
        epsilon=0,
        momentum=0.9,
        nesterov=False,
        maximize=True,
    )
    f.add('maximize', learningRate=0.5, trustCoefficient=0.05)
    f.add(
        'maximize weightDecay nesterov',
        'coupled',
        'The gradient is negated before weightDecay*p is added.',
        learningRate=0.5,
        weightDecay=0.1,
        trustCoefficient=0.05,
        epsilon=0.001,
        momentum=0.8,
        nesterov=True,
    )
    f.write()

    verify('muon', matrices.muon, 'torch', skip=('bfloat16',))
    f = File(
        'muon',
        matrices.muon,
        f'{FORMULA}, Newton-Schulz iteration included',
        'torch',
        shapes=[[3, 5], [6, 4]],
        large=False,
        learningRate=1e-3,
        weightDecay=0.1,
        momentum=0.95,
        nesterov=True,
        nsCoefficients=[3.4445, -4.775, 2.0315],
        epsilon=1e-7,
        nsSteps=5,
        adjustLrFn=None,
        maximize=True,
    )
    f.add('maximize', 'decoupled', learningRate=0.02, momentum=0.9)
    f.add(
        'maximize match_rms_adamw',
        'none',
        learningRate=0.02,
        weightDecay=0,
        momentum=0.8,
        nesterov=False,
        adjustLrFn='match_rms_adamw',
    )
    f.rule = options.muon_beside_adamw
    f.add(
        'adamw',
        'decoupled',
        'What is no matrix is updated by AdamW with options of its own.',
        shapes=[[7], [3, 5]],
        learningRate=0.02,
        maximize=False,
        adamw=True,
        adamLearningRate=0.05,
        adamBeta1=0.8,
        adamBeta2=0.9,
        adamEpsilon=1e-3,
        adamWeightDecay=0.2,
    )
    f.write()

    verify('novograd', norms.novograd, 'kozistr')
    f = File(
        'novograd',
        norms.novograd,
        FORMULA,
        'kozistr',
        large=False,
        learningRate=1e-3,
        beta1=0.95,
        beta2=0.98,
        weightDecay=0,
        gradAveraging=False,
        epsilon=1e-8,
        maximize=True,
    )
    f.add('maximize', learningRate=0.02, beta1=0.9, beta2=0.5)
    f.add(
        'maximize weightDecay gradAveraging',
        'normalized',
        learningRate=0.02,
        beta1=0.8,
        beta2=0.7,
        weightDecay=0.1,
        gradAveraging=True,
        epsilon=0.05,
    )
    f.write()

    verify('sm3', norms.sm3, 'kozistr')
    f = File(
        'sm3',
        norms.sm3,
        FORMULA,
        'kozistr',
        large=False,
        learningRate=0.1,
        momentum=0,
        beta=0,
        epsilon=1e-30,
        maximize=True,
    )
    f.add('maximize', learningRate=0.05, epsilon=1e-4)
    f.add('maximize momentum beta', learningRate=0.05, momentum=0.5, beta=0.9, epsilon=1e-6)
    f.write()


def shampoo():
    f = File(
        'shampoo',
        matrices.shampoo,
        f'{FORMULA} (Gupta, Koren, Singer 2018; Shi et al. 2023)',
        'paper',
        shapes=[[4, 4], [3, 3]],
        plain=True,
        large=False,
        learningRate=0.01,
        beta1=0.9,
        beta2=1,
        epsilon=1e-12,
        weightDecay=0,
        decoupledWeightDecay=True,
        preconditionFrequency=1,
        maxPreconditionDim=1024,
        maximize=False,
    )
    f.add('defaults')
    f.add(
        'no mean',
        note='Algorithms 1 and 2 as they stand.',
        shapes=VECTOR_AND_MATRIX,
        learningRate=0.05,
        beta1=0,
        epsilon=0.05,
    )
    f.add(
        'vector and matrix',
        note='A vector has one factor, of all its elements; its exponent is -1/2.',
        shapes=VECTOR_AND_MATRIX,
        learningRate=0.05,
        beta1=0.8,
        epsilon=0.05,
    )
    f.add(
        'beta2 weightDecay',
        'decoupled',
        shapes=[[3, 5], [4, 4]],
        learningRate=0.05,
        beta1=0,
        beta2=0.9,
        epsilon=0.01,
        weightDecay=0.2,
    )
    f.add(
        'preconditionFrequency weightDecay',
        'coupled',
        'Roots are taken in steps 1, 4, 7, 10.',
        shapes=[[3, 5], [4, 4]],
        learningRate=0.02,
        epsilon=0.02,
        weightDecay=0.1,
        decoupledWeightDecay=False,
        preconditionFrequency=3,
    )
    f.add(
        'maxPreconditionDim maximize',
        note='Axes longer than maxPreconditionDim are left as they are; the exponent stays -1/4.',
        shapes=[[3, 5], [7]],
        learningRate=0.02,
        epsilon=0.02,
        maxPreconditionDim=4,
        maximize=True,
    )
    f.write()


def soap():
    f = File(
        'soap',
        matrices.soap,
        f"{FORMULA} (Vyas et al. 2024; the authors' code)",
        'paper',
        shapes=[[4, 4], [3, 3]],
        plain=True,
        large=False,
        learningRate=3e-3,
        beta1=0.95,
        beta2=0.95,
        shampooBeta=None,
        epsilon=1e-8,
        weightDecay=0.01,
        preconditionFrequency=10,
        maxPreconditionDim=10000,
        precondition1d=False,
        normalizeGradient=False,
        correctBias=True,
        maximize=False,
    )
    note = 'The first step moves nothing. Eigenbases are free in the signs of their columns and are not recorded; expAvgSq does not depend on the signs.'
    f.add('defaults', 'decoupled', note, limit=1e-2)
    f.add(
        'vector and a long axis',
        'decoupled',
        'Vectors are left alone, and so are axes longer than maxPreconditionDim.',
        shapes=[[7], [3, 5]],
        learningRate=0.02,
        beta1=0.9,
        beta2=0.9,
        weightDecay=0.2,
        preconditionFrequency=4,
        maxPreconditionDim=4,
        limit=1e-2,
    )
    f.add(
        'shampooBeta',
        'none',
        learningRate=0.02,
        beta1=0.8,
        beta2=0.98,
        shampooBeta=0.7,
        epsilon=1e-3,
        weightDecay=0,
        preconditionFrequency=2,
        correctBias=False,
        limit=1e-2,
    )
    f.add(
        'precondition1d',
        'none',
        note,
        shapes=[[2], [3, 3]],
        learningRate=0.02,
        weightDecay=0,
        preconditionFrequency=3,
        precondition1d=True,
        limit=1e-2,
    )
    f.add(
        'normalizeGradient maximize',
        'none',
        learningRate=0.02,
        epsilon=1e-4,
        weightDecay=0,
        preconditionFrequency=3,
        normalizeGradient=True,
        maximize=True,
        limit=1e-2,
    )
    f.write()


def small_states():
    shapes = [[11], [3, 8]]
    note = 'stateDtype uint8: states are stored as codes of the dynamic map (...Codes) and one largest magnitude for each blockSize elements (...Scales); the state itself is what they mean.'
    for name, defaults in (
        (
            'adam',
            {
                'learningRate': 1e-3,
                'beta1': 0.9,
                'beta2': 0.999,
                'epsilon': 1e-8,
                'weightDecay': 0,
                'decoupledWeightDecay': False,
                'maximize': False,
            },
        ),
        (
            'adamw',
            {
                'learningRate': 1e-3,
                'beta1': 0.9,
                'beta2': 0.999,
                'epsilon': 1e-8,
                'weightDecay': 0.01,
                'decoupledWeightDecay': True,
                'maximize': False,
            },
        ),
        ('lion', {'learningRate': 1e-4, 'beta1': 0.9, 'beta2': 0.99, 'weightDecay': 0, 'maximize': False}),
    ):
        verify(
            'adam' if name != 'lion' else 'lion',
            elementwise.adam if name != 'lion' else elementwise.lion,
            'torch' if name != 'lion' else 'kozistr',
        )
        mode = 'none' if name != 'adamw' else 'decoupled'
        faster = {'learningRate': 0.02, 'beta1': 0.8, 'beta2': 0.95, 'weightDecay': 0.1}
        decay = 'coupled' if name == 'adam' else 'decoupled'
        f = File(
            name,
            small(name),
            f'{FORMULA} (states as in Dettmers et al. 2021)',
            'paper',
            shapes=shapes,
            large=False,
            fine=True,
            stateDtype='uint8',
            blockSize=256,
            **defaults,
        )
        f.add('eight bits', mode, note)
        f.add('eight bits, small blocks', decay, note, blockSize=8, **faster)
        f.add('eight bits, maximize', mode, note, blockSize=16, learningRate=0.01, maximize=True)
        # Without a gradient 0.9 m is often halfway between two bfloat16s.
        two = 'stateDtype bfloat16: states are rounded to nearest, ties to even, after the parameter has moved; blockSize plays no part.'
        f.add('bfloat16', mode, two, plain=True, stateDtype='bfloat16')
        f.add('bfloat16 weightDecay', decay, two, plain=True, stateDtype='bfloat16', **faster)
        if name != 'lion':
            f.rule = options.uncorrected
            f.defaults = {**defaults, 'biasCorrection': False}
            f.add('no bias correction', decay, 'beta1, beta2: the first steps are larger than with it.', **faster)
        f.write()


def remaining():
    """Options that no case of the libraries has."""
    verify('rprop', options.rprop, 'torch')
    f = File(
        'rprop',
        options.rprop,
        f'{FORMULA} (Riedmiller and Braun 1993)',
        'torch',
        learningRate=0.05,
        etaMinus=0.5,
        etaPlus=1.2,
        stepMin=1e-6,
        stepMax=50,
        maximize=False,
    )
    f.add('weightDecay', 'coupled', 'weightDecay*p is added to the gradient.', weightDecay=0.1)
    f.write()

    verify('lamb', options.lamb, 'optax')
    f = File(
        'lamb',
        options.lamb,
        f'{FORMULA} (You et al. 2020; as in optax)',
        'optax',
        learningRate=0.05,
        beta1=0.8,
        beta2=0.95,
        epsilon=1e-6,
        epsilonRoot=0.01,
        weightDecay=0.1,
    )
    f.add('epsilonRoot', 'normalized')
    f.write()

    verify('prodigy', options.prodigy, 'prodigyopt')
    f = File(
        'prodigy',
        options.prodigy,
        f'{FORMULA} (Mishchenko and Defazio 2024; prodigyopt)',
        'prodigyopt',
        large=False,
        learningRate=1,
        beta1=0.9,
        beta2=0.99,
        beta3=None,
        weightDecay=0,
        decoupledWeightDecay=True,
        biasCorrection=False,
        safeguardWarmup=False,
        d0=1e-3,
        dCoef=1,
        growthRate=math.inf,
    )
    f.add('epsilon', epsilon=0.1, limit=0.1)
    f.write()


if __name__ == '__main__':
    os.makedirs(RECORDED, exist_ok=True)
    for make in (
        schedule_free_sgd,
        signum,
        sophia_g,
        dadapt_adam,
        lookahead,
        sam,
        maximized,
        shampoo,
        soap,
        small_states,
        remaining,
    ):
        make()
