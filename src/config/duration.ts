import { z } from 'zod';
import { type Seconds, seconds } from '../domain/quantities.ts';

/** The units of Prometheus, from the largest to the smallest, in milliseconds. */
const UNITS = [
  ['y', 365 * 86_400_000],
  ['w', 7 * 86_400_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const;

/** The longest duration in Prometheus: 2^63 nanoseconds are slightly more. */
const LONGEST_MILLISECONDS = 292 * 365 * 86_400_000;

/** The source of a regular expression for durations of any length. */
export const DURATION_PATTERN = `(?=\\d)${UNITS.map(([unit]) => `(?:\\d+${unit})?`).join('')}`;

const DURATION = new RegExp(`^${DURATION_PATTERN.replaceAll('(?:\\d+', '(?:(\\d+)')}$`);
const IN_ANY_ORDER = new RegExp(`^(?:\\d+(?:${UNITS.map(([unit]) => unit).join('|')}))+$`);

const whyNotADuration = (text: string): string => {
  if (/^\d+(?:\.\d+)?$/.test(text)) return 'has no unit';
  if (/^-/.test(text)) return 'is negative';
  if (!IN_ANY_ORDER.test(text)) return 'is not a duration';
  return 'has units out of order or repeated, the order is y, w, d, h, m, s, ms';
};

/** A duration in the format of Prometheus, in whole milliseconds: `500ms`, `90s`, `1h30m`, `7d`, and `0`. */
export const durationText = z.string().transform((text, context): Seconds => {
  if (text === '0') return seconds(0);
  const counts = DURATION.exec(text);
  if (counts === null) {
    context.addIssue(whyNotADuration(text));
    return z.NEVER;
  }
  const milliseconds = UNITS.reduce((sum, [, length], index) => {
    return sum + Number(counts[index + 1] ?? 0) * length;
  }, 0);
  if (milliseconds > LONGEST_MILLISECONDS) context.addIssue('is longer than 292y');
  return seconds(milliseconds / 1000);
});

/** Formats a duration like Prometheus: `1h30m`, `800ms`, `0s`. Years and weeks only without a remainder. */
export const formatDuration = (duration: Seconds): string => {
  let left = Math.round(duration * 1000);
  if (left === 0) return '0s';
  let text = '';
  for (const [unit, length] of UNITS) {
    const onlyWhole = unit === 'y' || unit === 'w';
    if (left < length || (onlyWhole && left % length !== 0)) continue;
    text += `${Math.floor(left / length)}${unit}`;
    left %= length;
  }
  return text;
};

/** The default interval, for services that do not need a longer one. */
export const DEFAULT_INTERVAL = seconds(300);

/** The default timeout of a poll: the smaller of 2m and 80% of the interval. */
export const defaultTimeout = (interval: Seconds): Seconds =>
  seconds(Math.min(120, Math.round(interval * 800) / 1000));

/** The default timeout of a request: the smaller of 30s and the timeout of the poll. */
export const defaultRequestTimeout = (timeout: Seconds): Seconds => seconds(Math.min(30, timeout));
