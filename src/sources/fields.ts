import { type Bytes, bytes, type UnixSeconds, unixSeconds } from '../domain/quantities.ts';
import type { Page } from './source.ts';

/** A JSON object whose fields have not been looked at. */
export type JsonObject = Readonly<Record<string, unknown>>;

const LONGEST_TEXT = 256;
const BYTES_PER_MEBIBYTE = 1024 * 1024;
const LATEST_TIME = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000;

/** The value as an object; undefined when it is anything else, an array included. */
export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}

/** A text fit for a label, cut at 256 characters; undefined when it is empty or no text. */
export function readName(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? labelText(cut(value)) : undefined;
}

/** An id; undefined when it is empty, no text, or longer than 256 characters: an id cut short names something else. */
export function readId(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '' || isTooLong(value)) return undefined;
  return labelText(value);
}

/** A yes or no; undefined when it is neither. */
export function readBoolean(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

/** A code that some pages show as a text and others as a number: `"400"`, `400`. */
export function readCode(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' ? String(value) : undefined;
}

/** A number that can be exact, also when it is written as a text; else undefined. */
export function readSignedNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : undefined;
}

/** As {@link readSignedNumber}, and not negative. */
export function readNumber(value: unknown): number | undefined {
  const number = readSignedNumber(value);
  return number !== undefined && number >= 0 ? number : undefined;
}

/** A size that the service gives in MB, taken as 2^20 bytes: the vendor does not say which MB it means. */
export function readMebibytes(value: unknown): Bytes | undefined {
  const mebibytes = readNumber(value);
  const size = mebibytes === undefined ? undefined : readNumber(mebibytes * BYTES_PER_MEBIBYTE);
  return size === undefined ? undefined : bytes(size);
}

/** A moment that the service gives in milliseconds since 1970; 0 is what services write for no time. */
export function readUnixMilliseconds(value: unknown): UnixSeconds | undefined {
  const milliseconds = readNumber(value);
  return milliseconds === undefined ? undefined : plausibleTime(milliseconds / 1000);
}

const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(\.\d{1,9})?(?:Z|([+-])(\d\d):?(\d\d))?$/;

/**
 * A moment written as `2018-08-06T12:41:14`, with `Z`, `+08:00` or `+0800` behind it; without a zone it is UTC.
 * A date that does not exist, such as 2024-02-31, is undefined.
 */
export function readDateTime(value: unknown): UnixSeconds | undefined {
  if (typeof value !== 'string') return undefined;
  const match = DATE_TIME.exec(value);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, sign, offsetHours, offsetMinutes] = match;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const midnight = new Date(`${year}-${month}-${day}T00:00:00Z`);
  if (midnight.getUTCDate() !== Number(day)) return undefined;
  const offset = zoneOffset(sign, offsetHours, offsetMinutes);
  if (offset === undefined) return undefined;
  const timeOfDay = Number(hour) * 3600 + Number(minute) * 60 + Number(second) + Number(fraction ?? 0);
  return plausibleTime(midnight.getTime() / 1000 + timeOfDay - offset);
}

/** The envelope `{[rowsKey]: […], [totalKey]: n}`; undefined when there is no array of rows. */
export function readEnvelope(body: unknown, rowsKey: string, totalKey: string): Page | undefined {
  const envelope = asObject(body);
  const rows = envelope?.[rowsKey];
  const total = readNumber(envelope?.[totalKey]);
  return Array.isArray(rows) ? { rows, total: Number.isInteger(total) ? total : undefined } : undefined;
}

function zoneOffset(sign: string | undefined, hours = '0', minutes = '0'): number | undefined {
  if (sign === undefined) return 0;
  if (Number(hours) > 14 || Number(minutes) > 59) return undefined;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
}

/** The moment, where it is after 1970 and before the year 10000; else undefined. */
export function plausibleTime(time: number): UnixSeconds | undefined {
  return time > 0 && time <= LATEST_TIME ? unixSeconds(time) : undefined;
}

function cut(text: string): string {
  return text.length <= LONGEST_TEXT ? text : firstCharacters(text).slice(0, LONGEST_TEXT).join('');
}

// A character takes up to two places of a string; what lies far behind the limit is not looked at.
const firstCharacters = (text: string): readonly string[] => Array.from(text.slice(0, 2 * LONGEST_TEXT + 2));

const isTooLong = (text: string): boolean =>
  text.length > LONGEST_TEXT && firstCharacters(text).length > LONGEST_TEXT;

// A label is UTF-8: half a surrogate pair has no place in it, and some readers take NUL for the end.
function labelText(text: string): string {
  const wellFormed = text.isWellFormed() ? text : text.toWellFormed();
  return wellFormed.includes('\0') ? wellFormed.replaceAll('\0', '\uFFFD') : wellFormed;
}
