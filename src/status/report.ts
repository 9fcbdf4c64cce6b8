import type { Outcome } from '../domain/outcome.ts';
import type { Seconds, UnixSeconds } from '../domain/quantities.ts';
import type { RejectionReason } from '../pagination/list.ts';
import type { Scope } from '../state/objective.ts';
import { NO_BACKUPS, type ResourceFacts } from '../state/resource-facts.ts';
import { type ResourceState, statesOf } from '../state/resource-state.ts';
import { type ServedResource, type ServedService, storedBytesOf } from '../state/served.ts';

/** One resource on the status page: what is served of it, the facts about its backups, and its states. */
export interface ResourceStatus extends Scope, Omit<ServedResource, 'facts'>, Omit<ResourceFacts, 'name'> {
  /** All its states, worst first. */
  readonly states: readonly [ResourceState, ...ResourceState[]];
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
  readonly lastComplete?: UnixSeconds | undefined;
  /** Undefined if the inventory is not read or was not read yet. */
  readonly inventory?: { readonly complete: boolean; readonly reason: string | undefined } | undefined;
  /** Rows that the last poll could not parse. */
  readonly rejected: Readonly<Partial<Record<RejectionReason, number>>>;
  /** This machine's clock minus the service's; undefined if unknown. */
  readonly clockSkew?: Seconds | undefined;
  /** Backups that the service counts but does not list; undefined before the first complete poll. */
  readonly unlisted?: number | undefined;
  /** Resources that the service counts but does not list; undefined before the first complete inventory. */
  readonly resourcesUnlisted?: number | undefined;
  /** Resources beyond `limits.resources`, which are not shown; undefined before the first complete poll. */
  readonly overLimit?: number | undefined;
  /** Resources without an objective because their backup policy could not be read; undefined before policies were read. */
  readonly policiesUnread?: number | undefined;
  /** Resources shown; undefined before the first complete poll. */
  readonly resources?: number | undefined;
}

/** The part of a project that its services share. */
export interface ProjectStatus extends Pick<Scope, 'region' | 'project'> {
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

/** The resources of a service on the status page. `isCurrent`: whether its last poll was complete. */
export function resourceStatuses(
  { resources, ...scope }: ServedService,
  isCurrent: boolean,
  now: UnixSeconds,
): readonly ResourceStatus[] {
  return resources.map(({ facts, ...resource }) => {
    const storedBytes = storedBytesOf({ facts, ...resource });
    const known = { ...scope, ...(facts ?? NO_BACKUPS), ...resource, storedBytes };
    // A backup that was running in an older poll may have ended since.
    const states = statesOf(isCurrent ? known : { ...known, runningSince: undefined }, now);
    return { ...known, states };
  });
}
