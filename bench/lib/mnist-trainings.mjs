// @ts-check
// The trainings on MNIST that are compared. `epochs`: of the fast ones; the first is warm-up.

const small = [784, 128, 10];

export const trainings = {
  'SGD 0.01, batch 128': { widths: small, optimizer: 'sgd', learningRate: 0.01, batchSize: 128, epochs: 11 },
  'Adam 1e-3, batch 32': { widths: small, optimizer: 'adam', learningRate: 1e-3, batchSize: 32, epochs: 11 },
};

export const wide = {
  '784-1024-1024-10, SGD 0.01, batch 128': {
    widths: [784, 1024, 1024, 10],
    optimizer: 'sgd',
    learningRate: 0.01,
    batchSize: 128,
    epochs: 4,
  },
};
