/** The namespace `schedules`. */

export { type LibrarySchedule, named } from './named.ts';
export { fromJSON } from './restore.ts';
export type { CycleSchedule, PlateauSchedule, Schedule, ScheduleJSON } from './schedule.ts';
export * from './schedules.ts';
