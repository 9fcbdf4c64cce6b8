import type { Backup } from '../domain/backup.ts';
import { backupFromFields, elapsed, firstDuration } from './backup-row.ts';
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
} from './fields.ts';
import { GES_PAGE_SIZE, gesAutomaticBackup, gesBackupState, gesGraphDeleted, gesGraphs } from './ges.ts';
import type { BackupSource, RejectionReason, Row } from './source.ts';

/** Graph Engine Service, API v2: `GET /v2/{project_id}/graphs/backups`. */
export const gesV2: BackupSource = {
  service: 'ges',
  backups: {
    operation: 'list_backups',
    path: '/v2/{project_id}/graphs/backups',
    pageSize: GES_PAGE_SIZE,
    offsetMayBePageNumber: true,
    readPage: (body) => readEnvelope(body, 'backup_list', 'backup_count'),
    readId: (row) => readId(asObject(row)?.['id']),
    readRow,
  },
  inventory: gesGraphs,
};

function readRow(row: Row): Backup | RejectionReason {
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
