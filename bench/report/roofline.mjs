// @ts-check
// Products under the roofs of arithmetic and of each level of memory (Williams, Waterman and Patterson 2009).

/**
 * @param {any} limits the record of the question of that name
 * @param {readonly any[]} products
 * @returns {import('./charts.mjs').Roofline[]}
 */
export function rooflines(limits, products) {
  return limits.peaks.flatMap((/** @type {any} */ { isa, threads, best: peak }) => {
    const points = products
      .filter((product) => product.isa === isa && product.threads === threads)
      .map(({ form, m, n, k, layout, best }) => ({
        name: `${form} ${m}×${n}×${k}, ${layout}: ${best.toFixed(0)} GFLOP/s`,
        // Each operand moved once.
        x: (2 * m * n * k) / (4 * (m * n + m * k + n * k)),
        y: best,
      }));
    const roofs = limits.bandwidths
      .filter((/** @type {any} */ walk) => walk.kind === 'read' && walk.threads === threads)
      .map((/** @type {any} */ { level, best }) => ({
        name: `${level} ${best.toFixed(0)} GB/s`,
        peak,
        bandwidth: best,
      }));
    return points.length && roofs.length
      ? [{ kind: 'roofline', title: `Roofline: ${isa}, ${threads} thread${threads > 1 ? 's' : ''}`, roofs, points }]
      : [];
  });
}
