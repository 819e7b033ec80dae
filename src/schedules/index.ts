/** The namespace `schedules`. */
export { fromJSON } from './restore.ts';
export { type LibrarySchedule, named } from './named.ts';
export type { CycleSchedule, PlateauSchedule, Schedule, ScheduleJSON } from './schedule.ts';
export * from './schedules.ts';
