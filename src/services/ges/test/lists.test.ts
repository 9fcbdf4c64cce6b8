import { describeHostileRows } from '../../../../test/support/hostile-rows.ts';
import { describeList } from '../../../../test/support/list-contract.ts';
import { GES_V1, GES_V2, gesV1Row, gesV2Row, graphRow } from './rows.ts';

describeList('the list of backups of v2', {
  source: GES_V2.backups,
  rowsKey: 'backup_list',
  totalKey: 'backup_count',
  row: gesV2Row,
  operation: 'list_backups',
  path: '/v2/{project_id}/graphs/backups',
  largestPage: 120,
});

describeList('the list of backups of v1.0', {
  source: GES_V1.backups,
  rowsKey: 'backupList',
  totalKey: 'backupCount',
  row: gesV1Row,
  operation: 'list_backups',
  path: '/v1.0/{project_id}/graphs/backups',
  largestPage: 120,
});

describeList('the list of graphs of v2', {
  source: GES_V2.resources,
  rowsKey: 'graphs',
  totalKey: 'graph_count',
  row: graphRow,
  operation: 'list_graphs',
  path: '/v2/{project_id}/graphs',
  largestPage: 120,
});

describeList('the list of graphs of v1.0', {
  source: GES_V1.resources,
  rowsKey: 'graphs',
  totalKey: 'graphCount',
  row: graphRow,
  operation: 'list_graphs',
  path: '/v1.0/{project_id}/graphs',
  largestPage: 120,
});

describeHostileRows('list of backups of v2', GES_V2.backups, gesV2Row());
describeHostileRows('list of backups of v1.0', GES_V1.backups, gesV1Row());
describeHostileRows('list of graphs', GES_V2.resources, graphRow());
