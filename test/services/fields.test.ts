import { describe, expect, it } from 'vitest';
import {
  asObject,
  readBoolean,
  readCode,
  readDateTime,
  readEnvelope,
  readId,
  readMebibytes,
  readName,
  readNumber,
  readSignedNumber,
  readUnixMilliseconds,
} from '../../src/services/fields.ts';

const NO_TEXT = [undefined, null, 7, true, {}, [], ['a'], Number.NaN];

describe('an object', () => {
  it.each([
    [{ a: 1 }, true],
    [{}, true],
    [[], false],
    [[{ a: 1 }], false],
    [null, false],
    [undefined, false],
    ['{}', false],
    [7, false],
  ])('of %j: %s', (value, isObject) => {
    expect(asObject(value) !== undefined).toBe(isObject);
  });
});

describe('a name', () => {
  it.each([...NO_TEXT, ''])('is absent for %j', (value) => {
    expect(readName(value)).toBeUndefined();
  });

  it.each([
    ['a short one as it is', 'orders "a"\\\n☃', 'orders "a"\\\n☃'],
    ['256 characters as they are', 'x'.repeat(256), 'x'.repeat(256)],
    ['257 characters cut at 256', `${'x'.repeat(256)}y`, 'x'.repeat(256)],
    ['a very long one cut at 256', 'x'.repeat(10_000_000), 'x'.repeat(256)],
    ['a pair of surrogates as one character', `${'x'.repeat(255)}😀`, `${'x'.repeat(255)}😀`],
    ['a pair of surrogates after the cut removed completely', `${'x'.repeat(256)}😀`, 'x'.repeat(256)],
    ['256 pairs of surrogates as they are', '😀'.repeat(256), '😀'.repeat(256)],
    ['257 pairs of surrogates cut at 256', '😀'.repeat(257), '😀'.repeat(256)],
    ['half a pair replaced', 'a\ud83db', 'a\ufffdb'],
    ['NUL replaced', 'a\0b\0', 'a\ufffdb\ufffd'],
    ['white space unchanged', ' ', ' '],
  ])('has %s', (_what, value, name) => {
    expect(readName(value)).toBe(name);
  });
});

describe('an id', () => {
  it.each([...NO_TEXT, '', 'x'.repeat(257), 'x'.repeat(10_000_000)])('is absent for %#', (value) => {
    expect(readId(value)).toBeUndefined();
  });

  it.each([
    ['ada3e720-ab87-48cb-bff7-3ec5ae1a9652', 'ada3e720-ab87-48cb-bff7-3ec5ae1a9652'],
    ['x'.repeat(256), 'x'.repeat(256)],
    ['__proto__', '__proto__'],
    ['a\0', 'a\ufffd'],
    ['\udc00', '\ufffd'],
  ])('is well-formed for labels: %j becomes %j', (value, id) => {
    expect(readId(value)).toBe(id);
  });
});

describe('a boolean', () => {
  it.each([
    [true, true],
    [false, false],
    ['false', undefined],
    ['true', undefined],
    [0, undefined],
    [null, undefined],
    [undefined, undefined],
  ])('of %j is %s', (value, expected) => {
    expect(readBoolean(value)).toBe(expected);
  });
});

describe('a code', () => {
  it.each([
    ['400', '400'],
    [400, '400'],
    [0, '0'],
    ['0', '0'],
    ['', undefined],
    [null, undefined],
    [undefined, undefined],
    [true, undefined],
    [['400'], undefined],
  ])('of %j is %j', (value, code) => {
    expect(readCode(value)).toBe(code);
  });
});

describe('a number', () => {
  it.each([
    [0, 0],
    [54, 54],
    [0.5, 0.5],
    ['54', 54],
    ['0.25', 0.25],
    ['007', 7],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    [Number.MAX_SAFE_INTEGER * 2, undefined],
    [1e308, undefined],
    ['1e308', undefined],
    ['99999999999999999999', undefined],
    [Number.NaN, undefined],
    [Number.POSITIVE_INFINITY, undefined],
    ['NaN', undefined],
    ['Infinity', undefined],
    ['', undefined],
    [' ', undefined],
    ['5 MB', undefined],
    [' 5', undefined],
    ['0x10', undefined],
    ['1,000', undefined],
    ['٣', undefined],
    [null, undefined],
    [undefined, undefined],
    [true, undefined],
    [[5], undefined],
    [{}, undefined],
  ])('of %j is %j', (value, number) => {
    expect(readNumber(value)).toBe(number);
    expect(readSignedNumber(value)).toBe(number);
  });

  it.each([
    [-1, -1],
    ['-1.5', -1.5],
    [-Number.MAX_SAFE_INTEGER * 2, undefined],
  ])('of %j is %j if it may have a sign, and absent if not', (value, number) => {
    expect(readSignedNumber(value)).toBe(number);
    expect(readNumber(value)).toBeUndefined();
  });
});

describe('a size in MB', () => {
  it.each([
    [1, 1_048_576],
    [2803, 2_939_158_528],
    ['2803', 2_939_158_528],
    [0, 0],
    [0.5, 524_288],
    [-1, undefined],
    [Number.MAX_SAFE_INTEGER, undefined],
    [null, undefined],
    [undefined, undefined],
    ['', undefined],
  ])('of %j is %j bytes', (value, size) => {
    expect(readMebibytes(value)).toBe(size);
  });
});

describe('a timestamp in milliseconds', () => {
  it.each([
    [1_623_242_004_000, 1_623_242_004],
    ['1623242004000', 1_623_242_004],
    [1_623_242_004_500, 1_623_242_004.5],
    [0, undefined],
    ['0', undefined],
    [-1000, undefined],
    [253_402_300_799_000, 253_402_300_799],
    [253_402_300_800_000, undefined],
    [Number.MAX_SAFE_INTEGER, undefined],
    [null, undefined],
    ['2021-06-09T12:33:24', undefined],
    [undefined, undefined],
  ])('of %j is %j', (value, time) => {
    expect(readUnixMilliseconds(value)).toBe(time);
  });
});

describe('a date and time', () => {
  it.each([
    ['without a zone, which is UTC', '2018-07-05T15:15:49', 1_530_803_749],
    ['with Z', '2018-07-05T15:15:49Z', 1_530_803_749],
    ['with a zone without a colon', '2018-08-06T12:45:14+0800', 1_533_530_714],
    ['with a zone with a colon', '2018-08-06T12:45:14+08:00', 1_533_530_714],
    ['with a negative offset', '2018-08-06T01:15:14-0330', 1_533_530_714],
    ['with an offset of 0', '2018-08-06T04:45:14+0000', 1_533_530_714],
    ['with the largest offset', '2018-08-06T18:45:14+1400', 1_533_530_714],
    ['with a blank between day and time', '2018-07-05 15:15:49', 1_530_803_749],
    ['with a fraction', '2018-07-05T15:15:49.250000Z', 1_530_803_749.25],
    ['on a leap day', '2024-02-29T00:00:00', 1_709_164_800],
    ['in the hour skipped by daylight saving time in St. John’s', '2024-03-10T02:30:00', 1_710_037_800],
    ['in the hour repeated by daylight saving time in St. John’s', '2024-11-03T01:30:00', 1_730_597_400],
    ['in an hour skipped by daylight saving time in Shanghai in 1986', '1986-05-04T02:30:00', 515_557_800],
    ['at the end of the year 9999', '9999-12-31T23:59:59Z', 253_402_300_799],
  ])('%s', (_what, value, time) => {
    expect(readDateTime(value)).toBe(time);
  });

  it.each([
    '2024-02-30T00:00:00',
    '2024-02-31T00:00:00+0800',
    '2023-02-29T00:00:00',
    '2024-04-31T00:00:00',
    '2024-13-01T00:00:00',
    '2024-00-01T00:00:00',
    '2024-01-00T00:00:00',
    '2024-01-32T00:00:00',
    '2024-01-01T24:00:00',
    '2024-01-01T00:60:00',
    '2024-01-01T00:00:60',
    '2024-01-01T00:00:00+1500',
    '2024-01-01T00:00:00+0860',
    '2024-01-01T00:00:00+08',
    '2024-01-01T00:00:00 +0800',
    '2024-01-01T00:00:00CST',
    '2024-01-01T00:00:00.Z',
    '2024-1-1T00:00:00',
    '2024-01-01',
    '2024-01-01T00:00',
    '+02024-01-01T00:00:00',
    ' 2024-01-01T00:00:00',
    '2024-01-01T00:00:00\n',
    '1970-01-01T00:00:00',
    '1970-01-01T00:00:00+0800',
    '1969-12-31T23:59:59',
    '9999-12-31T23:59:59-0001',
    '0000-00-00T00:00:00',
    '',
    1_530_803_749,
    null,
    undefined,
    {},
  ])('%j is invalid', (value) => {
    expect(readDateTime(value)).toBeUndefined();
  });
});

describe('an envelope', () => {
  it.each([
    ['with a total', { list: [1], total: 7 }, { rows: [1], total: 7 }],
    ['with a total as a string', { list: [], total: '7' }, { rows: [], total: 7 }],
    ['without a total', { list: [{}, null] }, { rows: [{}, null], total: undefined }],
    ['with a total of null', { list: [], total: null }, { rows: [], total: undefined }],
    ['with a negative total', { list: [], total: -1 }, { rows: [], total: undefined }],
    ['without a list', { total: 0 }, undefined],
    ['with an object instead of a list', { list: {}, total: 0 }, undefined],
    ['with null instead of a list', { list: null, total: 0 }, undefined],
    ['that is an array', [{ list: [] }], undefined],
    ['that is null', null, undefined],
    ['that is a string', 'list', undefined],
    ['that is undefined', undefined, undefined],
  ])('%s', (_what, body, page) => {
    expect(readEnvelope(body, 'list', 'total')).toEqual(page);
  });
});
