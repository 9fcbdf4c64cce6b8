import type { Backup, BackupState, Resource } from '../domain/backup.ts';
import { backupFromFields, elapsed, firstDuration } from './backup-row.ts';
import {
  asObject,
  readDateTime,
  readEnvelope,
  readId,
  readMebibytes,
  readName,
  readSignedNumber,
} from './fields.ts';
import type { BackupSource, RejectionReason, Row } from './source.ts';

// A limit over 100 is refused with DBS.280439.
const PAGE_SIZE = 100;

/** GaussDB(for MySQL): `GET /v3/{project_id}/backups` and `GET /v3/{project_id}/instances`. */
export const gaussdbMysql: BackupSource = {
  service: 'gaussdb-mysql',
  backups: {
    operation: 'list_backups',
    path: '/v3/{project_id}/backups',
    pageSize: PAGE_SIZE,
    readPage: (body) => readEnvelope(body, 'backups', 'total_count'),
    readId: (row) => readId(asObject(row)?.['id']),
    readRow: readBackup,
  },
  inventory: {
    operation: 'list_instances',
    path: '/v3/{project_id}/instances',
    pageSize: PAGE_SIZE,
    readPage: (body) => readEnvelope(body, 'instances', 'total_count'),
    readId: (row) => readId(asObject(row)?.['id']),
    readRow: readInstance,
  },
};

/** Statuses: `BUILDING`, `COMPLETED`, `AVAILABLE`, `FAILED`. Any other must not look healthy. */
function backupState(status: unknown): BackupState {
  switch (status) {
    case 'COMPLETED':
    case 'AVAILABLE':
      return 'succeeded';
    case 'FAILED':
      return 'failed';
    case 'BUILDING':
      return 'running';
    default:
      return 'unknown';
  }
}

function readBackup(row: Row): Backup | RejectionReason {
  const backup = asObject(row);
  if (backup === undefined) return 'not_an_object';
  const start = readDateTime(backup['begin_time']);
  const end = readDateTime(backup['end_time']);
  const minutes = readSignedNumber(backup['take_up_time']);
  return backupFromFields({
    id: readId(backup['id']),
    name: readName(backup['name']),
    resourceId: readId(backup['instance_id']),
    resourceName: readName(backup['instance_name']),
    state: backupState(backup['status']),
    start,
    end,
    // Its own figure is in whole minutes, so the difference of the times is nearer the truth.
    duration: firstDuration(
      elapsed(start, end),
      minutes === undefined ? undefined : readSignedNumber(minutes * 60),
    ),
    size: readMebibytes(backup['size']),
    method: readName(backup['type']),
    engineVersion: readName(asObject(backup['datastore'])?.['version']),
    arch: undefined,
    encrypted: undefined,
    resourceDeleted: undefined,
    automaticBackup: undefined,
  });
}

function readInstance(row: Row): Resource | RejectionReason {
  const instance = asObject(row);
  if (instance === undefined) return 'not_an_object';
  const id = readId(instance['id']);
  if (id === undefined) return 'id';
  return {
    id,
    name: readName(instance['name']),
    created: readDateTime(instance['created']),
    engineVersion: readName(asObject(instance['datastore'])?.['version']),
    arch: undefined,
    encrypted: undefined,
    automaticBackup: true,
    exists: true,
  };
}
