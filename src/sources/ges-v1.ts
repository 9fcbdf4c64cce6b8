import type { Backup } from '../domain/backup.ts';
import { backupFromFields, elapsed, firstDuration } from './backup-row.ts';
import {
  asObject,
  type JsonObject,
  readBoolean,
  readDateTime,
  readEnvelope,
  readId,
  readMebibytes,
  readName,
  readSignedNumber,
} from './fields.ts';
import { GES_PAGE_SIZE, gesAutomaticBackup, gesBackupState, gesGraphDeleted, gesGraphs } from './ges.ts';
import type { BackupSource, RejectionReason, Row } from './source.ts';

/** Graph Engine Service, API v1.0: `GET /v1.0/{projectId}/graphs/backups`. Graphs are listed by v2 only. */
export const gesV1: BackupSource = {
  service: 'ges',
  backups: {
    operation: 'list_backups',
    path: '/v1.0/{project_id}/graphs/backups',
    pageSize: GES_PAGE_SIZE,
    offsetMayBePageNumber: true,
    readPage: (body) =>
      readEnvelope(body, 'backupList', 'backupCount') ?? readEnvelope(body, 'backup_list', 'backup_count'),
    readId: (row) => readId(asObject(row)?.['id']),
    readRow,
  },
  inventory: gesGraphs,
};

function readRow(row: Row): Backup | RejectionReason {
  const backup = asObject(row);
  if (backup === undefined) return 'not_an_object';
  // The texts are UTC. `startTimestamp` and `endTimestamp` are 8 hours early in this API and are never read.
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

// The vendor's samples mix both spellings in one row.
function either(row: JsonObject, camelCase: string, snakeCase: string): unknown {
  return row[camelCase] ?? row[snakeCase];
}
