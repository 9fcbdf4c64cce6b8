import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import {
  durationThat,
  factor,
  integer,
  listenAddress,
  obsPath,
  someText,
  telemetryPath,
  timestamp,
} from '../../src/commands/flag-values.ts';
import { unixSeconds } from '../../src/domain/quantities.ts';

const NOW = unixSeconds(1_782_900_000.25);

const isAllowed = (parse: (text: string) => unknown, text: string): boolean => {
  try {
    parse(text);
    return true;
  } catch (error) {
    if (error instanceof InvalidArgumentError) return false;
    throw error;
  }
};

describe('a timestamp', () => {
  it.each([
    ['now', NOW],
    ['0', NOW],
    ['90s', NOW - 90],
    ['30d', NOW - 30 * 86_400],
    ['1h30m', NOW - 5400],
    ['2026-07-01', 1_782_864_000],
    ['2026-07-01T10:00Z', 1_782_900_000],
    ['2026-07-01T10:00:00Z', 1_782_900_000],
    ['2026-07-01T18:00:00+08:00', 1_782_900_000],
    ['2024-02-29', 1_709_164_800],
  ])('is parsed from %s', (text, time) => {
    expect(timestamp(text)(NOW)).toBe(time);
  });

  it.each([
    '',
    'yesterday',
    '30',
    '-1h',
    '2026-02-30',
    '2023-02-29',
    '2026-13-01',
    '2026-07-01T25:00:00Z',
    '2026-07-01T10:00:00',
    '2026-07-01 10:00:00Z',
    '1782900000',
    '2026-7-1',
  ])('is not parsed from %j', (text) => {
    expect(isAllowed(timestamp, text)).toBe(false);
  });
});

describe('a path in OBS', () => {
  it.each([
    ['my-bucket', 'my-bucket'],
    ['my-bucket/', 'my-bucket/'],
    ['my.bucket.1/backups/2026/', 'my.bucket.1/backups/2026/'],
    ['my-bucket/backups/图', 'my-bucket/backups/图'],
    ['obs://my-bucket/backups/', 'my-bucket/backups/'],
    [`${'b'.repeat(63)}/a`, `${'b'.repeat(63)}/a`],
  ])('is parsed from %s as %s', (text, path) => {
    expect(obsPath(text)).toBe(path);
  });

  it.each([
    '',
    'ab/',
    `${'b'.repeat(64)}/`,
    'Bucket/',
    'buck_et/',
    '-bucket/',
    'bucket./',
    'buck..et/',
    'buck.-et/',
    'buck-.et/',
    '10.0.0.1/',
    '/bucket/',
    'obs:/bucket/',
    's3://bucket/',
    'bucket//a/',
    'bucket/./a/',
    'bucket/../a/',
    'bucket/a b/',
    'bucket/a\u0000/',
    'bucket\\a',
  ])('is not parsed from %j', (text) => {
    expect(isAllowed(obsPath, text)).toBe(false);
  });
});

describe('the metrics path', () => {
  it.each(['/metrics', '/a/b_c.d~e-f', '/apis'])('may be %s', (text) => {
    expect(telemetryPath(text)).toBe(text);
  });

  it.each([
    '',
    '/',
    'metrics',
    '/metrics/',
    '/me trics',
    '/a//b',
    '/%41',
    '/-/healthy',
    '/api/v1/status',
    '/api',
    '/assets/x',
  ])('may not be %j', (text) => {
    expect(isAllowed(telemetryPath, text)).toBe(false);
  });
});

describe('other flag values', () => {
  it.each([
    ['1', true],
    ['100', true],
    ['0', false],
    ['101', false],
    ['1e1', false],
    ['-1', false],
    ['1.5', false],
    ['', false],
  ])('an integer from 1 to 100: %j, accepted: %s', (text, allowed) => {
    expect(isAllowed(integer(1, 100), text)).toBe(allowed);
  });

  it.each([
    ['1s', true],
    ['2h', true],
    ['999ms', false],
    ['0', false],
    ['5', false],
    ['soon', false],
  ])('a duration of at least a second: %j, accepted: %s', (text, allowed) => {
    expect(
      isAllowed(
        durationThat((length) => length >= 1, 'such as 4m'),
        text,
      ),
    ).toBe(allowed);
  });

  it.each([
    ['0.5', true],
    ['100000', true],
    ['0', false],
    ['-2', false],
    ['100001', false],
    ['fast', false],
    ['Infinity', false],
  ])('a factor: %j, accepted: %s', (text, allowed) => {
    expect(isAllowed(factor, text)).toBe(allowed);
  });

  it.each([
    ['x', true],
    [' ', false],
    ['', false],
  ])('a text: %j, accepted: %s', (text, allowed) => {
    expect(isAllowed(someText, text)).toBe(allowed);
  });

  it('an invalid listen address has a single explanation', () => {
    expect(() => listenAddress('::1')).toThrow(
      /^It is an IPv6 address without brackets and port; write ":10045"/,
    );
    expect(listenAddress(':0')).toBe(':0');
  });
});
