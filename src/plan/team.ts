/** The threads that walk one plan together: a barrier over shared memory, and the first of their errors. */
import { stateError } from '../errors.ts';

/** What thread 0 says at a meeting, or what the meeting finds. */
export const word = { go: 0, stop: 1, failed: 2 } as const;

export interface Team {
  readonly thread: number;
  readonly threads: number;
  /** Waits for all others, and returns thread 0's word, or `failed` where somebody reported an error before the meeting. */
  meet(mine: number): number;
  /** Reports an error of an op; of all since the last meeting, the first in the plan's order on the first thread counts. */
  report(call: number, status: number): void;
  /** The status of the error that counts. */
  status(): number;
}

/** A team of one. */
export function alone(): Team {
  let failure = 0;
  return {
    thread: 0,
    threads: 1,
    meet: (mine) => (failure === 0 ? mine : word.failed),
    report: (_call, status) => {
      failure = status;
    },
    status: () => failure,
  };
}

const ARRIVED = 0;
const MEETINGS = 1;
const ASLEEP = 2;
const FAILURE = 3;
const BROKEN = 4;
/** Two of each, for even and odd meetings: nobody is two meetings ahead of another. */
const WORD = 6;
const OUTCOME = 8;

/** The memory of a barrier. */
export const createBarrier = (): Int32Array => new Int32Array(new SharedArrayBuffer(64));

/** Looks this often for the others before it sleeps: about 10 µs. */
const SPINS = 2000;
/** An error's place before any other: calls and threads of a plan are far fewer. */
const NONE = 0;
const rank = (call: number, thread: number, status: number): number =>
  -2147483648 + call * 16384 + thread * 16 + status;

export function createTeam(barrier: Int32Array, thread: number, threads: number): Team {
  let meeting = 0;

  function wait(): void {
    for (let spin = 0; spin < SPINS; spin++) {
      if (Atomics.load(barrier, MEETINGS) !== meeting) return;
    }
    Atomics.add(barrier, ASLEEP, 1);
    while (Atomics.load(barrier, MEETINGS) === meeting) Atomics.wait(barrier, MEETINGS, meeting);
    Atomics.sub(barrier, ASLEEP, 1);
  }

  return {
    thread,
    threads,
    meet(mine) {
      const side = meeting & 1;
      if (thread === 0) Atomics.store(barrier, WORD + side, mine);
      if (Atomics.add(barrier, ARRIVED, 1) === threads - 1) {
        const failed = Atomics.load(barrier, FAILURE) !== NONE;
        Atomics.store(barrier, OUTCOME + side, failed ? word.failed : Atomics.load(barrier, WORD + side));
        Atomics.store(barrier, ARRIVED, 0);
        Atomics.add(barrier, MEETINGS, 1);
        if (Atomics.load(barrier, ASLEEP) > 0) Atomics.notify(barrier, MEETINGS);
      } else {
        wait();
      }
      if (Atomics.load(barrier, BROKEN) === 1)
        throw stateError('ERR_PLUMMET_BACKEND', 'another thread of this run has died');
      meeting++;
      return Atomics.load(barrier, OUTCOME + side);
    },
    report(call, status) {
      const mine = rank(call, thread, status);
      let held = Atomics.load(barrier, FAILURE);
      while (held === NONE || mine < held) {
        const found = Atomics.compareExchange(barrier, FAILURE, held, mine);
        if (found === held) return;
        held = found;
      }
    },
    status: () => Atomics.load(barrier, FAILURE) & 15,
  };
}

/** Frees all who wait: the team will not be complete any more. */
export function breakUp(barrier: Int32Array): void {
  Atomics.store(barrier, BROKEN, 1);
  Atomics.add(barrier, MEETINGS, 1);
  Atomics.notify(barrier, MEETINGS);
}
