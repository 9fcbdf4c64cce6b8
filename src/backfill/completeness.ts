import type { Backup } from '../domain/backup.ts';

/**
 * Since when every backup of a kind that started is still listed, in Unix seconds; Infinity if none need be, -Infinity
 * if all are.
 */
export interface Completeness {
  readonly successes: number;
  /** Failed ones, and those in an undocumented state. */
  readonly others: number;
}

/**
 * Which backups of a resource are assumed to be still listed. Services delete automatic backups by undocumented rules.
 * Assumption: the oldest first, successful and other backups separately but by the same rule, a count or an age. Of the
 * kind with at least as many backups, some older than its oldest may be gone. Of the other kind, none younger than the
 * oldest of either can be gone. Manual backups stay until someone deletes them.
 */
export function completenessOf(backups: readonly Backup[], hasAutomaticBackups: boolean): Completeness {
  const automatic = backups.filter(({ automatic, state }) => automatic !== false && state !== 'running');
  const successes = automatic.filter(({ state }) => state === 'succeeded');
  const others = automatic.filter(({ state }) => state !== 'succeeded');
  if (automatic.length === 0) {
    const everything = hasAutomaticBackups ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    return { successes: everything, others: everything };
  }
  const oldestSuccess = oldest(successes);
  const oldestOther = oldest(others);
  const oldestOfAll = Math.min(oldestSuccess, oldestOther);
  return {
    successes: successes.length < others.length ? oldestOfAll : oldestSuccess,
    others: others.length < successes.length ? oldestOfAll : oldestOther,
  };
}

/** The time of the oldest backup; Infinity without any. */
export const oldest = (backups: readonly Backup[]): number =>
  backups.reduce((least, backup) => Math.min(least, timeOf(backup)), Number.POSITIVE_INFINITY);

/** The start of a backup, or its end if the start is unknown. */
export function timeOf(backup: Backup): number {
  return backup.start ?? endOf(backup) ?? Number.NaN;
}

/** The end of a backup; undefined while it runs or if unknown. */
export const endOf = (backup: Backup): number | undefined =>
  backup.state === 'running' ? undefined : backup.end;
