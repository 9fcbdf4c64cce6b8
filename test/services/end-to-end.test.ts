import { afterEach, describe, expect, it } from 'vitest';
import { createProjectClient } from '../../src/cloud/project-client.ts';
import { parseConfig } from '../../src/config/load.ts';
import { seconds, systemClock } from '../../src/domain/quantities.ts';
import { failureOf, readService } from '../../src/poll/read-service.ts';
import { defaultApi, SERVICE_TYPES, SERVICES, serviceOf } from '../../src/services/index.ts';
import { type SimulatedCloud, startSimulatedCloud } from '../../src/services/simulated-cloud.ts';

const COUNT = 6;
const forever = (): AbortSignal => new AbortController().signal;
const noLog = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

let stop: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of stop) await end();
  stop = [];
});

/** A cloud with some resources of one service, and a client of that service. */
async function open(type: string, { count = COUNT, characters = true } = {}) {
  const cloud = await startSimulatedCloud({ counts: { [type]: count }, characters });
  const { user, domain, password, region } = cloud.account;
  const credentials = { type: 'password', user, domain, password };
  const services = [{ type, endpoint: cloud.endpointOf(type) }];
  const loaded = parseConfig(
    JSON.stringify({ projects: [{ region, iam_endpoint: cloud.origin, credentials, services }] }),
    'test',
  );
  const project = loaded.ok ? loaded.config.projects[0] : undefined;
  const service = project?.services[0];
  if (project === undefined || service === undefined) throw new Error('the configuration was refused');
  const client = createProjectClient(project, {
    requestTimeout: seconds(5),
    concurrency: 4,
    clock: systemClock,
    sleep: () => Promise.resolve(),
    random: () => 0.5,
    log: noLog,
    observe: () => undefined,
    userAgent: 'test',
    environment: {},
  });
  stop.push(
    () => client.close(),
    () => cloud.stop(),
  );
  const scope = { service: type, region, project: 'test' };
  const reader = {
    client,
    service,
    ahead: 3,
    scope,
    config: { limits: { resources: 1000 } },
    clock: systemClock,
  };
  return { cloud, reader };
}

/** The actual successful backups of every served resource. */
const truthOf = (cloud: SimulatedCloud) =>
  new Map(
    cloud.resources().map(({ id }) => {
      const good = cloud.backupsOf(id).filter(({ state }) => state === 'success');
      return [id, good.reduce((newest, { end = 0 }) => Math.max(newest, end), 0)] as const;
    }),
  );

describe.each(SERVICE_TYPES)('%s, read from the simulated cloud with the client', (type) => {
  it('has the newest successful backup of every resource, and no rejected rows', async () => {
    const { cloud, reader } = await open(type);

    const read = await readService(reader, undefined, forever());

    expect(failureOf(read)).toBeUndefined();
    const { backups, next } = read;
    if (backups.kind !== 'read' || next === undefined) throw new Error('nothing was read');
    expect(Object.values(backups.rejections).reduce((sum, count) => sum + count)).toBe(0);
    expect(next.resources.size).toBeGreaterThan(3);
    const truth = truthOf(cloud);
    for (const { id, facts } of next.resources.values()) {
      expect(Math.floor(facts?.lastSuccess?.end ?? 0)).toBe(truth.get(id));
    }
  });

  it('names the permission to grant when its list of backups is refused', async () => {
    const { cloud, reader } = await open(type);
    const { backups, resources } = reader.service.api;
    const list = backups.of === 'project' ? backups.list : backups.ofResource({ id: 'x' })[0];
    const permission = (list ?? resources).call.permission?.role ?? '';
    cloud.deny(permission);

    const read = await readService(reader, undefined, forever());

    expect(failureOf(read)).toMatchObject({
      outcome: 'permission',
      reason: expect.stringContaining(`grant ${permission}`),
    });
  });

  it('is empty, without a failure, if there are no resources', async () => {
    const { reader } = await open(type, { count: 0 });

    const read = await readService(reader, undefined, forever());

    expect(failureOf(read)).toBeUndefined();
    expect(read.next?.resources.size).toBe(0);
  });

  it('lists the backup that a create request starts', async () => {
    const { cloud, reader } = await open(type, { characters: false });
    const { actions } = reader.service.api;
    const [resource] = (await readService(reader, undefined, forever())).next?.resources.values() ?? [];
    if (resource === undefined) throw new Error('there is no resource');
    const key = { id: resource.id, parentId: resource.listing?.parentId };
    const create = actions.create(key, 'started-by-a-test');
    const { endpoint } = reader.service;

    const body = await reader.client.call(
      { ...create, service: type, endpoint, errors: serviceOf(type).errors },
      forever(),
    );

    expect(actions.readCreated(body, key)).toMatchObject({ kind: 'started' });
    expect(cloud.backupsOf(resource.id).at(-1)).toMatchObject({ method: 'manual', state: 'running' });
  });
});

describe.each(SERVICE_TYPES.filter((type) => serviceOf(type).resource.one !== 'never'))(
  'the policy of %s',
  (type) => {
    it('is read for every resource with one', async () => {
      const { reader } = await open(type, { characters: false });
      const { policies } = reader.service.api;
      if (policies?.of !== 'resource') return;
      const resources = (await readService(reader, undefined, forever())).next?.resources.values() ?? [];
      const { endpoint } = reader.service;

      const read = [];
      for (const { id, listing } of resources) {
        const call = policies.call({ id, parentId: listing?.parentId });
        const request = { ...call, service: type, endpoint, errors: serviceOf(type).errors };
        read.push(policies.read(await reader.client.call(request, forever())));
      }

      expect(read).toContainEqual({ kind: 'scheduled', objective: expect.any(Number) });
      expect(read.filter((policy) => policy?.kind !== 'off' && policy?.objective === undefined)).toEqual([]);
    });
  },
);

const perResource = SERVICES.filter((service) => defaultApi(service).backups.of === 'resource');

it.each(perResource.map(({ type }) => type))(
  'one resource of %s that cannot be read does not affect the others, and the list is not complete',
  async (type) => {
    const { cloud, reader } = await open(type);
    const complete = (await readService(reader, undefined, forever())).next;
    const [broken] = complete?.resources.keys() ?? [];
    const operation = reader.service.api.backups.ofResource({ id: `${broken}` })[0]?.call.operation;
    const client = {
      ...reader.client,
      call: (...[request, signal]: Parameters<typeof reader.client.call>) =>
        reader.client.call(
          request.operation === operation && JSON.stringify(request).includes(`${broken}`)
            ? { ...request, path: '/v3/{project_id}/nowhere' }
            : request,
          signal,
        ),
    };

    const read = await readService({ ...reader, client }, complete, forever());

    expect(failureOf(read)?.reason).toMatch(/^1 of \d+ resources could not be read, first error: /);
    expect(read.next?.resources.get(broken ?? '')?.facts).toEqual(
      complete?.resources.get(broken ?? '')?.facts,
    );
    expect(read.next?.resources.size).toBe(complete?.resources.size);
    expect(cloud.resources().length).toBe(COUNT);
  },
);
