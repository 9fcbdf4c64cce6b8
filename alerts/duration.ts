import { formatDuration, readDuration } from '../src/config/duration.ts';
import { seconds } from '../src/domain/quantities.ts';

declare const duration: unique symbol;

/** A length of time as Prometheus writes it: `90s`, `1h30m`, `7d`. */
export type Duration = string & { readonly [duration]: true };

/** Names a text as a duration. Throws a RangeError, worded to stand after the text's name, when it is none. */
export function asDuration(text: string): Duration {
  const reading = readDuration(text);
  if (!reading.ok) throw new RangeError(reading.wrong);
  return text as Duration;
}

/** The seconds that a duration lasts. */
export function secondsOf(value: Duration): number {
  const reading = readDuration(value);
  return reading.ok ? reading.value : 0;
}

/** A duration of so many seconds. */
export function durationOf(length: number): Duration {
  return asDuration(formatDuration(seconds(length)));
}

/** Two durations, one after the other. */
export function sumOf(first: Duration, second: Duration): Duration {
  return durationOf(secondsOf(first) + secondsOf(second));
}
