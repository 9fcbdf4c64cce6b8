import { type Seconds, seconds } from '../../domain/quantities.ts';
import { longestGap, longestGapOfDays, startOfDay } from '../schedule.ts';

const MILLISECONDS_PER_DAY = 24 * 3600 * 1000;
// These contain every sequence of months and their lengths.
const FOUR_YEARS = 4 * 366;

/** The longest time between two runs of all schedules; undefined if none can be parsed. */
export function longestGapOfAll(expressions: readonly unknown[]): Seconds | undefined {
  const weekly = expressions.map(weeklyStarts).filter((starts) => starts !== undefined);
  const together = longestGap(weekly.flat());
  if (together !== undefined) return together;
  // Whatever else is scheduled, one that is not weekly leaves no longer gaps than on its own.
  const monthly = expressions.map(monthlyGap).filter((gap) => gap !== undefined);
  return monthly.length === 0 ? undefined : seconds(Math.min(...monthly));
}

/**
 * When a quartz schedule in UTC runs, in seconds since the start of the week: `sec min hour day-of-month month
 * day-of-week` with Sunday as 1. Undefined if it cannot be parsed or does not repeat weekly.
 */
function weeklyStarts(expression: unknown): readonly number[] | undefined {
  const { times, dayOfMonth, dayOfWeek } = fieldsOf(expression) ?? {};
  if (times === undefined || dayOfWeek === undefined || dayOfMonth === undefined || !isAny(dayOfMonth))
    return undefined;
  const days = isAny(dayOfWeek) ? [1, 2, 3, 4, 5, 6, 7] : valuesOf(dayOfWeek, 1, 7);
  return days?.flatMap((day) => times.map((time) => startOfDay(day) + time));
}

/** The longest time between two runs on some days of the month; undefined for any other schedule. */
function monthlyGap(expression: unknown): number | undefined {
  const { times, dayOfMonth = '', dayOfWeek = '' } = fieldsOf(expression) ?? {};
  const days = isAny(dayOfMonth) || !isAny(dayOfWeek) ? undefined : valuesOf(dayOfMonth, 1, 31);
  if (times === undefined || days === undefined) return undefined;
  const dates = Array.from({ length: FOUR_YEARS }, (_, day) => new Date(Date.UTC(2024, 0, 1 + day)));
  const runs = dates.filter((date) => days.includes(date.getUTCDate())).map(Number);
  const apart = Math.max(...runs.slice(1).map((run, index) => run - (runs[index] ?? 0)));
  return longestGapOfDays(apart / MILLISECONDS_PER_DAY, times);
}

function fieldsOf(expression: unknown) {
  const fields = typeof expression === 'string' ? expression.trim().split(/\s+/) : [];
  const [second = '', minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = '', year = '*'] =
    fields;
  if (fields.length < 6 || fields.length > 7 || !isAny(month) || !isAny(year)) return undefined;
  return { times: timesOfDay(second, minute, hour), dayOfMonth, dayOfWeek };
}

const isAny = (field: string): boolean => field === '*' || field === '?';

function timesOfDay(second: string, minute: string, hour: string): readonly number[] | undefined {
  const secondsOf = valuesOf(second, 0, 59);
  const minutes = valuesOf(minute, 0, 59);
  const hours = valuesOf(hour, 0, 23);
  if (secondsOf === undefined || minutes === undefined || hours === undefined) return undefined;
  return hours.flatMap((h) => minutes.flatMap((m) => secondsOf.map((s) => h * 3600 + m * 60 + s)));
}

/** The values of a field such as `2`, `2,4`, `2-6`, `2/8`, `*`. */
function valuesOf(field: string, from: number, to: number): readonly number[] | undefined {
  const parts = field.split(',').map((part) => partOf(part, from, to));
  return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
}

function partOf(part: string, from: number, to: number): readonly number[] | undefined {
  const match = /^(?:(\*)|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part);
  if (match === null) return undefined;
  const [, any, first, last, step] = match;
  const start = any === undefined ? Number(first) : from;
  const isSingle = any === undefined && last === undefined && step === undefined;
  const end = isSingle ? start : Number(last ?? to);
  const stride = Number(step ?? 1);
  if (start < from || end > to || start > end || stride < 1) return undefined;
  return Array.from({ length: Math.floor((end - start) / stride) + 1 }, (_, index) => start + index * stride);
}
