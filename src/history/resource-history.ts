import type { Backup } from '../domain/backup.ts';
import type { Seconds, UnixSeconds } from '../domain/quantities.ts';
import { NONE_FINISHED } from '../state/finished.ts';
import type { KnownResource } from '../state/known-resource.ts';
import { createResourceTally } from '../state/resource-facts.ts';
import type { ServedResource } from '../state/served.ts';

/** What would have been served of a resource from a moment on, until the next one. */
export interface HistoryPoint {
  readonly from: UnixSeconds;
  readonly resource: ServedResource;
}

/**
 * What would have been served of a resource in the past, as far as the backups that are listed now can tell, oldest
 * first; empty when they tell of no time. Services prune automatic backups, the oldest first: before the start of
 * the oldest automatic one that is left, or of the oldest at all where none is automatic, nothing is known.
 */
export function resourceHistory(
  resource: KnownResource,
  objective: Seconds | undefined,
  backups: readonly Backup[],
): readonly HistoryPoint[] {
  const knownFrom = knownSince(backups);
  if (knownFrom === undefined) return [];
  const changes = new Set([knownFrom, ...backups.flatMap(momentsOf).filter((moment) => moment > knownFrom)]);
  return Array.from(changes)
    .sort((one, other) => one - other)
    .map((moment) => ({ from: moment, resource: resourceAt(resource, objective, backups, moment) }));
}

const startOf = (backup: Backup): UnixSeconds | undefined => backup.start ?? endOf(backup);
const endOf = (backup: Backup): UnixSeconds | undefined =>
  backup.state === 'running' ? undefined : backup.end;

const momentsOf = (backup: Backup): readonly UnixSeconds[] =>
  [startOf(backup), endOf(backup)].filter((moment) => moment !== undefined);

function knownSince(backups: readonly Backup[]): UnixSeconds | undefined {
  const pruned = backups.filter(({ method }) => method !== 'manual');
  const starts = (pruned.length > 0 ? pruned : backups).map(startOf).filter((start) => start !== undefined);
  return starts.length === 0
    ? undefined
    : starts.reduce((oldest, start) => (start < oldest ? start : oldest));
}

function resourceAt(
  resource: KnownResource,
  objective: Seconds | undefined,
  backups: readonly Backup[],
  moment: UnixSeconds,
): ServedResource {
  const tally = createResourceTally();
  for (const backup of backups) {
    const then = backupAt(backup, moment);
    if (then !== undefined) tally.add(then);
  }
  return { ...resource, objective, facts: tally.facts(), finished: NONE_FINISHED };
}

/** A backup as it was listed at a moment; undefined before it started. */
function backupAt(backup: Backup, moment: UnixSeconds): Backup | undefined {
  const start = startOf(backup);
  if (start === undefined || start > moment) return undefined;
  const end = endOf(backup);
  if (end === undefined || end <= moment) return backup;
  const {
    id,
    name,
    resourceId,
    resourceName,
    method,
    engineVersion,
    arch,
    encrypted,
    resourceDeleted,
    automaticBackup,
  } = backup;
  return {
    id,
    name,
    resourceId,
    resourceName,
    method,
    engineVersion,
    arch,
    encrypted,
    resourceDeleted,
    automaticBackup,
    state: 'running',
    start,
  };
}
