import type { UnixSeconds } from '../domain/quantities.ts';
import { NO_BACKUPS } from '../state/resource-facts.ts';
import { statesOf } from '../state/resource-state.ts';
import type { ServedService } from '../state/served.ts';
import type { ResourceStatus } from './report.ts';

/** The resources of a service on the status page. `isCurrent`: whether its last poll was complete. */
export function resourceStatuses(
  { service, region, project, resources }: ServedService,
  isCurrent: boolean,
  now: UnixSeconds,
): readonly ResourceStatus[] {
  return resources.map((resource) => {
    const { id, name, exists, objective, due, notExpected, listing, facts = NO_BACKUPS } = resource;
    const { lastSuccess, medians } = facts;
    const stateFacts = {
      objective,
      due,
      lastSuccess: lastSuccess?.end,
      lastSize: lastSuccess?.size,
      lastDuration: lastSuccess?.duration,
      medianSize: medians.size,
      medianDuration: medians.duration,
      consecutiveFailures: facts.consecutiveFailures,
      runningSince: facts.runningSince,
    };
    // A backup that was running in an older poll may have ended since.
    const known = isCurrent ? stateFacts : { ...stateFacts, runningSince: undefined };
    return {
      ...stateFacts,
      states: statesOf(known, now),
      service,
      region,
      project,
      resourceId: id,
      resourceName: name,
      exists,
      notExpected,
      created: listing?.created,
      kind: listing?.kind,
      status: listing?.status,
      lastState: facts.lastState,
      lastMethod: lastSuccess?.method,
      lastAutomaticSuccess: facts.lastAutomaticSuccess,
      lastFailure: facts.lastFailure,
      oldestSuccess: facts.oldestSuccess,
      stored: facts.stored,
      storedBytes: facts.storedBytes ?? listing?.storedBytes,
      recent: facts.recent,
    };
  });
}

/** The used share of a resource's objective, 1 when a backup is due; undefined if unknown. */
export function shareOfObjective({ objective, due }: ResourceStatus, now: UnixSeconds): number | undefined {
  if (objective === undefined || due === undefined) return undefined;
  return objective === 0 ? Number.POSITIVE_INFINITY : Math.max(0, 1 - (due - now) / objective);
}
