import { formatDuration } from '../config/duration.ts';
import { seconds } from '../domain/quantities.ts';
import { STATE_THRESHOLDS } from '../domain/thresholds.ts';

/** A threshold of the rules that users can change. */
interface Threshold {
  readonly kind: 'duration' | 'count' | 'fraction' | 'multiple';
  readonly value: number;
  /** The help text of its flag. */
  readonly about: string;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const duration = (value: number, about: string) => ({ kind: 'duration' as const, value, about });
const count = (value: number, about: string) => ({ kind: 'count' as const, value, about });
const fraction = (value: number, about: string) => ({ kind: 'fraction' as const, value, about });
const multiple = (value: number, about: string) => ({ kind: 'multiple' as const, value, about });

/** Every threshold of the rules. Those that the status page shares come from the domain. */
export const THRESHOLDS = {
  failedCount: count(STATE_THRESHOLDS.failedCount, 'Failed: failed backups in a row'),
  failedFor: duration(5 * MINUTE, 'Failed: how long before it fires'),
  failingRepeatedlyCount: count(3, 'FailingRepeatedly: failed backups in a row'),
  failingRepeatedlyFor: duration(5 * MINUTE, 'FailingRepeatedly: how long before it fires'),
  staleFor: duration(15 * MINUTE, 'Stale: how long before it fires'),
  missingFor: duration(30 * MINUTE, 'Missing: how long before it fires'),
  scheduleStoppedFor: duration(30 * MINUTE, 'ScheduleStopped: how long before it fires'),
  stuckAfter: duration(STATE_THRESHOLDS.stuckAfter, 'Stuck: a backup may always run for this long'),
  stuckRatio: multiple(
    STATE_THRESHOLDS.stuckRatio,
    'Stuck: fires above this multiple of the median duration',
  ),
  stuckFor: duration(10 * MINUTE, 'Stuck: how long before it fires'),
  sizeDroppedRatio: fraction(
    STATE_THRESHOLDS.shrunkRatio,
    'SizeDropped: fires below this fraction of the median size',
  ),
  sizeDroppedFor: duration(30 * MINUTE, 'SizeDropped: how long before it fires'),
  slowRatio: multiple(STATE_THRESHOLDS.slowRatio, 'Slow: fires above this multiple of the median duration'),
  slowMargin: duration(STATE_THRESHOLDS.slowMargin, 'Slow: at least this much longer than the median'),
  slowFor: duration(30 * MINUTE, 'Slow: how long before it fires'),
  resourceGoneWindow: duration(3 * HOUR, 'ResourceGone: how far back to look for the resource'),
  resourceGoneFor: duration(10 * MINUTE, 'ResourceGone: how long before it fires'),
  exporterDownFor: duration(10 * MINUTE, 'ExporterDown: how long before it fires'),
  replicaDownFor: duration(10 * MINUTE, 'ReplicaDown: how long before it fires'),
  serviceGoneFor: duration(10 * MINUTE, 'ServiceGone: how long before it fires'),
  dataStaleAfter: duration(
    STATE_THRESHOLDS.dataStaleAfter,
    'DataStale, ReplicaDown: age of the last complete poll',
  ),
  dataStaleFor: duration(10 * MINUTE, 'DataStale: how long before it fires'),
  neverPolledFor: duration(HOUR, 'NeverPolled: how long before it fires'),
  pollFailingFor: duration(15 * MINUTE, 'PollFailing: how long before it fires'),
  authFailingFor: duration(5 * MINUTE, 'AuthFailing: how long before it fires'),
  credentialsExpiringWithin: duration(
    STATE_THRESHOLDS.credentialsExpiringWithin,
    'CredentialsExpiring: time left before the password expires',
  ),
  credentialsExpiringFor: duration(HOUR, 'CredentialsExpiring: how long before it fires'),
  resourcesOverLimitFor: duration(15 * MINUTE, 'ResourcesOverLimit: how long before it fires'),
  recordsRejectedWindow: duration(HOUR, 'RecordsRejected: how far back to look for rejected rows'),
  recordsRejectedFor: duration(15 * MINUTE, 'RecordsRejected: how long before it fires'),
  configReloadFailingFor: duration(5 * MINUTE, 'ConfigReloadFailing: how long before it fires'),
  clockSkewBeyond: duration(
    STATE_THRESHOLDS.clockSkewBeyond,
    'ClockSkew: difference from the clock of the cloud',
  ),
  clockSkewFor: duration(10 * MINUTE, 'ClockSkew: how long before it fires'),
  labelsRenamedFor: duration(10 * MINUTE, 'LabelsRenamed: how long before it fires'),
  shardingMismatchFor: duration(15 * MINUTE, 'ShardingMismatch: how long before it fires'),
  shardsMissingFor: duration(15 * MINUTE, 'ShardsMissing: how long before it fires'),
  resourceMemory: duration(
    30 * MINUTE,
    'how far back to look for the last sample of a resource when scrapes fail',
  ),
  exporterMemory: duration(
    5 * MINUTE,
    'the same for the samples of the exporter itself and of running backups',
  ),
  serviceMemory: duration(DAY, 'how far back to look for services and exporters that have gone'),
} as const satisfies Readonly<Record<string, Threshold>>;

/** The name of one of {@link THRESHOLDS}. */
export type ThresholdName = keyof typeof THRESHOLDS;
/** A value for each of {@link THRESHOLDS}: durations in seconds. */
export type Thresholds = Readonly<Record<ThresholdName, number>>;

/** The names of all thresholds. */
export const THRESHOLD_NAMES = Object.keys(THRESHOLDS) as readonly ThresholdName[];

/** The thresholds that are used unless others are given. */
export const DEFAULT_THRESHOLDS = Object.fromEntries(
  THRESHOLD_NAMES.map((name) => [name, THRESHOLDS[name].value]),
) as Thresholds;

/** A length of time in seconds as Prometheus writes it: `90s`, `1h30m`. */
export const durationText = (value: number): string => formatDuration(seconds(value));

/** A threshold as a flag takes it: `6h` or `0.5`. */
export function thresholdText(name: ThresholdName, value: number): string {
  return THRESHOLDS[name].kind === 'duration' ? durationText(value) : String(value);
}

/** How long an alert waits before it fires, in seconds. */
export function waitOf(alert: string, thresholds: Thresholds): number {
  const name = `${alert.slice(0, 1).toLowerCase()}${alert.slice(1)}For`;
  return thresholds[name as ThresholdName];
}

/** The flag of a threshold: `staleFor` is `--stale-for`. */
export function thresholdFlag(name: ThresholdName): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
