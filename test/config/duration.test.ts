import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  defaultRequestTimeout,
  defaultTimeout,
  durationText,
  formatDuration,
} from '../../src/config/duration.ts';
import { seconds } from '../../src/domain/quantities.ts';

describe('reading a duration', () => {
  it.each([
    ['500ms', 0.5],
    ['90s', 90],
    ['5m', 300],
    ['1h30m', 5400],
    ['26h', 93_600],
    ['7d', 604_800],
    ['1w', 604_800],
    ['1y', 31_536_000],
    ['1y2w3d4h5m6s7ms', 31_536_000 + 2 * 604_800 + 3 * 86_400 + 4 * 3600 + 5 * 60 + 6 + 0.007],
    ['0', 0],
    ['0s', 0],
    ['007s', 7],
    ['292y', 292 * 31_536_000],
  ])('reads %s as %d seconds', (text, expected) => {
    expect(durationText.parse(text)).toBe(expected);
  });

  it.each([
    ['', 'is not a duration'],
    ['five', 'is not a duration'],
    ['5 minutes', 'is not a duration'],
    ['1h 30m', 'is not a duration'],
    [' 5m', 'is not a duration'],
    ['5m\n', 'is not a duration'],
    ['1.5h', 'is not a duration'],
    ['5min', 'is not a duration'],
    ['5M', 'is not a duration'],
    ['m', 'is not a duration'],
    ['٥m', 'is not a duration'],
    ['300', 'has no unit'],
    ['1.5', 'has no unit'],
    ['-5m', 'is negative'],
    ['30m1h', 'has units out of order or repeated, the order is y, w, d, h, m, s, ms'],
    ['5m5m', 'has units out of order or repeated, the order is y, w, d, h, m, s, ms'],
    ['293y', 'is longer than 292y'],
    ['99999999999999999999999s', 'is longer than 292y'],
  ])('rejects %j: it %s', (text, wrong) => {
    expect(durationText.safeParse(text).error?.issues.map(({ message }) => message)).toEqual([wrong]);
  });
});

describe('writing a duration', () => {
  it.each([
    [0, '0s'],
    [0.5, '500ms'],
    [0.8, '800ms'],
    [90, '1m30s'],
    [5400, '1h30m'],
    [93_600, '1d2h'],
    [604_800, '1w'],
    [691_200, '8d'],
    [31_536_000, '1y'],
    [31_622_400, '366d'],
  ])('writes %d seconds as %s', (value, text) => {
    expect(formatDuration(seconds(value))).toBe(text);
  });

  it('is reversible for every number of milliseconds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 292 * 365 * 86_400_000 }), (milliseconds) => {
        const duration = seconds(milliseconds / 1000);

        expect(durationText.parse(formatDuration(duration))).toBe(duration);
      }),
    );
  });
});

it('every interval has default timeouts of whole milliseconds', () => {
  const whole = (duration: number): boolean => duration === Math.round(duration * 1000) / 1000;
  const intervals = Array.from({ length: 1_799_001 }, (_, index) => seconds((1000 + index) / 1000));

  const broken = intervals.filter((interval) => {
    const timeout = defaultTimeout(interval);
    return (
      !whole(interval) || !whole(timeout) || !whole(defaultRequestTimeout(timeout)) || timeout > interval
    );
  });

  expect(broken).toEqual([]);
});
