// @ts-check
// Keeps one processor busy until it is ended.
let x = 1;
for (;;) x = Math.imul(x, 1664525) + 1013904223;
