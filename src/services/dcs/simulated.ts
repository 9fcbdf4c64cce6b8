import { type CloudState, jsonObject, type Route } from '../../simulated-cloud/cloud-state.ts';
import { inventoryOf, type PagingRules, respondWithPage, worldRows } from '../../simulated-cloud/listing.ts';
import { uuid } from '../../simulated-cloud/pseudo-random.ts';
import { type Backup, backupId, type Resource } from '../../simulated-cloud/resource.ts';
import { ok, type SimulatedResponse, snakeError } from '../../simulated-cloud/response.ts';
import type { SimulatedApi } from '../../simulated-cloud/service.ts';
import { blankTime } from '../../simulated-cloud/time-formats.ts';

const TYPE = 'dcs';
const NUMBER = 7;
const STATUS = {
  running: 'backuping',
  success: 'succeed',
  failed: 'failed',
  unknown: 'frozen_copy',
} as const satisfies Record<Backup['state'], string>;

const badOffset = (): SimulatedResponse => snakeError(400, 'DCS.4800', 'The offset is not valid.');
const noSuchInstance = (): SimulatedResponse =>
  snakeError(404, 'DCS.3022', 'This DCS instance does not exist.');
const paging = (defaultLimit: number, maximumLimit: number): PagingRules => ({
  defaultLimit,
  maximumLimit,
  badLimit: () => snakeError(400, 'DCS.4800', 'The limit is not valid.'),
  badOffset,
});

const instanceOf = (id: string | undefined, cloud: CloudState): Resource | undefined => {
  const instance = cloud.world().resource(id ?? '');
  return instance?.kind === TYPE && !instance.deleted ? instance : undefined;
};

const time = (unixSeconds: number): string => `${blankTime(unixSeconds).replace(' ', 'T')}.166Z`;

const rowOf = (backup: Backup): unknown => ({
  period: {},
  backup_id: backupId(backup),
  backup_name: `backup_${backup.sequence}`,
  backup_type: backup.method,
  instance_id: backup.resource.id,
  created_at: time(backup.start),
  updated_at: time(backup.end ?? backup.start),
  size: backup.state === 'success' ? backup.megabytes * 1024 * 1024 : 0,
  status: STATUS[backup.state],
  progress: backup.end === undefined ? '40.00' : '100.00',
  error_code: backup.state === 'failed' ? 'dcs.08.0002' : {},
  is_support_restore: 'TRUE',
  backup_format: 'rdb',
});

const listBackups: Route['respond'] = async (call, cloud) => {
  const instance = instanceOf(call.parameters['instance_id'], cloud);
  if (instance === undefined) return noSuchInstance();
  const page = await respondWithPage(call, cloud, {
    service: TYPE,
    operation: 'list_backups',
    replaceable: TYPE,
    paging: paging(10, 100),
    rows: () => worldRows(instance.backups, rowOf, cloud.options.listOrder === 'newest-first'),
    envelope: (rows, total) => ({ backup_record_response: rows, total_num: total }),
  });
  const isEmpty = page.status === 200 && instance.backups.length === 0 && !cloud.verbatim.has(TYPE);
  return isEmpty ? { status: 204, body: undefined } : page;
};

// The second instance has a single node, the fifth no policy: automatic backups are off by default.
const isSingleNode = ({ index }: Resource): boolean => index === 1;
const hasPolicy = (instance: Resource): boolean => !isSingleNode(instance) && instance.index !== 4;

const summaryOf = (instance: Resource) => ({
  instance_id: instance.id,
  name: instance.name,
  status: 'RUNNING',
  engine: 'Redis',
  engine_version: '6.0',
  created_at: time(instance.created),
  spec_code: isSingleNode(instance) ? 'redis.single.xu1.tiny.128' : 'redis.ha.xu1.tiny.r2.128',
  cpu_type: 'x86_64',
  enterprise_project_id: 0,
});

const listInstances: Route['respond'] = (call, cloud) =>
  respondWithPage(call, cloud, {
    service: TYPE,
    operation: 'list_instances',
    replaceable: inventoryOf(TYPE),
    paging: paging(10, 1000),
    rows: () =>
      worldRows(
        cloud
          .world()
          .resources(TYPE)
          .filter(({ deleted }) => !deleted),
        summaryOf,
      ),
    envelope: (rows, total) => ({ instances: rows, instance_num: total }),
  });

const getInstance: Route['respond'] = ({ parameters }, cloud) => {
  const instance = instanceOf(parameters['instance_id'], cloud);
  if (instance === undefined) return noSuchInstance();
  const plan = {
    timezone_offset: '+0800',
    backup_at: [1, 2, 3, 4, 5, 6, 7],
    period_type: 'weekly',
    begin_at: '16:00-17:00',
  };
  const policy = { backup_type: 'auto', save_days: 7, periodical_backup_plan: plan };
  return ok({
    ...summaryOf(instance),
    instance_backup_policy: hasPolicy(instance) ? { backup_policy_id: 'p', policy } : null,
  });
};

const createBackup: Route['respond'] = (call, cloud) => {
  if (!jsonObject(call)) return snakeError(400, 'DCS.4800', 'The body is not a JSON object.');
  const instance = instanceOf(call.parameters['instance_id'], cloud);
  if (instance === undefined) return noSuchInstance();
  if (isSingleNode(instance))
    return snakeError(400, 'DCS.4086', 'Only master/standby instances can be backed up.');
  if (instance.running) return snakeError(400, 'DCS.4096', 'The instance is being backed up.');
  return ok({ backup_id: backupId(cloud.world().start(instance, { method: 'manual' })) });
};

const route = (
  operation: string,
  method: 'GET' | 'POST',
  path: string,
  permission: string,
  respond: Route['respond'],
): Route => ({
  service: TYPE,
  operation,
  method,
  path: `/v2/{project_id}/instances${path}`,
  permission,
  respond,
});

/** DCS of the simulated cloud. */
export const simulatedDcs: SimulatedApi = {
  type: TYPE,
  kind: TYPE,
  number: NUMBER,
  characters: ['healthy', 'never', 'failing'],
  noun: 'cache',
  resourceId: (seed, index) => uuid(seed, NUMBER, index),
  backupId: ({ resource, sequence }) => uuid(resource.seed, NUMBER, resource.index, sequence, 1),
  durations: [60, 600],
  smallestMegabytes: 20,
  keepsBackups: false,
  prefix: `/${TYPE}`,
  routes: [
    route('list_backups', 'GET', '/{instance_id}/backups', 'dcs:instance:getDataBackupLog', listBackups),
    route('list_instances', 'GET', '', 'dcs:instance:list', listInstances),
    route('get_instance', 'GET', '/{instance_id}', 'dcs:instance:get', getInstance),
    route('create_backup', 'POST', '/{instance_id}/backups', 'dcs:instance:backupData', createBackup),
  ],
  refusals: {
    [TYPE]: {
      project: () => snakeError(401, 'DCS.1004', 'The project ID is inconsistent with the token.'),
      permission: () => snakeError(403, 'DCS.2003', 'The user may not do this.'),
    },
  },
};
