import { seconds, type UnixSeconds } from '../domain/quantities.ts';
import type { ResourceState } from '../state/resource-state.ts';
import { humanizeAgo, humanizeDuration, humanizeSize } from './humanize.ts';
import type { ResourceStatus } from './report.ts';

/** The names of the states, as in alerts, dashboard and `check`. */
export const STATE_NAMES: Readonly<Record<ResourceState, string>> = {
  never_backed_up: 'Never backed up',
  stale: 'Stale',
  failed: 'Failed',
  stuck: 'Stuck',
  shrunk: 'Shrunk',
  slow: 'Slow',
  running: 'Running',
  new: 'New',
  fine: 'Fine',
  not_expected: 'Not expected',
};

export const STATE_MEANINGS: Readonly<Record<ResourceState, string>> = {
  never_backed_up: 'no successful backup, and the first one is overdue',
  stale: 'the last successful backup is older than the objective',
  failed: 'backups have failed since the last successful one',
  stuck: 'a backup has been running for far too long',
  shrunk: 'the last successful backup is much smaller than usual',
  slow: 'the last successful backup took much longer than usual',
  running: 'fine, and a backup is running',
  new: 'the first backup is not due yet',
  fine: 'backed up within its objective',
  not_expected: 'deleted, or not expected to be backed up',
};

/** The alert that fires for a state, without the prefix; undefined for none. */
export const STATE_ALERTS: Readonly<Partial<Record<ResourceState, string>>> = {
  never_backed_up: 'Missing',
  stale: 'Stale',
  failed: 'Failed',
  stuck: 'Stuck',
  shrunk: 'SizeDropped',
  slow: 'Slow',
};

/** Why and since when a resource is in one of its states, in a few words; undefined without details. */
export function explain(
  resource: ResourceStatus,
  state: ResourceState,
  now: UnixSeconds,
): string | undefined {
  const { due, runningSince, lastSize, lastDuration, medianSize, medianDuration } = resource;
  const since = (time: UnixSeconds): string => humanizeDuration(seconds(Math.max(0, now - time)));
  switch (state) {
    case 'never_backed_up':
      return due === undefined ? 'of unknown age' : `first backup was due ${humanizeAgo(due, now)}`;
    case 'stale':
      return words(due, (time) => `overdue by ${since(time)}`);
    case 'failed':
      return failureWords(resource, now);
    case 'stuck':
      return words(
        runningSince,
        (time) => `running for ${since(time)}${usually(medianDuration, humanizeDuration)}`,
      );
    case 'shrunk':
      return words(lastSize, (size) => `${humanizeSize(size)}${usually(medianSize, humanizeSize)}`);
    case 'slow':
      return words(
        lastDuration,
        (took) => `took ${humanizeDuration(took)}${usually(medianDuration, humanizeDuration)}`,
      );
    case 'running':
      return words(runningSince, (time) => `for ${since(time)}`);
    case 'new':
      return words(due, (time) => `first backup due ${humanizeAgo(time, now)}`);
    case 'not_expected':
      return resource.exists ? resource.notExpected : 'deleted';
    case 'fine':
      return undefined;
    default:
      return state satisfies never;
  }
}

/** When automatic backups stopped while a manual one hides it; undefined if they have not. */
export function scheduleStopped(resource: ResourceStatus, now: UnixSeconds): string | undefined {
  const { objective, due, lastAutomaticSuccess: last } = resource;
  if (objective === undefined || due === undefined || last === undefined) return undefined;
  return now - last > objective && due > now ? `last automatic backup ${humanizeAgo(last, now)}` : undefined;
}

function failureWords({ lastFailure, consecutiveFailures }: ResourceStatus, now: UnixSeconds): string {
  const last = lastFailure === undefined ? '' : humanizeAgo(lastFailure, now);
  return consecutiveFailures === 1 ? last : `${consecutiveFailures} times, last ${last}`;
}

const words = <Value>(value: Value | undefined, inWords: (value: Value) => string): string | undefined =>
  value === undefined ? undefined : inWords(value);

const usually = <Value>(median: Value | undefined, inWords: (value: Value) => string): string =>
  median === undefined ? '' : `, usually ${inWords(median)}`;
