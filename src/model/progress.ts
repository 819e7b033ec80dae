/**
 * What `fit` shows on standard output. It looks at the memory of the running call from a timer, so showing progress
 * neither ends a call nor changes what is computed.
 */
import type { Logs } from './history.ts';

/** Where a fit stands: asked for a few times a second. */
export interface Standing {
  /** The number of the epoch, and how many of its batches are done. */
  readonly epoch: number;
  readonly batch: number;
  /** Means over the epoch so far. */
  readonly logs: Logs;
  /** Logs of the epochs that ended in the call that runs now. */
  readonly ended: readonly { readonly epoch: number; readonly logs: Logs }[];
}

export interface Outline {
  readonly epochs: number;
  readonly batches: number;
  readonly rows: number;
  readonly batchSize: number;
}

export interface Progress {
  start(): void;
  /** To be told of each epoch's end, in order; what has been shown already is not shown again. */
  ended(epoch: number, logs: Logs): void;
  stop(): void;
}

export interface Screen {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

const BAR = 20;
const TICK_MILLISECONDS = 100;

export const silent: Progress = { start: () => {}, ended: () => {}, stop: () => {} };

const duration = (seconds: number): string => {
  if (seconds < 9.95) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}s`;
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
};

const values = (logs: Logs): string =>
  Object.entries(logs)
    .map(
      ([key, value]) =>
        ` - ${key}: ${Math.abs(value) > 1e-3 || value === 0 ? value.toFixed(4) : value.toExponential(4)}`,
    )
    .join('');

const rate = (rows: number, seconds: number): string =>
  `${Math.round(rows / Math.max(seconds, 1e-9)).toLocaleString('en-US')} examples/s`;

/** ` 938/1875 ━━━━━━━━━━────────── 1.2s left - 52,000 examples/s - loss: 0.2345`: the line of an epoch under way. */
export function barLine({ epoch: _, batch, logs }: Omit<Standing, 'ended'>, outline: Outline, seconds: number): string {
  const { batches, rows, batchSize } = outline;
  const filled = Math.floor((BAR * batch) / batches);
  const seen = Math.min(rows, batch * batchSize);
  const left =
    batch === 0 ? '' : ` ${duration((seconds * (rows - seen)) / Math.max(seen, 1))} left - ${rate(seen, seconds)}`;
  const bar = '━'.repeat(filled) + '─'.repeat(BAR - filled);
  return `${String(batch).padStart(String(batches).length)}/${batches} ${bar}${left}${batch === 0 ? '' : values(logs)}`;
}

/** The same when the epoch has ended. */
export function endLine({ batches, rows }: Outline, seconds: number, logs: Logs): string {
  return `${batches}/${batches} ${'━'.repeat(BAR)} ${duration(seconds)} - ${rate(rows, seconds)}${values(logs)}`;
}

/** @param verbose - 1: a bar that moves on a terminal. 2: one line an epoch. */
export function createProgress(
  verbose: 1 | 2,
  outline: Outline,
  initialEpoch: number,
  standing: () => Standing | null,
  screen: Screen,
): Progress {
  const moving = verbose === 1 && screen.isTTY === true;
  let timer: NodeJS.Timeout | null = null;
  let next = initialEpoch; // the epoch whose end has not been shown
  let began = performance.now();
  let open = false; // a bar stands on the screen without a line break

  const clear = (): string => {
    const text = open ? '\r\x1b[2K' : '';
    open = false;
    return text;
  };
  const title = (epoch: number): string => `Epoch ${epoch + 1}/${outline.epochs}`;

  function ended(epoch: number, logs: Logs): void {
    if (epoch < next) return;
    const now = performance.now();
    const seconds = (now - began) / 1000;
    const line =
      verbose === 1
        ? `${clear()}${moving ? '' : `${title(epoch)}\n`}${endLine(outline, seconds, logs)}\n`
        : `${title(epoch)} - ${duration(seconds)} - ${rate(outline.rows, seconds)}${values(logs)}\n`;
    screen.write(line);
    next = epoch + 1;
    began = now;
    if (moving && next < outline.epochs) screen.write(`${title(next)}\n`);
  }

  function tick(): void {
    const now = standing();
    if (!now) return;
    for (const { epoch, logs } of now.ended) ended(epoch, logs);
    if (!moving || now.epoch !== next || now.epoch >= outline.epochs) return;
    screen.write(`${clear()}${barLine(now, outline, (performance.now() - began) / 1000)}`);
    open = true;
  }

  return {
    start() {
      began = performance.now();
      if (moving && next < outline.epochs) screen.write(`${title(next)}\n`);
      timer = setInterval(tick, TICK_MILLISECONDS);
      timer.unref();
    },
    ended,
    stop() {
      if (timer) clearInterval(timer);
      if (open) screen.write('\n');
      open = false;
    },
  };
}
