import { describe, expect, it } from 'vitest';
import { bytes, seconds, unixSeconds } from '../../src/domain/quantities.ts';
import {
  formatCount,
  humanizeAge,
  humanizeAgo,
  humanizeDuration,
  humanizeSize,
  humanizeTime,
  isoTime,
} from '../../src/status/humanize.ts';

describe('human-readable text', () => {
  it.each([
    [0, '0 s'],
    [0.4, 'under 1 s'],
    [54.9, '54 s'],
    [67, '1 min 7 s'],
    [120, '2 min'],
    [3599, '59 min 59 s'],
    [3600, '1 h'],
    [4 * 3600 + 12 * 60 + 59, '4 h 12 min'],
    [86_399, '23 h 59 min'],
    [26 * 3600, '1 d 2 h'],
    [3 * 86_400 + 4 * 3600 + 3599, '3 d 4 h'],
    [100 * 86_400 + 7200, '100 d'],
    [1234 * 86_400, '1,234 d'],
  ])('for %f seconds is %s', (length, words) => {
    expect(humanizeDuration(seconds(length))).toBe(words);
  });

  it.each([
    [0, '0 bytes'],
    [1023, '1,023 bytes'],
    [1024, '1.00 KiB'],
    [1_048_576, '1.00 MiB'],
    [2_939_158_528, '2.74 GiB'],
    [19_541_000_000, '18.2 GiB'],
    [851_443_712, '812 MiB'],
    [5 * 1024 ** 6, '5.00 EiB'],
    [5000 * 1024 ** 6, '5000 EiB'],
  ])('for %i bytes is %s', (size, words) => {
    expect(humanizeSize(bytes(size))).toBe(words);
  });

  it('exists for past and future times', () => {
    const now = unixSeconds(1_000_000);

    expect(humanizeAge(unixSeconds(999_940), now)).toBe('1 min');
    expect(humanizeAgo(unixSeconds(999_940), now)).toBe('1 min ago');
    expect(humanizeAgo(unixSeconds(1_000_060), now)).toBe('in 1 min');
  });

  it('for a time is in UTC, whatever the time zone of the machine', () => {
    const moment = unixSeconds(1_782_900_000.9);

    expect(isoTime(moment)).toBe('2026-07-01T10:00:00Z');
    expect(humanizeTime(moment)).toBe('2026-07-01 10:00:00 UTC');
  });

  it.each([1e15, -1e15, Number.NaN])('exists for %f, which is not a valid date', (value) => {
    expect(isoTime(unixSeconds(value))).toBeUndefined();
    expect(humanizeTime(unixSeconds(value))).toBe(`${value} s after 1970`);
  });

  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [1_234_567, '1,234,567'],
  ])('has thousands separators in %i', (value, words) => {
    expect(formatCount(value)).toBe(words);
  });
});
