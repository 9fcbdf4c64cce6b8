import type { RateLimitSettings } from './web-config.ts';

/** Whether one more request may come in; counts it if so. */
export type AllowRequest = (settings: RateLimitSettings | undefined) => boolean;

/** A bucket that starts full with `burst` requests and gains one an interval. `now` counts milliseconds. */
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
