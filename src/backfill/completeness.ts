import type { Backup } from '../domain/backup.ts';

/**
 * From when on every backup of a kind that has started is still listed, in Unix seconds; Infinity where none need be,
 * -Infinity where all are.
 */
export interface Completeness {
  readonly good: number;
  /** Failed ones, and those in an undocumented state. */
  readonly others: number;
}

/**
 * What can be taken to be still listed of a resource. Services delete automatic backups, and no page of theirs says
 * by which rule. Taken is: the oldest first, the good ones and the others each by themselves but by the same rule, so
 * many or so old. Of the kind that is as many as the other or more, some may be gone that were older than its oldest.
 * Of which there are fewer, none can be gone that is younger than the oldest of either. Backups that someone started
 * by hand stay until someone deletes them.
 */
export function completenessOf(backups: readonly Backup[], hasAutomaticBackups: boolean): Completeness {
  const automatic = backups.filter(({ automatic, state }) => automatic !== false && state !== 'running');
  const good = automatic.filter(({ state }) => state === 'succeeded');
  const others = automatic.filter(({ state }) => state !== 'succeeded');
  if (automatic.length === 0) {
    const everything = hasAutomaticBackups ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    return { good: everything, others: everything };
  }
  const oldestGood = oldest(good);
  const oldestOther = oldest(others);
  const oldestOfAll = Math.min(oldestGood, oldestOther);
  return {
    good: good.length < others.length ? oldestOfAll : oldestGood,
    others: others.length < good.length ? oldestOfAll : oldestOther,
  };
}

const oldest = (backups: readonly Backup[]): number =>
  backups.reduce((least, backup) => Math.min(least, placeInTime(backup)), Number.POSITIVE_INFINITY);

/** The start of a backup, or its end if the start is unknown. */
export function placeInTime(backup: Backup): number {
  return backup.start ?? endOf(backup) ?? Number.NaN;
}

/** The end of a backup; undefined while it runs or if unknown. */
export const endOf = (backup: Backup): number | undefined =>
  backup.state === 'running' ? undefined : backup.end;
