import { setImmediate as turn } from 'node:timers/promises';
import { type Clock, type Seconds, unixSeconds } from '../../src/domain/quantities.ts';

/** A time that stands still until it is told to pass. */
export interface FakeTime {
  readonly clock: Clock;
  readonly sleep: (duration: Seconds, signal: AbortSignal) => Promise<void>;
  readonly deadline: (after: Seconds) => AbortSignal;
  /** Lets time pass; whatever falls due in between happens at its moment, and what follows from it is done first. */
  readonly pass: (seconds: number) => Promise<void>;
  /** Sets the clock of the machine without letting time pass. */
  readonly setClockBy: (seconds: number) => void;
  /** How many are asleep. */
  readonly sleepers: () => number;
}

interface Alarm {
  readonly due: number;
  readonly ring: () => void;
}

/** The moment at which fake time begins: 2024-01-05T00:00:00Z. */
export const FAKE_NOW = 1_704_412_800;

/** Lets everything run that waits for nothing but its turn. */
async function settle(): Promise<void> {
  for (let turns = 0; turns < 12; turns += 1) await turn();
}

/** A time that begins at {@link FAKE_NOW}. */
export function createFakeTime(): FakeTime {
  const alarms = new Set<Alarm>();
  let sleeping = 0;
  let passed = 0;
  let clockOffset = 0;

  const at = (after: number, ring: () => void): Alarm => {
    const alarm = { due: passed + after, ring };
    alarms.add(alarm);
    return alarm;
  };
  const nextDue = (until: number): Alarm | undefined =>
    [...alarms].filter(({ due }) => due <= until).sort((one, other) => one.due - other.due)[0];

  return {
    clock: () => unixSeconds(FAKE_NOW + passed + clockOffset),
    sleep: (duration, signal) =>
      new Promise((resolve, reject) => {
        sleeping += 1;
        const wake = (then: () => void) => () => {
          if (!alarms.delete(alarm)) return;
          sleeping -= 1;
          then();
        };
        const alarm = at(
          duration,
          wake(() => resolve()),
        );
        const stop = wake(() => reject(new Error('the sleep was ended')));
        if (signal.aborted) stop();
        signal.addEventListener('abort', stop, { once: true });
      }),
    deadline: (after) => {
      const controller = new AbortController();
      const alarm = at(after, () => {
        alarms.delete(alarm);
        controller.abort();
      });
      return controller.signal;
    },
    pass: async (seconds) => {
      const until = passed + seconds;
      await settle();
      for (let alarm = nextDue(until); alarm !== undefined; alarm = nextDue(until)) {
        passed = Math.max(passed, alarm.due);
        alarm.ring();
        await settle();
      }
      passed = until;
      await settle();
    },
    setClockBy: (seconds) => {
      clockOffset += seconds;
    },
    sleepers: () => sleeping,
  };
}
