import { untilAborted } from '../../abort.ts';
import { type Clock, type Seconds, seconds, type UnixSeconds, unixSeconds } from '../../domain/quantities.ts';
import { errorMessage } from '../../errors.ts';
import type { CloudFailure } from '../failure.ts';

/** A value that is valid for a while: a token, a temporary key; `Infinity` for one that never expires. */
export interface Expiring<Value> {
  readonly value: Value;
  readonly validFor: Seconds;
}

/** A value that expires and is renewed. All callers share it, and one renewal at a time. */
export interface Renewable<Value> {
  /** Rejects when `signal` aborts; the renewal continues for the others. */
  readonly get: (signal: AbortSignal) => Promise<Value>;
  /** Whether this is the current value. */
  readonly holds: (value: Value) => boolean;
  /** Makes `get` obtain a new value instead of this. */
  readonly discard: (value: Value) => void;
}

/** How to obtain the value. */
export interface RenewableOptions<Value> {
  readonly obtain: () => Promise<Expiring<Value>>;
  readonly clock: Clock;
  /** Aborts when it is no longer needed. */
  readonly lifetime: AbortSignal;
  /** The failure of a caller whose signal aborts. */
  readonly interrupted: (signal: AbortSignal) => CloudFailure;
  /** Called when an early renewal failed while the old value is still valid. */
  readonly renewalFailed?: (reason: string) => void;
}

interface Held<Value> {
  readonly value: Value;
  readonly usableUntil: UnixSeconds;
  /** When to renew it early; moves on with each attempt. */
  renewAt: UnixSeconds;
  /** Between two such attempts. */
  readonly renewalPause: Seconds;
}

const LARGEST_MARGIN = 30 * 60;
const MARGIN_SHARE = 0.2;
const LAST_MINUTE = 60;
const LAST_MINUTE_SHARE = 0.05;
// A value that has already expired by this clock must not cost a renewal for each request.
const USE_WHEN_EXPIRED = 60;
const LONGEST_RENEWAL_PAUSE = 60;
const RENEWAL_PAUSE_SHARE = 0.05;

function hold<Value>({ value, validFor }: Expiring<Value>, now: UnixSeconds): Held<Value> {
  const life = validFor > 0 ? validFor : USE_WHEN_EXPIRED;
  return {
    value,
    usableUntil: unixSeconds(now + life - Math.min(LAST_MINUTE, life * LAST_MINUTE_SHARE)),
    renewAt: unixSeconds(now + life - Math.min(LARGEST_MARGIN, life * MARGIN_SHARE)),
    renewalPause: seconds(Math.min(LONGEST_RENEWAL_PAUSE, life * RENEWAL_PAUSE_SHARE)),
  };
}

export function createRenewable<Value>(options: RenewableOptions<Value>): Renewable<Value> {
  const { clock, lifetime } = options;
  let held: Held<Value> | undefined;

  let renewal: Promise<Value> | undefined;

  const renew = async (): Promise<Value> => {
    try {
      held = hold(await options.obtain(), clock());
      return held.value;
    } finally {
      renewal = undefined;
    }
  };

  const renewed = async (signal: AbortSignal): Promise<Value> => {
    if (signal.aborted) throw options.interrupted(signal);
    renewal ??= renew();
    return untilAborted(renewal, signal, () => options.interrupted(signal));
  };

  const renewAhead = (): void => {
    renewed(lifetime).catch((error: unknown) => {
      if (!lifetime.aborted) options.renewalFailed?.(errorMessage(error));
    });
  };

  return {
    get: (signal) => {
      const now = clock();
      if (held === undefined || now >= held.usableUntil) return renewed(signal);
      const { value } = held;
      if (now >= held.renewAt) {
        held.renewAt = unixSeconds(now + held.renewalPause);
        renewAhead();
      }
      return Promise.resolve(value);
    },
    holds: (value) => held?.value === value,
    discard: (value) => {
      if (held?.value === value) held = undefined;
    },
  };
}
