import type { Backup, BackupState, Resource } from '../domain/backup.ts';
import type { Bytes } from '../domain/quantities.ts';
import type { Row } from '../pagination/list.ts';
import type { ApiCall, ErrorRules, ErrorTable, Permission } from './api-call.ts';
import { backupFromFields, elapsed, firstDuration, resourceFromFields } from './domain.ts';
import {
  asObject,
  type JsonObject,
  readCode,
  readDateTime,
  readEnvelope,
  readId,
  readName,
  readNumber,
  readSignedNumber,
  readTags,
} from './fields.ts';
import type { BackupActions, JobState, List, Started } from './service.ts';

// The database services list instances and backups in the same way. A limit over 100 is refused with DBS.280439.
const PAGING = { by: 'offset', limit: 100 } as const;

/** How the backups of a database service differ from those of the others. */
export interface DatabaseBackups {
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly permission: Permission;
  readonly size: (value: unknown) => Bytes | undefined;
  /** Statuses in addition to `COMPLETED`, `FAILED`, `BUILDING` and `DELETING`. */
  readonly states?: ReadonlyMap<unknown, BackupState | 'ignored'>;
  /** Whether a row is not a full backup of an instance, or is being deleted. */
  readonly ignores?: (row: JsonObject) => boolean;
  readonly encrypted?: (row: JsonObject) => boolean | undefined;
}

/** `GET …/backups`: `{"backups": […], "total_count": n}`. */
export const databaseBackups = (backups: DatabaseBackups): List<Backup> => ({
  call: {
    operation: 'list_backups',
    method: 'GET',
    path: backups.path,
    query: backups.query ?? {},
    permission: backups.permission,
  },
  paging: PAGING,
  readPage: (body) => readEnvelope(body, 'backups', 'total_count'),
  readId: rowId,
  readRow: (row) => readBackup(row, backups),
});

/** How the instances of a database service differ from those of the others. */
export interface DatabaseInstances {
  readonly permission: Permission;
  /** Why an instance is not expected to be backed up; undefined if it is. */
  readonly notExpected?: (row: JsonObject) => string | undefined;
}

/** `GET /v3/{project_id}/instances`: `{"instances": […], "total_count": n}`. */
export const databaseInstances = ({ permission, notExpected }: DatabaseInstances): List<Resource> => ({
  call: { operation: 'list_instances', method: 'GET', path: '/v3/{project_id}/instances', permission },
  paging: PAGING,
  readPage: (body) => readEnvelope(body, 'instances', 'total_count'),
  readId: rowId,
  readRow: (row) => {
    const instance = asObject(row);
    if (instance === undefined) return 'not_an_object';
    const datastore = asObject(instance['datastore']);
    const status = readName(instance['status']);
    return resourceFromFields({
      id: rowId(row),
      name: readName(instance['name']),
      created: readDateTime(instance['created']),
      engineVersion: readCode(datastore?.['version']),
      kind: readName(datastore?.['type']),
      status,
      tags: readTags(instance['tags']),
      encrypted: isEncrypted(instance['disk_encryption_id']),
      notExpected:
        NOT_POSSIBLE.get(status?.toLowerCase() ?? '') ?? notExpected?.(instance) ?? switchedOff(instance),
    });
  },
});

/** Statuses in which backups are impossible. */
const NOT_POSSIBLE: ReadonlyMap<string, string> = new Map([
  ['build', 'being created'],
  ['creating', 'being created'],
  ['failed', 'creation failed'],
  ['createfail', 'creation failed'],
  ['frozen', 'frozen'],
  ['stopped', 'stopped'],
]);

function switchedOff(instance: JsonObject): string | undefined {
  const strategy = asObject(instance['backup_strategy']);
  return readNumber(strategy?.['keep_days']) === 0 ? 'automatic backup is off' : undefined;
}

const isEncrypted = (keyId: unknown): boolean | undefined =>
  typeof keyId === 'string' ? keyId !== '' : undefined;

// In a few of the vendor's samples a space follows the key.
const rowId = (row: Row): string | undefined => {
  const fields = asObject(row);
  return readId(fields?.['id'] ?? fields?.['id ']);
};

type RowState = BackupState | 'ignored';

// Exact spelling: an undocumented status must not look healthy.
const STATES: ReadonlyMap<unknown, RowState> = new Map<string, RowState>([
  ['COMPLETED', 'succeeded'],
  ['FAILED', 'failed'],
  ['BUILDING', 'running'],
  ['DELETING', 'ignored'],
]);

function readBackup(
  row: Row,
  { size, states, ignores, encrypted }: DatabaseBackups,
): ReturnType<List<Backup>['readRow']> {
  const backup = asObject(row);
  if (backup === undefined) return 'not_an_object';
  if (ignores?.(backup) === true) return 'ignored';
  const status = backup['status'];
  const start = readDateTime(backup['begin_time']);
  const end = readDateTime(backup['end_time']);
  const minutes = readSignedNumber(backup['take_up_time']);
  return backupFromFields({
    id: rowId(row),
    name: readName(backup['name']),
    resourceId: readId(backup['instance_id']),
    resourceName: readName(backup['instance_name']),
    state: STATES.get(status) ?? states?.get(status) ?? 'unknown',
    start,
    end,
    // The service returns whole minutes, so the difference between the times is more precise.
    duration: firstDuration(
      elapsed(start, end),
      minutes === undefined ? undefined : readSignedNumber(minutes * 60),
    ),
    size: size(backup['size']),
    method: readName(backup['type']),
    engineVersion: readCode(asObject(backup['datastore'])?.['version']),
    encrypted: encrypted?.(backup),
  });
}

/** The `type` of a row in lower case. */
export const typeOf = (row: JsonObject): string =>
  typeof row['type'] === 'string' ? row['type'].toLowerCase() : '';

const DESCRIPTION = 'Started by huaweicloud-backup-exporter';

/** The request body for a backup. */
export const createBody = (instanceId: string, name: string) => ({
  instance_id: instanceId,
  name,
  description: DESCRIPTION,
});

/** Reads `{job_id?, backup_id?, backup?: {id}}`. */
export function readDatabaseStarted(body: unknown): Started {
  const response = asObject(body);
  const jobId = readId(response?.['job_id']);
  const backupId = readId(response?.['backup_id']) ?? readId(asObject(response?.['backup'])?.['id']);
  return jobId === undefined && backupId === undefined
    ? { kind: 'unclear' }
    : { kind: 'started', jobId, backupId };
}

/** `GET /v3/{project_id}/jobs?id=`: one job as `{"job": {…}}`, or in a list, `{"jobs": [{…}]}`. */
export const databaseJobs = (permission: Permission | undefined): NonNullable<BackupActions['job']> => ({
  call: (_, jobId): ApiCall => ({
    operation: 'get_job',
    method: 'GET',
    path: '/v3/{project_id}/jobs',
    query: { id: jobId },
    permission,
  }),
  read: readDatabaseJob,
});

// A running job has an end time too, so only the status counts.
function readDatabaseJob(body: unknown): JobState {
  const response = asObject(body);
  const jobs = response?.['jobs'];
  const job = asObject(response?.['job']) ?? asObject(Array.isArray(jobs) ? jobs[0] : undefined);
  const status = typeof job?.['status'] === 'string' ? job['status'].toLowerCase() : '';
  if (status === 'completed') return { kind: 'succeeded' };
  return status === 'failed'
    ? { kind: 'failed', reason: readName(job?.['fail_reason']) }
    : { kind: 'running' };
}

const BUSY = 'the instance is busy with another operation; wait for it to finish';
const NO_INSTANCE = 'the instance does not exist';
const NOT_NOW = 'the instance cannot be backed up in its current status';

/** Error codes that all database services share. */
const CODES: ErrorTable = {
  'DBS.280056': { kind: 'auth' },
  'DBS.280015': { kind: 'permission' },
  'DBS.200044': { kind: 'permission' },
  'DBS.201003': { kind: 'permission' },
  'DBS.200604': { kind: 'permission' },
  'DBS.280032': { kind: 'permission' },
  'DBS.280063': { kind: 'permission' },
  'DBS.280064': { kind: 'permission' },
  'DBS.216003': { kind: 'permission' },
  'DBS.200998': { kind: 'server', transient: true },
  'DBS.280005': { kind: 'server', transient: true },
  'DBS.200002': { kind: 'refused', missing: true, words: NO_INSTANCE },
  'DBS.200045': { kind: 'refused', missing: true, words: NO_INSTANCE },
  'DBS.200602': { kind: 'refused', missing: true, words: NO_INSTANCE },
  'DBS.290005': { kind: 'refused', missing: true, words: NO_INSTANCE },
  'DBS.290011': { kind: 'refused', missing: true, words: NO_INSTANCE },
  'DBS.201028': { kind: 'refused', missing: true, words: NO_INSTANCE },
  'DBS.200408': { kind: 'refused', missing: true, words: NO_INSTANCE },
  'DBS.280022': { kind: 'refused', missing: true, words: NO_INSTANCE },
  'DBS.201501': { kind: 'refused', missing: true, words: NO_INSTANCE },
  'DBS.201502': { kind: 'refused', missing: true, words: NO_INSTANCE },
  'DBS.280110': { kind: 'refused', missing: true, words: NO_INSTANCE },
  'DBS.201205': {
    kind: 'refused',
    words: 'a backup of the instance is already running; wait for it to finish',
  },
  'DBS.200011': { kind: 'refused', words: BUSY },
  'DBS.200019': { kind: 'refused', words: BUSY },
  'DBS.200047': { kind: 'refused', words: BUSY },
  'DBS.201202': { kind: 'refused', words: BUSY },
  'DBS.200018': { kind: 'refused', words: NOT_NOW },
  'DBS.200076': { kind: 'refused', words: NOT_NOW },
  'DBS.201000': { kind: 'refused', words: NOT_NOW },
  'DBS.201014': { kind: 'refused', words: NOT_NOW },
  'DBS.201015': { kind: 'refused', words: NOT_NOW },
  'DBS.200086': { kind: 'refused', words: NOT_NOW },
  'DBS.280406': { kind: 'refused', words: NOT_NOW },
  'DBS.280449': { kind: 'refused', words: 'the instance is frozen' },
  'DBS.200316': { kind: 'refused', words: 'the storage of the instance is full' },
  'DBS.201201': { kind: 'refused', words: 'a backup of that name already exists' },
  'DBS.216028': { kind: 'refused', words: 'the backup quota is used up; delete an old manual backup first' },
  'DBS.200165': { kind: 'refused', words: 'the quota of the enterprise project is used up' },
  'DBS.200166': { kind: 'refused', words: 'the quota of the enterprise project is used up' },
  'DBS.200167': { kind: 'refused', words: 'the quota of the enterprise project is used up' },
};

/** Error rules of a database service; `own` overrides the shared ones. */
export const databaseErrors = (own: ErrorTable): ErrorRules => ({
  codes: { ...CODES, ...own },
  transientPrefix: 'DBS.',
});
