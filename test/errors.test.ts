import { expect, describe as group, it } from 'vitest';
import {
  checkOptions,
  closest,
  describe,
  finite,
  flag,
  inRange,
  nonNegativeInteger,
  oneOf,
  positiveInteger,
  rangeError,
  stateError,
  typeError,
} from '#src/errors.js';

const thrown = (act: () => unknown): Error & { code: string } => {
  try {
    act();
  } catch (error) {
    return error as Error & { code: string };
  }
  throw new Error('nothing was thrown');
};

group('errors', () => {
  it('have a class and a code', () => {
    expect(typeError('ERR_PLUMMET_TYPE', 'm')).toBeInstanceOf(TypeError);
    expect(rangeError('ERR_PLUMMET_SHAPE', 'm')).toBeInstanceOf(RangeError);
    expect(stateError('ERR_PLUMMET_BUSY', 'm')).toMatchObject({ code: 'ERR_PLUMMET_BUSY', message: 'm' });
    expect(typeError('ERR_PLUMMET_TYPE', 'm', { cause: 7 }).cause).toBe(7);
  });
});

group('describe', () => {
  it('says what a value is', () => {
    expect(describe(-0)).toBe('-0');
    expect(describe(Number.NaN)).toBe('NaN');
    expect(describe(5n)).toBe('5n');
    expect(describe('a"b')).toBe('"a\\"b"');
    expect(describe('x'.repeat(1000)).length).toBeLessThan(50);
    expect(describe(undefined)).toBe('undefined');
    expect(describe(null)).toBe('null');
    expect(describe(new Float32Array(4))).toBe('a Float32Array of 4');
    expect(describe(new Int8Array(2))).toBe('an Int8Array of 2');
    expect(describe([1, 2])).toBe('an array of 2');
    expect(describe(new ArrayBuffer(2))).toBe('an ArrayBuffer');
    expect(describe(Promise.resolve())).toBe('a promise');
    expect(describe(() => 1)).toBe('a function');
    expect(describe(Symbol('s'))).toBe('a symbol');
  });

  it('never throws and never runs code of the value', () => {
    const revoked = Proxy.revocable([], {});
    revoked.revoke();
    const fail = () => {
      throw new Error('ran');
    };
    const hostile = {
      toString: fail,
      valueOf: fail,
      [Symbol.toPrimitive]: fail,
      get [Symbol.toStringTag]() {
        return fail();
      },
    };
    const trapped = new Proxy({}, { get: fail, getPrototypeOf: fail, ownKeys: fail, has: fail });
    const array = Object.defineProperty(new Float32Array(3), 'length', { get: fail });
    expect(describe(revoked.proxy)).toBe('an object');
    expect(describe(hostile)).toBe('an object');
    expect(describe(trapped)).toBe('an object');
    expect(describe(array)).toBe('a Float32Array of 3');
    expect(describe(Object.create(Float32Array.prototype))).toBe('an object');
    expect(describe(10n ** 400n)).toBe('a huge bigint');
  });
});

group('checks of options', () => {
  it('copy what is given and name what is unknown', () => {
    expect(checkOptions('adam', undefined, ['beta1'])).toEqual({});
    expect(checkOptions('adam', { beta1: 1, beta2: undefined }, ['beta1', 'beta2'])).toEqual({ beta1: 1 });
    const error = thrown(() => checkOptions('adam', { learning_rate: 1 }, ['beta1', 'learningRate']));
    expect(error.message).toBe('adam: there is no option "learning_rate". Did you mean "learningRate"?');
    expect(error.code).toBe('ERR_PLUMMET_OPTION');
    expect(thrown(() => checkOptions('sgd', { zzz: 1 }, ['momentum', 'nesterov'])).message).toContain(
      'Known: momentum, nesterov.',
    );
    expect(thrown(() => checkOptions('sgd', { [Symbol('s')]: 1 }, ['momentum'])).code).toBe('ERR_PLUMMET_OPTION');
    for (const given of [
      null,
      1,
      'adam',
      [],
      () => 1,
      new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('no');
          },
        },
      ),
    ]) {
      expect(thrown(() => checkOptions('sgd', given, ['momentum'])).code).toBe('ERR_PLUMMET_OPTION');
    }
  });

  it('turn what a getter throws into an error of ours, with the cause', () => {
    const cause = new Error('mine');
    const error = thrown(() =>
      checkOptions(
        'sgd',
        {
          get momentum() {
            throw cause;
          },
        },
        ['momentum'],
      ),
    );
    expect(error).toMatchObject({ code: 'ERR_PLUMMET_OPTION', cause });
  });

  it('word ranges', () => {
    expect(inRange('adam', 'beta1', 0, 0, 1, '[)')).toBe(0);
    const error = thrown(() => inRange('adam', 'beta1', 1.5, 0, 1, '[)'));
    expect(error.message).toBe('adam: beta1 must be in [0, 1), got 1.5');
    expect(error).toBeInstanceOf(RangeError);
    expect(thrown(() => inRange('adam', 'beta1', 1, 0, 1, '[)')).message).toContain('got 1');
    expect(thrown(() => inRange('adam', 'beta1', '0.5', 0, 1, '[)'))).toBeInstanceOf(TypeError);
    expect(thrown(() => inRange('adam', 'epsilon', Number.NaN, 0, Number.POSITIVE_INFINITY)).message).toBe(
      'adam: epsilon must be a finite number of at least 0, got NaN',
    );
    expect(() => inRange('a', 'b', Number.POSITIVE_INFINITY, 0, Number.POSITIVE_INFINITY)).toThrow(RangeError);
    expect(() => inRange('a', 'b', 0, 0, 1, '(]')).toThrow('in (0, 1]');
    expect(thrown(() => finite('a', 'b', Number.POSITIVE_INFINITY)).code).toBe('ERR_PLUMMET_OPTION');
    for (const bad of [0, -1, 1.5, Number.NaN, 2 ** 53, '3', null, 3n]) {
      expect(thrown(() => positiveInteger('fit', 'epochs', bad)).code, String(bad)).toBe('ERR_PLUMMET_OPTION');
    }
    expect(Object.is(nonNegativeInteger('a', 'b', -0), 0)).toBe(true);
    expect(flag('a', 'b', false)).toBe(false);
    expect(thrown(() => flag('a', 'b', 0)).message).toBe('a: b must be true or false, got 0');
  });

  it('suggest names', () => {
    expect(oneOf('compile', 'loss', 'mse', ['mse', 'mae'])).toBe('mse');
    expect(thrown(() => oneOf('compile', 'optimizer', 'adma', ['adam', 'sgd'])).message).toContain(
      'Did you mean "adam"?',
    );
    expect(thrown(() => oneOf('compile', 'optimizer', {}, ['adam', 'sgd'])).message).toContain('Known: adam, sgd.');
    expect(closest('GLOROT_UNIFORM', ['glorotNormal', 'glorotUniform'])).toBe('glorotUniform');
    expect(closest('qqq', ['adam', 'sgd'])).toBeUndefined();
  });
});
