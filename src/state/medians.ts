import { type Bytes, bytes, type Seconds, seconds } from '../domain/quantities.ts';
import { type PackedBackups, valuesBeforeNewest } from './recent-backups.ts';

/** The usual size and duration of successful backups; undefined if there are too few. */
export interface Medians {
  readonly size: Bytes | undefined;
  readonly duration: Seconds | undefined;
}

export const NO_MEDIANS: Medians = { size: undefined, duration: undefined };

const MOST_COMPARED = 14;
const FEWEST_COMPARED = 3;

/** The newest backup, which is compared with the medians, and those before it. */
export const SUCCESSES_FOR_MEDIANS = 1 + MOST_COMPARED;

/** The medians of the last successful backups except the newest. */
export const mediansOf = (successes: PackedBackups): Medians => ({
  size: median(valuesBeforeNewest(successes, 'size'), bytes),
  duration: median(valuesBeforeNewest(successes, 'duration'), seconds),
});

function median<Quantity>(values: number[], name: (value: number) => Quantity): Quantity | undefined {
  if (values.length < FEWEST_COMPARED) return undefined;
  values.sort((one, other) => one - other);
  const middle = values.length / 2;
  const low = values[Math.ceil(middle) - 1] ?? Number.NaN;
  const high = values[Math.floor(middle)] ?? Number.NaN;
  return name((low + high) / 2);
}
