/** What an epoch tells the schedules that learn from losses. */
import { rangeError } from '../errors.ts';
import type { PlateauSchedule } from '../schedules/index.ts';
import type { Logs } from './history.ts';

/** @param validated - whether this `fit` has validations: in epochs without one, what monitors it hears nothing */
export function reportPlateaus(plateaus: readonly PlateauSchedule[], logs: Logs, validated: boolean): void {
  for (const plateau of plateaus) {
    const monitor = plateau.monitor ?? (validated ? 'val_loss' : 'loss');
    if (Object.hasOwn(logs, monitor)) plateau.report(logs[monitor]);
    else if (!validated || !monitor.startsWith('val_')) throw unknown(monitor, logs);
  }
}

function unknown(monitor: string, logs: Logs): Error {
  const keys = Object.keys(logs).join(', ');
  return rangeError(
    'ERR_PLUMMET_OPTION',
    `fit: reduceOnPlateau monitors "${monitor}", which is not among the logs of an epoch: ${keys}`,
  );
}
