import type { Bytes, Seconds, UnixSeconds } from './quantities.ts';

/** The states that a backup can be in, in the order in which they are shown. */
export const BACKUP_STATES = ['succeeded', 'failed', 'running', 'unknown'] as const;
/** One of {@link BACKUP_STATES}. `unknown` is every state that the vendor has not documented. */
export type BackupState = (typeof BACKUP_STATES)[number];

interface BackupOfResource {
  readonly id: string;
  readonly name: string | undefined;
  readonly resourceId: string;
  readonly resourceName: string | undefined;
  /** How it was started, in the service's own word in lower case: `auto`, `manual`, … */
  readonly method: string | undefined;
  /** Whether the service started it by itself; undefined when the row does not say or uses another word. */
  readonly automatic: boolean | undefined;
  readonly engineVersion: string | undefined;
  readonly arch: string | undefined;
  readonly encrypted: boolean | undefined;
  /** Whether the row says that its resource has been deleted; undefined when it does not tell. */
  readonly resourceDeleted: boolean | undefined;
  /** False for a run that failed and left no backup behind. */
  readonly isStored?: false;
  /** Whether the service backs its resource up by itself; undefined when the row does not tell. */
  readonly automaticBackup: boolean | undefined;
}

/** A good backup: it has an end, and its size and duration where the service tells them. */
export interface SucceededBackup extends BackupOfResource {
  readonly state: 'succeeded';
  readonly start: UnixSeconds | undefined;
  readonly end: UnixSeconds;
  readonly duration: Seconds | undefined;
  readonly size: Bytes | undefined;
}

/** A backup that ended without a result. At least one of `start` and `end` is known. */
export interface FailedBackup extends BackupOfResource {
  readonly state: 'failed';
  readonly start: UnixSeconds | undefined;
  readonly end: UnixSeconds | undefined;
}

/** A backup under way: it has no end, no size and no duration. */
export interface RunningBackup extends BackupOfResource {
  readonly state: 'running';
  readonly start: UnixSeconds;
}

/** A backup in a state that is not documented. At least one of `start` and `end` is known. */
export interface UnknownBackup extends BackupOfResource {
  readonly state: 'unknown';
  readonly start: UnixSeconds | undefined;
  readonly end: UnixSeconds | undefined;
}

/** One backup of one resource. */
export type Backup = SucceededBackup | FailedBackup | RunningBackup | UnknownBackup;

/** A resource as the inventory lists it. */
export interface Resource {
  readonly id: string;
  readonly name: string | undefined;
  readonly created: UnixSeconds | undefined;
  readonly engineVersion: string | undefined;
  readonly arch: string | undefined;
  readonly encrypted: boolean | undefined;
  /** Its engine or type: `MySQL`, `cassandra`, `OS::Nova::Server`. */
  readonly kind: string | undefined;
  /** The service's own word or code for its status. */
  readonly status: string | undefined;
  /** By key; of a key that occurs twice the first value. */
  readonly tags: Readonly<Record<string, string>>;
  /** Why it is not expected to be backed up, in words: `stopped`, `read replica`; undefined where it is. */
  readonly notExpected: string | undefined;
  /** False when the inventory lists it as deleted. */
  readonly exists: boolean;
  /** What contains it, where calls about its backups need that: the vault of a server. */
  readonly parentId: string | undefined;
  /** Of all its backups together, where the inventory tells it instead of the rows. */
  readonly storedBytes: Bytes | undefined;
}
