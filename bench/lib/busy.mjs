// @ts-check
// Keeps one processor busy until it is ended: all of it, or for some milliseconds out of some: node busy.mjs ON OFF
const [on, off] = process.argv.slice(2).map(Number);
const idle = new Int32Array(new SharedArrayBuffer(4));
for (let x = 1; ; ) {
  const end = on > 0 ? performance.now() + on : Number.POSITIVE_INFINITY;
  while (performance.now() < end) x = Math.imul(x, 1664525) + 1013904223;
  Atomics.wait(idle, 0, 0, off);
}
