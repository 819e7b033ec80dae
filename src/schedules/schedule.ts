/** What a schedule is to users and to optimizers. */

/** A schedule as plain data: those within it are described alike, and what `reduceOnPlateau` has learned is among its options. */
export interface ScheduleJSON {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * A value for each step: `schedule(0)` is that of the first step. It depends on the step alone (but for
 * `reduceOnPlateau`), is computed in float64 by operations that every engine does alike, and stands wherever an optimizer takes a
 * number that may change: `learningRate`, `weightDecay`, `momentum`.
 */
export interface Schedule {
  (step: number): number;
  /** The stem: `cosine`. */
  readonly name: string;
  /** Every effective option. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Plain data from which `schedules.fromJSON` makes an equal schedule. */
  toJSON(): ScheduleJSON;
}

/** A schedule that learns from the losses it is told. */
export interface PlateauSchedule extends Schedule {
  /** Takes the monitored number of an epoch; returns the value from now on. */
  report(value: number): number;
  /** What it monitors in a `fit`; undefined: `val_loss` where there is a validation, else `loss`. */
  readonly monitor: string | undefined;
}

/** Two values that go through a cycle together. */
export interface CycleSchedule extends Schedule {
  /** The momentum that belongs to it: high where the rate is low. */
  readonly momentum: Schedule;
}
