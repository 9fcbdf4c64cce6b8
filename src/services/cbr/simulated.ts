import { type CloudState, isObject, jsonObject, type Route } from '../../simulated-cloud/cloud-state.ts';
import { inventoryOf, type PagingRules, respondWithPage, worldRows } from '../../simulated-cloud/listing.ts';
import { uuid } from '../../simulated-cloud/pseudo-random.ts';
import { type Backup, backupId, type Resource } from '../../simulated-cloud/resource.ts';
import { ok, type SimulatedResponse, snakeError } from '../../simulated-cloud/response.ts';
import type { SimulatedApi } from '../../simulated-cloud/service.ts';
import { zonelessTime } from '../../simulated-cloud/time-formats.ts';

const TYPE = 'cbr';
const NUMBER = 9;
const VAULT_SIZE = 4;
const STATUS = {
  running: 'protecting',
  success: 'available',
  failed: 'error',
  unknown: 'frozen_copy',
} as const satisfies Record<Backup['state'], string>;

const refuse = (status: number, code: string, message: string): SimulatedResponse =>
  snakeError(status, `BackupService.${code}`, message);

const PAGING: PagingRules = {
  defaultLimit: 1000,
  maximumLimit: 1000,
  badLimit: () => refuse(400, '9900', 'The limit is not valid.'),
  badOffset: () => refuse(400, '9900', 'The offset is not valid.'),
};

const time = (unixSeconds: number): string => `${zonelessTime(unixSeconds)}.951164`;

const kindOf = ({ index }: Resource): string => (index % 2 === 0 ? 'OS::Nova::Server' : 'OS::Cinder::Volume');

// Every four resources share a vault.
const vaultNumber = ({ index }: Resource): number => Math.floor(index / VAULT_SIZE);
const vaultId = (seed: number, vault: number): string => uuid(seed, NUMBER, vault, 0, 2);

const backupRow = (backup: Backup): unknown => ({
  id: backupId(backup),
  name: backup.name ?? `autobk_${backup.sequence}`,
  resource_id: backup.resource.id,
  resource_name: backup.resource.name,
  resource_type: kindOf(backup.resource),
  // GB.
  resource_size: 50,
  status: STATUS[backup.state],
  created_at: time(backup.start),
  protected_at: time(backup.start),
  updated_at: time(backup.end ?? backup.start),
  expired_at: null,
  image_type: 'backup',
  parent_id: null,
  children: [],
  incremental: true,
  vault_id: vaultId(backup.resource.seed, vaultNumber(backup.resource)),
  extend_info: { auto_trigger: backup.method === 'auto', encrypted: false, architecture: 'x86_64' },
});

const listBackups: Route['respond'] = (call, cloud) => {
  const query = new URLSearchParams(call.query);
  const resourceId = query.get('resource_id');
  return respondWithPage(call, cloud, {
    service: TYPE,
    operation: 'list_backups',
    replaceable: TYPE,
    paging: PAGING,
    rows: () => {
      const all = cloud.world().backups(TYPE);
      const listed = resourceId === null ? all : all.filter(({ resource }) => resource.id === resourceId);
      return worldRows(listed, backupRow, cloud.options.listOrder === 'newest-first');
    },
    envelope: (rows, total) => ({ backups: rows, count: total }),
  });
};

const resourceOf = (resource: Resource): unknown => ({
  id: resource.id,
  name: resource.name,
  type: kindOf(resource),
  // The third resource of each vault is excluded from its policy.
  auto_protect: resource.index % VAULT_SIZE !== 2,
  size: 50,
  backup_size: resource.backups.reduce(
    (sum, { state, megabytes }) => sum + (state === 'success' ? megabytes : 0),
    0,
  ),
  backup_count: resource.backups.length,
  protect_status: resource.running ? 'protecting' : 'available',
  extra_info: {},
});

const presentIn = (cloud: CloudState): readonly Resource[] =>
  cloud
    .world()
    .resources(TYPE)
    .filter(({ deleted }) => !deleted);

const vaultsIn = (cloud: CloudState): ReadonlyMap<number, readonly Resource[]> =>
  Map.groupBy(presentIn(cloud), vaultNumber);

const listVaults: Route['respond'] = (call, cloud) =>
  respondWithPage(call, cloud, {
    service: TYPE,
    operation: 'list_vaults',
    replaceable: inventoryOf(TYPE),
    paging: PAGING,
    rows: () =>
      worldRows([...vaultsIn(cloud)], ([vault, resources]) => ({
        id: vaultId(cloud.options.seed, vault),
        name: `vault-${vault}`,
        billing: { protect_type: 'backup', status: 'available', object_type: 'server', size: 500 },
        resources: resources.map(resourceOf),
      })),
    envelope: (rows, total) => ({ vaults: rows, count: total }),
  });

const listPolicies: Route['respond'] = (_, cloud) => {
  const vaults = [...vaultsIn(cloud).keys()].map((vault) => ({
    vault_id: vaultId(cloud.options.seed, vault),
  }));
  const policy = {
    id: uuid(cloud.options.seed, NUMBER, 0, 0, 3),
    name: 'daily',
    operation_type: 'backup',
    enabled: true,
    trigger: { properties: { pattern: ['FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=14;BYMINUTE=00'] } },
    associated_vaults: vaults,
  };
  return ok({ policies: [policy], count: 1 });
};

const listLogs: Route['respond'] = (call, cloud) =>
  respondWithPage(call, cloud, {
    service: TYPE,
    operation: 'list_operation_logs',
    replaceable: `${TYPE} logs`,
    paging: PAGING,
    rows: () => worldRows([], () => undefined),
    envelope: (rows, total) => ({ operation_logs: rows, count: total }),
  });

const createCheckpoint: Route['respond'] = (call, cloud) => {
  const checkpoint = jsonObject(call)?.['checkpoint'];
  const { vault_id: vault, parameters } = isObject(checkpoint) ? checkpoint : {};
  const wanted =
    isObject(parameters) && Array.isArray(parameters['resources']) ? parameters['resources'] : [];
  const resource = presentIn(cloud).find(({ id }) => id === wanted[0]);
  if (resource === undefined) return refuse(404, '6302', 'The resource does not exist.');
  if (vault !== vaultId(resource.seed, vaultNumber(resource)))
    return refuse(400, '6135', 'The resource is not in the vault.');
  if (resource.running) return refuse(500, '0002', 'The resource is being backed up.');
  const world = cloud.world();
  const name =
    isObject(parameters) && typeof parameters['name'] === 'string' ? parameters['name'] : undefined;
  const backup = world.start(resource, { method: 'manual', name });
  const id = cloud.jobs.add(resource, { kind: 'backup', backup }, world.now());
  return ok({ checkpoint: { id, status: 'protecting', vault: { id: vault, skipped_resources: [] } } });
};

const CHECKPOINT_STATUS = {
  pending: 'waiting_protect',
  running: 'protecting',
  success: 'available',
  failed: 'error',
} as const;

const getCheckpoint: Route['respond'] = ({ parameters }, cloud) => {
  const id = parameters['checkpoint_id'] ?? '';
  const job = cloud.jobs.progress(id, cloud.world().now());
  return job?.resource.kind === TYPE
    ? ok({ checkpoint: { id, status: CHECKPOINT_STATUS[job.status] } })
    : { status: 401, body: { unauthorized: { code: '401', message: 'Malformed request url' } } };
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
  path: `/v3/{project_id}/${path}`,
  permission,
  respond,
});

/** CBR of the simulated cloud. */
export const simulatedCbr: SimulatedApi = {
  type: TYPE,
  kind: TYPE,
  number: NUMBER,
  characters: ['healthy', 'failing', 'healthy', 'stale'],
  noun: 'server',
  resourceId: (seed, index) => uuid(seed, NUMBER, index),
  backupId: ({ resource, sequence }) => uuid(resource.seed, NUMBER, resource.index, sequence, 1),
  durations: [90, 900],
  smallestMegabytes: 1000,
  keepsBackups: true,
  prefix: `/${TYPE}`,
  routes: [
    route('list_backups', 'GET', 'backups', 'cbr:backups:list', listBackups),
    route('list_vaults', 'GET', 'vaults', 'cbr:vaults:list', listVaults),
    route('list_policies', 'GET', 'policies', 'cbr:policies:list', listPolicies),
    route('list_operation_logs', 'GET', 'operation-logs', 'cbr:tasks:list', listLogs),
    route('create_backup', 'POST', 'checkpoints', 'cbr:vaults:backup', createCheckpoint),
    route('get_checkpoint', 'GET', 'checkpoints/{checkpoint_id}', 'cbr:backups:get', getCheckpoint),
  ],
  refusals: {
    [TYPE]: {
      project: () => refuse(403, '8600', 'The token does not belong to this project.'),
      permission: () => snakeError(403, 'APIGW.0302', 'The user may not do this.'),
    },
  },
};
