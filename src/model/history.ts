/** What `fit` resolves to: the logs of each epoch, under Keras's keys. */

/** Loss and metrics by name; those of a validation begin with `val_`. */
export type Logs = Record<string, number>;

export interface History {
  /** The number of each epoch, from `initialEpoch`. */
  readonly epoch: number[];
  /** One number an epoch for each key: `loss`, `accuracy`, `val_loss` … */
  readonly history: Record<string, number[]>;
}

export const createHistory = (keys: readonly string[]): History => ({
  epoch: [],
  history: Object.fromEntries(keys.map((key) => [key, []])),
});

export function record({ epoch: epochs, history }: History, epoch: number, logs: Logs): void {
  epochs.push(epoch);
  for (const key of Object.keys(logs)) {
    // Callbacks may add a key that every object has, such as `constructor`.
    if (!Object.hasOwn(history, key)) history[key] = [];
    history[key].push(logs[key]);
  }
}

/** Means from totals: the sums over so many rows, beginning at `first`. */
export function meansOf(keys: readonly string[], totals: Float64Array, first: number, rows: number, prefix = ''): Logs {
  const logs: Logs = {};
  for (let i = 0; i < keys.length; i++) logs[prefix === '' ? keys[i] : prefix + keys[i]] = totals[first + i] / rows;
  return logs;
}
