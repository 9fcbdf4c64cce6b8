import { type UnixSeconds, unixSeconds } from '../domain/quantities.ts';

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
export const readHttpDate = (text: string): UnixSeconds | undefined =>
  HTTP_DATE.test(text) ? toUnixSeconds(text) : undefined;
