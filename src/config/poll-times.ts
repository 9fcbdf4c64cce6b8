import { type Seconds, seconds } from '../domain/quantities.ts';

const LONGEST_DEFAULT_TIMEOUT = 120;
const LONGEST_DEFAULT_REQUEST_TIMEOUT = 30;

/** Time from one poll to the next when that is not configured, for services that do not need a longer one. */
export const DEFAULT_INTERVAL = seconds(300);

/** How long a poll may take when that is not configured: the smaller of 2m and 80 % of the interval. */
export const defaultTimeout = (interval: Seconds): Seconds =>
  seconds(Math.min(LONGEST_DEFAULT_TIMEOUT, Math.round(interval * 800) / 1000));

/** How long a request may take when that is not configured: the smaller of 30s and the timeout of the poll. */
export const defaultRequestTimeout = (timeout: Seconds): Seconds =>
  seconds(Math.min(LONGEST_DEFAULT_REQUEST_TIMEOUT, timeout));
