import type { BackupState } from '../domain/backup.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Bytes, Seconds, UnixSeconds } from '../domain/quantities.ts';
import type { RejectionReason } from '../pagination/list.ts';
import type { Scope } from '../state/objective.ts';
import type { PackedBackups } from '../state/recent-backups.ts';
import type { ResourceState, StateFacts } from '../state/resource-state.ts';

/** One resource as the status page shows it. What is not known is undefined. */
export interface ResourceStatus extends Scope, StateFacts {
  /** All states that hold, worst first. */
  readonly states: readonly [ResourceState, ...ResourceState[]];
  readonly resourceId: string;
  readonly resourceName: string;
  /** False when it was deleted and its backups stayed behind. */
  readonly exists: boolean;
  /** Why it is not expected to be backed up, in words; undefined where it is, or the configuration says so. */
  readonly notExpected: string | undefined;
  readonly created: UnixSeconds | undefined;
  /** Its engine or type, and the service's own word for its status. */
  readonly kind: string | undefined;
  readonly status: string | undefined;
  /** Of the newest backup; undefined without backups. */
  readonly lastState: BackupState | undefined;
  /** How the newest successful backup was started. */
  readonly lastMethod: string | undefined;
  /** When the newest successful automatic backup was complete: a manual one hides a schedule that has stopped. */
  readonly lastAutomaticSuccess: UnixSeconds | undefined;
  readonly lastFailure: UnixSeconds | undefined;
  /** When the oldest successful backup was complete: how far back one can restore. */
  readonly oldestSuccess: UnixSeconds | undefined;
  readonly stored: Readonly<Record<BackupState, number>>;
  readonly storedBytes: Bytes | undefined;
  readonly recent: PackedBackups;
}

/** How one poll ended. */
export interface PollRecord {
  readonly ended: UnixSeconds;
  readonly duration: Seconds;
  readonly outcome: Outcome;
  /** One sentence why it failed; undefined when it did not. Holds no secret. */
  readonly reason: string | undefined;
  /** Requests to the service, retries included. */
  readonly requests: number;
}

/** One service of one project as the status page shows it. */
export interface PollStatus extends Scope {
  /** The last polls, newest first; none before the first has ended. */
  readonly recent: readonly PollRecord[];
  /** End of the last complete poll, whose rows are shown; undefined before it. */
  readonly lastComplete: UnixSeconds | undefined;
  /** Undefined when the inventory is not requested or was not yet. */
  readonly inventory: { readonly complete: boolean; readonly reason: string | undefined } | undefined;
  /** Rows that the last poll could not read. */
  readonly rejected: Readonly<Partial<Record<RejectionReason, number>>>;
  /** This machine's clock less the service's; undefined where the service did not tell. */
  readonly clockSkew: Seconds | undefined;
  /** Backups that the service counts and does not list; undefined before the first complete poll. */
  readonly unlisted: number | undefined;
  /** Resources beyond `limits.resources`, which are not shown; undefined before the first complete poll. */
  readonly overLimit: number | undefined;
  /** Resources shown; undefined before the first complete poll. */
  readonly resources: number | undefined;
}

/** One project as far as all of its services share it. */
export interface ProjectStatus {
  readonly region: string;
  readonly project: string;
  /** When the password of its IAM user expires. */
  readonly passwordExpires: UnixSeconds | undefined;
}

/** All that the status page and `/api/v1/status` show. */
export interface StatusReport {
  readonly version: string;
  readonly now: UnixSeconds;
  /** What is wrong with the configuration that was last reloaded; none when it is in force. */
  readonly reloadProblems: readonly string[];
  readonly projects: readonly ProjectStatus[];
  readonly polls: readonly PollStatus[];
  readonly resources: readonly ResourceStatus[];
}
