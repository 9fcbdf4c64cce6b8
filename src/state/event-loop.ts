import { setImmediate } from 'node:timers/promises';

/** Yields to the event loop if the caller has blocked it for a while; cheap to await often. */
export type Yield = () => Promise<void> | undefined;

const MAX_BLOCKED_MILLISECONDS = 2;

/** Yields every two milliseconds, so that a scrape never waits for long work. */
export function createYield(now: () => number = () => performance.now()): Yield {
  let blockedSince = now();
  return () => {
    if (now() - blockedSince < MAX_BLOCKED_MILLISECONDS) return undefined;
    return setImmediate().then(() => {
      blockedSince = now();
    });
  };
}
