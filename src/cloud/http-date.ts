import { type Seconds, seconds, type UnixSeconds, unixSeconds } from '../domain/quantities.ts';

const HTTP_DATE = /^[A-Za-z]{3,9}, ?\d.* GMT$/;

/** Parses an HTTP date: `Sun, 06 Nov 1994 08:49:37 GMT`. */
export function readHttpDate(text = ''): UnixSeconds | undefined {
  const milliseconds = HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(milliseconds) ? undefined : unixSeconds(milliseconds / 1000);
}

// The date of a response has no fractions.
const RESOLUTION = 1;

/**
 * This machine's clock minus the server's, in whole seconds. The server set its date between the start and the end of
 * the request, so only a difference beyond these is skew.
 */
export function clockSkew(serverDate: UnixSeconds, ended: UnixSeconds, taken: Seconds): Seconds {
  const least = ended - taken - (serverDate + RESOLUTION);
  const most = ended - serverDate;
  if (least > 0) return seconds(Math.round(least));
  // Without the addition, zero would be negative.
  return seconds(Math.round(Math.min(0, most)) + 0);
}
