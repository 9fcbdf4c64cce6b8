import { describe, expect, it } from 'vitest';
import { type JsonRow, without } from '../../../../test/support/rows.ts';
import sample from './list-backups-v1.json' with { type: 'json' };
import { GES_V1, gesV1Row, gesV2Row } from './rows.ts';

const read = (fields: JsonRow = {}) => GES_V1.backups.readRow(gesV1Row(fields));

const START = 1_704_326_400;
const END = 1_704_330_000;

describe('a row of GES v1.0', () => {
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

  it("is read from the vendor's sample response, whose numeric times are eight hours early", () => {
    expect(sample.backupList.map(GES_V1.backups.readRow)).toMatchObject([
      {
        resourceId: '6c7b2fcc-4559-4037-8a56-6724d76d50c9',
        resourceName: 'sanguo',
        state: 'succeeded',
        start: 1_530_803_682,
        end: 1_530_803_749,
        duration: 67,
        size: undefined,
        method: undefined,
      },
      { resourceId: 'f1529b88-c958-493e-8452-fccfe932cde1', end: 1_532_330_001, duration: 67 },
    ]);
  });

  it.each([
    ['as numbers', { startTimestamp: 1, endTimestamp: 2 }],
    ['as strings', { startTimestamp: '1704297600000', endTimestamp: '1704301200000' }],
    ['in snake case', { start_timestamp: 1_704_297_600_000, end_timestamp: 1_704_301_200_000 }],
    ['invalid', { startTimestamp: {}, endTimestamp: 'never' }],
    ['missing', { startTimestamp: undefined, endTimestamp: undefined }],
  ])('reads only times written as text, with timestamps %s', (_what, fields) => {
    expect(read(fields)).toMatchObject({ start: START, end: END, duration: 3600 });
  });

  it('has no time without text, whatever its timestamps are', () => {
    expect(read({ startTime: '', endTime: null, duration: null })).toBe('time');
    expect(read({ status: 'backing_up', startTime: undefined })).toBe('time');
  });

  it('ends its duration after its start if it has no text for the end', () => {
    expect(read({ endTime: null, duration: '54' })).toMatchObject({ end: START + 54, duration: 54 });
  });

  it('may have all or some keys of v2', () => {
    expect(GES_V1.backups.readRow(gesV2Row({ start_timestamp: 0, end_timestamp: 0 }))).toEqual(read());
    expect(GES_V1.backups.readRow(without(gesV1Row({ graph_name: 'mixed' }), 'graphName'))).toMatchObject({
      resourceName: 'mixed',
      resourceId: 'graph-1',
    });
  });

  it('prefers its own keys to those of v2', () => {
    expect(read({ graph_name: 'other', graph_id: 'other' })).toMatchObject({
      resourceName: 'orders',
      resourceId: 'graph-1',
    });
  });

  it.each([
    ['success', 'succeeded'],
    ['failed', 'failed'],
    ['backing_up', 'running'],
    ['COMPLETED', 'unknown'],
    [undefined, 'unknown'],
  ])('with the status %j is %s', (status, state) => {
    expect(read({ status })).toMatchObject({ state });
  });

  it.each([
    ['400', true],
    [400, true],
    ['200', false],
    [undefined, undefined],
  ])('with the graph status %j has a deleted graph: %s', (graphStatus, deleted) => {
    expect(read({ graphStatus })).toMatchObject({ resourceDeleted: deleted });
  });

  it.each([
    ['id', 'id'],
    ['graphId', 'resource'],
  ])('without its %s is rejected', (field, reason) => {
    expect(GES_V1.backups.readRow(without(gesV1Row(), field))).toBe(reason);
  });

  it.each([
    ['name', { name: undefined }],
    ['backupMethod', { method: undefined, automatic: undefined }],
    ['graphName', { resourceName: undefined }],
    ['graphStatus', { resourceDeleted: undefined }],
    ['graphSizeTypeIndex', { automaticBackup: undefined }],
    ['dataStoreVersion', { engineVersion: undefined }],
    ['arch', { arch: undefined }],
    ['startTimestamp', {}],
    ['endTimestamp', {}],
    ['startTime', { start: undefined }],
    ['endTime', { end: END }],
    ['size', { size: undefined }],
    ['duration', { duration: 3600 }],
    ['encrypted', { encrypted: undefined }],
  ])('without its %s keeps everything else', (field, change) => {
    expect(GES_V1.backups.readRow(without(gesV1Row(), field))).toEqual({ ...Object(read()), ...change });
  });
});

describe('the envelope of GES v1.0', () => {
  it('may contain empty error fields next to its rows', () => {
    const body = { errorCode: '', errorMessage: '', backupCount: 1, backupList: [gesV1Row()] };

    expect(GES_V1.backups.readPage(body)).toEqual({ rows: [gesV1Row()], total: 1 });
  });

  it('may have the keys of v2', () => {
    expect(GES_V1.backups.readPage({ backup_list: [], backup_count: 0 })).toEqual({ rows: [], total: 0 });
  });
});
