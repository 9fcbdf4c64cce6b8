import type { BackupState } from '../../domain/backup.ts';
import { seconds } from '../../domain/quantities.ts';
import type { Row } from '../../pagination/list.ts';
import { backupFromFields, elapsed, firstDuration, resourceFromFields } from '../domain.ts';
import {
  asObject,
  readCode,
  readDateTime,
  readEnvelope,
  readId,
  readName,
  readTags,
  sizeReader,
} from '../fields.ts';
import { weeklyObjective } from '../schedule.ts';
import { type BackupPolicy, defineService, type List, pagesOf, type ServiceApi } from '../service.ts';

const readBytes = sizeReader(1);

const instancePath = (id: string): string => `/v2/{project_id}/instances/${encodeURIComponent(id)}`;

const api: ServiceApi = {
  resources: {
    call: {
      operation: 'list_instances',
      method: 'GET',
      path: '/v2/{project_id}/instances',
      permission: { role: 'dcs:instance:list' },
    },
    paging: { by: 'offset', limit: 1000 },
    readPage: (body) => readEnvelope(body, 'instances', 'instance_num'),
    readId: (row) => readId(asObject(row)?.['instance_id']),
    readRow: readInstance,
  },
  backups: { of: 'resource', ofResource: ({ id }) => [backupsOf(id)] },
  policies: {
    of: 'resource',
    // Automatic backups are off by default, which only the details of an instance show.
    decides: true,
    call: ({ id }) => ({
      operation: 'get_instance',
      method: 'GET',
      path: instancePath(id),
      permission: { role: 'dcs:instance:get' },
    }),
    read: readPolicy,
  },
  actions: {
    create: ({ id }) => ({
      operation: 'create_backup',
      method: 'POST',
      path: `${instancePath(id)}/backups`,
      body: { remark: 'Started by huaweicloud-backup-exporter', backup_format: 'rdb' },
      permission: { role: 'dcs:instance:backupData' },
    }),
    readCreated: (body) => {
      const backupId = readId(asObject(body)?.['backup_id']);
      return backupId === undefined ? { kind: 'unclear' } : { kind: 'started', jobId: undefined, backupId };
    },
  },
};

const backupsOf = (instanceId: string): List<ReturnedBackup> => ({
  call: {
    operation: 'list_backups',
    method: 'GET',
    path: `${instancePath(instanceId)}/backups`,
    permission: { role: 'dcs:instance:getDataBackupLog' },
  },
  // At most 24 backups of an instance are kept.
  paging: { by: 'offset', limit: 100 },
  // Without backups the response is a 204 without a body.
  readPage: (body) =>
    body === undefined ? { rows: [], total: 0 } : readEnvelope(body, 'backup_record_response', 'total_num'),
  readId: (row) => readId(asObject(row)?.['backup_id']),
  readRow: readBackup,
});

type ReturnedBackup = Exclude<ReturnType<typeof readBackup>, string>;

const STATES: ReadonlyMap<unknown, BackupState | 'ignored'> = new Map<string, BackupState | 'ignored'>([
  ['succeed', 'succeeded'],
  ['failed', 'failed'],
  ['waiting', 'running'],
  ['backuping', 'running'],
  ['expired', 'ignored'],
  ['deleted', 'ignored'],
]);

function readBackup(row: Row) {
  const backup = asObject(row);
  if (backup === undefined) return 'not_an_object';
  const start = readDateTime(backup['created_at']);
  const end = readDateTime(backup['updated_at']);
  return backupFromFields({
    id: readId(backup['backup_id']),
    name: readName(backup['backup_name']),
    resourceId: readId(backup['instance_id']),
    state: STATES.get(backup['status']) ?? 'unknown',
    start,
    end,
    duration: firstDuration(elapsed(start, end)),
    size: readBytes(backup['size']),
    method: readName(backup['backup_type']),
  });
}

const NOT_POSSIBLE: ReadonlyMap<string, string> = new Map([
  ['CREATING', 'being created'],
  ['CREATEFAILED', 'creation failed'],
  ['FROZEN', 'frozen'],
]);

function readInstance(row: Row) {
  const instance = asObject(row);
  if (instance === undefined) return 'not_an_object';
  const status = readName(instance['status']);
  const isSingleNode = readName(instance['spec_code'])?.includes('single') === true;
  return resourceFromFields({
    id: readId(instance['instance_id']),
    name: readName(instance['name']),
    created: readDateTime(instance['created_at']),
    engineVersion: readCode(instance['engine_version']),
    arch: readName(instance['cpu_type']),
    kind: readName(instance['engine']),
    status,
    tags: readTags(instance['tags']),
    notExpected:
      NOT_POSSIBLE.get(status ?? '') ?? (isSingleNode ? 'single-node instances have no backups' : undefined),
  });
}

/** Reads `instance_backup_policy` from the details of an instance: days and a start window, or null for none. */
function readPolicy(body: unknown): BackupPolicy | undefined {
  const instance = asObject(body);
  if (readId(instance?.['instance_id']) === undefined) return undefined;
  const policy = asObject(asObject(instance?.['instance_backup_policy'])?.['policy']);
  if (policy === undefined || policy['backup_type'] === 'manual') return { kind: 'off' };
  const plan = asObject(policy['periodical_backup_plan']);
  const days = Array.isArray(plan?.['backup_at']) ? plan['backup_at'] : [];
  const isReadable = days.length > 0 && days.every((day) => Number.isInteger(day) && day >= 1 && day <= 7);
  return { kind: 'scheduled', objective: isReadable ? weeklyObjective(days, plan?.['begin_at']) : undefined };
}

const BUSY = 'the instance is busy with another operation; wait for it to finish';

/** Distributed Cache Service: Redis. */
export const dcs = defineService({
  type: 'dcs',
  title: 'Distributed Cache Service (DCS)',
  resource: { one: 'instance', many: 'instances' },
  settings: {},
  host: (region, cloud) => ({
    label: 'dcs',
    // In the vendor's SDKs this host alone is not in the domain of its region.
    ...(region === 'eu-west-101' && cloud === 'myhuaweicloud.eu' && { cloud: 'myhuaweicloud.com' }),
  }),
  errors: {
    codes: {
      'DCS.1001': { kind: 'auth' },
      'DCS.1002': { kind: 'auth' },
      'DCS.1003': { kind: 'auth' },
      'DCS.1004': { kind: 'auth' },
      'DCS.2003': { kind: 'permission' },
      'DCS.2007': { kind: 'permission' },
      'DCS.3002': { kind: 'permission' },
      'DCS.3003': { kind: 'permission' },
      'DCS.3022': { kind: 'refused', missing: true, words: 'the instance does not exist' },
      'DCS.5024': { kind: 'server', transient: true },
      'DCS.5077': { kind: 'server', transient: true },
      'DCS.5078': { kind: 'server', transient: true },
      'DCS.4096': { words: 'a backup of the instance is already running; wait for it to finish' },
      'DCS.4097': { words: 'the instance is being restored; wait for it to finish' },
      'DCS.4095': { words: 'instances of this kind cannot be backed up' },
      'DCS.4086': { words: 'only instances with a standby node can be backed up' },
      'DCS.4049': { words: 'the instance is not running; start it first' },
      'DCS.4026': { words: 'the instance cannot be backed up in its current status' },
      'DCS.4017': { words: BUSY },
      'DCS.4104': { words: BUSY },
      'DCS.4108': { words: BUSY },
      'DCS.4111': { words: BUSY },
      'DCS.4120': { words: BUSY },
      'DCS.4035': { words: 'the backup quota is used up' },
    },
  },
  readOnlyRoles: [],
  vendorWords: {
    fields: {
      word: 'cpu_type backup_format',
      count: 'save_days instance_num total_num backup_at',
      version: 'engine_version',
      message: 'spec_code',
      schedule: 'begin_at timezone_offset',
    },
    containers: 'backup_record_response instance_backup_policy periodical_backup_plan',
    words: 'Redis Memcached redis memcached rdb aof weekly',
    messages: 'redis memcached single ha proxy',
    codes: 'DCS',
  },
  unverified: [
    {
      id: 'limit',
      sentence: 'A page may have 100 backups or 1,000 instances.',
    },
    {
      id: 'total',
      sentence:
        '`total_num` is that of the list, not of the page; a full page is never taken for the last one.',
    },
    {
      id: 'end-time',
      sentence: 'The end of a backup is `updated_at` of its row.',
    },
  ],
  requests: (resources) => resources + pagesOf(resources, 1000),
  defaultInterval: seconds(900),
  simulated: () => import('./simulated.ts').then(({ simulatedDcs }) => simulatedDcs),
  api: () => api,
});
