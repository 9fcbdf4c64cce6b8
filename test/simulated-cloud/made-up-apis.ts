import { onTestFinished } from 'vitest';
import type { Route } from '../../src/simulated-cloud/cloud-state.ts';
import {
  inventoryOf,
  type PagingRules,
  respondWithPage,
  worldRows,
} from '../../src/simulated-cloud/listing.ts';
import type { SimulatedCloud, SimulatedCloudOptions } from '../../src/simulated-cloud/options.ts';
import { uuid } from '../../src/simulated-cloud/pseudo-random.ts';
import { type Backup, backupId, type Resource } from '../../src/simulated-cloud/resource.ts';
import { ok, snakeError } from '../../src/simulated-cloud/response.ts';
import type { SimulatedApi } from '../../src/simulated-cloud/service.ts';
import { startCloud } from '../../src/simulated-cloud/simulated-cloud.ts';
import { fakeClock } from './cloud-under-test.ts';

// Fictitious services, for tests of the parts of the simulated cloud that all services share.

const PAGING: PagingRules = {
  defaultLimit: 10,
  maximumLimit: 1000,
  badLimit: () => snakeError(400, 'MADE.0400', 'The limit is not valid.'),
  badOffset: () => snakeError(400, 'MADE.0400', 'The offset is not valid.'),
};

const backupRow = (backup: Backup) => ({
  id: backupId(backup),
  resource_id: backup.resource.id,
  status: backup.state,
  start: backup.start,
});

const resourceRow = ({ id, name }: Resource) => ({ id, name });

type OwnFields = Pick<SimulatedApi, 'number' | 'characters' | 'noun' | 'keepsBackups'>;

function madeUpApi(kind: string, count: number, own: OwnFields): SimulatedApi {
  const type = `${kind}s`;
  const { number } = own;
  const list = (
    operation: string,
    replaceable: string,
    rows: Parameters<typeof respondWithPage>[2]['rows'],
  ): Parameters<typeof respondWithPage>[2] => ({
    service: type,
    operation,
    replaceable,
    paging: PAGING,
    rows,
    envelope: (page, total) => ({ total, rows: page }),
  });
  const listBackups: Route['respond'] = (call, cloud) =>
    respondWithPage(
      call,
      cloud,
      list('list_backups', type, () =>
        worldRows(cloud.world().backups(kind), backupRow, cloud.options.listOrder === 'newest-first'),
      ),
    );
  const listResources: Route['respond'] = (call, cloud) =>
    respondWithPage(
      call,
      cloud,
      list(`list_${type}`, inventoryOf(type), () => worldRows(cloud.world().resources(kind), resourceRow)),
    );
  const createBackup: Route['respond'] = ({ parameters }, cloud) => {
    const resource = cloud.world().resource(parameters['id'] ?? '');
    if (resource === undefined) return snakeError(404, 'MADE.0404', 'Not found.');
    return ok({ backup_id: backupId(cloud.world().start(resource, { method: 'manual' })) });
  };
  const path = `/v1/{project_id}/${type}`;
  return {
    ...own,
    type,
    kind,
    defaultCount: count,
    resourceId: (seed, index) => uuid(seed, number, index),
    backupId: ({ resource, sequence }) => uuid(resource.seed, number, resource.index, sequence, 1),
    durations: [60, 540],
    smallestMegabytes: 200,
    prefix: '',
    routes: [
      {
        service: type,
        operation: 'list_backups',
        method: 'GET',
        path: `${path}/backups`,
        permission: `${type}:backup:list`,
        respond: listBackups,
      },
      {
        service: type,
        operation: `list_${type}`,
        method: 'GET',
        path,
        permission: `${type}:list`,
        respond: listResources,
      },
      {
        service: type,
        operation: 'create_backup',
        method: 'POST',
        path: `${path}/{id}/backups`,
        permission: `${type}:backup:create`,
        respond: createBackup,
      },
    ],
    refusals: {
      [type]: {
        project: () => snakeError(403, 'MADE.0001', 'The token does not belong to this project.'),
        permission: () => snakeError(403, 'MADE.0002', 'The user may not do this.'),
      },
    },
  };
}

/** Twelve widgets, including one of each character; all backups outlive them. */
export const WIDGETS = madeUpApi('widget', 12, {
  number: 1,
  characters: ['healthy', 'failing', 'stale', 'running', 'unknown', 'deleted', 'never', 'small'],
  noun: 'widget',
  keepsBackups: true,
});

/** Six gadgets; only manual backups outlive them. */
export const GADGETS = madeUpApi('gadget', 6, {
  number: 2,
  characters: ['healthy', 'failing'],
  noun: 'gadget',
  keepsBackups: 'manual',
});

/** A cloud of widgets and gadgets with a clock that the test advances; stopped when the test ends. */
export async function startMadeUpCloud(
  options: Partial<SimulatedCloudOptions> = {},
): Promise<{ readonly cloud: SimulatedCloud; readonly clock: ReturnType<typeof fakeClock> }> {
  const clock = fakeClock();
  const cloud = await startCloud([WIDGETS, GADGETS], { clock, ...options });
  onTestFinished(() => cloud.stop());
  return { cloud, clock };
}
