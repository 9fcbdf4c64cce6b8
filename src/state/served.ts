import type { Seconds } from '../domain/quantities.ts';
import type { FinishedCounts } from './finished.ts';
import type { KnownResource } from './known-resource.ts';
import type { ResourcePlace } from './objective.ts';

/** One graph or instance as it is served: what is known of it, its objective and its counters. */
export interface ServedResource extends KnownResource {
  /** How old the newest good backup may be; undefined where nothing is expected. */
  readonly objective: Seconds | undefined;
  readonly finished: FinishedCounts;
}

/** All that is served of one service of one project, from one complete poll. */
export interface ServedService extends ResourcePlace {
  readonly resources: readonly ServedResource[];
}
