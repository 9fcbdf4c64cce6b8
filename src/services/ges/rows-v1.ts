import type { Backup } from '../../domain/backup.ts';
import type { Row } from '../../pagination/list.ts';
import { backupFromFields, elapsed, firstDuration } from '../domain.ts';
import {
  asObject,
  readBoolean,
  readDateTime,
  readEnvelope,
  readId,
  readMebibytes,
  readName,
  readSignedNumber,
} from '../fields.ts';
import type { List } from '../service.ts';
import { either, GES_PAGING, gesAutomaticBackup, gesBackupState, gesGraphDeleted } from './graphs.ts';

/** `GET /v1.0/{project_id}/graphs/backups`. */
export const backupsV1: List<Backup> = {
  call: {
    operation: 'list_backups',
    method: 'GET',
    path: '/v1.0/{project_id}/graphs/backups',
    permission: { role: 'ges:backup:list' },
  },
  paging: GES_PAGING,
  readPage: (body) =>
    readEnvelope(body, 'backupList', 'backupCount') ?? readEnvelope(body, 'backup_list', 'backup_count'),
  readId: (row) => readId(asObject(row)?.['id']),
  readRow,
};

function readRow(row: Row): ReturnType<List<Backup>['readRow']> {
  const backup = asObject(row);
  if (backup === undefined) return 'not_an_object';
  // The text fields are UTC. `startTimestamp` and `endTimestamp` are 8 hours early in this API and are not used.
  const start = readDateTime(either(backup, 'startTime', 'start_time'));
  const end = readDateTime(either(backup, 'endTime', 'end_time'));
  return backupFromFields({
    id: readId(backup['id']),
    name: readName(backup['name']),
    resourceId: readId(either(backup, 'graphId', 'graph_id')),
    resourceName: readName(either(backup, 'graphName', 'graph_name')),
    state: gesBackupState(backup['status']),
    start,
    end,
    duration: firstDuration(readSignedNumber(backup['duration']), elapsed(start, end)),
    size: readMebibytes(backup['size']),
    method: readName(either(backup, 'backupMethod', 'backup_method')),
    engineVersion: readName(either(backup, 'dataStoreVersion', 'data_store_version')),
    arch: readName(backup['arch']),
    encrypted: readBoolean(backup['encrypted']),
    resourceDeleted: gesGraphDeleted(either(backup, 'graphStatus', 'graph_status')),
    automaticBackup: gesAutomaticBackup(either(backup, 'graphSizeTypeIndex', 'graph_size_type_index')),
  });
}
