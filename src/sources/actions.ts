import type { Operation } from '../cloud/operation.ts';
import type { Backup } from '../domain/backup.ts';
import type { ServiceType } from '../domain/service.ts';
import { asObject, readId } from './fields.ts';
import { gaussdbMysql } from './gaussdb-mysql.ts';
import { gesV2 } from './ges-v2.ts';
import type { ListSource } from './source.ts';

/** A call that changes something or follows a change: what to ask of the service, with `{project_id}` in the path. */
export interface ActionCall {
  readonly operation: Operation;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body: unknown;
  /** The fine-grained permission that it needs, by the vendor's permission pages; undefined where they name none. */
  readonly permission: string | undefined;
}

/** The list of the backups of one resource alone. */
export interface ResourceBackups {
  readonly list: ListSource<Backup>;
  /** Goes along with the query of each page. */
  readonly query: Readonly<Record<string, string>>;
}

/** What a service answers when it has started a backup or an export. */
export interface StartedJob {
  readonly jobId: string | undefined;
  /** The backup that was started, where the answer names it. */
  readonly backupId: string | undefined;
}

/** How far a job is. */
export type JobState =
  | { readonly kind: 'running' }
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'failed'; readonly reason: string | undefined };

/** What one service can do with backups. */
export interface BackupActions {
  /** Starts a backup of a resource. `name` is for services that want one. */
  readonly create: (resourceId: string, name: string) => ActionCall;
  /** Copies a backup to object storage; undefined where the service cannot. */
  readonly export: ((resourceId: string, backupId: string, path: string) => ActionCall) | undefined;
  /** Asks how far a job is; undefined where only the list of backups tells. */
  readonly job: ((resourceId: string, jobId: string) => ActionCall) | undefined;
  /** The backups of one resource, to look again and again without reading the whole list. */
  readonly backupsOf: (resourceId: string) => ResourceBackups;
}

const graphPath = (graphId: string): string => `/v2/{project_id}/graphs/${encodeURIComponent(graphId)}`;

const ACTIONS: Readonly<Record<ServiceType, BackupActions>> = {
  ges: {
    create: (graphId) => ({
      operation: 'create_backup',
      method: 'POST',
      path: `${graphPath(graphId)}/backups`,
      body: {},
      permission: 'ges:backup:create',
    }),
    export: (graphId, backupId, path) => ({
      operation: 'export_backup',
      method: 'POST',
      path: `${graphPath(graphId)}/backups/export`,
      body: { backup_id: backupId, export_path: path },
      permission: undefined,
    }),
    job: (graphId, jobId) => ({
      operation: 'get_job',
      method: 'GET',
      path: `${graphPath(graphId)}/jobs/${encodeURIComponent(jobId)}/status`,
      body: undefined,
      permission: 'ges:jobs:getDetail',
    }),
    backupsOf: (graphId) => ({
      list: { ...gesV2.backups, path: `${graphPath(graphId)}/backups` },
      query: {},
    }),
  },
  'gaussdb-mysql': {
    create: (instanceId, name) => ({
      operation: 'create_backup',
      method: 'POST',
      path: '/v3/{project_id}/backups/create',
      body: { instance_id: instanceId, name, description: 'Started by huaweicloud-backup-exporter' },
      permission: 'gaussdb:backup:create',
    }),
    export: undefined,
    job: undefined,
    backupsOf: (instanceId) => ({ list: gaussdbMysql.backups, query: { instance_id: instanceId } }),
  },
};

/** The actions of a service. */
export const actionsOf = (service: ServiceType): BackupActions => ACTIONS[service];

/** Reads the answer to a create or an export: `{job_id, backup_id?}` or `{job_id, backup: {id}}`. */
export function readStartedJob(body: unknown): StartedJob {
  const answer = asObject(body);
  return {
    jobId: readId(answer?.['job_id']),
    backupId: readId(answer?.['backup_id']) ?? readId(asObject(answer?.['backup'])?.['id']),
  };
}

/** Reads the status of a GES job: `pending`, `running`, `success`, `failed`. One that is not documented still runs. */
export function readJobState(body: unknown): JobState {
  const job = asObject(body);
  switch (job?.['status']) {
    case 'success':
      return { kind: 'succeeded' };
    case 'failed': {
      const reason = job['fail_reason'];
      return { kind: 'failed', reason: typeof reason === 'string' && reason !== '' ? reason : undefined };
    }
    default:
      return { kind: 'running' };
  }
}

/** Why services refuse to start a backup or an export, in plain words, by the vendor's code. From their error code pages. */
const REFUSALS: Readonly<Record<string, string>> = {
  'GES.7000': 'the graph does not exist or has been deleted',
  'GES.7001': 'the graph is not running; start it first',
  'GES.7002': 'a backup of the graph is already running; wait until it has ended',
  'GES.7019': 'the quota of backups is reached; delete an old manual backup first',
  'GES.7024': 'the backup does not exist any more',
  'GES.7007': 'there is no such job',
  'GES.7042': 'the graph is still being created',
  'GES.7054': 'the graph is being deleted',
  'DBS.200002': 'the instance does not exist',
  'DBS.200045': 'the instance does not exist',
  'DBS.200019': 'the instance is busy with another operation; wait until that has ended',
  'DBS.200047': 'the instance is busy with another operation; wait until that has ended',
  'DBS.201205': 'a backup of the instance is already running; wait until it has ended',
};

/** The plain words for a vendor's code; undefined where the code is not known. */
export const refusalOf = (code: string | undefined): string | undefined =>
  code !== undefined && Object.hasOwn(REFUSALS, code) ? REFUSALS[code] : undefined;
