import { describe, expect, it } from 'vitest';
import { createPseudonyms } from '../../src/recording/pseudonyms.ts';
import { redact } from '../../src/recording/redact.ts';
import { shiftTime, shiftTimes } from '../../src/recording/times.ts';
import { dictionaryOf } from '../../src/services/vendor-words.ts';
import { encodingsOf, SECRETS } from './other-cloud.ts';

const WEEK = 7 * 86_400;
/** Common words, and words of some services. */
const dictionary = dictionaryOf([
  {
    vendorWords: {
      fields: {
        state: 'graph_status protect_status',
        message: 'spec_code',
        schedule: 'pattern',
        time: 'end_timestamp',
      },
      containers: 'trigger properties backup_strategies',
      words: ['GaussDB(for MySQL)', 'Entombed'],
    },
    errors: { codes: { 'Graph.NotFound': {} } },
  },
  { vendorWords: { fields: { number: ['take_up_time'] }, containers: ['graphs'] } },
]);
const redaction = {
  pseudonyms: createPseudonyms(Buffer.from('key of a test')),
  dictionary,
  shift: -3 * WEEK,
};

/** Fields whose values may be kept. */
const KEPT_FIELDS = [
  ...['status', 'graph_status', 'protect_status', 'type', 'backup_type', 'backup_method', 'engine', 'arch'],
  ...['size', 'duration', 'keep_days', 'total_count', 'version', 'engine_version', 'period', 'pattern'],
  ...['start_time', 'created', 'end_timestamp', 'error_code', 'code', 'error_msg', 'message', 'spec_code'],
];

describe('the value of a field that may be kept', () => {
  it.each(KEPT_FIELDS)("is redacted if it is the user's text, in %s", (field) => {
    for (const secret of Object.values(SECRETS)) {
      const text = JSON.stringify(redact({ backups: [{ [field]: secret }] }, redaction)).toLowerCase();
      expect(encodingsOf(secret).filter((encoded) => text.includes(encoded))).toEqual([]);
    }
  });

  it.each([
    [{ status: 'COMPLETED' }],
    [{ status: 'partial_success', graph_status: '900', protect_status: 'STORAGE FULL' }],
    [{ type: 'Auto', datastore: { type: 'GaussDB(for MySQL)', version: '8.0.22' } }],
    [{ protect_status: 'Entombed', error_code: 'Graph.NotFound' }],
    [{ size: 785_408.5, take_up_time: 3, total_count: 21, keep_days: '7,' }],
    [{ period: '1,2,3', start_time: '22:00-23:00' }],
    [{ trigger: { properties: { pattern: ['FREQ=WEEKLY;BYDAY=MO,TU;BYHOUR=14;BYMINUTE=00'] } } }],
    [{ backup_strategies: [{ backup_strategy: '0 8 6 4 * ?' }] }],
    [{ error_code: 'DBS.280439', error_msg: 'The limit is invalid.' }],
    [{ unauthorized: { code: '401', message: 'Malformed request url' } }],
    [{ encrypted: true, parent_id: null, size: 0, name: '' }],
  ])('is kept if it is a word of the vendor: %j', (body) => {
    expect(redact(body, redaction)).toEqual(body);
  });

  it.each([
    ['in a tag', { tags: { status: 'success', size: 5 } }],
    ['in an unknown field', { customer: { status: 'success', size: 5 } }],
    ['as an impossible count', { total_count: 771_234_567_890 }],
    ['as an address', { version: '10.201.37.149' }],
  ])('is redacted %s', (_, body) => {
    const text = JSON.stringify(redact(body, redaction));

    expect(text).not.toMatch(/"success"|:5[,}]|771234567890|10\.201/);
  });
});

describe('a pseudonym', () => {
  it('has the length and the kinds of characters of the text, and keeps the suffix of an instance id', () => {
    const { pseudonyms } = redaction;

    expect(pseudonyms('Orders-graph 01_x')).toMatch(/^[A-Z][a-z]{5}-[a-z]{5} \d\d_[a-z]$/);
    expect(pseudonyms('43e4feaab48f11e89039fa163ebaa7e4in14')).toMatch(/^[0-9a-f]{32}in14$/);
    expect(pseudonyms('')).toBe('');
  });

  it('is unique for each text, however short', () => {
    const pseudonyms = createPseudonyms(Buffer.from('another key'));
    const texts = Array.from({ length: 200 }, (_, index) => `r${index}`);

    const given = texts.map(pseudonyms);

    expect(new Set(given).size).toBe(texts.length);
    expect(texts.map(pseudonyms)).toEqual(given);
    expect(given.filter((pseudonym, index) => pseudonym === texts[index])).toEqual([]);
  });

  it('differs with another key', () => {
    expect(createPseudonyms(Buffer.from('a'))('orders')).not.toBe(
      createPseudonyms(Buffer.from('b'))('orders'),
    );
  });
});

describe('a shifted time', () => {
  it.each([
    ['2026-11-21T20:30:22+0800', '2026-11-14T20:30:22+0800'],
    ['2026-11-21 01:56:55', '2026-11-14 01:56:55'],
    ['2026-11-21T08:19:17.951164Z', '2026-11-14T08:19:17.951164Z'],
    ['2026-06-02 23:19:30 UTC', '2026-05-26 23:19:30 UTC'],
    ['2018-08-20T02:33:49_0800', '2018-08-13T02:33:49_0800'],
    ['2026/11/21 01:56:55', '2026/11/14 01:56:55'],
    ['20261121015655', '20261114015655'],
    ['20261121T015655Z', '20261114T015655Z'],
    [1_795_259_779_000, 1_794_654_979_000],
    ['1795259779000', '1794654979000'],
  ])('keeps its format: %s', (time, moved) => {
    expect(shiftTime(time, -WEEK)).toBe(moved);
  });

  it.each(['22:00-23:00', 'yesterday', '2026-13-41T99:00:00', 0, 12])('is undefined for %s', (value) => {
    expect(shiftTime(value, -WEEK)).toBeUndefined();
  });

  it('is recognized wherever a time may occur', () => {
    expect(
      shiftTimes({ rows: [{ created: '2026-11-21T20:30:22', name: '2026-11-21T20:30:22' }] }, 60, dictionary),
    ).toEqual({
      rows: [{ created: '2026-11-21T20:31:22', name: '2026-11-21T20:30:22' }],
    });
  });
});
