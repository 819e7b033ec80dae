// @ts-check
// An ONNX file of a small network, without the onnx package: protocol buffers as they lie on the wire.

/** @param {number} value */
function varint(value) {
  const bytes = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 128);
  }
}
const number = (/** @type {number} */ field, /** @type {number} */ value) =>
  Buffer.concat([varint(field * 8), varint(value)]);
/** Text, bytes, or a message within a message. @param {number} field @param {string | Uint8Array} value */
function bytes(field, value) {
  const content = Buffer.from(/** @type {any} */ (value));
  return Buffer.concat([varint(field * 8 + 2), varint(content.length), content]);
}

const FLOAT = 1;
/** @param {string} name @param {readonly number[]} shape @param {Float32Array} values */
const tensor = (name, shape, values) =>
  Buffer.concat([
    ...shape.map((size) => number(1, size)),
    number(2, FLOAT),
    bytes(8, name),
    bytes(9, new Uint8Array(values.buffer)),
  ]);
/** A row of `columns` values. @param {string} name @param {number} columns */
function row(name, columns) {
  const shape = Buffer.concat([1, columns].map((size) => bytes(1, number(1, size))));
  return Buffer.concat([bytes(1, name), bytes(2, bytes(1, Buffer.concat([number(1, FLOAT), bytes(2, shape)])))]);
}
/** @param {string} operation @param {readonly string[]} from @param {string} to */
const node = (operation, from, to) =>
  Buffer.concat([...from.map((name) => bytes(1, name)), bytes(2, to), bytes(4, operation)]);

/** Dense layers with tanh between them. @param {readonly number[]} widths */
export function onnxNetwork(widths) {
  const parts = [];
  let current = 'x';
  for (const [i, outputs] of widths.slice(1).entries()) {
    const inputs = widths[i];
    const weights = Float32Array.from({ length: inputs * outputs }, (_, j) => ((j % 17) - 8) / (8 * inputs));
    parts.push(bytes(1, node('Gemm', [current, `w${i}`, `b${i}`], `z${i}`)));
    parts.push(bytes(5, tensor(`w${i}`, [inputs, outputs], weights)));
    parts.push(bytes(5, tensor(`b${i}`, [outputs], new Float32Array(outputs))));
    current = `z${i}`;
    if (i === widths.length - 2) break;
    parts.push(bytes(1, node('Tanh', [current], `h${i}`)));
    current = `h${i}`;
  }
  const graph = [
    ...parts,
    bytes(2, 'network'),
    bytes(11, row('x', widths[0])),
    bytes(12, row(current, /** @type {number} */ (widths.at(-1)))),
  ];
  const version = Buffer.concat([bytes(1, ''), number(2, 17)]);
  return Buffer.concat([number(1, 8), bytes(7, Buffer.concat(graph)), bytes(8, version)]);
}
