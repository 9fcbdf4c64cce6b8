import { STATE_THRESHOLDS } from '../../src/domain/thresholds.ts';
import type { Mappings, Thresholds } from './panels.ts';

/** A number that a panel shows as a text in a colour. */
type NamedNumber = readonly [number: number, text: string, color: string];
type Names = Readonly<Record<string, NamedNumber>>;

/** The states of a resource, as on the status page; worse states have larger numbers. */
export const STATE = {
  never: [9, 'Never backed up', 'red'],
  stale: [8, 'Stale', 'red'],
  failed: [7, 'Failed', 'orange'],
  stuck: [6, 'Stuck', 'orange'],
  shrunk: [5, 'Shrunk', 'orange'],
  slow: [4, 'Slow', 'yellow'],
  running: [3, 'Running', 'blue'],
  new: [2, 'New', 'blue'],
  fine: [1, 'Fine', 'green'],
  notExpected: [0, 'Not expected', 'text'],
} as const satisfies Names;

/** The states of the newest backup; worse states have larger numbers. */
export const BACKUP = {
  failed: [4, 'Failed', 'orange'],
  unknown: [3, 'Unknown', 'yellow'],
  running: [2, 'Running', 'blue'],
  succeeded: [1, 'Succeeded', 'green'],
} as const satisfies Names;

/** The results of the last poll of a service. */
export const POLL = {
  failed: [2, 'Failed', 'red'],
  noInventory: [1, 'Inventory failed', 'orange'],
  complete: [0, 'Complete', 'green'],
} as const satisfies Names;

/** Whether Prometheus can scrape an exporter. */
export const UP: Names = { up: [1, 'Up', 'green'], down: [0, 'Down', 'red'] };
/** The results of the last reload of the configuration. */
export const RELOAD: Names = { loaded: [1, 'Loaded', 'green'], failed: [0, 'Failed', 'red'] };

/** Shows texts instead of numbers. */
export const textMappings = (names: Names): Mappings => [
  {
    type: 'value',
    options: Object.fromEntries(
      Object.values(names).map(([number, text, color], index) => [number, { text, color, index }]),
    ),
  },
];

/** Colours by value: the first for the smallest values, each further one from its number upwards. */
const steps = (
  first: string,
  ...further: readonly (readonly [from: number, color: string])[]
): Thresholds => ({
  mode: 'absolute',
  steps: [{ value: null, color: first }, ...further.map(([from, color]) => ({ value: from, color }))],
});

const t = STATE_THRESHOLDS;
const TWO_WEEKS = 14 * 86_400;

export const NEUTRAL = steps('blue');
/** One or more are critical. */
export const NONE_ALLOWED = steps('green', [1, 'red']);
/** One or more need attention. */
export const NONE_EXPECTED = steps('green', [1, 'orange']);
/** None is critical. */
export const SOME_EXPECTED = steps('red', [1, 'green']);
/** Share of the objective used: a backup is due soon near 1 and overdue above it. */
export const OBJECTIVE_SHARE = steps('green', [0.9, 'yellow'], [1, 'red']);
/** Age of the data of the last complete poll. */
export const DATA_AGE = steps('green', [t.dataStaleAfter / 2, 'yellow'], [t.dataStaleAfter, 'red']);
/** Size as a share of the median. */
export const SIZE_SHARE = steps('red', [t.shrunkRatio, 'green']);
/** Duration as a multiple of the median. */
export const DURATION_SHARE = steps('green', [t.slowRatio, 'orange']);
/** Time left until a password expires. */
export const TIME_LEFT = steps('red', [t.credentialsExpiringWithin, 'yellow'], [TWO_WEEKS, 'green']);
/** Difference of two clocks. */
export const SKEW = steps('green', [t.clockSkewBeyond, 'red']);
