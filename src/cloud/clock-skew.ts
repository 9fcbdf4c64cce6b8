import { type Seconds, seconds, type UnixSeconds } from '../domain/quantities.ts';

// The date of a response has no fractions.
const RESOLUTION = 1;

/**
 * How far this machine's clock is ahead of the server's, in whole seconds; negative when it is behind. The server
 * wrote its date at some time between the start and the end of the request: only what lies outside of that is skew.
 */
export function clockSkew(serverDate: UnixSeconds, ended: UnixSeconds, taken: Seconds): Seconds {
  const least = ended - taken - (serverDate + RESOLUTION);
  const most = ended - serverDate;
  if (least > 0) return seconds(Math.round(least));
  // Without the addition, zero would be negative.
  return seconds(Math.round(Math.min(0, most)) + 0);
}
