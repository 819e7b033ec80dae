import { checkOptions, elements, oneOf, rangeError, safely } from '../errors.ts';
import { isSchedule } from './make.ts';
import type { Schedule, ScheduleJSON } from './schedule.ts';
import * as factories from './schedules.ts';

const names = Object.keys(factories) as (keyof typeof factories)[];

/** Deeper than this nobody nests schedules: what does not end is refused. */
const DEEPEST = 32;

/**
 * The schedule that `toJSON` has described, with all it had learned; also through text: `fromJSON(JSON.parse(text))`.
 *
 * @throws `ERR_PLUMMET_OPTION` where it is no description of a schedule.
 * @example
 * const schedule = schedules.step({ learningRate: 0.1, stepSize: 10 });
 * const again = schedules.fromJSON(JSON.parse(JSON.stringify(schedule)));
 * again(25) === schedule(25); // true
 */
export function fromJSON(json: ScheduleJSON): Schedule {
  return read(json, 'fromJSON', 0);
}

function read(json: unknown, who: string, depth: number): Schedule {
  if (isSchedule(json)) return json;
  if (depth > DEEPEST) throw rangeError('ERR_PLUMMET_OPTION', `${who}: the schedules are nested too deeply`);
  const given = checkOptions(who, json, ['name', 'options']);
  const name = oneOf(who, 'name', given.name, names);
  const options = readOptions(given.options, `${who}: ${name}`);
  if ('schedule' in options) options.schedule = read(options.schedule, `${who}: ${name}.schedule`, depth + 1);
  if ('schedules' in options) {
    const list = elements(who, `${name}.schedules`, options.schedules);
    if (list) options.schedules = list.map((part, i) => read(part, `${who}: ${name}.schedules[${i}]`, depth + 1));
  }
  return (factories[name] as (options: object) => Schedule)(options);
}

/** Whatever they are: the schedule itself knows its options. */
function readOptions(given: unknown, who: string): Record<string, unknown> {
  const keys = typeof given === 'object' && given !== null ? safely(who, 'options', () => Object.keys(given)) : [];
  return checkOptions(who, given, keys);
}
