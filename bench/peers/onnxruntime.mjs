// @ts-check
// One row through onnxruntime-node: node onnxruntime.mjs '{"widths":[2,8,1], …}' prints JSON.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { onnxNetwork } from './onnx.mjs';

const ort = createRequire(import.meta.url)('onnxruntime-node');
const { widths, steps, rounds } = JSON.parse(process.argv[2] ?? '{}');
const session = await ort.InferenceSession.create(onnxNetwork(widths), { intraOpNumThreads: 1, interOpNumThreads: 1 });
const x = new ort.Tensor('float32', new Float32Array(widths[0]).fill(0.1), [1, widths[0]]);
const seconds = [];
for (let round = 0; round <= rounds; round++) {
  const begin = performance.now();
  for (let i = 0; i < steps; i++) await session.run({ x });
  if (round > 0) seconds.push((performance.now() - begin) / 1000 / steps);
}
const manifest = new URL('./node_modules/onnxruntime-node/package.json', import.meta.url);
process.stdout.write(`${JSON.stringify({ seconds, version: JSON.parse(readFileSync(manifest, 'utf8')).version })}\n`);
