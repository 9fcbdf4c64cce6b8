import {
  BACKUP_STATES,
  type Backup,
  type BackupState,
  type FailedBackup,
  type SucceededBackup,
} from '../domain/backup.ts';
import { type Bytes, bytes, type Seconds, type UnixSeconds } from '../domain/quantities.ts';
import { type Medians, mediansOf, NO_MEDIANS, SUCCESSES_FOR_MEDIANS } from './medians.ts';
import {
  type Allocate,
  addBackup,
  copyOf,
  createNewestBackups,
  MOST_RECENT_BACKUPS,
  mostRecent,
  type NewestBackups,
  NO_RECENT_BACKUPS,
  ownMemory,
  type PackedBackups,
} from './recent-backups.ts';

/** The newest successful backup of a resource. */
export interface LastSuccess {
  readonly end: UnixSeconds;
  readonly duration: Seconds | undefined;
  readonly size: Bytes | undefined;
  readonly method: string | undefined;
}

/** The facts about one resource in a complete backup list. Unknown facts are undefined. */
export interface ResourceFacts {
  /** From the newest backup that says so, as all until `automaticBackup`. */
  readonly name: string | undefined;
  readonly engineVersion: string | undefined;
  readonly arch: string | undefined;
  readonly encrypted: boolean | undefined;
  /** Whether the resource was deleted, by the newest backup that says so. */
  readonly deleted: boolean;
  readonly automaticBackup: boolean | undefined;
  /** Of the newest backup; undefined without backups. */
  readonly lastState: BackupState | undefined;
  readonly lastSuccess: LastSuccess | undefined;
  /** End of the newest successful automatic backup. */
  readonly lastAutomaticSuccess: UnixSeconds | undefined;
  /** Of the successful backups before the newest. */
  readonly medians: Medians;
  readonly oldestSuccess: UnixSeconds | undefined;
  readonly lastFailure: UnixSeconds | undefined;
  readonly consecutiveFailures: number;
  readonly runningSince: UnixSeconds | undefined;
  readonly stored: Readonly<Record<BackupState, number>>;
  /** Of the successful backups; undefined if one of them has no size. */
  readonly storedBytes: Bytes | undefined;
  /** The newest backups in any state. */
  readonly recent: PackedBackups;
}

/** The facts of a resource without backups. */
export const NO_BACKUPS: ResourceFacts = {
  name: undefined,
  engineVersion: undefined,
  arch: undefined,
  encrypted: undefined,
  deleted: false,
  automaticBackup: undefined,
  lastState: undefined,
  lastSuccess: undefined,
  lastAutomaticSuccess: undefined,
  medians: NO_MEDIANS,
  oldestSuccess: undefined,
  lastFailure: undefined,
  consecutiveFailures: 0,
  runningSince: undefined,
  stored: Object.fromEntries(BACKUP_STATES.map((state) => [state, 0])) as Record<BackupState, number>,
  storedBytes: bytes(0),
  recent: NO_RECENT_BACKUPS,
};

// Facts about the resource in each row; the newest row that has one wins.
const RESOURCE_FIELDS = [
  'resourceName',
  'engineVersion',
  'arch',
  'encrypted',
  'resourceDeleted',
  'automaticBackup',
] as const;
type ResourceField = (typeof RESOURCE_FIELDS)[number];

/** What the backups of one resource add up to. It keeps a few of them and a number per failure, never the whole list. */
export interface ResourceTally {
  readonly stored: Record<BackupState, number>;
  readonly failureStarts: UnixSeconds[];
  readonly allocate: Allocate;
  /** In any state. */
  readonly recent: NewestBackups;
  /** Undefined while all backups are successful. */
  successes: NewestBackups | undefined;
  newest: Backup | undefined;
  readonly sources: { [Field in ResourceField]?: Backup };
  newestHasAll: boolean;
  newestSuccess: SucceededBackup | undefined;
  newestFailed: FailedBackup | undefined;
  lastAutomaticSuccess: UnixSeconds | undefined;
  oldestSuccess: UnixSeconds | undefined;
  runningSince: UnixSeconds | undefined;
  storedBytes: number;
  everySizeKnown: boolean;
}

export const createResourceTally = (allocate: Allocate = ownMemory): ResourceTally => ({
  stored: { ...NO_BACKUPS.stored },
  failureStarts: [],
  allocate,
  recent: createNewestBackups(Math.max(MOST_RECENT_BACKUPS, SUCCESSES_FOR_MEDIANS), allocate),
  successes: undefined,
  newest: undefined,
  sources: {},
  newestHasAll: false,
  newestSuccess: undefined,
  newestFailed: undefined,
  lastAutomaticSuccess: undefined,
  oldestSuccess: undefined,
  runningSince: undefined,
  storedBytes: 0,
  everySizeKnown: true,
});

/** Adds a backup of the resource, in any order, each once. */
export function tallyBackup(tally: ResourceTally, backup: Backup): void {
  tally.stored[backup.state] += storedCount(backup);
  const isNewest = tally.newest === undefined || isNewer(backup, tally.newest);
  if (isNewest) tally.newest = backup;
  // Lists are newest first and rows have all facts, so most rows add nothing.
  if (isNewest || !tally.newestHasAll) tallyResourceFields(tally, backup);
  if (backup.state !== 'succeeded') tally.successes ??= copyOf(tally.recent, tally.allocate);
  addBackup(tally.recent, backup);
  switch (backup.state) {
    case 'succeeded':
      tallySuccess(tally, backup);
      break;
    case 'failed':
      if (tally.newestFailed === undefined || isNewer(backup, tally.newestFailed))
        tally.newestFailed = backup;
      tally.failureStarts.push(timeOf(backup));
      break;
    case 'running':
      tally.runningSince = earlier(tally.runningSince, backup.start);
      break;
    case 'unknown':
      break;
    default:
      backup satisfies never;
  }
}

function tallyResourceFields(tally: ResourceTally, backup: Backup): void {
  const { sources, newest } = tally;
  tally.newestHasAll = true;
  for (const field of RESOURCE_FIELDS) {
    const source = sources[field];
    if (source === newest) continue;
    if (backup[field] !== undefined && (source === undefined || isNewer(backup, source))) {
      sources[field] = backup;
    }
    tally.newestHasAll &&= sources[field] === newest;
  }
}

function tallySuccess(tally: ResourceTally, backup: SucceededBackup): void {
  if (tally.successes !== undefined) addBackup(tally.successes, backup);
  if (tally.newestSuccess === undefined || endsLater(backup, tally.newestSuccess))
    tally.newestSuccess = backup;
  if (backup.automatic === true) tally.lastAutomaticSuccess = later(tally.lastAutomaticSuccess, backup.end);
  tally.oldestSuccess = earlier(tally.oldestSuccess, backup.end);
  if (backup.size === undefined) tally.everySizeKnown = false;
  else tally.storedBytes += backup.size;
}

export function factsOf(tally: ResourceTally): ResourceFacts {
  const { sources, newest, newestSuccess, newestFailed } = tally;
  const lastSuccessStart = newestSuccess === undefined ? undefined : timeOf(newestSuccess);
  return {
    name: sources.resourceName?.resourceName,
    engineVersion: sources.engineVersion?.engineVersion,
    arch: sources.arch?.arch,
    encrypted: sources.encrypted?.encrypted,
    deleted: sources.resourceDeleted?.resourceDeleted === true,
    automaticBackup: sources.automaticBackup?.automaticBackup,
    lastState: newest?.state,
    lastSuccess: newestSuccess && {
      end: newestSuccess.end,
      duration: newestSuccess.duration,
      size: newestSuccess.size,
      method: newestSuccess.method,
    },
    lastAutomaticSuccess: tally.lastAutomaticSuccess,
    medians: mediansOf(tally.successes ?? tally.recent),
    oldestSuccess: tally.oldestSuccess,
    lastFailure: newestFailed?.end ?? newestFailed?.start,
    consecutiveFailures: tally.failureStarts.filter(
      (start) => lastSuccessStart === undefined || start > lastSuccessStart,
    ).length,
    runningSince: tally.runningSince,
    stored: tally.stored,
    storedBytes: tally.everySizeKnown ? bytes(tally.storedBytes) : undefined,
    recent: mostRecent(tally.recent),
  };
}

const BEFORE_ALL = Number.NEGATIVE_INFINITY;

const endOf = (backup: Backup): number =>
  backup.state === 'running' ? BEFORE_ALL : (backup.end ?? BEFORE_ALL);

/** The start of a backup, or its end if the start is unknown. */
function timeOf(backup: Backup): UnixSeconds {
  if (backup.state === 'running') return backup.start;
  return backup.start ?? (backup.end as UnixSeconds);
}

function isNewer(backup: Backup, than: Backup): boolean {
  return (
    (timeOf(backup) - timeOf(than) || compare(endOf(backup), endOf(than)) || compare(backup.id, than.id)) > 0
  );
}

function endsLater(backup: SucceededBackup, than: SucceededBackup): boolean {
  return (backup.end - than.end || timeOf(backup) - timeOf(than) || compare(backup.id, than.id)) > 0;
}

function later(one: UnixSeconds | undefined, other: UnixSeconds): UnixSeconds {
  return one === undefined || other > one ? other : one;
}

function earlier(one: UnixSeconds | undefined, other: UnixSeconds): UnixSeconds {
  return one === undefined || other < one ? other : one;
}

function compare<Value extends number | string>(one: Value, other: Value): number {
  if (one === other) return 0;
  return one > other ? 1 : -1;
}

const storedCount = ({ isStored }: Backup): number => (isStored === false ? 0 : 1);
