import { type CloudState, isObject, jsonObject, type Route } from '../../simulated-cloud/cloud-state.ts';
import { inventoryOf } from '../../simulated-cloud/listing.ts';
import { uuid } from '../../simulated-cloud/pseudo-random.ts';
import { type Backup, backupId, type Resource } from '../../simulated-cloud/resource.ts';
import { ok, type SimulatedResponse, snakeError } from '../../simulated-cloud/response.ts';
import type { SimulatedApi } from '../../simulated-cloud/service.ts';
import { zonelessTime } from '../../simulated-cloud/time-formats.ts';

const TYPE = 'dws';
const NUMBER = 8;
const STATUS = {
  running: 'CREATING',
  success: 'AVAILABLE',
  failed: 'UNAVAILABLE',
  unknown: 'FROZEN',
} as const satisfies Record<Backup['state'], string>;

const noSuchCluster = (): SimulatedResponse => snakeError(403, 'DWS.0015', 'The cluster does not exist.');

const clusterOf = (id: unknown, cloud: CloudState): Resource | undefined => {
  const cluster = typeof id === 'string' ? cloud.world().resource(id) : undefined;
  return cluster?.kind === TYPE && !cluster.deleted ? cluster : undefined;
};

const time = (unixSeconds: number): string => `${zonelessTime(unixSeconds)}Z`;

const snapshotOf = (backup: Backup): unknown => ({
  id: backupId(backup),
  name: backup.name ?? `snapshot-${backup.sequence}`,
  description: '',
  started: time(backup.start),
  finished: backup.end === undefined ? '' : time(backup.end),
  size: backup.end === undefined ? 0 : backup.megabytes / 1024,
  status: STATUS[backup.state],
  type: backup.method === 'auto' ? 'AUTO' : 'MANUAL',
  cluster_id: backup.resource.id,
  backup_level: 'cluster',
});

// Neither list has pages: query parameters are ignored, as by the vendor.
const listSnapshots: Route['respond'] = async (_, cloud) => {
  await cloud.beforePage({ service: TYPE, operation: 'list_backups', offset: 0, limit: 0 });
  const verbatim = cloud.verbatim.get(TYPE);
  const snapshots = verbatim?.rows ?? cloud.world().backups(TYPE).map(snapshotOf).toReversed();
  return ok({ snapshots, count: verbatim?.total ?? snapshots.length });
};

const listClusters: Route['respond'] = (_, cloud) => {
  const verbatim = cloud.verbatim.get(inventoryOf(TYPE));
  const present = cloud
    .world()
    .resources(TYPE)
    .filter(({ deleted }) => !deleted);
  const clusters =
    verbatim?.rows ??
    present.map((cluster) => ({
      id: cluster.id,
      name: cluster.name,
      status: 'AVAILABLE',
      task_status: cluster.running ? 'SNAPSHOTTING' : null,
      created: time(cluster.created),
      version: '8.2.0',
      node_type: 'dws.d1.xlarge.ultrahigh',
    }));
  return ok({ clusters, count: verbatim?.total ?? clusters.length });
};

const getPolicy: Route['respond'] = ({ parameters }, cloud) => {
  const strategies = [{ backup_level: 'cluster', backup_type: 'full', backup_strategy: '0 0 2 ? * *' }];
  return clusterOf(parameters['cluster_id'], cloud)
    ? ok({ backup_strategies: strategies, keep_day: 3 })
    : noSuchCluster();
};

const createSnapshot: Route['respond'] = (call, cloud) => {
  const snapshot = jsonObject(call)?.['snapshot'];
  const { name, cluster_id: clusterId } = isObject(snapshot) ? snapshot : {};
  if (typeof name !== 'string' || !/^[A-Za-z][\w-]{3,63}$/.test(name)) {
    return snakeError(400, 'DWS.0001', 'The name is not valid.');
  }
  const cluster = clusterOf(clusterId, cloud);
  if (cluster === undefined) return noSuchCluster();
  if (cluster.running) return snakeError(400, 'DWS.6000', 'A snapshot of the cluster is being created.');
  return ok({ snapshot: { id: backupId(cloud.world().start(cluster, { method: 'manual', name })) } });
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
  path,
  permission,
  respond,
});

/** DWS of the simulated cloud. */
export const simulatedDws: SimulatedApi = {
  type: TYPE,
  kind: TYPE,
  number: NUMBER,
  characters: ['healthy', 'stale'],
  noun: 'warehouse',
  resourceId: (seed, index) => uuid(seed, NUMBER, index),
  backupId: ({ resource, sequence }) => uuid(resource.seed, NUMBER, resource.index, sequence, 1),
  durations: [300, 2400],
  smallestMegabytes: 4000,
  keepsBackups: true,
  prefix: `/${TYPE}`,
  routes: [
    route('list_backups', 'GET', '/v1.0/{project_id}/snapshots', 'dws:openAPISnapshot:list', listSnapshots),
    route('list_clusters', 'GET', '/v1.0/{project_id}/clusters', 'dws:openAPICluster:list', listClusters),
    route(
      'get_policy',
      'GET',
      '/v2/{project_id}/clusters/{cluster_id}/snapshot-policies',
      'dws:cluster:listSnapshotPolicy',
      getPolicy,
    ),
    route(
      'create_backup',
      'POST',
      '/v1.0/{project_id}/snapshots',
      'dws:openAPISnapshot:create',
      createSnapshot,
    ),
  ],
  refusals: {
    [TYPE]: {
      project: () => snakeError(403, 'DWS.5036', 'The token does not belong to this project.'),
      permission: () => snakeError(403, 'DWS.5036', 'The user may not do this.'),
    },
  },
};
