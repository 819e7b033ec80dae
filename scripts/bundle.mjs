// @ts-check
// What users import: lib/, a few files in the place of the more than hundred modules of src/, since Node spends a millisecond on
// each module that it loads. All doors are bundled together: what they share is one file, so that its state exists once.
//   node scripts/bundle.mjs
import { rmSync } from 'node:fs';
import { rolldown } from 'rolldown';

const bundle = await rolldown({
  input: {
    index: 'src/index.ts',
    kernels: 'src/kernels/index.ts',
    worker: 'src/plan/worker.ts',
    plummet: 'src/cli/main.ts',
    internal: 'src/internal.ts',
  },
  platform: 'node',
  onLog(level, log) {
    if (level === 'warn') throw new Error(log.message);
  },
});
rmSync('lib', { recursive: true, force: true });
await bundle.write({ dir: 'lib', chunkFileNames: 'shared-[hash].js', comments: false, sourcemap: true });
await bundle.close();
