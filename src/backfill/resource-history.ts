import type { Backup } from '../domain/backup.ts';
import { type Seconds, type UnixSeconds, unixSeconds } from '../domain/quantities.ts';
import { NONE_FINISHED } from '../state/finished.ts';
import type { KnownResource } from '../state/known-resource.ts';
import { createResourceTally } from '../state/resource-facts.ts';
import { dueOf, type ServedResource } from '../state/served.ts';
import { type Completeness, completenessOf, endOf, placeInTime } from './completeness.ts';
import { createDoubts, type Doubts } from './doubts.ts';

/** The facts about the past of a resource, each known or unknown independently. */
export type Aspect =
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
  readonly known: readonly Aspect[];
}

/** A period, both ends included. */
export interface TimeSpan {
  readonly since: UnixSeconds;
  readonly until: UnixSeconds;
}

/**
 * The past of a resource in a span of time, as far as all its backups that are listed now can tell: its points, oldest
 * first. `objective` is that of today.
 */
export function resourceHistory(
  resource: KnownResource,
  objective: Seconds | undefined,
  backups: readonly Backup[],
  { since, until }: TimeSpan,
): readonly HistoryPoint[] {
  const past: Past = {
    resource,
    objective,
    backups,
    complete: completenessOf(backups, hasAutomaticBackups(resource)),
    doubts: createDoubts(backups),
    engineKnownFrom: engineKnownFrom(resource, backups),
    firstSeen: firstSeen(resource, backups),
  };
  const changes = momentsOf(past).filter((moment) => moment > since && moment <= until);
  return [since, ...changes].map((moment) => pointAt(past, unixSeconds(moment)));
}

interface Past {
  readonly resource: KnownResource;
  readonly objective: Seconds | undefined;
  readonly backups: readonly Backup[];
  readonly complete: Completeness;
  readonly doubts: Doubts;
  readonly engineKnownFrom: number;
  readonly firstSeen: number;
}

const hasAutomaticBackups = ({ listing, facts }: KnownResource): boolean =>
  listing?.notExpected === undefined && (facts?.automaticBackup ?? true);

/** The times at which something about a resource changes, in order. */
function momentsOf({ resource, backups, complete, engineKnownFrom }: Past): readonly number[] {
  const moments = [
    resource.listing?.created,
    engineKnownFrom,
    complete.good,
    complete.others,
    ...backups.flatMap((backup) => [backup.start, endOf(backup)]),
  ];
  const finite = moments.filter((moment) => moment !== undefined && Number.isFinite(moment));
  return Array.from(new Set(finite)).toSorted((one, other) => (one ?? 0) - (other ?? 0)) as number[];
}

function pointAt(past: Past, moment: UnixSeconds): HistoryPoint {
  const visible = past.backups.flatMap((backup) => backupAt(backup, moment) ?? []);
  const tally = createResourceTally();
  for (const backup of visible) tally.add(backup);
  const facts = visible.length === 0 ? undefined : tally.facts();
  const { resource, objective } = past;
  return {
    from: moment,
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
    known: knownAt(past, visible, moment),
  };
}

/** A backup as it was listed at a time; undefined before it was listed. */
function backupAt(backup: Backup, moment: UnixSeconds): Backup | undefined {
  const end = endOf(backup);
  if (placeInTime(backup) > moment) return undefined;
  if (backup.state === 'running' || backup.start === undefined || end === undefined || end <= moment) {
    return backup;
  }
  const { id, name, resourceId, resourceName, method, automatic, engineVersion, arch, encrypted } = backup;
  const { resourceDeleted, automaticBackup, start } = backup;
  const listed = { id, name, resourceId, resourceName, method, automatic, engineVersion, arch, encrypted };
  return { ...listed, resourceDeleted, automaticBackup, state: 'running', start };
}

function knownAt(past: Past, visible: readonly Backup[], moment: UnixSeconds): readonly Aspect[] {
  const { resource, complete, doubts } = past;
  const good = newestSuccess(visible);
  const automatic = newestSuccess(visible.filter((backup) => backup.automatic === true));
  const failed = newest(visible.filter(({ state }) => state === 'failed'));
  const last = newest(visible);
  const isEndDoubted = doubts.ofAnEnd(moment);
  const isSuccessKnown = good !== undefined && good.end >= complete.good;
  const created = resource.listing?.created;
  const facts: readonly (readonly [Aspect, boolean])[] = [
    ['creation', created !== undefined && moment >= created && moment >= past.firstSeen],
    ['objective', isObjectiveKnown(past, isSuccessKnown, moment)],
    ['engine', moment >= past.engineKnownFrom],
    ['newest success', isSuccessKnown],
    ['newest automatic success', automatic !== undefined && automatic.end >= complete.good],
    ['newest failure', isListedSince(failed, complete.others) && !isEndDoubted],
    ['failures in a row', isSuccessKnown && isListedSince(good, complete.others) && !isEndDoubted],
    [
      'newest state',
      isListedSince(last, Math.max(complete.good, complete.others)) &&
        !isEndDoubted &&
        !doubts.ofAStart(moment),
    ],
    ['running', !isEndDoubted],
  ];
  return facts.flatMap(([aspect, isKnown]) => (isKnown ? [aspect] : []));
}

/** Whether nothing newer than this can be missing from the list. */
const isListedSince = (backup: Backup | undefined, complete: number): boolean =>
  backup !== undefined && placeInTime(backup) >= complete;

/**
 * An objective without a newest success says that there never was one. That is taken to be so of a resource that has
 * none now, from when on it is known.
 */
function isObjectiveKnown(past: Past, isSuccessKnown: boolean, moment: UnixSeconds): boolean {
  const { exists, listing } = past.resource;
  if (!exists || moment < (listing?.created ?? Number.NEGATIVE_INFINITY)) return false;
  const hasSuccess = past.backups.some(({ state }) => state === 'succeeded');
  return isSuccessKnown || (!hasSuccess && moment >= past.firstSeen);
}

/** Since when something is known of a resource: its oldest backup, or else its creation. */
function firstSeen({ listing }: KnownResource, backups: readonly Backup[]): number {
  return backups.length === 0
    ? (listing?.created ?? Number.POSITIVE_INFINITY)
    : backups.reduce((least, backup) => Math.min(least, placeInTime(backup)), Number.POSITIVE_INFINITY);
}

/** Since when all backups name the engine's current version; Infinity if they do not say. */
function engineKnownFrom(resource: KnownResource, backups: readonly Backup[]): number {
  const today = resource.listing?.engineVersion ?? resource.facts?.engineVersion;
  if (today === undefined) return firstSeen(resource, backups);
  let from = Number.POSITIVE_INFINITY;
  for (const backup of backups.toSorted((one, other) => placeInTime(other) - placeInTime(one))) {
    if (backup.engineVersion === undefined) continue;
    if (backup.engineVersion !== today) break;
    from = placeInTime(backup);
  }
  return from;
}

function newestSuccess(backups: readonly Backup[]) {
  return backups
    .filter((backup) => backup.state === 'succeeded')
    .reduce<Extract<Backup, { state: 'succeeded' }> | undefined>(
      (best, backup) => (best === undefined || backup.end > best.end ? backup : best),
      undefined,
    );
}

function newest(backups: readonly Backup[]): Backup | undefined {
  return backups.reduce<Backup | undefined>(
    (best, backup) => (best === undefined || placeInTime(backup) > placeInTime(best) ? backup : best),
    undefined,
  );
}
