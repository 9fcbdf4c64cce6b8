import type { Dictionary } from '../services/vendor-words.ts';

const DATE_TIME =
  /^(\d{4})([-/.]?)(\d\d)\2(\d\d)([T _]?)(\d\d)(:?)(\d\d)\7(\d\d)((?:\.\d{1,9})?(?:Z| ?UTC| ?GMT|[ _]?[+-]?\d\d:?\d\d)?)$/;
const YEAR_2000 = Date.UTC(2000) / 1000;
const YEAR_2100 = Date.UTC(2100) / 1000;

/**
 * A time, later by so many seconds and spelled as before; undefined for what is not one. Numbers are seconds or
 * milliseconds since 1970. By whole weeks, the time of day and the day of the week stay.
 */
export function shiftTime(value: string | number, by: number): string | number | undefined {
  if (typeof value === 'number') {
    const isMilliseconds = value > YEAR_2100;
    const time = isMilliseconds ? value / 1000 : value;
    if (time < YEAR_2000 || time > YEAR_2100) return undefined;
    return value + by * (isMilliseconds ? 1000 : 1);
  }
  const [, year, dash = '', month, day, between, hour, colon = '', minute, second, rest] =
    DATE_TIME.exec(value) ?? [];
  const moment = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(moment)) return shiftTimestampText(value, by);
  const [date = '', time = ''] = new Date(moment + by * 1000).toISOString().slice(0, 19).split('T');
  return `${date.replaceAll('-', dash)}${between}${time.replaceAll(':', colon)}${rest}`;
}

/** Some responses have a timestamp as text. */
function shiftTimestampText(value: string, by: number): string | undefined {
  const shifted = /^\d{10}(?:\d{3})?$/.test(value) ? shiftTime(Number(value), by) : undefined;
  return shifted === undefined ? undefined : String(shifted);
}

/** A JSON value in which every time is later by so many seconds. */
export function shiftTimes(value: unknown, by: number, dictionary: Dictionary, field = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => shiftTimes(item, by, dictionary, field));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, shiftTimes(inner, by, dictionary, name.trim())]),
    );
  }
  const mayBeTime =
    (typeof value === 'string' || typeof value === 'number') && dictionary.kindsOf(field).includes('time');
  return mayBeTime ? (shiftTime(value, by) ?? value) : value;
}
