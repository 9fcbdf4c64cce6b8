import type { BackupState } from '../domain/backup.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Bytes, Seconds, UnixSeconds } from '../domain/quantities.ts';
import type { ServiceType } from '../domain/service.ts';

/**
 * What stands of a resource, worst first. `never`: expected to be backed up and has no good backup; `stale`: the
 * newest good backup is older than the objective; `failed`: within its objective, but the newest finished backups
 * failed; `running`: fine and a backup runs now; `fine`: within its objective; `not_expected`: has no objective.
 * See `standingOf`.
 */
export const RESOURCE_STANDINGS = ['never', 'stale', 'failed', 'running', 'fine', 'not_expected'] as const;
/** One of {@link RESOURCE_STANDINGS}. */
export type ResourceStanding = (typeof RESOURCE_STANDINGS)[number];

/** One graph or database instance as the status page shows it. */
export interface ResourceStatus {
  readonly standing: ResourceStanding;
  readonly service: ServiceType;
  readonly region: string;
  readonly project: string;
  readonly resourceId: string;
  readonly resourceName: string;
  /** False when it was deleted and its backups stayed behind. */
  readonly exists: boolean;
  /** How old the newest good backup may be; undefined when the resource is gone or not expected to be backed up. */
  readonly objective: Seconds | undefined;
  readonly created: UnixSeconds | undefined;
  /** Of the newest backup; undefined without backups. */
  readonly lastState: BackupState | undefined;
  /** When the newest good backup was complete; undefined when there is none. */
  readonly lastSuccess: UnixSeconds | undefined;
  readonly lastSize: Bytes | undefined;
  readonly lastDuration: Seconds | undefined;
  readonly consecutiveFailures: number;
  /** Start of the oldest backup that runs now; undefined when none does. */
  readonly runningSince: UnixSeconds | undefined;
}

/** One service of one project as the status page shows it. */
export interface PollStatus {
  readonly service: ServiceType;
  readonly region: string;
  readonly project: string;
  /** Undefined before the first poll has ended. */
  readonly outcome: Outcome | undefined;
  /** One sentence why the last poll failed; undefined when it did not. Holds no secret. */
  readonly reason: string | undefined;
  /** End of the last poll. */
  readonly lastPoll: UnixSeconds | undefined;
  /** End of the last complete poll, whose rows are shown; undefined before it. */
  readonly lastComplete: UnixSeconds | undefined;
  /** Undefined when the inventory is not asked for or was not yet. */
  readonly inventory: { readonly complete: boolean; readonly reason: string | undefined } | undefined;
  /** Backups that the service counts and does not list; undefined before the first complete poll. */
  readonly unlisted: number | undefined;
  /** Resources beyond `limits.resources`, which are not shown; undefined before the first complete poll. */
  readonly overLimit: number | undefined;
  /** Resources shown; undefined before the first complete poll. */
  readonly resources: number | undefined;
}

/** All that the status page and `/api/v1/status` show. */
export interface StatusReport {
  readonly version: string;
  readonly now: UnixSeconds;
  readonly polls: readonly PollStatus[];
  readonly resources: readonly ResourceStatus[];
}
