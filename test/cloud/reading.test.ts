import { describe, expect, it } from 'vitest';
import { skewAdvice } from '../../src/cloud/advice.ts';
import { readHttpDate } from '../../src/cloud/http-date.ts';
import { readJson } from '../../src/cloud/json-body.ts';
import { networkFailure } from '../../src/cloud/network-failure.ts';
import { oneLine, withoutSecrets } from '../../src/cloud/redaction.ts';
import { readRetryAfter, waitBeforeRetry } from '../../src/cloud/retry.ts';
import { seconds, unixSeconds } from '../../src/domain/quantities.ts';
import { sentTo } from './support.ts';

const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const large = (text: string): string => `${' '.repeat(256 * 1024)}${text}`;

describe('a JSON body', () => {
  it.each([
    ['{"a":[1,"[[[["]}', { a: [1, '[[[['] }],
    ['\uFEFF{}', {}],
    ['{"a":"\\"[{"}', { a: '"[{' }],
    [nested(64), JSON.parse(nested(64))],
    [large(nested(64)), JSON.parse(nested(64))],
    [nested(65), JSON.parse(nested(65))],
  ])('is parsed (%#)', (text, value) => {
    expect(readJson(Buffer.from(text))).toEqual({ ok: true, value });
  });

  it('that is not UTF-8 is parsed leniently', () => {
    expect(readJson(Buffer.from([0x22, 0xff, 0x22]))).toEqual({ ok: true, value: '\uFFFD' });
  });

  it.each([
    ['', 'an empty body'],
    ['{"a":', 'a body that is not JSON'],
    ['<html>', 'a body that is not JSON'],
    [large(nested(65)), 'JSON nested deeper than 64 levels'],
    [large('{"a":'.repeat(65)), 'JSON nested deeper than 64 levels'],
    ['['.repeat(256 * 1024), 'a body that is not JSON'],
    ['['.repeat(16 * 1024 * 1024), 'JSON nested deeper than 64 levels'],
  ])('is rejected (%#)', (text, instead) => {
    expect(readJson(Buffer.from(text))).toEqual({ ok: false, instead });
  });
});

describe('external text', () => {
  it.each([
    ['  two\r\nlines\u2028three\u0000\u001b[31m ', 'two lines three [31m'],
    ['rtl\u202etext', 'rtl text'],
    ['lone \ud800 surrogate', 'lone \ufffd surrogate'],
  ])('%j becomes one line', (text, line) => {
    expect(oneLine(text)).toBe(line);
  });

  it('is truncated to 200 whole characters', () => {
    const line = oneLine('😀'.repeat(300));

    expect(Array.from(line)).toHaveLength(200);
    expect(line.endsWith('😀…')).toBe(true);
  });

  it('loses secrets and anything long enough to be one', () => {
    const text = withoutSecrets(`bad password pass!word for token ${'aB3/'.repeat(30)}=`, ['pass!word']);

    expect(text).toBe('bad password […] for token […]');
  });

  it('keeps a long path that is known to be harmless', () => {
    const path = `/v2/${'0123456789abcdef'.repeat(2)}/graphs/backups`;
    const text = withoutSecrets(`GET|${path}/|limit=1|pass!word|${'f'.repeat(64)}`, ['pass!word'], path);

    expect(text).toBe(`GET|${path}/|limit=1|[…]|[…]`);
  });

  it('keeps its words if a secret is very short', () => {
    expect(withoutSecrets('a bad password', ['a'])).toBe('a bad password');
  });
});

describe('the date of a response', () => {
  it.each([
    ['Thu, 04 Jan 2024 00:00:00 GMT', 1_704_326_400],
    ['-5', undefined],
    ['2024', undefined],
    ['', undefined],
  ])('%j is %s', (text, time) => {
    expect(readHttpDate(text)).toBe(time);
  });
});

describe('Retry-After', () => {
  const now = unixSeconds(1_704_326_400);

  it.each([
    ['7', 7],
    ['0', 0],
    [' 1.5 ', 1.5],
    ['99999999999', 99_999_999_999],
    ['Thu, 04 Jan 2024 00:00:09 GMT', 9],
    ['Wed, 03 Jan 2024 00:00:00 GMT', 0],
    ['-5', undefined],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j means %s seconds', (value, expected) => {
    expect(readRetryAfter(value, now)).toBe(expected);
  });
});

describe('the delay before a retry', () => {
  it.each([
    [1, undefined, 0.5, 0.5],
    [2, undefined, 0.5, 1],
    [9, undefined, 0.5, 4],
    [1, undefined, 0, 0],
    [1, 7, 0.5, 7],
    [1, 0, 0.5, 0.5],
    [1, 30, 0.5, 30],
    [1, 31, 0.5, undefined],
    [1, 86_400, 0.5, undefined],
  ])('after attempt %i with Retry-After %s and random %d is %s s', (attempt, requested, random, wait) => {
    const retryAfter = requested === undefined ? undefined : seconds(requested);

    expect(waitBeforeRetry(attempt, retryAfter, random)).toBe(wait);
  });
});

describe('an IAM host that cannot be resolved', () => {
  const messageOf = (host: string): string =>
    networkFailure({ fault: 'network', cause: 'ENOTFOUND', detail: undefined }, sentTo(host)).failure.message;

  it('advises to use the global one if it is regional', () => {
    expect(messageOf('iam.cn-southwest-3.myhuaweicloud.com')).toBe(
      'cannot sign in: iam.cn-southwest-3.myhuaweicloud.com cannot be resolved (ENOTFOUND); check the region, or set iam_endpoint: https://iam.myhuaweicloud.com',
    );
    expect(messageOf('iam.cn-north-4.example')).not.toContain('iam.myhuaweicloud.com');
  });
});

describe('a wrong clock', () => {
  const server = unixSeconds(Date.parse('2024-01-04T00:00:00Z') / 1000);
  const at = (offset: number) => unixSeconds(server + offset);

  it.each([
    [901, 'ahead of'],
    [-3600, 'behind'],
  ])('by %i seconds is reported', (offset, direction) => {
    expect(skewAdvice(server, at(offset))).toContain(direction);
  });

  it.each([0, 900, -900])('by %i seconds is not reported', (offset) => {
    expect(skewAdvice(server, at(offset))).toBeUndefined();
  });

  it('is not reported without a date of the server', () => {
    expect(skewAdvice(undefined, at(0))).toBeUndefined();
  });
});
