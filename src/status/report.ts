import type { BackupState } from '../domain/backup.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Bytes, Seconds, UnixSeconds } from '../domain/quantities.ts';
import type { RejectionReason } from '../pagination/list.ts';
import type { Scope } from '../state/objective.ts';
import type { PackedBackups } from '../state/recent-backups.ts';
import type { ResourceState, StateFacts } from '../state/resource-state.ts';

/** One resource on the status page. Unknown facts are undefined. */
export interface ResourceStatus extends Scope, StateFacts {
  /** All its states, worst first. */
  readonly states: readonly [ResourceState, ...ResourceState[]];
  readonly resourceId: string;
  readonly resourceName: string;
  /** False if it was deleted and its backups remain. */
  readonly exists: boolean;
  /** Why it is not expected to be backed up, in words; undefined if it is, or if the configuration says so. */
  readonly notExpected: string | undefined;
  readonly created: UnixSeconds | undefined;
  /** Its engine or type, and the service's own word for its status. */
  readonly kind: string | undefined;
  readonly status: string | undefined;
  /** Of the newest backup; undefined without backups. */
  readonly lastState: BackupState | undefined;
  /** How the newest successful backup was started. */
  readonly lastMethod: string | undefined;
  /** End of the newest successful automatic backup: a manual one can hide a stopped schedule. */
  readonly lastAutomaticSuccess: UnixSeconds | undefined;
  readonly lastFailure: UnixSeconds | undefined;
  /** End of the oldest successful backup: how far back one can restore. */
  readonly oldestSuccess: UnixSeconds | undefined;
  readonly stored: Readonly<Record<BackupState, number>>;
  readonly storedBytes: Bytes | undefined;
  readonly recent: PackedBackups;
}

export interface PollRecord {
  readonly ended: UnixSeconds;
  readonly duration: Seconds;
  readonly outcome: Outcome;
  /** One sentence why it failed; undefined if it did not. Contains no secret. */
  readonly reason: string | undefined;
  /** Requests to the service, retries included. */
  readonly requests: number;
}

export interface PollStatus extends Scope {
  /** The last polls, newest first; none before the first has ended. */
  readonly recent: readonly PollRecord[];
  /** End of the last complete poll, whose rows are shown; undefined before it. */
  readonly lastComplete: UnixSeconds | undefined;
  /** Undefined if the inventory is not read or was not read yet. */
  readonly inventory: { readonly complete: boolean; readonly reason: string | undefined } | undefined;
  /** Rows that the last poll could not parse. */
  readonly rejected: Readonly<Partial<Record<RejectionReason, number>>>;
  /** This machine's clock minus the service's; undefined if unknown. */
  readonly clockSkew: Seconds | undefined;
  /** Backups that the service counts but does not list; undefined before the first complete poll. */
  readonly unlisted: number | undefined;
  /** Resources beyond `limits.resources`, which are not shown; undefined before the first complete poll. */
  readonly overLimit: number | undefined;
  /** Resources shown; undefined before the first complete poll. */
  readonly resources: number | undefined;
}

/** The part of a project that its services share. */
export interface ProjectStatus {
  readonly region: string;
  readonly project: string;
  /** When the password of its IAM user expires. */
  readonly passwordExpires: UnixSeconds | undefined;
}

export interface StatusReport {
  readonly version: string;
  readonly now: UnixSeconds;
  /** Problems of the last configuration reload; none if it is in use. */
  readonly reloadProblems: readonly string[];
  readonly projects: readonly ProjectStatus[];
  readonly polls: readonly PollStatus[];
  readonly resources: readonly ResourceStatus[];
}
