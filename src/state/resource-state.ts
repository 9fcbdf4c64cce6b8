import type { Bytes, Seconds, UnixSeconds } from '../domain/quantities.ts';
import { STATE_THRESHOLDS } from '../domain/thresholds.ts';

/**
 * The states of a resource, worst first; used by page, API, `check`, alerts and dashboard. `new`: its first backup is
 * not due yet. `running`: fine, and a backup is running.
 */
export const RESOURCE_STATES = [
  'never_backed_up',
  'stale',
  'failed',
  'stuck',
  'shrunk',
  'slow',
  'running',
  'new',
  'fine',
  'not_expected',
] as const;
export type ResourceState = (typeof RESOURCE_STATES)[number];

/** The facts that determine the states of a resource. Unknown facts are undefined. */
export interface StateFacts {
  /** Maximum age of the newest successful backup; undefined if none is expected. */
  readonly objective: Seconds | undefined;
  /** When the next successful backup must be complete. */
  readonly due: UnixSeconds | undefined;
  readonly lastSuccess: UnixSeconds | undefined;
  readonly lastSize: Bytes | undefined;
  readonly lastDuration: Seconds | undefined;
  /** Of the successful backups before the newest. */
  readonly medianSize: Bytes | undefined;
  readonly medianDuration: Seconds | undefined;
  readonly consecutiveFailures: number;
  /** Start of the oldest running backup in the last poll. */
  readonly runningSince: UnixSeconds | undefined;
}

/** All states of a resource, worst first, at least one. The comparisons are those of the alert rules. */
export function statesOf(facts: StateFacts, now: UnixSeconds): readonly [ResourceState, ...ResourceState[]] {
  if (facts.objective === undefined) return ['not_expected'];
  const [worst, ...more] = RESOURCE_STATES.filter((state) => TESTS[state](facts, now));
  return worst === undefined ? ['fine'] : [worst, ...more];
}

/** Whether a resource in this state needs attention. */
export function needsAttention(state: ResourceState): boolean {
  switch (state) {
    case 'never_backed_up':
    case 'stale':
    case 'failed':
    case 'stuck':
    case 'shrunk':
    case 'slow':
      return true;
    case 'running':
    case 'new':
    case 'fine':
    case 'not_expected':
      return false;
    default:
      return state satisfies never;
  }
}

// A resource of unknown age is old enough to have been backed up.
const isDue = ({ due }: StateFacts, now: UnixSeconds): boolean => due === undefined || now > due;

const TESTS: Readonly<Record<ResourceState, (facts: StateFacts, now: UnixSeconds) => boolean>> = {
  never_backed_up: (facts, now) => facts.lastSuccess === undefined && isDue(facts, now),
  stale: (facts, now) => facts.lastSuccess !== undefined && isDue(facts, now),
  failed: ({ consecutiveFailures }) => consecutiveFailures >= STATE_THRESHOLDS.failedCount,
  stuck: ({ runningSince, medianDuration = 0 }, now) =>
    runningSince !== undefined &&
    now - runningSince > Math.max(STATE_THRESHOLDS.stuckAfter, STATE_THRESHOLDS.stuckRatio * medianDuration),
  shrunk: ({ lastSize, medianSize }) =>
    lastSize !== undefined &&
    medianSize !== undefined &&
    lastSize < STATE_THRESHOLDS.shrunkRatio * medianSize,
  slow: ({ lastDuration, medianDuration }) =>
    lastDuration !== undefined &&
    medianDuration !== undefined &&
    lastDuration > STATE_THRESHOLDS.slowRatio * medianDuration &&
    lastDuration - medianDuration >= STATE_THRESHOLDS.slowMargin,
  running: ({ runningSince }) => runningSince !== undefined,
  new: (facts, now) => facts.lastSuccess === undefined && !isDue(facts, now),
  fine: () => false,
  not_expected: () => false,
};
