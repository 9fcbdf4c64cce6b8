import { type Seconds, seconds } from '../domain/quantities.ts';

const FIRST_POLLS_WITHIN = 30;
const FIRST_POLL_SPACING = 0.1;
const MOST_FIRST_POLLS_PER_SECOND = 50;

/**
 * How long after the start the poller at `index` of `count` polls first: one after the other, within 30 s in all.
 * Thousands, each of which may sign in, take longer: 50 begin each second, or as many as within an interval later.
 */
export function firstPollDelay(index: number, count: number, interval: Seconds): Seconds {
  const within = Math.max(FIRST_POLLS_WITHIN, Math.min(count / MOST_FIRST_POLLS_PER_SECOND, interval));
  return seconds(index * Math.min(FIRST_POLL_SPACING, within / count));
}

/**
 * How long to wait for the next poll, `elapsed` after the start and `lastBegan` the time at which the last poll
 * began. The pollers are spread evenly over the interval. A poll that would follow within half an interval is
 * left out, and so are those that a long poll has missed.
 */
export function nextPollDelay(
  { index, count }: { readonly index: number; readonly count: number },
  interval: Seconds,
  lastBegan: Seconds,
  elapsed: Seconds,
): Seconds {
  const phase = (index / count) * interval;
  // A clock that was set back must not delay the next poll by as much.
  const now = Math.max(elapsed, lastBegan);
  const earliest = Math.max(now, lastBegan + interval / 2);
  const due = phase + Math.ceil((earliest - phase) / interval) * interval;
  return seconds(Math.max(0, due - now));
}
