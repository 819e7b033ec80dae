/** Rows of inputs and targets, in shared memory, as executors read them. */

/** How bytes become floats: a table of 256 values and, where two operations reproduce it exactly, their factors. */
export interface ByteScale {
  /** 259 floats: the operand `table` of the op `gatherBytes` (docs/definitions.md). */
  readonly table: Float32Array;
  /** As given by the user, for printing. */
  readonly description: string;
}

export interface Dataset {
  /** rows × columns, row-major, on a SharedArrayBuffer. */
  readonly x: Float32Array | Uint8Array;
  /** Int32Array: a class label for each row. Float32Array: rows × targets. Null: inputs alone. */
  readonly y: Float32Array | Int32Array | null;
  readonly rows: number;
  readonly columns: number;
  /** Numbers in a row of y: 1 for labels, 0 without y. */
  readonly targets: number;
  /** Present exactly when x holds bytes. */
  readonly bytes: ByteScale | null;
}
