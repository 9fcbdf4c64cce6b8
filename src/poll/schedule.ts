import { type Seconds, seconds } from '../domain/quantities.ts';

const FIRST_POLLS_WITHIN = 30;
const FIRST_POLL_SPACING = 0.1;
const MOST_FIRST_POLLS_PER_SECOND = 50;

/**
 * The delay of the first poll for poller `index` of `count`: one after another, within 30 s. Thousands of pollers take
 * longer, as each may sign in: 50 per second, or as many as fit into an interval.
 */
export function firstPollDelay(index: number, count: number, interval: Seconds): Seconds {
  const within = Math.max(FIRST_POLLS_WITHIN, Math.min(count / MOST_FIRST_POLLS_PER_SECOND, interval));
  return seconds(index * Math.min(FIRST_POLL_SPACING, within / count));
}

/**
 * The delay until the next poll, `elapsed` after startup, if the last poll began at `lastBegan`. Pollers are spread
 * evenly over the interval. A poll due within half an interval is skipped, and so are those missed during a long poll.
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
