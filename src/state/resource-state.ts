import type { UnixSeconds } from '../domain/quantities.ts';
import { STATE_THRESHOLDS } from '../domain/thresholds.ts';
import type { ResourceFacts } from './resource-facts.ts';
import type { ServedResource } from './served.ts';

const NEEDING_ATTENTION = ['never_backed_up', 'stale', 'failed', 'stuck', 'shrunk', 'slow'] as const;

/**
 * The states of a resource, worst first; used by page, API, `check`, alerts and dashboard. `new`: its first backup is
 * not due yet. `running`: fine, and a backup is running.
 */
export const RESOURCE_STATES = [...NEEDING_ATTENTION, 'running', 'new', 'fine', 'not_expected'] as const;
export type ResourceState = (typeof RESOURCE_STATES)[number];

/** The facts that determine the states of a resource. */
export type StateFacts = Pick<ServedResource, 'objective' | 'due'> &
  Pick<ResourceFacts, 'lastSuccess' | 'medians' | 'consecutiveFailures' | 'runningSince'>;

/** All states of a resource, worst first, at least one. The comparisons are those of the alert rules. */
export function statesOf(facts: StateFacts, now: UnixSeconds): readonly [ResourceState, ...ResourceState[]] {
  if (facts.objective === undefined) return ['not_expected'];
  const [worst, ...more] = RESOURCE_STATES.filter((state) => TESTS[state](facts, now));
  return worst === undefined ? ['fine'] : [worst, ...more];
}

/** Whether a resource in this state needs attention. */
export const needsAttention = (state: ResourceState): boolean =>
  NEEDING_ATTENTION.some((needing) => needing === state);

// A resource of unknown age is old enough to have been backed up.
const isDue = ({ due }: StateFacts, now: UnixSeconds): boolean => due === undefined || now > due;

const TESTS: Readonly<Record<ResourceState, (facts: StateFacts, now: UnixSeconds) => boolean>> = {
  never_backed_up: (facts, now) => facts.lastSuccess === undefined && isDue(facts, now),
  stale: (facts, now) => facts.lastSuccess !== undefined && isDue(facts, now),
  failed: ({ consecutiveFailures }) => consecutiveFailures >= STATE_THRESHOLDS.failedCount,
  stuck: ({ runningSince, medians: { duration = 0 } }, now) =>
    runningSince !== undefined &&
    now - runningSince > Math.max(STATE_THRESHOLDS.stuckAfter, STATE_THRESHOLDS.stuckRatio * duration),
  shrunk: ({ lastSuccess, medians }) =>
    lastSuccess?.size !== undefined &&
    medians.size !== undefined &&
    lastSuccess.size < STATE_THRESHOLDS.shrunkRatio * medians.size,
  slow: ({ lastSuccess, medians }) =>
    lastSuccess?.duration !== undefined &&
    medians.duration !== undefined &&
    lastSuccess.duration > STATE_THRESHOLDS.slowRatio * medians.duration &&
    lastSuccess.duration - medians.duration >= STATE_THRESHOLDS.slowMargin,
  running: ({ runningSince }) => runningSince !== undefined,
  new: (facts, now) => facts.lastSuccess === undefined && !isDue(facts, now),
  fine: () => false,
  not_expected: () => false,
};
