import { type Bytes, bytes, type UnixSeconds, unixSeconds } from '../domain/quantities.ts';
import type { Page } from '../pagination/list.ts';

/** A JSON object whose fields have not been validated. */
export type JsonObject = Readonly<Record<string, unknown>>;

const LONGEST_TEXT = 256;
const LATEST_TIME = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000;

/** The value as an object; undefined if it is anything else, including an array. */
export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}

/** Text for a label, truncated at 256 characters; undefined if it is empty or not text. */
export function readName(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? labelText(cut(value)) : undefined;
}

/** An id; undefined if it is blank, not text, or longer than 256 characters: a truncated id would be that of something else. */
export function readId(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.trim() === '' || isTooLong(value)) return undefined;
  return labelText(value);
}

/** A boolean; undefined for anything else. */
export function readBoolean(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

/** A code or version, documented as text in some places and as a number in others: `"400"`, `400`; `"8.0"`, `4.0`. */
export function readCode(value: unknown): string | undefined {
  return typeof value === 'number' ? String(value) : readName(value);
}

/** A number that is exact, also if written as text; otherwise undefined. */
export function readSignedNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : undefined;
}

/** Like {@link readSignedNumber}, but not negative. */
export function readNumber(value: unknown): number | undefined {
  const number = readSignedNumber(value);
  return number !== undefined && number >= 0 ? number : undefined;
}

/** Parses sizes in a unit. The vendor does not say whether a KB is 2^10 or 10^3 bytes: 2^10 is assumed, also for larger units. */
export const sizeReader =
  (bytesPerUnit: number) =>
  (value: unknown): Bytes | undefined => {
    const units = readNumber(value);
    const size = units === undefined ? undefined : readNumber(Math.round(units * bytesPerUnit));
    return size === undefined ? undefined : bytes(size);
  };

/** A size in KB. */
export const readKibibytes = sizeReader(2 ** 10);
/** A size in MB. */
export const readMebibytes = sizeReader(2 ** 20);

/** A time in milliseconds since 1970; 0 means no time. */
export function readUnixMilliseconds(value: unknown): UnixSeconds | undefined {
  const milliseconds = readNumber(value);
  return milliseconds === undefined ? undefined : plausibleTime(milliseconds / 1000);
}

const DATE_TIME =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(\.\d{1,9})?(?:Z| UTC|([+-])(\d\d):?(\d\d))?$/;

/**
 * A time such as `2018-08-06T12:41:14`, with a `T` or a space, followed by `Z`, ` UTC`, `+08:00` or `+0800`;
 * without a zone it is UTC, so append the offset to a local time. A date that does not exist, such as 2024-02-31, is
 * undefined.
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

/** The envelope `{[rowsKey]: […], [totalKey]: n}`; undefined without an array of rows. */
export function readEnvelope(body: unknown, rowsKey: string, totalKey: string): Page | undefined {
  const envelope = asObject(body);
  const rows = envelope?.[rowsKey];
  const total = readNumber(envelope?.[totalKey]);
  return Array.isArray(rows) ? { rows, total: Number.isInteger(total) ? total : undefined } : undefined;
}

/** Tags as `[{key, value}]`. */
export function readTags(value: unknown): Readonly<Record<string, string>> {
  const tags = new Map<string, string>();
  for (const entry of Array.isArray(value) ? value : []) {
    const tag = asObject(entry);
    const key = readName(tag?.['key']);
    const text = readName(tag?.['value']);
    if (key !== undefined && text !== undefined && !tags.has(key)) tags.set(key, text);
  }
  return Object.fromEntries(tags);
}

/** The time if it is after 1970 and before the year 10000; otherwise undefined. */
export function plausibleTime(time: number): UnixSeconds | undefined {
  return time > 0 && time <= LATEST_TIME ? unixSeconds(time) : undefined;
}

function zoneOffset(sign: string | undefined, hours = '0', minutes = '0'): number | undefined {
  if (sign === undefined) return 0;
  if (Number(hours) > 14 || Number(minutes) > 59) return undefined;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
}

function cut(text: string): string {
  return text.length <= LONGEST_TEXT ? text : firstCharacters(text).slice(0, LONGEST_TEXT).join('');
}

// A character takes up to two code units; text far beyond the limit is not looked at.
const firstCharacters = (text: string): readonly string[] => Array.from(text.slice(0, 2 * LONGEST_TEXT + 2));

const isTooLong = (text: string): boolean =>
  text.length > LONGEST_TEXT && firstCharacters(text).length > LONGEST_TEXT;

// A label is UTF-8, so it cannot contain half a surrogate pair; some programs end a text at NUL.
function labelText(text: string): string {
  const wellFormed = text.isWellFormed() ? text : text.toWellFormed();
  return wellFormed.includes('\0') ? wellFormed.replaceAll('\0', '\uFFFD') : wellFormed;
}
