import type { Backup, BackupState } from '../../domain/backup.ts';
import type { Row } from '../../pagination/list.ts';
import { backupFromFields, elapsed, firstDuration } from '../domain.ts';
import { asObject, readBoolean, readDateTime, readEnvelope, readId, readName } from '../fields.ts';
import type { List } from '../service.ts';

/** `GET /v3/{project_id}/backups`; `resource_id` in the query restricts it to one resource. */
export const backups = (query: Readonly<Record<string, string>>): List<Backup> => ({
  call: {
    operation: 'list_backups',
    method: 'GET',
    path: '/v3/{project_id}/backups',
    query: { image_type: 'backup', ...query },
    permission: { role: 'cbr:backups:list' },
  },
  paging: { by: 'offset', limit: 1000 },
  readPage: (body) => readEnvelope(body, 'backups', 'count'),
  readId: (row) => readId(asObject(row)?.['id']),
  readRow: readBackup,
});

const STATES: ReadonlyMap<unknown, BackupState | 'ignored'> = new Map<string, BackupState | 'ignored'>([
  ['available', 'succeeded'],
  // In use, but complete.
  ['restoring', 'succeeded'],
  ['waiting_restore', 'succeeded'],
  ['protecting', 'running'],
  ['waiting_protect', 'running'],
  ['error', 'failed'],
  ['deleting', 'ignored'],
  ['waiting_delete', 'ignored'],
]);

const LONGEST_RUN = 24 * 3600;

function readBackup(row: Row): ReturnType<List<Backup>['readRow']> {
  const backup = asObject(row);
  if (backup === undefined) return 'not_an_object';
  // Parts of another backup, and copies from another region.
  const isPart = backup['parent_id'] !== null && backup['parent_id'] !== undefined;
  if (isPart || backup['image_type'] === 'replication') return 'ignored';
  const more = asObject(backup['extend_info']);
  const { start, end, isExact } = timesOf(backup);
  return backupFromFields({
    id: readId(backup['id']),
    name: readName(backup['name']),
    resourceId: readId(backup['resource_id']),
    resourceName: readName(backup['resource_name']),
    state: STATES.get(backup['status']) ?? 'unknown',
    start,
    end,
    duration: isExact ? firstDuration(elapsed(start, end)) : undefined,
    endMoves: true,
    // `resource_size` is the size of the resource; a vault has that of all its backups together.
    size: undefined,
    method: methodOf(more?.['auto_trigger']),
    arch: readName(more?.['architecture']),
    encrypted: readBoolean(more?.['encrypted']),
  });
}

const methodOf = (autoTrigger: unknown): string | undefined => {
  const automatic = readBoolean(autoTrigger);
  if (automatic === undefined) return undefined;
  return automatic ? 'auto' : 'manual';
};

/**
 * The only end is `updated_at`, which a restore or an edit moves, so the end seen first counts. If it is visibly too late,
 * the point of consistency or the start stands for it, so that an old backup never looks new.
 */
function timesOf(backup: Readonly<Record<string, unknown>>) {
  const start = readDateTime(backup['created_at']);
  const updated = readDateTime(backup['updated_at']);
  const isRestored = backup['status'] === 'restoring' || backup['status'] === 'waiting_restore';
  const isTooLong = start !== undefined && updated !== undefined && updated - start > LONGEST_RUN;
  if (!isRestored && !isTooLong) return { start, end: updated, isExact: true };
  return { start, end: readDateTime(backup['protected_at']) ?? start, isExact: false };
}

/**
 * `GET /v3/{project_id}/operation-logs`: failed runs that left no backup, for instance because the vault was full. They
 * are kept for 30 days.
 */
export const failedRuns: List<Backup> = {
  call: {
    operation: 'list_operation_logs',
    method: 'GET',
    path: '/v3/{project_id}/operation-logs',
    query: { operation_type: 'backup', status: 'failed' },
    permission: { role: 'cbr:tasks:list' },
  },
  paging: { by: 'offset', limit: 1000 },
  readPage: (body) => readEnvelope(body, 'operation_logs', 'count'),
  readId: (row) => readId(asObject(row)?.['id']),
  readRow: readFailedRun,
};

function readFailedRun(row: Row): ReturnType<List<Backup>['readRow']> {
  const log = asObject(row);
  if (log === undefined) return 'not_an_object';
  const more = asObject(log['extra_info']);
  const resource = asObject(more?.['resource']);
  const hasBackup = readId(asObject(more?.['backup'])?.['backup_id']) !== undefined;
  // Runs with a backup are in the list of backups; runs without a resource failed for a whole vault.
  if (hasBackup || log['status'] !== 'failed' || resource === undefined) return 'ignored';
  return backupFromFields({
    id: readId(log['id']),
    name: undefined,
    resourceId: readId(resource['id']),
    resourceName: readName(resource['name']),
    state: 'failed',
    start: readDateTime(log['started_at']),
    end: readDateTime(log['ended_at']),
    duration: undefined,
    size: undefined,
    method: readId(log['policy_id']) === undefined ? undefined : 'auto',
    isStored: false,
  });
}
