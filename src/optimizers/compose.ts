/** An optimizer with the options that all of them have: more columns in its table, more ops before its own. */
import {
  type Coded,
  checkOptions,
  describe,
  type ErrorCode,
  elements,
  flag,
  rangeError,
  typeError,
} from '../errors.ts';
import { GRADIENT_SUM } from '../plan/gate.ts';
import type { Transform } from '../plan/transforms.ts';
import { bind } from './bind.ts';
import {
  type CommonOptions,
  commonOptions,
  normTransform,
  type TensorOptions,
  tensorOptions,
  transformsOf,
} from './common.ts';
import { gateOf, gateOptions } from './gate-options.ts';
import { assign, type Group, type Match, readMatch } from './groups.ts';
import { isOptimizer, register } from './make.ts';
import type { Optimizer, Part } from './optimizer.ts';
import { AVERAGE_COLUMNS, type Average, averageOf, withAverage } from './weight-average.ts';

type Given = Record<string, unknown>;

/** Which of the options are of that list, and which are not. */
function divided(given: Given, names: readonly string[]): [Given, Given] {
  const entries = Object.entries(given);
  return [
    Object.fromEntries(entries.filter(([name]) => names.includes(name))),
    Object.fromEntries(entries.filter(([name]) => !names.includes(name))),
  ];
}

/** A group as it was read: what updates its parameters, and whether the learning rate is that of all. */
interface ReadGroup {
  readonly match: Match;
  readonly optimizer: Optimizer | null;
  readonly inherits: boolean;
  readonly given: Given;
}

/**
 * What `rule` makes of an optimizer's own options, with what the common ones ask for.
 *
 * @param known - the names of the rule's own options
 * @param rule - checks their values, and makes the optimizer
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range, also in a group
 */
export function composed<K extends string>(
  who: string,
  options: unknown,
  known: readonly K[],
  rule: (given: Partial<Record<K, unknown>>) => Optimizer,
): Optimizer {
  const given: Given = checkOptions(who, options, [...known, ...commonOptions]);
  const [common, own] = divided(given, commonOptions);
  const make = (of: Given): Optimizer => rule(of as Partial<Record<K, unknown>>);
  const base = make(own);
  if (Object.keys(common).length === 0) return base;
  const inherited: TensorOptions = divided(common, tensorOptions)[0];
  const transformed = (of: Optimizer, of_: TensorOptions): Optimizer =>
    join(of, { ...plain, transforms: transformsOf(who, of_, of.width), average: averageOf(who, of_) }, of_);
  const groups = readGroups(who, common.groups ?? [], known, (ownOfGroup, tensor) =>
    transformed(make({ ...own, ...ownOfGroup }), { ...inherited, ...tensor }),
  );
  const outer = transformed(base, inherited);
  const width = groups.reduce((sum, { optimizer }) => sum + (optimizer?.width ?? 0), outer.width);
  const { globalClipNorm } = common;
  const global = globalClipNorm == null ? null : normTransform(who, 'globalClipNorm', globalClipNorm, 1e-6, width);
  const gate = gateOf(who, common, width + (global?.limits.length ?? 0));
  return join(outer, { ...plain, groups, globalNorm: global, gate }, common);
}

function readGroups(
  who: string,
  given: unknown,
  known: readonly string[],
  make: (own: Given, tensor: TensorOptions) => Optimizer,
): ReadGroup[] {
  const list = elements(who, 'groups', given);
  if (!list) {
    throw typeError(
      'ERR_PLUMMET_OPTION',
      `${who}: groups must be an array, as in [{ match: /bias$/, weightDecay: 0 }], got ${describe(given)}`,
    );
  }
  return list.map((one, i) => within(who, `groups[${i}]`, () => readGroup(who, i, one, known, make)));
}

function readGroup(
  who: string,
  i: number,
  given: unknown,
  known: readonly string[],
  make: (own: Given, tensor: TensorOptions) => Optimizer,
): ReadGroup {
  const name = `${who}: groups[${i}]`;
  const names = ['match', 'frozen', 'optimizer', ...known, ...tensorOptions];
  const read: Given = checkOptions(name, given ?? null, names);
  const match = readMatch(name, read.match);
  const [about, options] = divided(read, ['match', 'frozen', 'optimizer']);
  const frozen = about.frozen !== undefined && flag(name, 'frozen', about.frozen);
  const told = Object.keys(options);
  if ((frozen || about.optimizer !== undefined) && told.length > 0) {
    const what = frozen ? 'is frozen' : 'has an optimizer of its own';
    throw rangeError('ERR_PLUMMET_OPTION', `${name}: ${match.text} ${what}; it cannot have ${told.join(', ')} as well`);
  }
  if (frozen && about.optimizer !== undefined) {
    throw rangeError('ERR_PLUMMET_OPTION', `${name}: ${match.text} is frozen; it cannot have an optimizer as well`);
  }
  if (frozen) return { match, optimizer: null, inherits: false, given: read };
  if (about.optimizer !== undefined) {
    return { match, optimizer: plainOptimizer(name, about.optimizer), inherits: false, given: read };
  }
  const [tensor, own] = divided(options, tensorOptions);
  return { match, optimizer: make(own, tensor), inherits: own.learningRate === undefined, given: read };
}

function plainOptimizer(name: string, given: unknown): Optimizer {
  if (!isOptimizer(given)) {
    throw typeError(
      'ERR_PLUMMET_OPTION',
      `${name}: optimizer must be what optimizers.adam() and its like return, got ${describe(given)}`,
    );
  }
  if (given.ascent || given.search) {
    throw rangeError(
      'ERR_PLUMMET_OPTION',
      `${name}: ${given.name} is for all parameters together; it cannot be the optimizer of a group`,
    );
  }
  if (given.parts.length === 1 && given.globalNorm === null && given.gate === null && !given.grouped) return given;
  throw rangeError(
    'ERR_PLUMMET_OPTION',
    `${name}: the optimizer of a group cannot have groups or globalClipNorm, nor ${gateOptions.join(', ')}`,
  );
}

/** Errors of a group's options say of which group. */
function within<T>(who: string, where: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const { code, message } = error as Coded<Error>;
    if (code === undefined || message.startsWith(`${who}: ${where}`)) throw error;
    const make = error instanceof RangeError ? rangeError : typeError;
    throw make(code as ErrorCode, message.replace(`${who}: `, `${who}: ${where}: `), { cause: error });
  }
}

/** Scalars of a part, and where they stand in a row. */
interface Section {
  readonly optimizer: Optimizer;
  readonly column: number;
}

/** What is added to an optimizer. */
interface Additions {
  readonly transforms: readonly Transform[];
  readonly average: Average | null;
  readonly groups: readonly ReadGroup[];
  readonly globalNorm: Transform | null;
  readonly gate: ReturnType<typeof gateOf>;
}

const plain: Additions = { transforms: [], average: null, groups: [], globalNorm: null, gate: null };

/** The part of a group: what it has in common for its parameters is not that of another group with the same optimizer. */
const partOfGroup = ({ parts: [part] }: Optimizer, column: number): Part => ({
  ...part,
  column,
  states: part.states.map((state) => (state.shared ? { ...state } : state)),
});

/** A part that has the sum of a window's gradients behind its states. */
const withSum = (part: Part): Part => ({ ...part, states: [...part.states, { name: GRADIENT_SUM, initial: 0 }] });

function join(
  base: Optimizer,
  { transforms, average, groups, globalNorm, gate: opening }: Additions,
  common: Given,
): Optimizer {
  const gate = opening?.gate ?? null;
  const sections: Section[] = [{ optimizer: base, column: 0 }];
  const constants: [column: number, value: number][] = [];
  const moving: [column: number, at: (step: number) => readonly number[]][] = [];
  let width = base.width;
  const putAll = (column: number, values: readonly number[]): void => {
    values.forEach((value, i) => {
      constants.push([column + i, value]);
    });
    width += values.length;
  };
  const put = ({ limits, limitsAt, column }: Transform): void => {
    putAll(column, limits);
    if (limitsAt) moving.push([column, limitsAt]);
  };
  for (const transform of transforms) put(transform);
  const own: Part = { ...base.parts[0], transforms: [...transforms, ...base.parts[0].transforms] };
  const averaging = average ? withAverage(own, average, width) : own;
  if (average) {
    moving.push([width, average.scalars]);
    width += AVERAGE_COLUMNS;
  }
  const summed = gate !== null && gate.batches > 1 ? withSum : (part: Part): Part => part;
  const rest = summed(averaging);
  const assigned: Group[] = [];
  const parts = [rest];
  for (const { match, optimizer } of groups) {
    let part: Part | null = null;
    if (optimizer) {
      sections.push({ optimizer, column: width });
      part = summed(partOfGroup(optimizer, width));
      parts.push(part);
      width += optimizer.width;
    }
    assigned.push({ match, part });
  }
  if (globalNorm) put(globalNorm);
  if (opening) putAll(opening.gate.column, opening.scalars);
  const followers = [base, ...groups.flatMap(({ optimizer, inherits }) => (optimizer && inherits ? [optimizer] : []))];
  const all = sections.map(({ optimizer }) => optimizer);
  let room = new Float32Array(0);

  const optimizer: Optimizer = {
    name: base.name,
    op: rest.op,
    states: rest.states,
    width,
    parts,
    globalNorm,
    gate,
    grouped: groups.length > 0,
    partsFor: (names) => assign(base.name, assigned, rest, names),
    get options() {
      return { ...base.options, ...common, ...(groups.length > 0 && { groups: groups.map(({ given }) => given) }) };
    },
    get learningRate() {
      return base.learningRate;
    },
    set learningRate(value) {
      for (const follower of followers) follower.learningRate = value;
    },
    keepLearningRates() {
      const kept = all.map((of) => of.keepLearningRates());
      return () => {
        for (const putBack of kept) putBack();
      };
    },
    learningRateAt: (step) => base.learningRateAt(step),
    fill(table, firstStep, count, scheduledFrom = firstStep) {
      for (const { optimizer: of, column } of sections) {
        if (room.length < count * of.width) room = new Float32Array(count * of.width);
        of.fill(room, firstStep, count, scheduledFrom);
        for (let i = 0; i < count; i++) {
          for (let j = 0; j < of.width; j++) table[i * width + column + j] = room[i * of.width + j];
        }
      }
      for (let i = 0; i < count; i++) {
        for (const [column, value] of constants) table[i * width + column] = value;
        for (const [column, at] of moving) table.set(at(firstStep + i), i * width + column);
      }
    },
    get revision() {
      return all.reduce((sum, { revision }) => sum + revision, 0);
    },
    get settledFrom() {
      return moving.length > 0 ? Number.POSITIVE_INFINITY : Math.max(...all.map(({ settledFrom }) => settledFrom));
    },
    get plateaus() {
      return [...new Set(all.flatMap(({ plateaus }) => plateaus))];
    },
    bind: (parameters, options) => bind(optimizer, parameters, options),
  };
  return register(optimizer);
}

export type { CommonOptions };
