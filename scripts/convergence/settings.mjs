// @ts-check
// The settings that each optimizer has for each problem: what differs from its defaults.
import { readFileSync, writeFileSync } from 'node:fs';
import { optimizers, schedules } from 'plummet';

/**
 * @typedef {import('plummet').optimizers.Optimizer} Optimizer
 * @typedef {{ [option: string]: unknown, schedule?: 'linear' | 'cosine', name?: string }} Setting
 *   options by their names. `schedule`: the learning rate falls to 0 by the end. An option that is an optimizer has the `name` of it among its
 *   own options.
 */

const file = new URL('settings.json', import.meta.url);

/** @returns {Record<string, Record<string, Setting>>} by optimizer and problem */
export const readSettings = () => JSON.parse(readFileSync(file, 'utf8'));

/** @param {Record<string, Record<string, Setting>>} settings */
export function writeSettings(settings) {
  const sorted = Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`);
}

/** Of everything in `optimizers`. */
export const names = Object.keys(optimizers).sort();

/** @param {unknown} value @returns {value is Setting & { name: string }} */
export const isInner = (value) => typeof value === 'object' && value !== null && 'name' in value;

/** @param {number} learningRate @param {Setting['schedule']} schedule @param {number} steps */
function scheduled(learningRate, schedule, steps) {
  if (schedule === undefined) return learningRate;
  return schedule === 'linear'
    ? schedules.linear({ learningRate, startFactor: 1, endFactor: 0, steps })
    : schedules.cosine({ learningRate, steps, hold: true });
}

/**
 * @param {string} name
 * @param {Setting} setting
 * @param {number} steps - that the optimizer is going to take
 * @returns {Optimizer}
 */
export function make(name, { schedule, name: _, ...setting }, steps) {
  const options = Object.fromEntries(
    Object.entries(setting).map(([option, value]) => {
      if (isInner(value))
        return [option, make(value.name, value, option === 'second' ? secondSteps(setting, steps) : steps)];
      return [option, option === 'learningRate' ? scheduled(/** @type {number} */ (value), schedule, steps) : value];
    }),
  );
  if (name === 'switchAt') {
    const { step, first, second } = /** @type {Record<string, any>} */ (options);
    return optimizers.switchAt(step, first, second);
  }
  return /** @type {any} */ (optimizers)[name](options);
}

/** The second of two has its own steps and schedules. @param {Setting} setting @param {number} steps */
const secondSteps = ({ step }, steps) => steps - /** @type {number} */ (step);

/** The same setting with other options where the rate is: that of the optimizer inside, of the second of two. @param {Setting} setting @param {Setting} options @returns {Setting} */
export function varied(setting, options) {
  const inner = ['optimizer', 'second'].find((option) => option in setting);
  if (inner === undefined) return { ...setting, ...options };
  return { ...setting, [inner]: { .../** @type {Setting} */ (setting[inner]), ...options } };
}

/** @param {unknown} value @returns {string} */
const literal = (value) => (isInner(value) ? code(value.name, value) : JSON.stringify(value).replaceAll('"', "'"));

/**
 * As a person writes it, with an arrow for a rate that falls to 0.
 * @param {string} name
 * @param {Setting} setting
 * @returns {string}
 */
export function code(name, { schedule, name: _, ...setting }) {
  if (name === 'switchAt') return `switchAt(${Object.values(setting).map(literal).join(', ')})`;
  const told = Object.entries(setting).map(([option, value]) =>
    option === 'learningRate' && schedule !== undefined
      ? `learningRate: ${schedule}(${value} → 0)`
      : `${option}: ${literal(value)}`,
  );
  return told.length > 0 ? `${name}({ ${told.join(', ')} })` : `${name}()`;
}
