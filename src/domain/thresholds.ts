import { type Seconds, seconds } from './quantities.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * The thresholds for the states of resources and polls, shared by the status page, `/api/v1/status`, `check` and the
 * alert rules.
 */
export const STATE_THRESHOLDS = {
  /** Failed: this many failures since the newest successful backup. */
  failedCount: 1,
  /** Stuck: a backup runs longer than `stuckAfter` and longer than `stuckRatio` times the median duration. */
  stuckAfter: seconds(6 * HOUR),
  stuckRatio: 3,
  /** Shrunk: the newest successful backup is smaller than this share of the median size. */
  shrunkRatio: 0.5,
  /** Slow: it took longer than `slowRatio` times the median duration and at least `slowMargin` more than it. */
  slowRatio: 3,
  slowMargin: seconds(10 * MINUTE),
  /** Stale data: the last complete poll ended longer ago than this. */
  dataStaleAfter: seconds(HOUR),
  /** The password of an IAM user expires within this time. */
  credentialsExpiringWithin: seconds(7 * DAY),
  /** The clock of this machine is off by more than this. */
  clockSkewBeyond: seconds(5 * MINUTE),
} as const satisfies Readonly<Record<string, number | Seconds>>;
