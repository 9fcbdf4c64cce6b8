import { setImmediate as turn } from 'node:timers/promises';
import { type Clock, type Seconds, unixSeconds } from '../../src/domain/quantities.ts';

/** Time that passes only when a test calls `pass`. */
export interface FakeTime {
  readonly clock: Clock;
  readonly sleep: (duration: Seconds, signal: AbortSignal) => Promise<void>;
  readonly deadline: (after: Seconds) => AbortSignal;
  /** Advances time; each timer fires at its due time, and its consequences are complete before the next one. */
  readonly pass: (seconds: number) => Promise<void>;
  /** Adjusts the wall clock without advancing time. */
  readonly setClockBy: (seconds: number) => void;
  /** Number of pending sleeps. */
  readonly sleepers: () => number;
}

interface Alarm {
  readonly due: number;
  readonly ring: () => void;
}

/** The start of fake time: 2024-01-05T00:00:00Z. */
export const FAKE_NOW = 1_704_412_800;

/** Runs all pending microtasks. */
async function settle(): Promise<void> {
  for (let turns = 0; turns < 12; turns += 1) await turn();
}

/** Fake time that starts at {@link FAKE_NOW}. */
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
