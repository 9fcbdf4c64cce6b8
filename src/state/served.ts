import type { Config } from '../config/config.ts';
import type { Seconds } from '../domain/quantities.ts';
import { type FinishedCounts, NONE_FINISHED } from './finished.ts';
import type { KnownResource } from './known-resource.ts';
import { objectiveOf, type PolicyLookup, type Scope } from './objective.ts';
import type { Pace } from './pace.ts';
import type { ServiceState } from './service-state.ts';

/** One resource as it is served: what is known of it, its objective and its counters. */
export interface ServedResource extends KnownResource {
  /** How old the newest good backup may be; undefined where nothing is expected. */
  readonly objective: Seconds | undefined;
  /** Why nothing is expected, in words; undefined where something is, or the configuration says so. */
  readonly notExpected: string | undefined;
  readonly finished: FinishedCounts;
}

/** All that is served of one service of one project, from one complete poll. */
export interface ServedService extends Scope {
  readonly resources: readonly ServedResource[];
}

/** The resources of a state with their objectives and counters. */
export async function serveResources(
  scope: Scope,
  rpo: Config['rpo'],
  { resources, ledger }: ServiceState,
  policies: PolicyLookup,
  pace: Pace,
): Promise<ServedService> {
  const served: ServedResource[] = [];
  for (const resource of resources.values()) {
    await pace();
    if (resource.unread) continue;
    served.push({
      ...resource,
      ...objectiveOf(rpo, scope, resource, policies),
      finished: ledger.counts.get(resource.id) ?? NONE_FINISHED,
    });
  }
  return { ...scope, resources: served };
}
