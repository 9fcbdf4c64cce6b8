import { listsOf } from '../../../../test/support/lists.ts';
import type { JsonRow } from '../../../../test/support/rows.ts';
import { gaussdbMysql } from '../index.ts';

export const GAUSSDB_MYSQL = listsOf(gaussdbMysql.api({}));

/** A row of GaussDB(for MySQL): a successful automatic backup that took an hour. */
export const gaussdbRow = (fields: JsonRow = {}): JsonRow => ({
  id: 'backup-1',
  name: 'GaussDBforMySQL-orders-20240104000000',
  begin_time: '2024-01-04T08:00:00+0800',
  end_time: '2024-01-04T09:00:00+0800',
  take_up_time: 60,
  status: 'COMPLETED',
  type: 'auto',
  size: 3,
  datastore: { type: 'GaussDB(for MySQL)', version: '8.0' },
  instance_id: 'instance-1',
  instance_name: 'orders',
  backup_level: '2',
  ...fields,
});

/** A row of the list of database instances. */
export const instanceRow = (fields: JsonRow = {}): JsonRow => ({
  id: 'instance-1',
  name: 'orders',
  status: 'normal',
  datastore: { type: 'gaussdb-mysql', version: '8.0' },
  created: '2023-11-06T17:33:58+0800',
  ...fields,
});
