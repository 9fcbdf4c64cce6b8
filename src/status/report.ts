import type { BackupState } from '../domain/backup.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Bytes, Seconds, UnixSeconds } from '../domain/quantities.ts';
import type { ServiceType } from '../domain/service.ts';

/**
 * What stands of a resource, worst first. `failed`: the newest finished backups failed; `stale`: the newest
 * good backup is older than the objective; `never`: expected to be backed up, never was; `running`: fine and a
 * backup runs now; `fine`: within its objective; `not_expected`: has no objective.
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
  readonly objective: Seconds | undefined;
  readonly created: UnixSeconds | undefined;
  readonly lastState: BackupState | undefined;
  readonly lastSuccess: UnixSeconds | undefined;
  readonly lastSize: Bytes | undefined;
  readonly lastDuration: Seconds | undefined;
  readonly consecutiveFailures: number;
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
  readonly lastPoll: UnixSeconds | undefined;
  readonly lastComplete: UnixSeconds | undefined;
  /** Undefined when the inventory is not asked for or was not yet. */
  readonly inventory: { readonly complete: boolean; readonly reason: string | undefined } | undefined;
  /** Backups that the service counts and does not list. */
  readonly unlisted: number;
  readonly overLimit: number;
  readonly resources: number;
}

/** All that the status page and `/api/v1/status` show. */
export interface StatusReport {
  readonly version: string;
  readonly now: UnixSeconds;
  readonly polls: readonly PollStatus[];
  readonly resources: readonly ResourceStatus[];
}
