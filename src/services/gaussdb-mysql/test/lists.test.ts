import { describeHostileRows } from '../../../../test/support/hostile-rows.ts';
import { describeList } from '../../../../test/support/list-contract.ts';
import { GAUSSDB_MYSQL, gaussdbRow, instanceRow } from './rows.ts';

describeList('the list of backups', {
  source: GAUSSDB_MYSQL.backups,
  rowsKey: 'backups',
  totalKey: 'total_count',
  row: gaussdbRow,
  operation: 'list_backups',
  path: '/v3/{project_id}/backups',
  largestPage: 100,
});

describeList('the list of instances', {
  source: GAUSSDB_MYSQL.resources,
  rowsKey: 'instances',
  totalKey: 'total_count',
  row: instanceRow,
  operation: 'list_instances',
  path: '/v3/{project_id}/instances',
  largestPage: 100,
});

describeHostileRows('list of backups', GAUSSDB_MYSQL.backups, gaussdbRow());
describeHostileRows('list of instances', GAUSSDB_MYSQL.resources, instanceRow());
