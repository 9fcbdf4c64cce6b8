import type { Backup, SucceededBackup } from '../domain/backup.ts';
import { type Seconds, type UnixSeconds, unixSeconds } from '../domain/quantities.ts';
import { NONE_FINISHED } from '../state/finished.ts';
import type { KnownResource } from '../state/known-resource.ts';
import { createResourceTally, factsOf, tallyBackup } from '../state/resource-facts.ts';
import { dueOf, type ServedResource } from '../state/served.ts';
import { completenessOf, endOf, oldest, timeOf } from './completeness.ts';
import { findUnknownPeriods } from './unknown-periods.ts';

/** The facts about the past of a resource, each known or unknown independently. */
export type PastFact =
  | 'creation'
  | 'objective'
  | 'engine'
  | 'newest success'
  | 'newest automatic success'
  | 'newest failure'
  | 'failures in a row'
  | 'newest state'
  | 'running';

/** A resource as the exporter would have served it from this time until the next point. */
export interface HistoryPoint {
  readonly from: UnixSeconds;
  readonly resource: ServedResource;
  /** Which of its facts are known to be true. */
  readonly known: Readonly<Record<PastFact, boolean>>;
}

/** A period, both ends included. */
export interface TimeSpan {
  readonly since: UnixSeconds;
  readonly until: UnixSeconds;
}

/**
 * The history of a resource in a period, as far as its listed backups show: points, oldest first. `objective` is the
 * current one; `isInfoInRows`: whether the rows of its backups say all that the inventory said of it.
 */
export function resourceHistory(
  resource: KnownResource,
  objective: Seconds | undefined,
  backups: readonly Backup[],
  { since, until }: TimeSpan,
  isInfoInRows: boolean,
): readonly HistoryPoint[] {
  const past = pastOf(resource, objective, backups, isInfoInRows);
  const changes = changeTimes(past).filter((time) => time > since && time <= until);
  return [since, ...changes].map((time) => pointAt(past, unixSeconds(time)));
}

type Past = ReturnType<typeof pastOf>;

const pastOf = (
  resource: KnownResource,
  objective: Seconds | undefined,
  backups: readonly Backup[],
  isInfoInRows: boolean,
) => ({
  resource,
  objective,
  backups,
  complete: completenessOf(backups, hasAutomaticBackups(resource)),
  unknown: findUnknownPeriods(backups),
  engineKnownFrom:
    resource.exists || isInfoInRows ? engineKnownFrom(resource, backups) : Number.POSITIVE_INFINITY,
  firstSeen: firstSeen(resource, backups),
});

const hasAutomaticBackups = ({ listing, facts }: KnownResource): boolean =>
  listing?.notExpected === undefined && (facts?.automaticBackup ?? true);

/** The times at which something about a resource changes, in order. */
function changeTimes({ resource, backups, complete, engineKnownFrom }: Past): readonly number[] {
  const moments = [
    resource.listing?.created,
    engineKnownFrom,
    complete.successes,
    complete.others,
    ...backups.flatMap((backup) => [backup.start, endOf(backup)]),
  ];
  const known = moments.filter((time) => time !== undefined);
  return [...new Set(known.filter(Number.isFinite))].sort((one, other) => one - other);
}

function pointAt(past: Past, time: UnixSeconds): HistoryPoint {
  const visible = past.backups.flatMap((backup) => backupAt(backup, time) ?? []);
  const tally = createResourceTally();
  for (const backup of visible) tallyBackup(tally, backup);
  const facts = visible.length === 0 ? undefined : factsOf(tally);
  const { resource, objective } = past;
  return {
    from: time,
    resource: {
      ...resource,
      // Its past status is unknown.
      listing: resource.listing && { ...resource.listing, status: undefined },
      objective,
      notExpected: undefined,
      due: dueOf({ ...resource, facts, firstSeen: undefined }, objective),
      tags: {},
      facts,
      finished: NONE_FINISHED,
    },
    known: knownAt(past, visible, time),
  };
}

/** A backup as it was listed at a time; undefined before it was listed. */
function backupAt(backup: Backup, time: UnixSeconds): Backup | undefined {
  const end = endOf(backup);
  if (timeOf(backup) > time) return undefined;
  if (backup.state === 'running' || backup.start === undefined || end === undefined || end <= time) {
    return backup;
  }
  const { id, name, resourceId, resourceName, method, automatic, engineVersion, arch, encrypted } = backup;
  const { resourceDeleted, automaticBackup, start } = backup;
  const listed = { id, name, resourceId, resourceName, method, automatic, engineVersion, arch, encrypted };
  return { ...listed, resourceDeleted, automaticBackup, state: 'running', start };
}

function knownAt(past: Past, visible: readonly Backup[], time: UnixSeconds): HistoryPoint['known'] {
  const { resource, complete, unknown } = past;
  const success = newestSuccess(visible);
  const automatic = newestSuccess(visible.filter((backup) => backup.automatic === true));
  const failed = newest(visible.filter(({ state }) => state === 'failed'));
  const last = newest(visible);
  const isEndUnknown = unknown.isEndUnknownAt(time);
  const isSuccessKnown = success !== undefined && success.end >= complete.successes;
  const created = resource.listing?.created;
  return {
    creation: created !== undefined && time >= created && time >= past.firstSeen,
    objective: isObjectiveKnown(past, isSuccessKnown, time),
    engine: time >= past.engineKnownFrom,
    'newest success': isSuccessKnown,
    'newest automatic success': automatic !== undefined && automatic.end >= complete.successes,
    'newest failure': isListedSince(failed, complete.others) && !isEndUnknown,
    'failures in a row': isSuccessKnown && isListedSince(success, complete.others) && !isEndUnknown,
    'newest state':
      isListedSince(last, Math.max(complete.successes, complete.others)) &&
      !isEndUnknown &&
      !unknown.isStartUnknownAt(time),
    running: !isEndUnknown,
  };
}

/** Whether nothing newer than this can be missing from the list. */
const isListedSince = (backup: Backup | undefined, complete: number): boolean =>
  backup !== undefined && timeOf(backup) >= complete;

/**
 * An objective without a newest success claims that there never was one. That is assumed for a resource that has none
 * now.
 */
function isObjectiveKnown(past: Past, isSuccessKnown: boolean, time: UnixSeconds): boolean {
  const { exists, listing } = past.resource;
  if (!exists || time < (listing?.created ?? Number.NEGATIVE_INFINITY)) return false;
  const hasSuccess = past.backups.some(({ state }) => state === 'succeeded');
  return isSuccessKnown || (!hasSuccess && time >= past.firstSeen);
}

/** Since when something is known of a resource: its oldest backup, or else its creation. */
function firstSeen({ listing }: KnownResource, backups: readonly Backup[]): number {
  return backups.length === 0 ? (listing?.created ?? Number.POSITIVE_INFINITY) : oldest(backups);
}

/** Since when all backups name the engine's current version; Infinity if they do not say. */
function engineKnownFrom(resource: KnownResource, backups: readonly Backup[]): number {
  const today = resource.listing?.engineVersion ?? resource.facts?.engineVersion;
  if (today === undefined) return firstSeen(resource, backups);
  let from = Number.POSITIVE_INFINITY;
  for (const backup of backups.toSorted((one, other) => timeOf(other) - timeOf(one))) {
    if (backup.engineVersion === undefined) continue;
    if (backup.engineVersion !== today) break;
    from = timeOf(backup);
  }
  return from;
}

const newestSuccess = (backups: readonly Backup[]): SucceededBackup | undefined =>
  newest(
    backups.filter((backup) => backup.state === 'succeeded'),
    ({ end }) => end,
  );

function newest<Listed extends Backup>(
  backups: readonly Listed[],
  time: (backup: Listed) => number = timeOf,
): Listed | undefined {
  return backups.reduce<Listed | undefined>(
    (best, backup) => (best === undefined || time(backup) > time(best) ? backup : best),
    undefined,
  );
}
