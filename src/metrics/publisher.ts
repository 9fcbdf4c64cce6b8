import type { Yield } from '../state/event-loop.ts';
import type { ServedService } from '../state/served.ts';
import { RESOURCE_METRICS, resourceLabels } from './resource-metrics.ts';
import { createSeriesSet } from './series-set.ts';
import { scopeLabels } from './service-metrics.ts';

// About 50 KB of each metric: compressed in a tenth of a millisecond.
const RESOURCES_PER_GROUP = 250;

export type Publisher = ReturnType<typeof createPublisher>;

/**
 * Keeps the series of resources ready to be served: rendered and compressed after a poll, not during a scrape.
 * `createYield` is called for each piece of work.
 */
export function createPublisher(createYield: () => Yield) {
  const { replace, remove, current } = createSeriesSet(RESOURCE_METRICS, RESOURCES_PER_GROUP, createYield);
  return {
    /** Replaces the series of a service; resolves when `current` returns them. */
    publish: (key: string, service: ServedService): Promise<void> => {
      const scope = scopeLabels(service);
      return replace(key, {
        subjects: service.resources,
        labelsOf: (resource) => resourceLabels(scope, resource),
      });
    },
    /** Removes the series of a service; resolves when `current` no longer returns them. */
    withdraw: remove,
    current,
  };
}
