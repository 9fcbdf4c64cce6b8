import type { Backup } from '../domain/backup.ts';
import type { UnixSeconds } from '../domain/quantities.ts';
import { endOf, timeOf } from './completeness.ts';

interface Span {
  readonly from: number;
  readonly before: number;
}

/**
 * The periods in which the rows do not say what the backups of a resource were doing. A service runs one backup of it at
 * a time.
 */
export function findUnknownPeriods(backups: readonly Backup[]) {
  const ends = backups.flatMap((backup) =>
    backup.state === 'running' || backup.end !== undefined ? [] : [untilTheNextStarts(backup, backups)],
  );
  const starts = backups.flatMap((backup) =>
    backup.start === undefined ? [sinceTheOneBefore(backup, backups)] : [],
  );
  return {
    /** Whether a backup may have been running or have ended then: its row has no end. */
    isEndUnknownAt: (time: UnixSeconds): boolean => isWithin(ends, time),
    /** Whether a backup may already have been running then: its row has no start. */
    isStartUnknownAt: (time: UnixSeconds): boolean => isWithin(starts, time),
  };
}

function untilTheNextStarts(backup: Backup, backups: readonly Backup[]): Span {
  const from = timeOf(backup);
  const later = backups.map(timeOf).filter((place) => place > from);
  return { from, before: Math.min(...later, Number.POSITIVE_INFINITY) };
}

function sinceTheOneBefore(backup: Backup, backups: readonly Backup[]): Span {
  const before = timeOf(backup);
  const earlier = backups.map((other) => endOf(other) ?? timeOf(other)).filter((end) => end < before);
  return { from: Math.max(...earlier, Number.NEGATIVE_INFINITY), before };
}

const isWithin = (spans: readonly Span[], time: number): boolean =>
  spans.some(({ from, before }) => from <= time && time < before);
