import { setTimeout as wait } from 'node:timers/promises';
import { type Clock, milliseconds, type Seconds, systemClock } from '../domain/quantities.ts';

/** The time of commands that wait. */
export interface CommandTime {
  readonly clock: Clock;
  /** Rejects when the signal aborts. */
  readonly sleep: (duration: Seconds, signal: AbortSignal) => Promise<void>;
}

export const REAL_TIME: CommandTime = {
  clock: systemClock,
  sleep: (duration, signal) => wait(milliseconds(duration), undefined, { signal }),
};
