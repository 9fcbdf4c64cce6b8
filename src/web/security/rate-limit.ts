import type { RateLimitSettings } from './web-config.ts';

/** Whether another request is allowed; counts it if so. */
export type AllowRequest = (settings: RateLimitSettings | undefined) => boolean;

/** A token bucket that starts full with `burst` requests and gains one per interval. `now`: milliseconds. */
export const createRateLimit = (now: () => number): AllowRequest => {
  let inForce: RateLimitSettings | undefined;
  let left = 0;
  let counted = 0;

  return (settings) => {
    if (settings === undefined) {
      inForce = undefined;
      return true;
    }
    const isNew = inForce?.interval !== settings.interval || inForce.burst !== settings.burst;
    const gained = (now() - counted) / (settings.interval * 1000);
    left = isNew ? settings.burst : Math.min(settings.burst, left + gained);
    counted = now();
    inForce = settings;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
};
