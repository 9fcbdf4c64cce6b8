import { type Seconds, seconds, type UnixSeconds, unixSeconds } from '../domain/quantities.ts';

const ISO_TIMESTAMP = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d:?\d\d)?$/;
const HTTP_DATE = /^[A-Za-z]{3,9}, ?\d.* GMT$/;

const toUnixSeconds = (text: string): UnixSeconds | undefined => {
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? undefined : unixSeconds(milliseconds / 1000);
};

/** Parses a timestamp of IAM or the metadata service: `2020-01-04T09:05:22.701000Z`; UTC without a zone. */
export function readTimestamp(value: unknown): UnixSeconds | undefined {
  const [, date, time, zone = 'Z'] = (typeof value === 'string' && ISO_TIMESTAMP.exec(value.trim())) || [];
  if (date === undefined) return undefined;
  return toUnixSeconds(`${date}T${time}${zone.replace(/^(...)(\d\d)$/, '$1:$2')}`);
}

/** Parses an HTTP date: `Sun, 06 Nov 1994 08:49:37 GMT`. */
export const readHttpDate = (text: string | undefined): UnixSeconds | undefined =>
  text !== undefined && HTTP_DATE.test(text) ? toUnixSeconds(text) : undefined;

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
