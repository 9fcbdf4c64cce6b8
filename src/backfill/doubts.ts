import type { Backup } from '../domain/backup.ts';
import type { UnixSeconds } from '../domain/quantities.ts';
import { endOf, placeInTime } from './completeness.ts';

/** Periods in which the rows do not say what the backups of a resource were doing. */
export interface Doubts {
  /** Whether a backup may have been running or have ended then: its row has no end. */
  readonly ofAnEnd: (moment: UnixSeconds) => boolean;
  /** Whether a backup may already have been running then: its row has no start. */
  readonly ofAStart: (moment: UnixSeconds) => boolean;
}

interface Span {
  readonly from: number;
  readonly before: number;
}

/** The unknown periods of one resource. A service runs one backup of it at a time. */
export function createDoubts(backups: readonly Backup[]): Doubts {
  const ends = backups.flatMap((backup) =>
    backup.state === 'running' || backup.end !== undefined ? [] : [untilTheNextStarts(backup, backups)],
  );
  const starts = backups.flatMap((backup) =>
    backup.start === undefined ? [sinceTheOneBefore(backup, backups)] : [],
  );
  return { ofAnEnd: (moment) => isWithin(ends, moment), ofAStart: (moment) => isWithin(starts, moment) };
}

function untilTheNextStarts(backup: Backup, backups: readonly Backup[]): Span {
  const from = placeInTime(backup);
  const later = backups.map(placeInTime).filter((place) => place > from);
  return { from, before: Math.min(...later, Number.POSITIVE_INFINITY) };
}

function sinceTheOneBefore(backup: Backup, backups: readonly Backup[]): Span {
  const before = placeInTime(backup);
  const earlier = backups.map((other) => endOf(other) ?? placeInTime(other)).filter((end) => end < before);
  return { from: Math.max(...earlier, Number.NEGATIVE_INFINITY), before };
}

const isWithin = (spans: readonly Span[], moment: number): boolean =>
  spans.some(({ from, before }) => from <= moment && moment < before);
