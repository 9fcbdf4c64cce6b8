import { BACKUP_STATES, type Backup, type BackupState } from '../domain/backup.ts';
import type { Bytes, Seconds } from '../domain/quantities.ts';
import { bytes, seconds, type UnixSeconds, unixSeconds } from '../domain/quantities.ts';

/** One of the newest backups of a resource. */
export interface RecentBackup {
  readonly state: BackupState;
  /** Its end, or its start if it is running or the end is unknown. */
  readonly time: UnixSeconds;
  readonly size: Bytes | undefined;
  readonly duration: Seconds | undefined;
}

declare const packed: unique symbol;

/** Recent backups, newest first, as numbers only: thousands of resources have some. */
export type PackedBackups = readonly number[] & { readonly [packed]: true };

export const NO_RECENT_BACKUPS = [] as unknown as PackedBackups;

/** How many recent backups of a resource are kept. */
export const MOST_RECENT_BACKUPS = 14;

// Time, state, size and duration.
const WIDTH = 4;
const UNKNOWN = -1;

/** Returns memory for this many numbers. */
export type Allocate = (length: number) => Float64Array;

/** Separate memory, where few resources are tallied. */
export const ownMemory: Allocate = (length) => new Float64Array(length);

const FIRST_CHUNK = 1024;
const LARGEST_CHUNK = 32 * 1024;

/** Takes memory from shared chunks: thousands of growing arrays cost a poll almost a fifth of its CPU. */
export function createAllocator(): Allocate {
  let chunk = new Float64Array(0);
  let size = FIRST_CHUNK;
  let used = 0;
  return (length) => {
    if (used + length > chunk.length) {
      chunk = new Float64Array(Math.max(size, length));
      size = Math.min(2 * size, LARGEST_CHUNK);
      used = 0;
    }
    used += length;
    return chunk.subarray(used - length, used);
  };
}

/** Keeps the newest backups, added in any order. */
export function createRecentBackups(most = MOST_RECENT_BACKUPS, allocate: Allocate = ownMemory) {
  const numbers = allocate(most * WIDTH);
  let length = 0;

  const insert = (entry: readonly number[]): void => {
    let at = length;
    while (at > 0 && isNewer(entry, numbers, at - WIDTH)) at -= WIDTH;
    if (at === numbers.length) return;
    // Drops the oldest if there is no room.
    numbers.copyWithin(at + WIDTH, at, length);
    numbers.set(entry, at);
    length = Math.min(length + WIDTH, numbers.length);
  };

  return {
    add: (backup: Backup): void => {
      const time = timeOf(backup);
      const oldest = length === 0 ? undefined : numbers[length - WIDTH];
      const isFull = length === numbers.length;
      // Lists are newest first: most backups go to the end, and older ones are not kept.
      const isOldest = oldest === undefined || time < oldest;
      if (isFull && isOldest) return;
      const { size, duration } = backup.state === 'succeeded' ? backup : NOTHING;
      const state = BACKUP_STATES.indexOf(backup.state);
      if (!isOldest) {
        insert([time, state, size ?? UNKNOWN, duration ?? UNKNOWN]);
        return;
      }
      numbers[length] = time;
      numbers[length + 1] = state;
      numbers[length + 2] = size ?? UNKNOWN;
      numbers[length + 3] = duration ?? UNKNOWN;
      length += WIDTH;
    },
    /** A copy without spare capacity. */
    backups: (): PackedBackups =>
      Array.from(numbers.subarray(0, length)) as readonly number[] as PackedBackups,
  };
}

/** The known sizes or durations of the backups before the newest. */
export function valuesBeforeNewest(numbers: PackedBackups, what: 'size' | 'duration'): number[] {
  const values: number[] = [];
  for (let at = WIDTH + (what === 'size' ? 2 : 3); at < numbers.length; at += WIDTH) {
    const value = numbers[at];
    if (value !== undefined && value !== UNKNOWN) values.push(value);
  }
  return values;
}

/** The backups, oldest first. */
export function recentBackups(numbers: PackedBackups): readonly RecentBackup[] {
  const known = <Value>(value: number | undefined, name: (value: number) => Value): Value | undefined =>
    value === undefined || value === UNKNOWN ? undefined : name(value);
  return Array.from({ length: numbers.length / WIDTH }, (_, index): RecentBackup => {
    const [time = 0, state = 0, size, duration] = numbers.slice(index * WIDTH, (index + 1) * WIDTH);
    return {
      state: BACKUP_STATES[state] ?? 'unknown',
      time: unixSeconds(time),
      size: known(size, bytes),
      duration: known(duration, seconds),
    };
  }).reverse();
}

const NOTHING = { size: undefined, duration: undefined };

function timeOf(backup: Backup): UnixSeconds {
  if (backup.state === 'running') return backup.start;
  return backup.end ?? (backup.start as UnixSeconds);
}

// Equal times are ordered by the other numbers, so that the order of the list does not matter.
function isNewer(entry: readonly number[], numbers: Float64Array, at: number): boolean {
  const different = entry.findIndex((value, index) => value !== numbers[at + index]);
  return (entry[different] ?? 0) > (numbers[at + different] ?? 0);
}
