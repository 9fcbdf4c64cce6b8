import type { UnixSeconds } from '../domain/quantities.ts';
import { NO_BACKUPS } from '../state/resource-facts.ts';
import type { ServedResource, ServedService } from '../state/served.ts';
import type { PollStatus, ResourceStatus, StatusReport } from './report.ts';
import { standingOf } from './standing.ts';

/** The report of what is served now. */
export function buildStatusReport(
  version: string,
  now: UnixSeconds,
  polls: readonly PollStatus[],
  services: readonly ServedService[],
): StatusReport {
  const resources = services.flatMap((service) =>
    service.resources.map((resource) => resourceStatus(service, resource, now)),
  );
  return { version, now, polls, resources };
}

function resourceStatus(
  { service, region, project }: ServedService,
  { id, name, exists, objective, listing, facts = NO_BACKUPS }: ServedResource,
  now: UnixSeconds,
): ResourceStatus {
  const compared = {
    objective,
    lastSuccess: facts.lastSuccess?.end,
    consecutiveFailures: facts.consecutiveFailures,
    runningSince: facts.runningSince,
  };
  return {
    ...compared,
    standing: standingOf(compared, now),
    service,
    region,
    project,
    resourceId: id,
    resourceName: name,
    exists,
    created: listing?.created,
    lastState: facts.lastState,
    lastSize: facts.lastSuccess?.size,
    lastDuration: facts.lastSuccess?.duration,
  };
}
