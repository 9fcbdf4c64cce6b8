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
  readUnixMilliseconds,
} from '../fields.ts';
import type { List } from '../service.ts';
import { GES_PAGING, gesAutomaticBackup, gesBackupState, gesGraphDeleted } from './graphs.ts';

/** `GET /v2/{project_id}/graphs/backups`. */
export const backupsV2: List<Backup> = {
  call: {
    operation: 'list_backups',
    method: 'GET',
    path: '/v2/{project_id}/graphs/backups',
    permission: { role: 'ges:backup:list' },
  },
  paging: GES_PAGING,
  readPage: (body) => readEnvelope(body, 'backup_list', 'backup_count'),
  readId: (row) => readId(asObject(row)?.['id']),
  readRow,
};

function readRow(row: Row): ReturnType<List<Backup>['readRow']> {
  const backup = asObject(row);
  if (backup === undefined) return 'not_an_object';
  const start = readUnixMilliseconds(backup['start_timestamp']) ?? readDateTime(backup['start_time']);
  const end = readUnixMilliseconds(backup['end_timestamp']) ?? readDateTime(backup['end_time']);
  return backupFromFields({
    id: readId(backup['id']),
    name: readName(backup['name']),
    resourceId: readId(backup['graph_id']),
    resourceName: readName(backup['graph_name']),
    state: gesBackupState(backup['status']),
    start,
    end,
    duration: firstDuration(readSignedNumber(backup['duration']), elapsed(start, end)),
    size: readMebibytes(backup['size']),
    method: readName(backup['backup_method']),
    engineVersion: readName(backup['data_store_version']),
    arch: readName(backup['arch']),
    encrypted: readBoolean(backup['encrypted']),
    resourceDeleted: gesGraphDeleted(backup['graph_status']),
    automaticBackup: gesAutomaticBackup(backup['graph_size_type_index']),
  });
}
