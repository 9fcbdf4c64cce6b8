import type { UnixSeconds } from '../domain/quantities.ts';
import { RESOURCE_STANDINGS, type ResourceStanding, type ResourceStatus } from './report.ts';

type StandingFacts = Pick<
  ResourceStatus,
  'objective' | 'lastSuccess' | 'consecutiveFailures' | 'runningSince'
>;

/** What stands of a resource at a moment, by the comparisons that the alerts make. */
export function standingOf(facts: StandingFacts, now: UnixSeconds): ResourceStanding {
  if (facts.objective === undefined) return 'not_expected';
  if (facts.lastSuccess === undefined) return 'never';
  if (now - facts.lastSuccess > facts.objective) return 'stale';
  if (facts.consecutiveFailures > 0) return 'failed';
  return facts.runningSince === undefined ? 'fine' : 'running';
}

/** Whether someone should look: a resource is never backed up, stale or failed. */
export function needsAttention(standing: ResourceStanding): boolean {
  switch (standing) {
    case 'never':
    case 'stale':
    case 'failed':
      return true;
    case 'running':
    case 'fine':
    case 'not_expected':
      return false;
    default:
      return standing satisfies never;
  }
}

/** How many resources have each standing, 0 included. */
export type StandingCounts = Readonly<Record<ResourceStanding, number>>;

/** Counts the resources by their standing. */
export function countStandings(resources: readonly ResourceStatus[]): StandingCounts {
  const counts = Object.fromEntries(RESOURCE_STANDINGS.map((standing) => [standing, 0])) as Record<
    ResourceStanding,
    number
  >;
  for (const { standing } of resources) counts[standing] += 1;
  return counts;
}

/**
 * Since when a resource has had no newer good backup: the end of the newest one, else the resource's creation;
 * undefined where neither is known.
 */
export function waitingSince({ lastSuccess, created }: ResourceStatus): UnixSeconds | undefined {
  return lastSuccess ?? created;
}

/** The share of its objective that a resource has used up, 1 at the limit; undefined where it cannot be told. */
export function shareOfObjective(resource: ResourceStatus, now: UnixSeconds): number | undefined {
  const since = waitingSince(resource);
  if (resource.objective === undefined || since === undefined) return undefined;
  return resource.objective === 0 ? Number.POSITIVE_INFINITY : Math.max(0, now - since) / resource.objective;
}
