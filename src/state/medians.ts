import { type Bytes, bytes, type Seconds, seconds } from '../domain/quantities.ts';
import { type PackedBackups, recentBackups } from './recent-backups.ts';

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
export function mediansOf(successes: PackedBackups): Medians {
  if (successes.length === 0) return NO_MEDIANS;
  const before = recentBackups(successes).slice(0, -1);
  return {
    size: median(
      before.map(({ size }) => size),
      bytes,
    ),
    duration: median(
      before.map(({ duration }) => duration),
      seconds,
    ),
  };
}

function median<Quantity extends number>(
  values: readonly (Quantity | undefined)[],
  name: (value: number) => Quantity,
): Quantity | undefined {
  const sorted = values.filter((value) => value !== undefined).toSorted((one, other) => one - other);
  if (sorted.length < FEWEST_COMPARED) return undefined;
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1] ?? Number.NaN;
  const high = sorted[Math.floor(middle)] ?? Number.NaN;
  return name((low + high) / 2);
}
