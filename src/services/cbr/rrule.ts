import { type Seconds, seconds } from '../../domain/quantities.ts';
import { longestGap, longestGapOfDays, startOfDay } from '../schedule.ts';

const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];

/** The longest time between two runs of all patterns of a policy; undefined if one cannot be parsed. */
export function longestGapOfPatterns(patterns: readonly unknown[]): Seconds | undefined {
  const rules = patterns.map(parseRule);
  if (rules.length === 0 || !rules.every((rule) => rule !== undefined)) return undefined;
  const weekly = rules.filter(({ interval }) => interval === 1).flatMap(({ starts }) => starts);
  // Whatever else is scheduled, runs every n days leave no longer gaps than on their own.
  const rare = rules.filter(({ interval }) => interval > 1);
  const everyNthDay = rare.map(({ interval, starts }) => longestGapOfDays(interval, starts));
  const gap = Math.min(longestGap(weekly) ?? Number.POSITIVE_INFINITY, ...everyNthDay);
  return Number.isFinite(gap) ? seconds(gap) : undefined;
}

interface Rule {
  /** Days between days with runs; 1 for weekly rules. */
  readonly interval: number;
  /** Seconds since the start of the week, or of the day if it runs every few days. */
  readonly starts: readonly number[];
}

/** Reads `FREQ=WEEKLY;BYDAY=MO,TU;BYHOUR=14;BYMINUTE=00` or `FREQ=DAILY;INTERVAL=2;BYHOUR=6;BYMINUTE=30`; hours are UTC. */
function parseRule(pattern: unknown): Rule | undefined {
  if (typeof pattern !== 'string') return undefined;
  const parts = new Map(pattern.toUpperCase().split(';').map(splitAtEquals));
  const hours = numbersIn(parts.get('BYHOUR'), 23);
  const minutes = numbersIn(parts.get('BYMINUTE') ?? '0', 59);
  const interval = Number(parts.get('INTERVAL') ?? 1);
  if (hours === undefined || minutes === undefined || !Number.isInteger(interval) || interval < 1)
    return undefined;
  const times = hours.flatMap((hour) => minutes.map((minute) => hour * 3600 + minute * 60));
  const days = daysOf(parts.get('FREQ'), parts.get('BYDAY'), interval);
  return days && { interval, starts: days.flatMap((day) => times.map((time) => startOfDay(day) + time)) };
}

const splitAtEquals = (part: string) => `${part}=`.split('=').map((word) => word.trim()) as [string, string];

function daysOf(
  frequency: string | undefined,
  byDay: string | undefined,
  interval: number,
): readonly number[] | undefined {
  if (frequency === 'DAILY') return interval === 1 ? WEEKDAYS.map((_, day) => day) : [0];
  if (frequency !== 'WEEKLY' || interval !== 1) return undefined;
  const days = (byDay ?? '').split(',').map((day) => WEEKDAYS.indexOf(day.trim()));
  return days.includes(-1) ? undefined : days;
}

function numbersIn(text: string | undefined, most: number): readonly number[] | undefined {
  const words = text === undefined ? [] : text.split(',').map((word) => word.trim());
  const isReadable =
    words.length > 0 && words.every((word) => /^\d{1,2}$/.test(word) && Number(word) <= most);
  return isReadable ? words.map(Number) : undefined;
}
