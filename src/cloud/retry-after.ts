import { type Seconds, seconds, type UnixSeconds } from '../domain/quantities.ts';
import { readHttpDate } from './moment.ts';

/**
 * Reads the header `Retry-After`, which holds seconds or a date; undefined when it is neither.
 * `serverNow` is the clock that wrote the date.
 */
export function readRetryAfter(value: string | undefined, serverNow: UnixSeconds): Seconds | undefined {
  const text = value?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return seconds(Number(text));
  const date = readHttpDate(text);
  return date === undefined ? undefined : seconds(Math.max(0, date - serverNow));
}
