import { setImmediate } from 'node:timers/promises';

/** Lets the event loop run when the caller has held it for a while; cheap to await often. */
export type Pace = () => Promise<void> | undefined;

const LONGEST_HOLD_MILLISECONDS = 2;

/** A pace that gives way every two milliseconds, so that a scrape never waits for long work. */
export function createPace(now: () => number = () => performance.now()): Pace {
  let heldSince = now();
  return () => {
    if (now() - heldSince < LONGEST_HOLD_MILLISECONDS) return undefined;
    return setImmediate().then(() => {
      heldSince = now();
    });
  };
}
