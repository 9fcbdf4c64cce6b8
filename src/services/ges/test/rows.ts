import { listsOf } from '../../../../test/support/lists.ts';
import type { JsonRow } from '../../../../test/support/rows.ts';
import { ges } from '../index.ts';

export { gesV2Row, graphRow } from '../../../../test/support/rows.ts';

export const GES_V2 = listsOf(ges.api({ api_version: 'v2' }));
export const GES_V1 = listsOf(ges.api({ api_version: 'v1.0' }));

/** A row of GES v1.0: the same backup with numeric times eight hours early, as that API returns them. */
export const gesV1Row = (fields: JsonRow = {}): JsonRow => ({
  id: 'backup-1',
  name: 'orders_20240104000000_auto',
  backupMethod: 'auto',
  graphId: 'graph-1',
  graphName: 'orders',
  graphStatus: '200',
  graphSizeTypeIndex: '1',
  dataStoreVersion: '2.4.1',
  arch: 'x86_64',
  status: 'success',
  startTimestamp: 1_704_297_600_000,
  startTime: '2024-01-04T00:00:00',
  endTimestamp: 1_704_301_200_000,
  endTime: '2024-01-04T01:00:00',
  size: 3,
  duration: 3600,
  encrypted: false,
  ...fields,
});
