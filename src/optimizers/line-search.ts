/** Line searches for the strong Wolfe conditions: Nocedal and Wright 2006, Algorithms 3.5 and 3.6, with the interpolation and safeguards of PyTorch. */

/** The function at a distance along the direction: its value, its gradient and the gradient's part in that direction. */
export interface Point {
  readonly t: number;
  readonly loss: number;
  readonly gradient: Float32Array;
  readonly slope: number;
}

const DECREASE = 1e-4;
const CURVATURE = 0.9;
const SMALLEST_BRACKET = 1e-9;

/** Where the cubic through two points has its minimum, within these bounds; their middle where it has none. */
function cubicMinimum(a: Point, b: Point, low = a.t <= b.t ? a.t : b.t, high = a.t <= b.t ? b.t : a.t): number {
  const d1 = a.slope + b.slope - (3 * (a.loss - b.loss)) / (a.t - b.t);
  const square = d1 * d1 - a.slope * b.slope;
  if (!(square >= 0)) return (low + high) / 2;
  const d2 = Math.sqrt(square);
  const at =
    a.t <= b.t
      ? b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
      : a.t - (a.t - b.t) * ((a.slope + d2 - d1) / (a.slope - b.slope + 2 * d2));
  return Math.min(Math.max(at, low), high);
}

/** A loss that is not a number is higher than any. */
const lower = (a: Point, b: Point): boolean => a.loss <= b.loss || Number.isNaN(b.loss);

/**
 * From `start` (at t = 0) in a direction whose largest element is `reach`, first as far as `first`. Yields where the function is to be evaluated, takes the point there.
 *
 * @param most - how often it goes on after the first evaluation
 * @returns the point found, and the number of evaluations
 */
export function* strongWolfe(
  start: Point,
  first: number,
  reach: number,
  most: number,
): Generator<number, { point: Point; evaluations: number }, Point> {
  const tooHigh = ({ t, loss }: Point): boolean => !(loss <= start.loss + DECREASE * t * start.slope);
  const flat = ({ slope }: Point): boolean => Math.abs(slope) <= -CURVATURE * start.slope;
  let evaluations = 1;
  let now = yield first;
  let before = start;
  let bracket: [Point, Point] | null = null;
  let rounds = 0;
  while (rounds < most) {
    if (tooHigh(now) || (rounds > 1 && now.loss >= before.loss)) {
      bracket = [before, now];
      break;
    }
    if (flat(now)) return { point: now, evaluations };
    if (now.slope >= 0) {
      bracket = [before, now];
      break;
    }
    const next = cubicMinimum(before, now, now.t + 0.01 * (now.t - before.t), now.t * 10);
    before = now;
    now = yield next;
    evaluations++;
    rounds++;
  }
  bracket ??= [start, now];
  let least: 0 | 1 = lower(bracket[0], bracket[1]) ? 0 : 1;
  let stuck = false;
  while (rounds < most) {
    const [a, b] = bracket;
    const low = Math.min(a.t, b.t);
    const high = Math.max(a.t, b.t);
    if ((high - low) * reach < SMALLEST_BRACKET) break;
    let t = cubicMinimum(a, b);
    // So close to an end the bracket would hardly shrink: the second time it moves away.
    const margin = 0.1 * (high - low);
    if (Math.min(high - t, t - low) < margin) {
      if (stuck || t >= high || t <= low) {
        t = Math.abs(t - high) < Math.abs(t - low) ? high - margin : low + margin;
        stuck = false;
      } else {
        stuck = true;
      }
    } else {
      stuck = false;
    }
    now = yield t;
    evaluations++;
    rounds++;
    const other = least === 0 ? 1 : 0;
    if (tooHigh(now) || now.loss >= bracket[least].loss) {
      bracket[other] = now;
      least = lower(bracket[0], bracket[1]) ? 0 : 1;
      continue;
    }
    const done = flat(now);
    if (!done && now.slope * (bracket[other].t - bracket[least].t) >= 0) bracket[other] = bracket[least];
    bracket[least] = now;
    if (done) break;
  }
  return { point: bracket[least], evaluations };
}
