import { type Clock, type Seconds, seconds, type UnixSeconds, unixSeconds } from '../../domain/quantities.ts';
import type { CloudFailure } from '../failure.ts';
import { shareWork, type Work } from '../shared-work.ts';

/** Something that proves who asks, and for how long. */
export interface Lease<Value> {
  readonly value: Value;
  readonly validFor: Seconds;
}

/** What runs out and can be had anew: a token, a temporary key. All callers share one, and one renewal at a time. */
export interface Renewable<Value> {
  readonly get: Work<Value>;
  /** Tells that somebody refused a value. Answers whether it is worth to `get` another one. */
  readonly refused: (value: Value, by: string) => boolean;
  /** Tells that somebody accepted a value. */
  readonly accepted: (value: Value, by: string) => void;
}

/** How to obtain what is renewed. */
export interface RenewableOptions<Value> {
  readonly obtain: Work<Lease<Value>>;
  readonly clock: Clock;
  /** Whether a renewal is a sign-in, which who refuses every value must not cause again and again. */
  readonly costly: boolean;
  /** Ends renewals that nobody waits for. */
  readonly lifetime: AbortSignal;
  readonly interrupted: () => CloudFailure;
  /** Told when a renewal ahead of time failed while the old value still serves. */
  readonly renewalFailed: (error: unknown) => void;
}

interface Held<Value> {
  readonly value: Value;
  readonly renewAt: UnixSeconds;
  readonly usableUntil: UnixSeconds;
  /** Between two renewals ahead of time, when the first has failed. */
  readonly renewalPause: Seconds;
  /** Who made this renewal necessary by refusing the value before. */
  readonly because: Set<string>;
  readonly acceptedBy: Set<string>;
}

const LARGEST_MARGIN = 30 * 60;
const MARGIN_SHARE = 0.2;
const LAST_MOMENT = 60;
const LAST_MOMENT_SHARE = 0.05;
// A lease that is over when it comes, by this clock, must not cost a renewal for each request.
const USE_WHEN_OVER = 60;
const LONGEST_RENEWAL_PAUSE = 60;
const RENEWAL_PAUSE_SHARE = 0.05;
const REFUSAL_PAUSE = 300;

/** Creates a renewable; nothing is obtained before it is needed. */
export function createRenewable<Value>(options: RenewableOptions<Value>): Renewable<Value> {
  const { clock } = options;
  let held: Held<Value> | undefined;
  let refusers = new Set<string>();
  let lastRenewal = Number.NEGATIVE_INFINITY;
  /** Who refused a new value too, and when: more renewals would not help them, and each is a sign-in. */
  const unhelped = new Map<string, UnixSeconds>();

  const hold = ({ value, validFor }: Lease<Value>): Held<Value> => {
    const now = clock();
    const life = validFor > 0 ? validFor : USE_WHEN_OVER;
    const because = refusers;
    refusers = new Set();
    return {
      value,
      renewAt: unixSeconds(now + life - Math.min(LARGEST_MARGIN, life * MARGIN_SHARE)),
      usableUntil: unixSeconds(now + life - Math.min(LAST_MOMENT, life * LAST_MOMENT_SHARE)),
      renewalPause: seconds(Math.min(LONGEST_RENEWAL_PAUSE, life * RENEWAL_PAUSE_SHARE)),
      because,
      acceptedBy: new Set(),
    };
  };

  const renew = shareWork<Value>(async (signal, note) => {
    lastRenewal = clock();
    held = hold(await options.obtain(signal, note));
    return held.value;
  }, options.interrupted);

  const renewAhead = (): void => {
    renew(options.lifetime, () => undefined).catch((error: unknown) => {
      if (!options.lifetime.aborted) options.renewalFailed(error);
    });
  };

  const isRecent = (moment: number, pause: number): boolean => {
    const passed = clock() - moment;
    return passed >= 0 && passed < pause;
  };

  return {
    get: (signal, note) => {
      const now = clock();
      if (held === undefined || now >= held.usableUntil) return renew(signal, note);
      if (now >= held.renewAt && !isRecent(lastRenewal, held.renewalPause)) renewAhead();
      return Promise.resolve(held.value);
    },
    refused: (value, by) => {
      // Somebody else's refusal has been acted upon already.
      if (held?.value !== value) {
        (held?.because ?? refusers).add(by);
        return true;
      }
      const since = unhelped.get(by);
      const isFresh = held.because.has(by) && !held.acceptedBy.has(by);
      if (since !== undefined && isRecent(since, REFUSAL_PAUSE)) return false;
      if (options.costly && since === undefined && isFresh) {
        unhelped.set(by, clock());
        return false;
      }
      unhelped.delete(by);
      refusers.add(by);
      held = undefined;
      return true;
    },
    accepted: (value, by) => {
      if (held?.value !== value) return;
      held.acceptedBy.add(by);
      unhelped.delete(by);
    },
  };
}
