import type { Bytes, Seconds, UnixSeconds } from './quantities.ts';

/** The states of a backup, in display order. */
export const BACKUP_STATES = ['succeeded', 'failed', 'running', 'unknown'] as const;
/** `unknown` is any state that the vendor has not documented. */
export type BackupState = (typeof BACKUP_STATES)[number];

interface BackupOfResource {
  readonly id: string;
  readonly name: string | undefined;
  readonly resourceId: string;
  readonly resourceName: string | undefined;
  /** How it was started, the service's own word in lower case: `auto`, `manual`, … */
  readonly method: string | undefined;
  /** Whether the service started it automatically; undefined if the row does not say. */
  readonly automatic: boolean | undefined;
  readonly engineVersion: string | undefined;
  readonly arch: string | undefined;
  readonly encrypted: boolean | undefined;
  /** Whether the row says that its resource was deleted; undefined if it does not say. */
  readonly resourceDeleted: boolean | undefined;
  /** False for a run that failed and left no backup behind. */
  readonly isStored?: false;
  /** Whether the service backs up the resource automatically; undefined if the row does not say. */
  readonly automaticBackup: boolean | undefined;
}

/** A successful backup: it has an end, and its size and duration if the service provides them. */
export interface SucceededBackup extends BackupOfResource {
  readonly state: 'succeeded';
  readonly start: UnixSeconds | undefined;
  readonly end: UnixSeconds;
  readonly duration: Seconds | undefined;
  readonly size: Bytes | undefined;
  /** Whether the row gives its latest change as its end: then only the end seen first is one. */
  readonly endMoves?: true;
}

/** A failed backup. At least one of `start` and `end` is known. */
export interface FailedBackup extends BackupOfResource {
  readonly state: 'failed';
  readonly start: UnixSeconds | undefined;
  readonly end: UnixSeconds | undefined;
}

/** A running backup: it has no end, no size and no duration. */
export interface RunningBackup extends BackupOfResource {
  readonly state: 'running';
  readonly start: UnixSeconds;
}

/** A backup in an undocumented state. At least one of `start` and `end` is known. */
export interface UnknownBackup extends BackupOfResource {
  readonly state: 'unknown';
  readonly start: UnixSeconds | undefined;
  readonly end: UnixSeconds | undefined;
}

/** One backup of one resource. */
export type Backup = SucceededBackup | FailedBackup | RunningBackup | UnknownBackup;

/** A resource in the inventory. */
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
  /** By key; the first value of a repeated key. */
  readonly tags: Readonly<Record<string, string>>;
  /** Why it is not expected to be backed up, in words: `stopped`, `read replica`; undefined if it is expected. */
  readonly notExpected: string | undefined;
  /** False when the inventory lists it as deleted. */
  readonly exists: boolean;
  /** Its container, if calls about its backups need it: the vault of a server. */
  readonly parentId: string | undefined;
  /** Total size of its backups, not its own; only if the inventory contains it and the rows of backups do not. */
  readonly storedBytes: Bytes | undefined;
}
