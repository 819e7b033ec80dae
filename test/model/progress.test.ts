import { describe, expect, it } from 'vitest';
import { barLine, createProgress, endLine, type Standing } from '#src/model/progress.js';
import { backends, classes, classifier } from './models.ts';

const outline = { epochs: 3, batches: 200, rows: 6390, batchSize: 32 };

function screen(isTTY: boolean) {
  let text = '';
  return {
    isTTY,
    write: (part: string) => {
      text += part;
    },
    read: () => text,
  };
}

describe('progress', () => {
  it('a bar says how far, how long, how fast, and how well', () => {
    const line = barLine({ epoch: 0, batch: 50, logs: { loss: 0.5, accuracy: 0.25 } }, outline, 2);
    expect(line).toBe(' 50/200 ━━━━━─────────────── 6.0s left - 800 examples/s - loss: 0.5000 - accuracy: 0.2500');
    expect(barLine({ epoch: 0, batch: 0, logs: { loss: Number.NaN } }, outline, 0)).toBe(
      '  0/200 ────────────────────',
    );
  });

  it('the last batch is partial: its rows are counted as they are', () => {
    expect(barLine({ epoch: 0, batch: 200, logs: {} }, outline, 1)).toContain('0.0s left - 6,390 examples/s');
    expect(endLine(outline, 75, { loss: 1e-5 })).toBe(
      '200/200 ━━━━━━━━━━━━━━━━━━━━ 1:15 - 85 examples/s - loss: 1.0000e-5',
    );
  });

  it('on a terminal the bar moves in place, from a timer', async () => {
    const out = screen(true);
    let standing: Standing = { epoch: 0, batch: 100, logs: { loss: 1 }, ended: [] };
    const progress = createProgress(1, outline, 0, () => standing, out);
    progress.start();
    await new Promise((resolve) => setTimeout(resolve, 250));
    standing = { epoch: 1, batch: 3, logs: { loss: 2 }, ended: [{ epoch: 0, logs: { loss: 3 } }] };
    await new Promise((resolve) => setTimeout(resolve, 250));
    progress.ended(0, { loss: 3 }); // shown already
    progress.ended(1, { loss: 4 });
    progress.stop();
    const shown = out.read();
    expect(shown.startsWith('Epoch 1/3\n100/200 ')).toBe(true);
    expect(shown).toContain('\r\x1b[2K');
    expect(shown.match(/Epoch 2\/3/g)).toHaveLength(1);
    expect(shown.match(/loss: 3\.0000/g)).toHaveLength(1);
    expect(shown.match(/loss: 4\.0000/g)).toHaveLength(1);
    const length = out.read().length;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(out.read()).toHaveLength(length);
  });

  it('elsewhere it shows only what stays', () => {
    const bar = screen(false);
    const lines = screen(false);
    for (const [verbose, out] of [
      [1, bar],
      [2, lines],
    ] as const) {
      const progress = createProgress(verbose, outline, 1, () => null, out);
      progress.start();
      progress.ended(1, { loss: 0.5 });
      progress.ended(2, { loss: 0.25 });
      progress.stop();
    }
    expect(bar.read()).toMatch(
      /^Epoch 2\/3\n200\/200 ━{20} .*loss: 0\.5000\nEpoch 3\/3\n200\/200 ━{20} .*loss: 0\.2500\n$/,
    );
    expect(lines.read()).toMatch(/^Epoch 2\/3 - .*s - .* examples\/s - loss: 0\.5000\nEpoch 3\/3 - .*loss: 0\.2500\n$/);
  });

  it.each(backends)('on a terminal fit shows where its call stands, without ending it (%s)', async (backend) => {
    const { x, y } = classes(64);
    const { write, isTTY } = process.stdout;
    const written: string[] = [];
    const [model, plain] = [classifier({ backend }), classifier({ backend })];
    await plain.fit(x, y, { verbose: 0 });
    process.stdout.write = (text: string | Uint8Array) => written.push(String(text)) > 0;
    process.stdout.isTTY = true;
    let epochs = 0;
    try {
      await model.fit(x, y);
      const fitting = model.fit(x, y, { epochs: 1_000_000, batchSize: 1 });
      await new Promise((resolve) => setTimeout(resolve, 500));
      // Epochs that ended in a call that still runs have been shown.
      expect(written.filter((line) => line.includes('64/64')).length).toBeGreaterThan(1);
      expect(written.some((line) => / *\d+\/64 ━*─+.* left - [\d,]+ examples\/s - loss: /.test(line))).toBe(true);
      model.stopTraining = true;
      epochs = (await fitting).epoch.length;
    } finally {
      process.stdout.write = write;
      process.stdout.isTTY = isTTY;
    }
    const shown = written.filter((line) => line.includes('64/64 ━━━━━━━━━━━━━━━━━━━━')).length;
    expect(shown).toBeGreaterThanOrEqual(epochs);
  });

  it.each(backends)('fit writes a line an epoch with verbose 2, nothing with 0 (%s)', async (backend) => {
    const { x, y } = classes(20);
    const { write } = process.stdout;
    const written: string[] = [];
    const model = classifier({ backend });
    process.stdout.write = (text: string | Uint8Array) => written.push(String(text)) > 0;
    try {
      await model.fit(x, y, { verbose: 0 });
      expect(written).toEqual([]);
      await model.fit(x, y, { verbose: 2, epochs: 3, validationSplit: 0.5 });
    } finally {
      process.stdout.write = write;
    }
    const epochs = written.filter((line) => line.startsWith('Epoch'));
    expect(epochs).toHaveLength(3);
    expect(epochs[2]).toMatch(
      /^Epoch 3\/3 .* - loss: \d\.\d+ - accuracy: \d\.\d+ - val_loss: \d\.\d+ - val_accuracy: \d\.\d+\n$/,
    );
  });
});
