import { type Call, type CloudState, jsonObject, type Route } from '../../simulated-cloud/cloud-state.ts';
import { inventoryOf, type PagingRules, respondWithPage, worldRows } from '../../simulated-cloud/listing.ts';
import { hexadecimalId } from '../../simulated-cloud/pseudo-random.ts';
import { type Backup, backupId, type Resource } from '../../simulated-cloud/resource.ts';
import { ok, type SimulatedResponse, snakeError } from '../../simulated-cloud/response.ts';
import type { SimulatedApi } from '../../simulated-cloud/service.ts';
import { zonelessTime } from '../../simulated-cloud/time-formats.ts';
import {
  backupName,
  gaussdbBackupRow,
  gaussdbCreatedBackup,
  instanceRow,
  policyOf,
} from './simulated-rows.ts';

/** Reads `2020-07-06T10:41:14+0800` (or `Z`) as Unix seconds; undefined for anything else. */
const parseZonedTime = (text: string): number | undefined => {
  const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:Z|([+-])(\d{2})(\d{2}))$/.exec(text);
  if (!match) return undefined;
  const [, local = '', sign, hours = '0', minutes = '0'] = match;
  const milliseconds = Date.parse(`${local}Z`);
  if (Number.isNaN(milliseconds) || zonelessTime(milliseconds / 1000) !== local) return undefined;
  const east = (Number(hours) * 60 + Number(minutes)) * 60;
  return milliseconds / 1000 + (sign === '-' ? east : -east);
};

const badParameter = (what: string): SimulatedResponse =>
  snakeError(400, 'DBS.280001', `The parameter ${what} is not valid.`);
const noSuchInstance = (): SimulatedResponse =>
  snakeError(404, 'DBS.200002', 'There is no such DB instance.');

const paging: PagingRules = {
  defaultLimit: 100,
  maximumLimit: 100,
  badLimit: () => snakeError(400, 'DBS.280439', 'The limit must be an integer from 1 to 100.'),
  badOffset: () => badParameter('offset'),
};

const instanceOf = (id: unknown, cloud: CloudState): Resource | undefined => {
  const instance = typeof id === 'string' ? cloud.world().resource(id) : undefined;
  return instance?.kind === 'instance' && !instance.deleted ? instance : undefined;
};

interface Filters {
  readonly backupId: string | null;
  readonly type: string | null;
  readonly name: string | null;
  readonly instanceName: string | null;
  readonly from: number;
  readonly to: number;
}

/** The filters of the list, or the name of an invalid one. */
const readFilters = (query: URLSearchParams): Filters | string => {
  const time = (name: string, unsent: number): number | undefined => {
    const text = query.get(name);
    return text === null ? unsent : parseZonedTime(text);
  };
  const type = query.get('backup_type');
  const from = time('begin_time', Number.NEGATIVE_INFINITY);
  const to = time('end_time', Number.POSITIVE_INFINITY);
  if (type !== null && type !== 'auto' && type !== 'manual') return 'backup_type';
  if (from === undefined) return 'begin_time';
  if (to === undefined || to <= from) return 'end_time';
  const [id, name, instanceName] = ['backup_id', 'name', 'instance_name'].map((key) => query.get(key));
  return { backupId: id ?? null, type, name: name ?? null, instanceName: instanceName ?? null, from, to };
};

const select = (backups: readonly Backup[], filters: Filters): readonly Backup[] => {
  const { backupId: id, type, name, instanceName, from, to } = filters;
  const isEqual = (wanted: string | null, value: string): boolean => wanted === null || wanted === value;
  const selectsAll =
    [id, type, name, instanceName].every((wanted) => wanted === null) &&
    from < -Number.MAX_VALUE &&
    to > Number.MAX_VALUE;
  return selectsAll
    ? backups
    : backups.filter(
        (backup) =>
          isEqual(type, backup.method) &&
          backup.start >= from &&
          backup.start <= to &&
          isEqual(id, backupId(backup)) &&
          isEqual(name, backupName(backup)) &&
          isEqual(instanceName, backup.resource.name),
      );
};

const listBackups: Route['respond'] = (call, cloud) => {
  const query = new URLSearchParams(call.query);
  const filters = readFilters(query);
  if (typeof filters === 'string') return badParameter(filters);
  const instanceId = query.get('instance_id');
  return respondWithPage(call, cloud, {
    service: 'gaussdb',
    operation: 'list_backups',
    replaceable: 'gaussdb',
    paging,
    rows: () => {
      const backups =
        instanceId === null
          ? cloud.world().backups('instance')
          : cloud
              .world()
              .backups('instance')
              .filter(({ resource }) => resource.id === instanceId);
      return worldRows(
        select(backups, filters),
        gaussdbBackupRow,
        cloud.options.listOrder === 'newest-first',
      );
    },
    envelope: (rows, total) => ({ backups: rows, total_count: total }),
  });
};

const listInstances: Route['respond'] = (call, cloud) => {
  const wanted = new URLSearchParams(call.query).get('name');
  return respondWithPage(call, cloud, {
    service: 'gaussdb',
    operation: 'list_instances',
    replaceable: inventoryOf('gaussdb'),
    paging,
    rows: () =>
      worldRows(
        cloud
          .world()
          .resources('instance')
          .filter(({ deleted, name }) => !deleted && (wanted === null || name === wanted)),
        (instance) => instanceRow(instance, cloud.options.region),
      ),
    envelope: (rows, total) => ({ instances: rows, total_count: total }),
  });
};

const getPolicy = ({ parameters }: Call, cloud: CloudState): SimulatedResponse => {
  const instance = instanceOf(parameters['instance_id'], cloud);
  return instance ? ok(policyOf(instance)) : noSuchInstance();
};

const createBackup = (call: Call, cloud: CloudState): SimulatedResponse => {
  const { instance_id: instanceId, name, description } = jsonObject(call) ?? {};
  if (typeof instanceId !== 'string') return badParameter('instance_id');
  if (typeof name !== 'string' || !/^[A-Za-z\p{Script=Han}][\w\p{Script=Han}-]{3,63}$/u.test(name)) {
    return badParameter('name');
  }
  if (
    description !== undefined &&
    !(typeof description === 'string' && /^[^!<"=>&'\r\n]{0,256}$/.test(description))
  ) {
    return badParameter('description');
  }
  const instance = instanceOf(instanceId, cloud);
  if (!instance) return noSuchInstance();
  if (instance.running) return snakeError(409, 'DBS.201205', 'The DB instance is being backed up.');
  const world = cloud.world();
  const backup = world.start(instance, { method: 'manual', name, description });
  return {
    status: 201,
    body: {
      backup: gaussdbCreatedBackup(backup),
      job_id: cloud.jobs.add(instance, { kind: 'backup', backup }, world.now()),
    },
  };
};

const routes: readonly Route[] = [
  {
    service: 'gaussdb',
    operation: 'list_backups',
    method: 'GET',
    path: '/v3/{project_id}/backups',
    permission: 'gaussdb:backup:list',
    respond: listBackups,
  },
  {
    service: 'gaussdb',
    operation: 'list_instances',
    method: 'GET',
    path: '/v3/{project_id}/instances',
    permission: 'gaussdb:instance:list',
    respond: listInstances,
  },
  {
    service: 'gaussdb',
    operation: 'get_policy',
    method: 'GET',
    path: '/v3/{project_id}/instances/{instance_id}/backups/policy',
    permission: 'gaussdb:backup:list',
    respond: getPolicy,
  },
  {
    service: 'gaussdb',
    operation: 'create_backup',
    method: 'POST',
    path: '/v3/{project_id}/backups/create',
    permission: 'gaussdb:backup:create',
    respond: createBackup,
  },
];

/** GaussDB(for MySQL) of the simulated cloud. */
export const simulatedGaussdbMysql: SimulatedApi = {
  type: 'gaussdb-mysql',
  kind: 'instance',
  number: 2,
  defaultCount: 6,
  characters: ['healthy', 'failing'],
  noun: 'db',
  resourceId: (seed, index) => `${hexadecimalId(seed, 2, index)}in07`,
  backupId: ({ resource, sequence }) => `${hexadecimalId(resource.seed, 2, resource.index, sequence, 1)}br07`,
  durations: [120, 1080],
  smallestMegabytes: 500,
  keepsBackups: 'manual',
  prefix: '',
  routes,
  refusals: {
    gaussdb: {
      project: () => snakeError(403, 'DBS.200044', 'The token does not belong to this project.'),
      permission: () => snakeError(403, 'DBS.200010', 'The user may not do this.'),
    },
  },
};
