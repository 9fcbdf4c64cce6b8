import type { Backup, BackupState, Resource } from '../../domain/backup.ts';
import { seconds } from '../../domain/quantities.ts';
import type { Row } from '../../pagination/list.ts';
import { backupFromFields, elapsed, firstDuration, resourceFromFields } from '../domain.ts';
import {
  asObject,
  type JsonObject,
  readCode,
  readDateTime,
  readEnvelope,
  readId,
  readName,
  readTags,
  sizeReader,
} from '../fields.ts';
import { TIME_TO_COMPLETE } from '../schedule.ts';
import { type BackupPolicy, defineService, type List, type ServiceApi } from '../service.ts';
import { longestGapOfAll } from './quartz.ts';

const readGibibytes = sizeReader(2 ** 30);

const snapshots: List<Backup> = {
  call: {
    operation: 'list_backups',
    method: 'GET',
    path: '/v1.0/{project_id}/snapshots',
    permission: { role: 'dws:openAPISnapshot:list', identity: 'dws:cluster:listSnapshot' },
  },
  paging: { by: 'nothing' },
  readPage: (body) => readEnvelope(body, 'snapshots', 'count'),
  readId: (row) => readId(asObject(row)?.['id']),
  readRow: readSnapshot,
};

const clusters: List<Resource> = {
  call: {
    operation: 'list_clusters',
    method: 'GET',
    path: '/v1.0/{project_id}/clusters',
    permission: { role: 'dws:openAPICluster:list', identity: 'dws:cluster:list' },
  },
  paging: { by: 'nothing' },
  readPage: (body) => readEnvelope(body, 'clusters', 'count'),
  readId: (row) => readId(asObject(row)?.['id']),
  readRow: readCluster,
};

const api: ServiceApi = {
  resources: clusters,
  backups: { of: 'project', list: snapshots, ofResource: () => [snapshots] },
  policies: {
    of: 'resource',
    call: ({ id }) => ({
      operation: 'get_policy',
      method: 'GET',
      path: `/v2/{project_id}/clusters/${encodeURIComponent(id)}/snapshot-policies`,
      permission: { role: 'dws:cluster:listSnapshotPolicy' },
    }),
    read: readPolicy,
  },
  actions: {
    create: ({ id }, name) => ({
      operation: 'create_backup',
      method: 'POST',
      path: '/v1.0/{project_id}/snapshots',
      body: { snapshot: { name, cluster_id: id, description: 'Started by huaweicloud-backup-exporter' } },
      permission: { role: 'dws:openAPISnapshot:create', identity: 'dws:cluster:createSnapshot' },
    }),
    readCreated: (body) => {
      const backupId = readId(asObject(asObject(body)?.['snapshot'])?.['id']);
      return backupId === undefined ? { kind: 'unclear' } : { kind: 'started', jobId: undefined, backupId };
    },
  },
};

const STATES: ReadonlyMap<unknown, BackupState> = new Map<string, BackupState>([
  ['AVAILABLE', 'succeeded'],
  // A cluster is being restored from it.
  ['RESTORING', 'succeeded'],
  ['CREATING', 'running'],
  ['UNAVAILABLE', 'failed'],
]);

const isBeingDeleted = (status: unknown): boolean => typeof status === 'string' && status.startsWith('DELET');

function readSnapshot(row: Row): ReturnType<List<Backup>['readRow']> {
  const snapshot = asObject(row);
  if (snapshot === undefined) return 'not_an_object';
  const status = snapshot['status'];
  if (isPartial(snapshot) || isBeingDeleted(status)) return 'ignored';
  const start = readDateTime(snapshot['started']);
  const end = readDateTime(snapshot['finished']);
  return backupFromFields({
    id: readId(snapshot['id']),
    name: readName(snapshot['name']),
    resourceId: readId(snapshot['cluster_id']),
    resourceName: readName(snapshot['cluster_name']),
    state: STATES.get(status) ?? 'unknown',
    start,
    end,
    duration: firstDuration(elapsed(start, end)),
    size: readGibibytes(withoutComma(snapshot['size'])),
    method: readName(snapshot['type']),
    engineVersion: readCode(asObject(snapshot['datastore'])?.['version']),
  });
}

// One of the vendor's samples has the size "500,".
const withoutComma = (value: unknown): unknown =>
  typeof value === 'string' ? value.replace(/,$/, '') : value;

/** Whether a snapshot contains only some schemas or tables. `fine_grained_backup` only says that they can be restored separately. */
function isPartial(snapshot: JsonObject): boolean {
  const level = snapshot['backup_level'];
  if (level === 'schema' || level === 'table') return true;
  const detail = asObject(snapshot['fine_grained_backup_detail']);
  return ['database', 'schema_list', 'table_list'].some((key) => {
    const named = detail?.[key];
    return Array.isArray(named) ? named.length > 0 : typeof named === 'string' && named !== '';
  });
}

const NOT_POSSIBLE: ReadonlyMap<string, string> = new Map([
  ['CREATING', 'being created'],
  ['CREATE_FAILED', 'creation failed'],
  ['DELETING', 'being deleted'],
  ['FROZEN', 'frozen'],
  ['POLICE_FROZEN', 'frozen'],
]);

function readCluster(row: Row): ReturnType<List<Resource>['readRow']> {
  const cluster = asObject(row);
  if (cluster === undefined) return 'not_an_object';
  const status = readName(cluster['status']);
  return resourceFromFields({
    id: readId(cluster['id']),
    name: readName(cluster['name']),
    created: readDateTime(cluster['created']),
    engineVersion: readCode(cluster['version']),
    status,
    tags: readTags(cluster['tags']),
    notExpected: NOT_POSSIBLE.get(status ?? ''),
  });
}

// A snapshot may start this long after its scheduled time.
const START_TOLERANCE = 3600;

/** Reads `{"auto_backup"?, "backup_strategies": [{backup_level, backup_strategy}]}`; an incremental snapshot restores everything, too. */
function readPolicy(body: unknown): BackupPolicy | undefined {
  const response = asObject(body);
  const strategies = response?.['backup_strategies'];
  if (response?.['auto_backup'] === false) return { kind: 'off' };
  if (!Array.isArray(strategies)) return undefined;
  const schedules = strategies
    .map(asObject)
    .filter((strategy) => (strategy?.['backup_level'] ?? 'cluster') === 'cluster')
    .map((strategy) => strategy?.['backup_strategy']);
  if (schedules.length === 0) return { kind: 'off' };
  const gap = longestGapOfAll(schedules);
  return {
    kind: 'scheduled',
    objective: gap === undefined ? undefined : seconds(gap + START_TOLERANCE + TIME_TO_COMPLETE),
  };
}

/** Data warehouse service. */
export const dws = defineService({
  type: 'dws',
  title: 'Data Warehouse Service (DWS)',
  resource: { one: 'cluster', many: 'clusters' },
  settings: {},
  host: (region, cloud) => ({
    label: 'dws',
    ...(CHINESE_DOMAIN.includes(region) && cloud === 'myhuaweicloud.com' && { cloud: 'myhuaweicloud.cn' }),
  }),
  errors: {
    codes: {
      'DWS.5036': { kind: 'permission' },
      'DWS.0015': { kind: 'refused', missing: true, words: 'the cluster does not exist' },
      'DWS.0047': { kind: 'refused', missing: true, words: 'the cluster does not exist' },
      'DWS.3027': { kind: 'refused', missing: true, words: 'the cluster has been deleted' },
      'DWS.5149': { words: 'the snapshot does not exist' },
      'DWS.5111': { words: 'the snapshot does not exist' },
      'DWS.9999': { kind: 'server', transient: true },
    },
  },
  readOnlyRoles: ['DWS ReadOnlyAccess'],
  vendorWords: {
    fields: {
      number: 'backup_size',
      time: 'started finished',
    },
    containers: 'snapshots clusters backup_strategies',
    names: 'cluster_id cluster_name table_list schema_list fine_grained_backup fine_grained_backup_detail',
    words: 'cluster schema table',
    messages: 'cluster snapshot',
    codes: 'DWS',
  },
  unverified: [
    {
      id: 'gigabyte',
      sentence: 'GB means 2^30 bytes, not 10^9.',
    },
    {
      id: 'incremental-size',
      sentence:
        'The size of an incremental snapshot is its own, not that of everything it restores; it is served as listed.',
    },
    {
      id: 'hosts',
      sentence:
        'Hosts in ap-southeast-4, cn-east-4, cn-north-12, cn-south-4 and tr-west-1 end in `.cn`, as in the SDKs.',
    },
    {
      id: 'frozen',
      sentence: 'A frozen snapshot may not be restorable; its state is `unknown`.',
    },
  ],
  requests: () => 2,
  simulated: () => import('./simulated.ts').then(({ simulatedDws }) => simulatedDws),
  api: () => api,
});

/** Regions whose host is in another domain in the vendor's SDKs. */
const CHINESE_DOMAIN = ['ap-southeast-4', 'cn-east-4', 'cn-north-12', 'cn-south-4', 'tr-west-1'];
