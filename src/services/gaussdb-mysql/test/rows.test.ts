import { describe, expect, it } from 'vitest';
import { type JsonRow, without } from '../../../../test/support/rows.ts';
import sample from './list-backups.json' with { type: 'json' };
import { GAUSSDB_MYSQL, gaussdbRow, instanceRow } from './rows.ts';

const read = (fields: JsonRow = {}) => GAUSSDB_MYSQL.backups.readRow(gaussdbRow(fields));
const readInstance = (fields: JsonRow = {}) => GAUSSDB_MYSQL.resources.readRow(instanceRow(fields));

const START = 1_704_326_400;
const END = 1_704_330_000;

describe('a row of GaussDB(for MySQL)', () => {
  it('is converted to the values and units of the domain', () => {
    expect(read()).toEqual({
      id: 'backup-1',
      name: 'GaussDBforMySQL-orders-20240104000000',
      resourceId: 'instance-1',
      resourceName: 'orders',
      state: 'succeeded',
      start: START,
      end: END,
      duration: 3600,
      size: 3 * 1_048_576,
      method: 'auto',
      automatic: true,
      engineVersion: '8.0',
      arch: undefined,
      encrypted: undefined,
      resourceDeleted: undefined,
      automaticBackup: undefined,
    });
  });

  it("is read from the vendor's sample response", () => {
    expect(sample.backups.map(GAUSSDB_MYSQL.backups.readRow)).toMatchObject([
      {
        id: '1fe4feaab48f11e6654hfa163eba87e4b66u',
        resourceId: '43e4feaab48f11e89039fa163ebaa7e4br01',
        resourceName: undefined,
        state: 'succeeded',
        start: 1_533_530_474,
        end: 1_533_530_714,
        duration: 240,
        size: 2_939_158_528,
        method: 'auto',
        engineVersion: '8.0',
      },
    ]);
  });

  it.each([
    ['COMPLETED', 'succeeded'],
    ['AVAILABLE', 'succeeded'],
    ['FAILED', 'failed'],
    ['BUILDING', 'running'],
    ['success', 'unknown'],
    ['completed', 'unknown'],
    [null, 'unknown'],
    [undefined, 'unknown'],
  ])('with the status %j is %s', (status, state) => {
    expect(read({ status })).toMatchObject({ state });
  });

  it.each([
    ['2024-01-04T01:00:00Z', END],
    ['2024-01-04T01:00:00', END],
    ['2024-01-04T09:00:00+08:00', END],
    ['2024-01-03T21:30:00-0330', END],
    [1_704_330_000_000, undefined],
  ])('ends at %j: %s', (end, time) => {
    expect(read({ status: 'FAILED', end_time: end })).toMatchObject({ end: time });
  });

  it.each([
    ['the difference between its times rather than its minutes', { take_up_time: 2 }, 3600],
    ['its minutes if it has no start', { begin_time: null, take_up_time: 2 }, 120],
    ['its minutes as a string', { begin_time: null, take_up_time: '2' }, 120],
    ['undefined without either', { begin_time: null, take_up_time: null }, undefined],
    ['undefined if the minutes are negative', { begin_time: null, take_up_time: -2 }, undefined],
    ['undefined if it ends before it starts', { begin_time: '2024-01-04T10:00:00+0800' }, undefined],
  ])('has as its duration %s', (_what, fields, duration) => {
    expect(read(fields)).toMatchObject({ duration, end: END });
  });

  it('ends its minutes after its start if it has no end', () => {
    expect(read({ end_time: null, take_up_time: 2 })).toMatchObject({ end: START + 120, duration: 120 });
  });

  it.each([
    ['an invalid end and no minutes', { end_time: '2024-02-31T00:00:00+0800', take_up_time: null }],
    ['neither times nor minutes', { begin_time: '', end_time: '', take_up_time: null }],
    ['only minutes', { begin_time: undefined, end_time: undefined }],
    ['negative minutes instead of an end', { end_time: null, take_up_time: -2 }],
  ])('is rejected because of its time with %s', (_what, fields) => {
    expect(read(fields)).toBe('time');
  });

  it.each([
    [{ type: 'gaussdb-mysql', version: '8.0.22' }, '8.0.22'],
    [{ version: '8.0' }, '8.0'],
    [{ type: 'taurus' }, undefined],
    ['8.0', undefined],
    [null, undefined],
    [[], undefined],
  ])('with the datastore %j has the version %j', (datastore, version) => {
    expect(read({ datastore })).toMatchObject({ engineVersion: version });
  });

  it.each([
    ['id', 'id'],
    ['instance_id', 'resource'],
  ])('without its %s is rejected', (field, reason) => {
    expect(GAUSSDB_MYSQL.backups.readRow(without(gaussdbRow(), field))).toBe(reason);
  });

  it.each([
    ['name', { name: undefined }],
    ['begin_time', { start: undefined }],
    ['end_time', {}],
    ['take_up_time', {}],
    ['type', { method: undefined, automatic: undefined }],
    ['size', { size: undefined }],
    ['datastore', { engineVersion: undefined }],
    ['instance_name', { resourceName: undefined }],
    ['backup_level', {}],
  ])('without its %s keeps everything else', (field, change) => {
    expect(GAUSSDB_MYSQL.backups.readRow(without(gaussdbRow(), field))).toEqual({
      ...Object(read()),
      ...change,
    });
  });
});

describe('an instance', () => {
  it('is read into the words of the domain', () => {
    expect(readInstance()).toEqual({
      id: 'instance-1',
      name: 'orders',
      created: 1_699_263_238,
      engineVersion: '8.0',
      arch: undefined,
      encrypted: undefined,
      kind: 'gaussdb-mysql',
      status: 'normal',
      tags: {},
      notExpected: undefined,
      exists: true,
      parentId: undefined,
      storedBytes: undefined,
    });
  });

  it.each([
    ['name', { name: undefined }],
    ['status', { status: undefined }],
    ['datastore', { engineVersion: undefined, kind: undefined }],
    ['created', { created: undefined }],
  ])('without its %s keeps everything else', (field, change) => {
    expect(GAUSSDB_MYSQL.resources.readRow(without(instanceRow(), field))).toEqual({
      ...Object(readInstance()),
      ...change,
    });
  });

  it.each([
    ['2023-11-06T09:33:58', 1_699_263_238],
    ['2023-11-06T09:33:58+0000', 1_699_263_238],
    ['2023-02-31T09:33:58+0800', undefined],
    [null, undefined],
  ])('created at %j: %s', (created, time) => {
    expect(readInstance({ created })).toMatchObject({ created: time });
  });
});
