import { type Seconds, seconds } from '../domain/quantities.ts';

const DAY = 24 * 3600;
const WEEK = 7 * DAY;

/** How long a run may take until its backup is late. */
export const TIME_TO_COMPLETE = 2 * 3600;

/**
 * The longest time between two runs, given their starts in seconds since the start of the week. Undefined without any.
 */
export function longestGap(starts: Iterable<number>): Seconds | undefined {
  const sorted = [...new Set(Array.from(starts, (start) => start % WEEK))].sort((one, other) => one - other);
  const [first] = sorted;
  if (first === undefined) return undefined;
  const gaps = sorted.map((start, index) => (sorted[index + 1] ?? first + WEEK) - start);
  return seconds(gaps.reduce((one, other) => Math.max(one, other)));
}

/** The longest time between runs at some times of the day, on days at most `days` apart. */
export function longestGapOfDays(days: number, times: readonly number[]): Seconds {
  const sorted = times.toSorted((one, other) => one - other);
  const overnight = days * DAY - (sorted.at(-1) ?? 0) + (sorted[0] ?? 0);
  const gaps = sorted.slice(1).map((time, index) => time - (sorted[index] ?? 0));
  return seconds(gaps.reduce((one, other) => Math.max(one, other), overnight));
}

/** When a day of the week starts, in seconds since the start of the week; any consecutive numbering of days will do. */
export const startOfDay = (day: number): number => (day % 7) * DAY;

/** Seconds of a window `hh:mm-HH:MM`, which may end after midnight; undefined for anything else. */
export function windowLength(window: unknown): Seconds | undefined {
  const match = typeof window === 'string' ? /^(\d\d):(\d\d)-(\d\d):(\d\d)$/.exec(window) : null;
  if (match === null) return undefined;
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = match.slice(1).map(Number);
  if (fromHour > 23 || toHour > 24 || fromMinute > 59 || toMinute > 59) return undefined;
  const length = (toHour - fromHour) * 3600 + (toMinute - fromMinute) * 60;
  return seconds(length < 0 ? length + DAY : length);
}

/** The objective for runs in a window on some days of the week. */
export function weeklyObjective(days: readonly number[], window: unknown): Seconds | undefined {
  const gap = longestGap(days.map(startOfDay));
  const length = windowLength(window);
  return gap === undefined || length === undefined ? undefined : seconds(gap + length + TIME_TO_COMPLETE);
}
