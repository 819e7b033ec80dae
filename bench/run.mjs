// @ts-check
// What `plummet bench` does: asks the questions in turn and shows what they find.
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { loadAddon } from '#internal';
import { createContext } from './lib/context.mjs';
import { chartReached, printReached, reached } from './lib/goals.mjs';
import { busy, machine } from './lib/machine.mjs';
import { isMissing } from './lib/missing.mjs';
import { questions } from './questions.mjs';

export { questions };

/** All that was summed up, however deep. @param {any} value @returns {{ noisy: boolean }[]} */
function summaries(value) {
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.values(value).flatMap(summaries);
  return 'noisy' in value ? [value, ...below] : below;
}

/** Finds out before anything is measured whether a file can be written. @param {string | undefined} file */
function checkWritable(file) {
  if (file === undefined) return;
  try {
    closeSync(openSync(file, 'a'));
  } catch (error) {
    throw problem(`${file} cannot be written: ${/** @type {Error} */ (error).message}`);
  }
}

/** What draws the page; it needs packages that nothing else does. */
async function loadReport() {
  try {
    return { ...(await import('./report/page.mjs')), ...(await import('./report/roofline.mjs')) };
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw problem(`--html needs two packages that draw plots: npm install @observablehq/plot linkedom (${message})`);
  }
}

/** An error that the command shows as its message alone. @param {string} message */
const problem = (message) => Object.assign(new Error(`bench: ${message}`), { code: 'ERR_PLUMMET_FILE' });

/**
 * @param {{ names: readonly string[], quick: boolean, full: boolean, json?: string, html?: string, command: string }} options `names`: none for all
 * @returns {Promise<boolean>} whether something was measured and nothing failed; what is left out for want of something is no failure
 */
export async function bench({ names, quick, full, json, html, command }) {
  const report = html === undefined ? undefined : await loadReport();
  checkWritable(json);
  checkWritable(html);

  /** @type {Record<string, string>} */
  const where = machine(command);
  if (busy())
    where.noise = `others computed when this began (load ${where.load}): figures are worse than the machine's`;
  for (const [name, value] of Object.entries(where)) console.log(`${name.padEnd(10)} ${value}`);

  const context = createContext({ quick, full });
  /** @type {Record<string, { question: string, load: number[], records: any[] }>} */
  const results = {};
  /** @type {import('./report/page.mjs').Section[]} */
  const sections = [];
  let failed = false;
  for (const name of names.length > 0 ? names : Object.keys(questions)) {
    const { question, measure, print, charts } = await questions[name]();
    console.log(`\n${question[0].toUpperCase()}${question.slice(1)}`);
    const before = loadavg()[0];
    /** @type {any[]} */
    let records;
    try {
      records = await measure(context);
    } catch (error) {
      // One question that cannot be asked here leaves the others.
      console.log(`${isMissing(error) ? 'left out' : 'FAILED'}: ${/** @type {Error} */ (error).message}`);
      failed ||= !isMissing(error);
      continue;
    }
    const text = print(records);
    console.log(text);
    const load = [before, loadavg()[0]];
    const measured = summaries(records);
    const noisy = measured.filter((record) => record.noisy).length;
    results[name] = { question, load, records };
    sections.push({ name, question, text, load, noisy, measured: measured.length, charts: charts?.(records) ?? [] });
  }
  const isa = loadAddon().addon?.info().isas[0] ?? '';
  // Only what was measured here is judged.
  const goals = await reached(results, context.limitsIfAny, isa);
  if (goals.length > 0) {
    const question = 'what was to be reached, by the same share of this machine’s limits';
    const text = printReached(goals);
    console.log(`\n${question[0].toUpperCase()}${question.slice(1)}\n${text}`);
    const load = [loadavg()[0], loadavg()[0]];
    sections.unshift({ name: 'goals', question, text, load, noisy: 0, measured: 0, charts: chartReached(goals) });
  }
  const versions = Object.values(results)
    .flatMap(({ records }) => records)
    .flatMap(({ name, version }) => (version ? [`${name} ${version}`] : []));
  if (versions.length > 0) where.peers = [...new Set(versions)].join(', ');
  // Where they could not be measured, the question that needed them has said so.
  const clock = (await context.measuredLimits()?.catch(() => undefined))?.clock;
  if (clock) where.clock = `${clock.best.toFixed(2)} GHz measured; ${where.clock}`;

  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ machine: where, results, goals }, null, 2)}\n`);
  if (html !== undefined && report) {
    const recorded = JSON.parse(readFileSync(new URL('./peers.json', import.meta.url), 'utf8'));
    if (results.limits && results.products) {
      const own = sections.find(({ name }) => name === 'products');
      if (own) own.charts = [...report.rooflines(results.limits.records[0], results.products.records), ...own.charts];
    }
    writeFileSync(html, report.page({ machine: where, sections, recorded }));
  }
  return Object.keys(results).length > 0 && !failed;
}
