import { describe, expect, it } from 'vitest';
import { type JsonRow, without } from '../../../../test/support/rows.ts';
import sample from './list-backups-v2.json' with { type: 'json' };
import { GES_V2, gesV2Row } from './rows.ts';

const read = (fields: JsonRow = {}) => GES_V2.backups.readRow(gesV2Row(fields));

const START = 1_704_326_400;
const END = 1_704_330_000;

describe('a row of GES v2', () => {
  it('is converted to the values and units of the domain', () => {
    expect(read()).toEqual({
      id: 'backup-1',
      name: 'orders_20240104000000_auto',
      resourceId: 'graph-1',
      resourceName: 'orders',
      state: 'succeeded',
      start: START,
      end: END,
      duration: 3600,
      size: 3 * 1_048_576,
      method: 'auto',
      automatic: true,
      engineVersion: '2.4.1',
      arch: 'x86_64',
      encrypted: false,
      resourceDeleted: false,
      automaticBackup: true,
    });
  });

  it("is read from the vendor's sample response", () => {
    expect(sample.backup_list.map(GES_V2.backups.readRow)).toMatchObject([
      {
        id: 'ada3e720-ab87-48cb-bff7-3ec5ae1a9652',
        start: 1_623_160_513,
        end: 1_623_160_568,
        duration: 54,
        size: 1_048_576,
        method: 'manual',
      },
      { id: '7ed3f51d-816d-4651-9129-fe21b64b5c91', end: 1_623_242_004, duration: 0, method: 'auto' },
      {
        id: '604bfb46-04dd-45fc-a9ae-df24a0705b9d',
        resourceId: '9b9a05c2-0cdb-41ac-b55f-93caffb0519a',
        resourceDeleted: true,
        automaticBackup: false,
      },
    ]);
  });

  it.each([
    ['success', 'succeeded'],
    ['failed', 'failed'],
    ['backing_up', 'running'],
    ['deleting', 'unknown'],
    ['SUCCESS', 'unknown'],
    ['success ', 'unknown'],
    ['', 'unknown'],
    [null, 'unknown'],
    [200, 'unknown'],
    [undefined, 'unknown'],
  ])('with the status %j is %s', (status, state) => {
    expect(read({ status })).toMatchObject({ state });
  });

  it.each([
    ['the numbers if the texts differ', { start_time: '2001-01-01T00:00:00' }, { start: START }],
    ['numbers given as strings', { end_timestamp: `${END}000` }, { end: END }],
    ['the text if there is no number', { start_timestamp: undefined }, { start: START }],
    ['the text if the number is null', { end_timestamp: null }, { end: END }],
    ['the text if the number is 0', { end_timestamp: 0 }, { end: END }],
    ['the text if the number is out of range', { end_timestamp: 1e308 }, { end: END }],
    ['the number if the text is not a date', { end_time: '2024-02-31T00:00:00' }, { end: END }],
  ])('takes %s', (_what, fields, times) => {
    expect(read(fields)).toMatchObject(times);
  });

  it.each([
    ['its `duration` rather than the difference between the times', { duration: 54 }, 54],
    ['its `duration` as a string', { duration: '54' }, 54],
    ['a `duration` of 0', { duration: 0 }, 0],
    ['the difference between the times without `duration`', { duration: null }, 3600],
    ['the difference between the times if `duration` is not a number', { duration: 'long' }, 3600],
    ['undefined if `duration` is negative', { duration: -1 }, undefined],
    [
      'undefined if it ends before it starts',
      { duration: null, start_timestamp: END * 1000, end_timestamp: START * 1000 },
      undefined,
    ],
    ['undefined without a start', { duration: null, start_timestamp: null, start_time: null }, undefined],
  ])('has as its duration %s', (_what, fields, duration) => {
    expect(read(fields)).toMatchObject({ duration });
  });

  it('ends its duration after its start if it has no end', () => {
    expect(read({ end_timestamp: null, end_time: '', duration: 54 })).toMatchObject({ end: START + 54 });
  });

  it.each([
    [
      'a successful row without an end and a duration',
      { end_timestamp: null, end_time: null, duration: null },
    ],
    [
      'a successful row without an end and with a negative duration',
      { end_timestamp: null, end_time: null, duration: -5 },
    ],
    ['a running row without a start', { status: 'backing_up', start_timestamp: 0, start_time: null }],
    [
      'a failed row without any time',
      { status: 'failed', start_timestamp: 0, start_time: '', end_timestamp: 0, end_time: '' },
    ],
  ])('is rejected because of its time: %s', (_what, fields) => {
    expect(read(fields)).toBe('time');
  });

  it('that is running has no end, size or duration', () => {
    const row = {
      status: 'backing_up',
      end_timestamp: null,
      end_time: null,
      size: null,
      duration: null,
    };

    expect(read(row)).toEqual(expect.objectContaining({ state: 'running', start: START }));
    expect(Object.keys(read(row))).not.toEqual(expect.arrayContaining(['end']));
  });

  it.each([
    ['400', true],
    [400, true],
    ['200', false],
    [900, false],
    [null, undefined],
    ['', undefined],
  ])('with the graph status %j has a deleted graph: %s', (status, deleted) => {
    expect(read({ graph_status: status })).toMatchObject({ resourceDeleted: deleted });
  });

  it.each([
    ['0', false],
    [0, false],
    ['1', true],
    ['401', true],
    [null, undefined],
  ])('with the size index %j has automatic backups: %s', (index, automatic) => {
    expect(read({ graph_size_type_index: index })).toMatchObject({ automaticBackup: automatic });
  });

  it.each([
    ['import', 'import'],
    ['', undefined],
    [null, undefined],
    [7, undefined],
  ])('with the method %j: %j', (method, known) => {
    expect(read({ backup_method: method })).toMatchObject({ method: known });
  });

  it.each([
    ['id', 'id'],
    ['graph_id', 'resource'],
  ])('without its %s is rejected', (field, reason) => {
    expect(GES_V2.backups.readRow(without(gesV2Row(), field))).toBe(reason);
  });

  it.each([
    ['name', { name: undefined }],
    ['backup_method', { method: undefined, automatic: undefined }],
    ['graph_name', { resourceName: undefined }],
    ['graph_status', { resourceDeleted: undefined }],
    ['graph_size_type_index', { automaticBackup: undefined }],
    ['data_store_version', { engineVersion: undefined }],
    ['arch', { arch: undefined }],
    ['status', { state: 'unknown' }],
    ['start_timestamp', { start: START }],
    ['start_time', { start: START }],
    ['end_timestamp', { end: END }],
    ['end_time', { end: END }],
    ['size', { size: undefined }],
    ['duration', { duration: 3600 }],
    ['encrypted', { encrypted: undefined }],
  ])('without its %s keeps everything else', (field, change) => {
    const whole = read();
    const row = GES_V2.backups.readRow(without(gesV2Row(), field));

    if ('state' in change) expect(row).toMatchObject({ id: 'backup-1', ...change, start: START, end: END });
    else expect(row).toEqual({ ...Object(whole), ...change });
  });
});
