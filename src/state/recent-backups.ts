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

/** Backups, newest first, as numbers at a place in memory that others may share: thousands of resources have some. */
export interface PackedBackups {
  readonly numbers: Float64Array;
  readonly from: number;
  readonly length: number;
}

/** The newest of the backups added to it, in any order. */
export interface NewestBackups extends PackedBackups {
  readonly most: number;
  length: number;
}

export const NO_RECENT_BACKUPS: PackedBackups = { numbers: new Float64Array(), from: 0, length: 0 };

/** How many recent backups of a resource are kept. */
export const MOST_RECENT_BACKUPS = 14;

// Time, state, size and duration.
const WIDTH = 4;
const UNKNOWN = -1;

/** Returns memory for this many numbers. */
export type Allocate = (length: number) => Pick<PackedBackups, 'numbers' | 'from'>;

/** Separate memory, where few resources are tallied. */
export const ownMemory: Allocate = (length) => ({ numbers: new Float64Array(length), from: 0 });

const FIRST_CHUNK = 1024;
const LARGEST_CHUNK = 32 * 1024;

/** Takes memory from shared chunks: thousands of growing arrays cost a poll almost a fifth of its CPU. */
export function createAllocator(): Allocate {
  let numbers = new Float64Array();
  let size = FIRST_CHUNK;
  let used = 0;
  return (length) => {
    if (used + length > numbers.length) {
      numbers = new Float64Array(Math.max(size, length));
      size = Math.min(2 * size, LARGEST_CHUNK);
      used = 0;
    }
    used += length;
    return { numbers, from: used - length };
  };
}

/** None yet, and no more than `most` later. */
export function createNewestBackups(most: number, allocate: Allocate = ownMemory): NewestBackups {
  const { numbers, from } = allocate(most * WIDTH);
  return { numbers, from, length: 0, most: most * WIDTH };
}

export function addBackup(newest: NewestBackups, backup: Backup): void {
  const { numbers, from, most } = newest;
  const time = timeOf(backup);
  let at = from + newest.length;
  // Lists are newest first: most backups go to the end, and older ones are not kept.
  const isOldest = newest.length === 0 || time < (numbers[at - WIDTH] ?? 0);
  if (isOldest && newest.length === most) return;
  const { size, duration } = backup.state === 'succeeded' ? backup : NOTHING;
  const state = BACKUP_STATES.indexOf(backup.state);
  if (!isOldest) {
    const entry = Float64Array.of(time, state, size ?? UNKNOWN, duration ?? UNKNOWN);
    while (at > from && isNewer(entry, 0, numbers, at - WIDTH)) at -= WIDTH;
    if (at === from + most) return;
    // Drops the oldest if there is no room.
    numbers.copyWithin(at + WIDTH, at, from + Math.min(newest.length, most - WIDTH));
  }
  numbers[at] = time;
  numbers[at + 1] = state;
  numbers[at + 2] = size ?? UNKNOWN;
  numbers[at + 3] = duration ?? UNKNOWN;
  newest.length = Math.min(newest.length + WIDTH, most);
}

/** The same backups in memory of their own. */
export function copyOf(newest: NewestBackups, allocate: Allocate): NewestBackups {
  const { numbers, from } = allocate(newest.most);
  numbers.set(newest.numbers.subarray(newest.from, newest.from + newest.length), from);
  return { numbers, from, length: newest.length, most: newest.most };
}

/** The backups to show, without those kept for other purposes. */
export const mostRecent = ({ numbers, from, length }: PackedBackups): PackedBackups => ({
  numbers,
  from,
  length: Math.min(length, MOST_RECENT_BACKUPS * WIDTH),
});

/** The known sizes or durations of the backups before the newest. */
export function valuesBeforeNewest(
  { numbers, from, length }: PackedBackups,
  what: 'size' | 'duration',
): number[] {
  const values: number[] = [];
  for (let at = from + WIDTH + (what === 'size' ? 2 : 3); at < from + length; at += WIDTH) {
    const value = numbers[at];
    if (value !== undefined && value !== UNKNOWN) values.push(value);
  }
  return values;
}

/** The backups, oldest first. */
export function recentBackups({ numbers, from, length }: PackedBackups): readonly RecentBackup[] {
  const known = <Value>(value: number | undefined, name: (value: number) => Value): Value | undefined =>
    value === undefined || value === UNKNOWN ? undefined : name(value);
  return Array.from({ length: length / WIDTH }, (_, index): RecentBackup => {
    const at = from + index * WIDTH;
    const [time = 0, state = 0, size, duration] = numbers.subarray(at, at + WIDTH);
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
function isNewer(one: Float64Array, at: number, other: Float64Array, otherAt: number): boolean {
  for (let index = 0; index < WIDTH; index += 1) {
    const difference = (one[at + index] ?? 0) - (other[otherAt + index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}
