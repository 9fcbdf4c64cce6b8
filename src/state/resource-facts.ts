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
  createRecentBackups,
  MOST_RECENT_BACKUPS,
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
const TOLD_FIELDS = [
  'resourceName',
  'engineVersion',
  'arch',
  'encrypted',
  'resourceDeleted',
  'automaticBackup',
] as const;
type ToldField = (typeof TOLD_FIELDS)[number];

/** Tallies the backups of one resource, in any order, each once. */
export interface ResourceTally {
  readonly add: (backup: Backup) => void;
  readonly facts: () => ResourceFacts;
}

/** An empty tally. It keeps a few backups and a number per failure, never the whole list. */
export function createResourceTally(allocate: Allocate = ownMemory): ResourceTally {
  const stored = { ...NO_BACKUPS.stored };
  const failureStarts: UnixSeconds[] = [];
  const recent = createRecentBackups(MOST_RECENT_BACKUPS, allocate);
  const successes = createRecentBackups(SUCCESSES_FOR_MEDIANS, allocate);
  let newest: Backup | undefined;
  const tellers: { [Field in ToldField]?: Backup } = {};
  let newestTellsAll = false;
  let newestGood: SucceededBackup | undefined;
  let newestFailed: FailedBackup | undefined;
  let lastAutomaticSuccess: UnixSeconds | undefined;
  let oldestSuccess: UnixSeconds | undefined;
  let runningSince: UnixSeconds | undefined;
  let storedBytes = 0;
  let everySizeKnown = true;

  const noteWhatItTells = (backup: Backup): void => {
    newestTellsAll = true;
    for (const field of TOLD_FIELDS) {
      const teller = tellers[field];
      if (teller === newest) continue;
      if (backup[field] !== undefined && (teller === undefined || isNewer(backup, teller))) {
        tellers[field] = backup;
      }
      newestTellsAll &&= tellers[field] === newest;
    }
  };

  const addSuccess = (backup: SucceededBackup): void => {
    successes.add(backup);
    if (newestGood === undefined || endsLater(backup, newestGood)) newestGood = backup;
    if (backup.automatic === true) lastAutomaticSuccess = later(lastAutomaticSuccess, backup.end);
    oldestSuccess = earlier(oldestSuccess, backup.end);
    if (backup.size === undefined) everySizeKnown = false;
    else storedBytes += backup.size;
  };

  return {
    add: (backup) => {
      stored[backup.state] += storedCount(backup);
      recent.add(backup);
      const isNewest = newest === undefined || isNewer(backup, newest);
      if (isNewest) newest = backup;
      // Lists are newest first and rows have all facts, so most rows add nothing.
      if (isNewest || !newestTellsAll) noteWhatItTells(backup);
      switch (backup.state) {
        case 'succeeded':
          addSuccess(backup);
          break;
        case 'failed':
          if (newestFailed === undefined || isNewer(backup, newestFailed)) newestFailed = backup;
          failureStarts.push(timeOf(backup));
          break;
        case 'running':
          runningSince = earlier(runningSince, backup.start);
          break;
        case 'unknown':
          break;
        default:
          backup satisfies never;
      }
    },
    facts: () => {
      const lastGoodStart = newestGood === undefined ? undefined : timeOf(newestGood);
      return {
        name: tellers.resourceName?.resourceName,
        engineVersion: tellers.engineVersion?.engineVersion,
        arch: tellers.arch?.arch,
        encrypted: tellers.encrypted?.encrypted,
        deleted: tellers.resourceDeleted?.resourceDeleted === true,
        automaticBackup: tellers.automaticBackup?.automaticBackup,
        lastState: newest?.state,
        lastSuccess: newestGood && {
          end: newestGood.end,
          duration: newestGood.duration,
          size: newestGood.size,
          method: newestGood.method,
        },
        lastAutomaticSuccess,
        medians: mediansOf(successes.backups()),
        oldestSuccess,
        lastFailure: newestFailed?.end ?? newestFailed?.start,
        consecutiveFailures: failureStarts.filter(
          (start) => lastGoodStart === undefined || start > lastGoodStart,
        ).length,
        runningSince,
        stored,
        storedBytes: everySizeKnown ? bytes(storedBytes) : undefined,
        recent: recent.backups(),
      };
    },
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
