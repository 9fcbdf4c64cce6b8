import { type Bytes, type Seconds, seconds, type UnixSeconds } from '../domain/quantities.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A duration in its two largest units, rounded down: `3 d 4 h`, `4 h 12 min`, `1 min 7 s`, `54 s`. */
export function humanizeDuration(length: Seconds): string {
  if (length > 0 && length < 1) return 'under 1 s';
  if (length < MINUTE) return `${Math.floor(length)} s`;
  if (length < HOUR) return twoUnits(length, [MINUTE, 'min'], [1, 's']);
  if (length < DAY) return twoUnits(length, [HOUR, 'h'], [MINUTE, 'min']);
  if (length < 100 * DAY) return twoUnits(length, [DAY, 'd'], [HOUR, 'h']);
  return `${formatCount(Math.floor(length / DAY))} d`;
}

/** A duration as configured by people: `26 h`, `7 d`, `90 min`; others in their two largest units. */
export function humanizeObjective(length: Seconds): string {
  if (length === 0 || length % MINUTE !== 0) return humanizeDuration(length);
  if (length % DAY === 0) return `${formatCount(length / DAY)} d`;
  if (length % HOUR === 0 && length < 4 * DAY) return `${length / HOUR} h`;
  return length < 4 * HOUR ? `${length / MINUTE} min` : humanizeDuration(length);
}

/** How long ago a time was: `3 d 4 h`; for a time in the future: `in 5 min`. */
export function humanizeAge(time: UnixSeconds, now: UnixSeconds): string {
  return time > now ? `in ${humanizeDuration(seconds(time - now))}` : humanizeDuration(seconds(now - time));
}

/** The same as part of a sentence: `3 d 4 h ago`, `in 5 min`. */
export function humanizeAgo(time: UnixSeconds, now: UnixSeconds): string {
  return time > now ? humanizeAge(time, now) : `${humanizeAge(time, now)} ago`;
}

const SIZE_UNITS = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;

/** A size in binary units with three digits: `2.74 GiB`; `512 bytes` below a KiB. */
export function humanizeSize(size: Bytes): string {
  const power = SIZE_UNITS.findLastIndex((_, index) => size >= 1024 ** (index + 1));
  const unit = SIZE_UNITS[power];
  if (unit === undefined) return `${formatCount(Math.round(size))} bytes`;
  const value = size / 1024 ** (power + 1);
  if (value >= 100) return `${Math.round(value)} ${unit}`;
  return `${value.toFixed(value >= 10 ? 1 : 2)} ${unit}`;
}

/** An integer with thousands separators: `10,000`. */
export function formatCount(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A count with its noun: `1 row`, `2 rows`. */
export const counted = (count: number, noun: string): string =>
  `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;

/** The words for a value; undefined if it is unknown. */
export function ifKnown<Value>(
  value: Value | undefined,
  words: (value: Value) => string,
): string | undefined {
  return value === undefined ? undefined : words(value);
}

/** The known parts, separated by commas. */
export function listed(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join(', ');
}

// The limit of JavaScript dates (ECMA-262, time values).
const LAST_DATE = 8.64e12;

/** A time for machines, `2026-07-01T10:00:00Z`; undefined beyond the range of JavaScript dates. */
export function isoTime(time: UnixSeconds): string | undefined {
  if (!(Math.abs(time) <= LAST_DATE)) return undefined;
  return new Date(Math.floor(time) * 1000).toISOString().replace('.000Z', 'Z');
}

/** A time for people: `2026-07-01 10:00:00 UTC`. */
export function humanizeTime(time: UnixSeconds): string {
  return isoTime(time)?.replace('T', ' ').replace('Z', ' UTC') ?? `${time} s after 1970`;
}

type Unit = readonly [length: number, name: string];

function twoUnits(length: number, [large, largeName]: Unit, [small, smallName]: Unit): string {
  const rest = Math.floor((length % large) / small);
  const whole = `${Math.floor(length / large)} ${largeName}`;
  return rest === 0 ? whole : `${whole} ${rest} ${smallName}`;
}
