/** Typed arrays that are none of this realm's own making: they are what their memory says, on both backends alike. */
import { runInNewContext } from 'node:vm';
import { beforeEach, describe, expect, it } from 'vitest';
import { data, type Model, optimizers } from '#src/index.js';
import { backends, classes, classifier } from './models.ts';

const { x, y } = classes(4);
const fail = () => {
  throw new Error('mine');
};

class Longer extends Float32Array {
  override get length(): number {
    return 1e6;
  }
}
const shadowed = (name: string, property: PropertyDescriptor) => Object.defineProperty(x.slice(), name, property);

const inputs: Record<string, () => Float32Array> = {
  'of another realm': () => runInNewContext('new Float32Array(numbers)', { numbers: [...x] }) as Float32Array,
  'of a subclass that lies': () => new Longer(x.slice().buffer),
  'with a length of its own': () => shadowed('length', { value: 1e6 }),
  'with a length that throws': () => shadowed('length', { get: fail }),
  'with a buffer that throws': () => shadowed('buffer', { get: fail }),
  'with an offset that throws': () => shadowed('byteOffset', { get: fail }),
  'with an iterator that throws': () => shadowed(Symbol.iterator as never, { value: fail }),
};

describe.each(backends)('typed arrays (%s)', (backend) => {
  let model: Model;
  let expected: string;
  beforeEach(() => {
    model = classifier({ backend });
    const other = classifier({ backend });
    other.trainOnBatch(x, y);
    expected = other.digest();
  });

  for (const [what, make] of Object.entries(inputs)) {
    it(what, async () => {
      const given = make();
      expect(model.predictSync(given)).toEqual(model.predictSync(x));
      expect(await model.predict(given)).toEqual(model.predictSync(x));
      expect(model.gradients(given, y)).toEqual(model.gradients(x, y));
      expect(model.checkGradients(given, y)).toEqual(model.checkGradients(x, y));
      expect(await model.evaluate(data.dataset({ x: given, y, columns: 5 }))).toEqual(await model.evaluate(x, y));
      const fitted = classifier({ backend });
      await fitted.fit(given, y, { batchSize: 4, shuffle: false });
      model.trainOnBatch(given, y);
      expect([model.digest(), fitted.digest()]).toEqual([expected, expected]);

      const w = new Float32Array(20);
      const bound = optimizers.sgd({ learningRate: 1 }).bind({ w }, { backend });
      bound.step({ w: given });
      expect(w).toEqual(x.map((value) => -value));
    });
  }
});
