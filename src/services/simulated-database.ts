import { type Call, type CloudState, jsonObject, type Route } from '../simulated-cloud/cloud-state.ts';
import { inventoryOf, type PagingRules, respondWithPage, worldRows } from '../simulated-cloud/listing.ts';
import { hexadecimalId } from '../simulated-cloud/pseudo-random.ts';
import { type Backup, backupId, type Resource } from '../simulated-cloud/resource.ts';
import { ok, type SimulatedResponse, snakeError } from '../simulated-cloud/response.ts';
import type { SimulatedApi } from '../simulated-cloud/service.ts';
import { zonelessTime } from '../simulated-cloud/time-formats.ts';

/** How a database service of the simulated cloud differs from the others. */
export interface SimulatedDatabase {
  readonly type: string;
  readonly number: number;
  /** The digits after `in` and `br` in its ids. */
  readonly suffix: string;
  readonly engine: string;
  readonly version: unknown;
  readonly permissions: {
    readonly backups: string;
    readonly instances: string;
    readonly policy: string;
    readonly create: string;
  };
  readonly backupsPath: string;
  readonly policyPath: string;
  readonly createPath: string;
  /** What is wrong with the query of a list of backups; undefined if nothing is. */
  readonly refuseQuery?: (query: URLSearchParams) => string | undefined;
  /** Whether the query includes a backup, apart from its instance. */
  readonly isListed?: (backup: Backup, query: URLSearchParams) => boolean;
  readonly size: (megabytes: number) => number;
  readonly time: (unixSeconds: number) => string;
  readonly created: (unixSeconds: number) => string;
  /** Fields of a row in addition to those of every database service. */
  readonly row?: (backup: Backup) => Readonly<Record<string, unknown>>;
  readonly instance?: (instance: Resource) => Readonly<Record<string, unknown>>;
  readonly method: (backup: Backup) => string;
  /** The instance and name in the request for a backup. */
  readonly readCreate: (call: Call) => { readonly instanceId: unknown; readonly name: unknown };
  readonly createResponse: (backup: Backup, jobId: string) => Readonly<Record<string, unknown>>;
  /** How a job is returned; `none`: jobs cannot be read. */
  readonly jobs: 'none' | 'one' | 'list';
}

const STATUS = {
  running: 'BUILDING',
  success: 'COMPLETED',
  failed: 'FAILED',
  unknown: 'FROZEN_COPY',
} as const satisfies Record<Backup['state'], string>;

const JOB_STATUS = {
  pending: 'Running',
  running: 'Running',
  success: 'Completed',
  failed: 'Failed',
} as const;

const badParameter = (what: string): SimulatedResponse =>
  snakeError(400, 'DBS.280001', `The parameter ${what} is not valid.`);
const noSuchInstance = (): SimulatedResponse =>
  snakeError(404, 'DBS.200002', 'There is no such DB instance.');

const PAGING: PagingRules = {
  defaultLimit: 100,
  maximumLimit: 100,
  badLimit: () => snakeError(400, 'DBS.280439', 'The limit must be an integer from 1 to 100.'),
  badOffset: () => badParameter('offset'),
};

/** The name of a backup that was given none. */
const nameOf = ({ name, resourceName, start }: Backup): string =>
  name ?? `backup-${resourceName}-${zonelessTime(start).replace(/[-:T]/g, '')}`;

const window = (instance: Resource): string => {
  const hour = Number(zonelessTime(instance.anchor).slice(11, 13));
  const text = (value: number): string => `${String(value % 24).padStart(2, '0')}:00`;
  return `${text(hour)}-${text(hour + 1)}`;
};

/** The simulation of a database service. */
export function simulatedDatabase(database: SimulatedDatabase): SimulatedApi {
  const { type, number, suffix, permissions } = database;

  const instanceOf = (id: unknown, cloud: CloudState): Resource | undefined => {
    const instance = typeof id === 'string' ? cloud.world().resource(id) : undefined;
    return instance?.kind === type && !instance.deleted ? instance : undefined;
  };

  const rowOf = (backup: Backup): unknown => {
    const { resource: instance, start, end, state, megabytes } = backup;
    return {
      id: backupId(backup),
      name: nameOf(backup),
      instance_id: instance.id,
      type: database.method(backup),
      begin_time: database.time(start),
      ...(end !== undefined && { end_time: database.time(end) }),
      ...(end !== undefined && { size: state === 'failed' ? 0 : database.size(megabytes) }),
      status: STATUS[state],
      datastore: { type: database.engine, version: database.version },
      ...database.row?.(backup),
    };
  };

  const listBackups: Route['respond'] = (call, cloud) => {
    const query = new URLSearchParams(call.query);
    const refused = database.refuseQuery?.(query);
    if (refused !== undefined) return badParameter(refused);
    const instanceId = query.get('instance_id');
    if (instanceId !== null && database.refuseQuery !== undefined && !instanceOf(instanceId, cloud)) {
      return noSuchInstance();
    }
    return respondWithPage(call, cloud, {
      service: type,
      operation: 'list_backups',
      replaceable: type,
      paging: PAGING,
      rows: () => {
        const all =
          instanceId === null ? cloud.world().backups(type) : (instanceOf(instanceId, cloud)?.backups ?? []);
        const listed = all.filter((backup) => database.isListed?.(backup, query) ?? true);
        return worldRows(listed, rowOf, cloud.options.listOrder === 'newest-first');
      },
      envelope: (rows, total) => ({ backups: rows, total_count: total }),
    });
  };

  const listInstances: Route['respond'] = (call, cloud) =>
    respondWithPage(call, cloud, {
      service: type,
      operation: 'list_instances',
      replaceable: inventoryOf(type),
      paging: PAGING,
      rows: () =>
        worldRows(
          cloud
            .world()
            .resources(type)
            .filter(({ deleted }) => !deleted),
          (instance) => ({
            id: instance.id,
            name: instance.name,
            status: 'normal',
            created: database.created(instance.created),
            datastore: { type: database.engine, version: database.version },
            backup_strategy: { start_time: window(instance), keep_days: 7 },
            tags: [{ key: 'team', value: instance.name.split('-')[0] }],
            ...database.instance?.(instance),
          }),
        ),
      envelope: (rows, total) => ({ instances: rows, total_count: total }),
    });

  const getPolicy: Route['respond'] = ({ parameters }, cloud) => {
    const instance = instanceOf(parameters['instance_id'], cloud);
    return instance
      ? ok({ backup_policy: { keep_days: 7, start_time: window(instance), period: '1,2,3,4,5,6,7' } })
      : noSuchInstance();
  };

  const createBackup: Route['respond'] = (call, cloud) => {
    const { instanceId, name } = database.readCreate(call);
    if (typeof name !== 'string' || !/^[A-Za-z][\w-]{3,63}$/.test(name)) return badParameter('name');
    const instance = instanceOf(instanceId, cloud);
    if (!instance) return noSuchInstance();
    if (instance.running) return snakeError(409, 'DBS.201205', 'The DB instance is being backed up.');
    const world = cloud.world();
    const backup = world.start(instance, { method: 'manual', name });
    const jobId = cloud.jobs.add(instance, { kind: 'backup', backup }, world.now());
    return { status: 202, body: database.createResponse(backup, jobId) };
  };

  const getJob: Route['respond'] = (call, cloud) => {
    const id = new URLSearchParams(call.query).get('id') ?? '';
    const job = cloud.jobs.progress(id, cloud.world().now());
    if (job?.resource.kind !== type) return snakeError(404, 'DBS.200543', 'There is no such job.');
    const body = {
      id,
      status: JOB_STATUS[job.status],
      created: database.time(job.begin),
      // A running job has an end too, as in the vendor's sample.
      ended: database.time(job.end ?? job.begin),
      fail_reason: job.reason ?? null,
    };
    return ok(database.jobs === 'list' ? { jobs: [body] } : { job: body });
  };

  const route = (
    operation: string,
    method: Route['method'],
    path: string,
    permission: string,
    respond: Route['respond'],
  ): Route => ({ service: type, operation, method, path, permission, respond });

  return {
    type,
    kind: type,
    number,
    characters: ['healthy', 'failing', 'stale', 'healthy', 'unknown'],
    noun: type,
    resourceId: (seed, index) => `${hexadecimalId(seed, number, index)}in${suffix}`,
    backupId: ({ resource, sequence }) =>
      `${hexadecimalId(resource.seed, number, resource.index, sequence, 1)}br${suffix}`,
    durations: [120, 1080],
    smallestMegabytes: 500,
    keepsBackups: false,
    prefix: `/${type}`,
    routes: [
      route('list_backups', 'GET', database.backupsPath, permissions.backups, listBackups),
      route('list_instances', 'GET', '/v3/{project_id}/instances', permissions.instances, listInstances),
      route('get_policy', 'GET', database.policyPath, permissions.policy, getPolicy),
      route('create_backup', 'POST', database.createPath, permissions.create, createBackup),
      ...(database.jobs === 'none'
        ? []
        : [route('get_job', 'GET', '/v3/{project_id}/jobs', permissions.backups, getJob)]),
    ],
    refusals: {
      [type]: {
        project: () => snakeError(403, 'DBS.200044', 'The token does not belong to this project.'),
        permission: () => snakeError(403, 'DBS.280015', 'The user may not do this.'),
      },
    },
  };
}

/** The request body for a backup in most of these services. */
export function plainCreate(call: Call): { readonly instanceId: unknown; readonly name: unknown } {
  const body = jsonObject(call);
  return { instanceId: body?.['instance_id'], name: body?.['name'] };
}

/** The backup in the response to its creation. */
export const createdBackup = (backup: Backup, time: (unixSeconds: number) => string) => ({
  id: backupId(backup),
  name: nameOf(backup),
  begin_time: time(backup.start),
  status: STATUS[backup.state],
  type: backup.method,
  instance_id: backup.resource.id,
});
