import { STATE_THRESHOLDS } from '../src/domain/thresholds.ts';
import { asDuration, type Duration, durationOf, secondsOf } from './duration.ts';

interface Threshold<Value> {
  readonly value: Value;
  /** What it means, for `--help`. */
  readonly about: string;
  /** Reads what a user wrote. Throws a RangeError that says what is allowed. */
  readonly read: (text: string) => Value;
}

const duration = (text: string, about: string): Threshold<Duration> => ({
  value: asDuration(text),
  about,
  read: (given) => {
    try {
      return asDuration(given);
    } catch (error) {
      const wrong = error instanceof RangeError ? error.message : 'is not a duration';
      throw new RangeError(`${wrong}, write it like 90s, 15m or 1h30m`);
    }
  },
});

/** A duration that a window or a limit is made of: it cannot be zero. */
const span = (text: string, about: string): Threshold<Duration> => {
  const threshold = duration(text, about);
  return {
    ...threshold,
    read: (given) => {
      const read = threshold.read(given);
      if (secondsOf(read) === 0) throw new RangeError('must be longer than zero');
      return read;
    },
  };
};

const count = (value: number, about: string): Threshold<number> => ({
  value,
  about,
  read: (given) => {
    if (!/^[1-9]\d{0,5}$/.test(given)) throw new RangeError('must be a whole number from 1');
    return Number(given);
  },
});

const ratio = (value: number, about: string, above: number, below: number): Threshold<number> => ({
  value,
  about,
  read: (given) => {
    const read = /^\d+(\.\d+)?$/.test(given) ? Number(given) : Number.NaN;
    if (!(read > above && read < below))
      throw new RangeError(`must be a number between ${above} and ${below}`);
    return read;
  },
});

const jobName = (value: string, about: string): Threshold<string> => ({
  value,
  about,
  read: (given) => {
    if (!/^[^"\\\p{Cc}]+$/u.test(given)) throw new RangeError('must be the name of a scrape job');
    return given;
  },
});

const address = (value: string, about: string): Threshold<string> => ({
  value,
  about,
  read: (given) => {
    const withoutSlash = given.replace(/\/+$/, '');
    if (!/^https?:\/\/[^\s"?#{}]+$/.test(withoutSlash) || !URL.canParse(withoutSlash)) {
      throw new RangeError('must be a URL that starts with http:// or https://, without query');
    }
    return withoutSlash;
  },
});

/**
 * Every figure in the alert rules, in one place. To change one for good, change it here and run
 * `npm run alerts -- --output alerts/huaweicloud-backup.rules.yml`; to try one, give it as a flag.
 */
export const THRESHOLDS = {
  failedCount: count(STATE_THRESHOLDS.failedCount, 'failures in a row that HuaweiCloudBackupFailed tells of'),
  failedFor: duration('5m', 'how long they must last'),
  failingRepeatedlyCount: count(3, 'failures in a row that HuaweiCloudBackupFailingRepeatedly tells of'),
  failingRepeatedlyFor: duration('5m', 'how long they must last'),
  staleFor: duration('15m', 'how long the newest good backup must be older than its objective'),
  missingFor: duration('30m', 'how long a resource older than its objective must have no good backup'),
  stuckAfter: span(durationOf(STATE_THRESHOLDS.stuckAfter), 'how long a backup may run'),
  stuckFor: duration('10m', 'how long it must run longer than that'),
  sizeDroppedRatio: ratio(
    STATE_THRESHOLDS.shrunkRatio,
    'share of the median size below which a backup is too small',
    0,
    1,
  ),
  sizeDroppedFor: duration('30m', 'how long the newest good backup must be too small'),
  slowRatio: ratio(2, 'times the median duration from which a backup is slow', 1, 1000),
  slowMinimum: span('30m', 'a backup that took less than this is never slow'),
  slowFor: duration('30m', 'how long the newest good backup must be a slow one'),
  historyWindow: span('7d', 'the time over which the medians of size and duration are taken'),
  historyStep: span('1h', 'the distance of the values that the medians are taken from'),
  historyInterval: span('5m', 'how often the two rules with medians are evaluated'),
  resourceGap: span('30m', "how long a resource's last values stand in for missing scrapes"),
  exporterGap: span('5m', "the same for the exporter's own values and for a running backup"),
  exporterDownFor: duration('10m', 'how long the exporter must not be scraped'),
  pollFailingFor: duration('15m', 'how long polls must fail'),
  dataStaleAfter: span(durationOf(STATE_THRESHOLDS.dataStaleAfter), 'how old the last complete poll may be'),
  dataStaleFor: duration('5m', 'how long it must be older than that'),
  authFailingWindow: span('15m', 'the time in which refused polls count; at least twice poll.interval'),
  authFailingFor: duration('5m', 'how long polls must be refused'),
  credentialsExpiringWithin: span(
    durationOf(STATE_THRESHOLDS.credentialsExpiringWithin),
    'how long before its end a password is to be changed',
  ),
  credentialsExpiringFor: duration('1h', 'how long that must have been so'),
  resourceGoneWindow: span('1h', 'a resource is gone when it was there this long ago and is not now'),
  resourceGoneFor: duration('10m', 'how long it must be gone'),
  recordsRejectedWindow: span('1h', 'the time in which rejected rows count'),
  recordsRejectedFor: duration('15m', 'how long rows must have been rejected'),
  configReloadFailingFor: duration('5m', 'how long the last reload must have been a failed one'),
  job: jobName('huaweicloud-backup-exporter', 'name of the scrape job'),
  runbookUrl: address(
    'https://github.com/huaweicloud-backup-exporter/huaweicloud-backup-exporter/blob/main/docs/runbooks',
    'where the runbooks are',
  ),
  dashboardUrl: address('http://localhost:3000/d/huaweicloud-backup', 'where the dashboard is'),
} as const;

/** The name of one of {@link THRESHOLDS}. */
export type ThresholdName = keyof typeof THRESHOLDS;
/** A value for each of {@link THRESHOLDS}. */
export type Thresholds = { readonly [Name in ThresholdName]: (typeof THRESHOLDS)[Name]['value'] };

/** The names of all thresholds, in the order in which they are described. */
export const THRESHOLD_NAMES = Object.keys(THRESHOLDS) as readonly ThresholdName[];

/** How a threshold is called on the command line and in a file: `staleFor` is `stale-for`. */
export function flagOf(name: ThresholdName): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The threshold that a flag or a key in a file means. */
export function thresholdOfFlag(flag: string): ThresholdName | undefined {
  return THRESHOLD_NAMES.find((name) => flagOf(name) === flag);
}

/** The thresholds as they are without any change, but for the ones given. */
export function withThresholds(changes: Partial<Thresholds> = {}): Thresholds {
  const values = THRESHOLD_NAMES.map((name) => [name, changes[name] ?? THRESHOLDS[name].value]);
  return Object.fromEntries(values) as Thresholds;
}

/** Reads what a user gave for a threshold. Throws a RangeError that says what is allowed. */
export function readThreshold(name: ThresholdName, text: string): Partial<Thresholds> {
  return { [name]: THRESHOLDS[name].read(text) };
}

/** What is wrong with thresholds that are fine one by one, or undefined. */
export function contradictionIn(thresholds: Thresholds): string | undefined {
  if (thresholds.failingRepeatedlyCount <= thresholds.failedCount) {
    return `--${flagOf('failingRepeatedlyCount')} must be greater than --${flagOf('failedCount')}`;
  }
  if (secondsOf(thresholds.historyStep) > secondsOf(thresholds.historyWindow))
    return `--${flagOf('historyStep')} must not be longer than --${flagOf('historyWindow')}`;
  return undefined;
}
