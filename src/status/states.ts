import { seconds, type UnixSeconds } from '../domain/quantities.ts';
import type { ResourceState } from '../state/resource-state.ts';
import { type Html, html } from './html.ts';
import { humanizeAgo, humanizeDuration, humanizeSize, ifKnown } from './humanize.ts';
import type { ResourceStatus } from './report.ts';

interface StateDisplay {
  /** The name, as in alerts and on the dashboard. */
  readonly name: string;
  readonly meaning: string;
  /** The alert that fires for it, without the prefix. */
  readonly alert?: string;
  /** Each icon has its own shape, so that nothing depends on color alone. */
  readonly icon: Html;
  /** Why and since when a resource is in this state, in a few words. */
  readonly reason?: (resource: ResourceStatus, now: UnixSeconds) => string | undefined;
}

export const STATES: Readonly<Record<ResourceState, StateDisplay>> = {
  never_backed_up: {
    name: 'Never backed up',
    meaning: 'no successful backup, and the first one is overdue',
    alert: 'Missing',
    icon: html`<circle cx="8" cy="8" r="6" /><path d="m4 12 8-8" />`,
    reason: ({ due }, now) =>
      due === undefined ? 'of unknown age' : `first backup was due ${humanizeAgo(due, now)}`,
  },
  stale: {
    name: 'Stale',
    meaning: 'the last successful backup is older than the objective',
    alert: 'Stale',
    icon: html`<circle cx="8" cy="8" r="6" /><path d="M8 4.5V8l2.5 2" />`,
    reason: ({ due }, now) => ifKnown(due, (time) => `overdue by ${humanizeSince(time, now)}`),
  },
  failed: {
    name: 'Failed',
    meaning: 'backups have failed since the last successful one',
    alert: 'Failed',
    icon: html`<path d="m4 4 8 8m0-8-8 8" />`,
    reason: ({ lastFailure, consecutiveFailures }, now) => {
      const last = lastFailure === undefined ? '' : humanizeAgo(lastFailure, now);
      return consecutiveFailures === 1 ? last : `${consecutiveFailures} times, last ${last}`;
    },
  },
  stuck: {
    name: 'Stuck',
    meaning: 'a backup has been running for far too long',
    alert: 'Stuck',
    icon: html`<path d="M4 2.5h8M4 13.5h8M5 2.5c0 5.5 6 5.5 6 11M11 2.5c0 5.5-6 5.5-6 11" />`,
    reason: ({ runningSince, medians }, now) =>
      ifKnown(
        runningSince,
        (start) => `running for ${humanizeSince(start, now)}${usually(medians.duration, humanizeDuration)}`,
      ),
  },
  shrunk: {
    name: 'Shrunk',
    meaning: 'the last successful backup is much smaller than usual',
    alert: 'SizeDropped',
    icon: html`<path d="M8 3v10m-4-4 4 4 4-4" />`,
    reason: ({ lastSuccess, medians }) =>
      ifKnown(lastSuccess?.size, (size) => `${humanizeSize(size)}${usually(medians.size, humanizeSize)}`),
  },
  slow: {
    name: 'Slow',
    meaning: 'the last successful backup took much longer than usual',
    alert: 'Slow',
    icon: html`<path d="M2.5 12a5.5 5.5 0 1 1 11 0M8 12l3-4" />`,
    reason: ({ lastSuccess, medians }) =>
      ifKnown(
        lastSuccess?.duration,
        (took) => `took ${humanizeDuration(took)}${usually(medians.duration, humanizeDuration)}`,
      ),
  },
  running: {
    name: 'Running',
    meaning: 'fine, and a backup is running',
    icon: html`<path d="M5 3.5v9l7-4.5z" />`,
    reason: ({ runningSince }, now) => ifKnown(runningSince, (start) => `for ${humanizeSince(start, now)}`),
  },
  new: {
    name: 'New',
    meaning: 'the first backup is not due yet',
    icon: html`<path d="M8 3v10M3 8h10" />`,
    reason: ({ due }, now) => ifKnown(due, (time) => `first backup due ${humanizeAgo(time, now)}`),
  },
  fine: {
    name: 'Fine',
    meaning: 'backed up within its objective',
    icon: html`<path d="m3 8.5 3.5 3.5L13 4.5" />`,
  },
  not_expected: {
    name: 'Not expected',
    meaning: 'deleted, or not expected to be backed up',
    icon: html`<path d="M4 8h8" />`,
    reason: ({ exists, notExpected }) => (exists ? notExpected : 'deleted'),
  },
};

/** Why and since when a resource is in one of its states, in a few words; undefined without details. */
export const explain = (resource: ResourceStatus, state: ResourceState, now: UnixSeconds) =>
  STATES[state].reason?.(resource, now);

/** When automatic backups stopped while a manual one hides it; undefined if they have not. */
export function scheduleStopped(resource: ResourceStatus, now: UnixSeconds): string | undefined {
  const { objective, due, lastAutomaticSuccess: last } = resource;
  if (objective === undefined || due === undefined || last === undefined) return undefined;
  return now - last > objective && due > now ? `last automatic backup ${humanizeAgo(last, now)}` : undefined;
}

function humanizeSince(time: UnixSeconds, now: UnixSeconds): string {
  return humanizeDuration(seconds(Math.max(0, now - time)));
}

function usually<Value>(median: Value | undefined, words: (value: Value) => string): string {
  return median === undefined ? '' : `, usually ${words(median)}`;
}
