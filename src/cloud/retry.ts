import { type Seconds, seconds, type UnixSeconds } from '../domain/quantities.ts';
import { readHttpDate } from './http-date.ts';

/** Waits; ends early, resolving or rejecting, when the signal aborts. */
export type Sleep = (duration: Seconds, signal: AbortSignal) => Promise<void>;

/** Maximum number of attempts. */
export const MAX_ATTEMPTS = 3;

const FIRST_BACKOFF = 1;
const LONGEST_BACKOFF = 8;
const LONGEST_RETRY_AFTER = 30;

/** Reads `Retry-After`, in seconds or a date by the server's clock. */
export function readRetryAfter(value: string | undefined, serverNow: UnixSeconds): Seconds | undefined {
  const text = value?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return seconds(Number(text));
  const date = readHttpDate(text);
  return date === undefined ? undefined : seconds(Math.max(0, date - serverNow));
}

/**
 * How long to wait after failed attempt number `attempt` (from 1): a random part of a bound that doubles each time, but
 * at least what the service requested; undefined if that is too long and the next poll is the better retry. `random` is
 * in [0, 1).
 */
export function waitBeforeRetry(
  attempt: number,
  retryAfter: Seconds | undefined,
  random: number,
): Seconds | undefined {
  if (retryAfter !== undefined && retryAfter > LONGEST_RETRY_AFTER) return undefined;
  const bound = Math.min(LONGEST_BACKOFF, FIRST_BACKOFF * 2 ** (attempt - 1));
  return seconds(Math.max(random * bound, retryAfter ?? 0));
}
