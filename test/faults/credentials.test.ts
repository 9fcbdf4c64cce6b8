import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type SimulatedCloud,
  type SimulatedCloudOptions,
  startSimulatedCloud,
} from '../../src/services/simulated-cloud.ts';
import { type ConfigurationParts, configurationFor, passwordOf } from '../support/configuration.ts';
import { eventually, type Sample, temporaryDirectory, valuesOf } from '../support/exporter-process.ts';
import {
  createExporterUnderTest,
  createTestClock,
  type ExporterUnderTest,
  type ExporterUnderTestOptions,
  type TestClock,
} from './exporter-under-test.ts';

const MINUTE = 60;
const HOUR = 3600;

const cleanups: (() => Promise<unknown>)[] = [];
let clock: TestClock;
let files: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeEach(async () => {
  clock = createTestClock();
  files = await temporaryDirectory();
  cleanups.push(files.remove);
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function startCloud(options: Partial<SimulatedCloudOptions> = {}): Promise<SimulatedCloud> {
  const cloud = await startSimulatedCloud({
    counts: { ges: 2, 'gaussdb-mysql': 2 },
    clock: clock.now,
    ...options,
  });
  cleanups.push(cloud.stop);
  return cloud;
}

async function startExporter(
  cloud: SimulatedCloud,
  parts: ConfigurationParts,
  options: ExporterUnderTestOptions = {},
): Promise<ExporterUnderTest> {
  const exporter = createExporterUnderTest({ clock, metadataOrigin: cloud.origin, ...options });
  cleanups.push(exporter.stop);
  await exporter.apply(configurationFor(cloud, { interval: '5m', ...parts }));
  return exporter;
}

const outcomesOf = (samples: readonly Sample[], project = 'prod'): Readonly<Record<string, number>> =>
  Object.fromEntries(
    samples
      .filter(
        ({ name, labels }) => name === 'huaweicloud_backup_polls_total' && labels['project'] === project,
      )
      .filter(({ labels, value }) => labels['cloud_service'] === 'ges' && value > 0)
      .map(({ labels, value }) => [labels['outcome'], value]),
  );

const requestsFor = ({ requests }: SimulatedCloud, operation: string) =>
  requests.filter((request) => request.operation === operation);

const statuses = (cloud: SimulatedCloud, operation: string) =>
  requestsFor(cloud, operation).map(({ status }) => status);

const rejections = ({ requests }: SimulatedCloud): number =>
  requests.filter(({ status, service }) => service !== 'metadata' && (status === 401 || status === 403))
    .length;

async function pollFor(exporter: ExporterUnderTest, duration: number, every = 5 * MINUTE): Promise<void> {
  for (let passed = 0; passed < duration; passed += every) {
    clock.advance(every);
    await exporter.poll();
  }
}

describe('an ECS agency', () => {
  const credentials = { type: 'ecs-agency' };

  it.each(['optional', 'required', 'absent'] as const)(
    'polls for three days with session tokens %s, renewing its keys before they expire',
    async (metadataSession) => {
      const cloud = await startCloud({ metadataSession, temporaryKeyLife: 6 * HOUR });
      const exporter = await startExporter(cloud, { credentials });

      await exporter.poll();
      await pollFor(exporter, 72 * HOUR, 20 * MINUTE);

      expect(outcomesOf(await exporter.samples())).toEqual({ success: 72 * 3 + 1 });
      expect(rejections(cloud)).toBe(0);
      const keys = requestsFor(cloud, 'metadata').length;
      expect(keys).toBeGreaterThanOrEqual(72 / 6);
      expect(keys).toBeLessThanOrEqual(40);
      // An expired session token is requested again, but not repeatedly if there are none.
      expect(requestsFor(cloud, 'metadata_session').length).toBeLessThanOrEqual(keys);
    },
  );

  it('keeps using its key during an outage of the metadata service, and fails once the key expires', async () => {
    const cloud = await startCloud({ temporaryKeyLife: 6 * HOUR });
    const exporter = await startExporter(cloud, { credentials });
    await exporter.poll();
    const undo = [
      cloud.inject({ match: { operation: 'metadata' }, fault: { kind: 'status', status: 500 } }),
      cloud.inject({ match: { operation: 'metadata_session' }, fault: { kind: 'reset' } }),
    ];

    await pollFor(exporter, 5 * HOUR);
    const whileKeyIsValid = outcomesOf(await exporter.samples());
    await pollFor(exporter, 2 * HOUR);
    const afterExpiry = outcomesOf(await exporter.samples());
    for (const end of undo) end();
    await pollFor(exporter, 5 * MINUTE);
    const after = outcomesOf(await exporter.samples());

    expect(whileKeyIsValid).toEqual({ success: 61 });
    expect(Object.keys(afterExpiry).sort()).toEqual(['network', 'success']);
    expect(afterExpiry['network']).toBeGreaterThan(10);
    expect(after['success']).toBe((afterExpiry['success'] ?? 0) + 1);
    expect(after['network']).toBe(afterExpiry['network']);
  });

  it('gets a new key within the poll in which the old one is rejected', async () => {
    const cloud = await startCloud();
    const exporter = await startExporter(cloud, { credentials });
    await exporter.poll();

    cloud.revokeTemporaryKeys();
    await exporter.poll();

    expect(outcomesOf(await exporter.samples())).toEqual({ success: 2 });
    expect(rejections(cloud)).toBeGreaterThan(0);
  });

  it('that was detached counts as auth and logs what to do', async () => {
    const cloud = await startCloud();
    cloud.deny('metadata:agency');
    const exporter = await startExporter(cloud, { credentials });

    await exporter.poll();

    expect(outcomesOf(await exporter.samples())).toEqual({ auth: 1 });
    expect(exporter.exporter.status().polls[0]?.recent[0]?.reason).toMatch(/attach an agency to this server/);
  });
});

describe('workload identity', () => {
  const oidcOf = (cloud: SimulatedCloud) => ({
    type: 'oidc',
    idp_id: cloud.account.oidc.idpId,
    token_file: files.path('id-token'),
  });

  it('rereads its token for each sign-in while the cluster rotates it hourly for three days', async () => {
    const cloud = await startCloud({ tokenLife: 2 * HOUR });
    await files.write('id-token', cloud.account.oidc.idToken);
    const exporter = await startExporter(cloud, { credentials: oidcOf(cloud) });
    await exporter.poll();

    for (let hour = 0; hour < 72; hour += 1) {
      const idToken = `header.claims-${hour}.signature`;
      cloud.changeIdToken(idToken);
      await files.write('id-token', `${idToken}\n`);
      await pollFor(exporter, HOUR, 20 * MINUTE);
      // An early renewal runs in the background: it must have ended before the token changes.
      await exporter.poll();
      await eventually(() => statuses(cloud, 'sign_in').every((status) => status !== undefined));
    }

    expect(outcomesOf(await exporter.samples())).toEqual({ success: 72 * 4 + 1 });
    expect(new Set(statuses(cloud, 'sign_in'))).toEqual(new Set([201]));
    expect(requestsFor(cloud, 'sign_in').length).toBeLessThanOrEqual(72);
  });

  it('with an expired token signs in once in five minutes, and immediately with a new one', async () => {
    const cloud = await startCloud();
    await files.write('id-token', 'header.old.signature');
    const exporter = await startExporter(cloud, { credentials: oidcOf(cloud) });

    await exporter.poll();
    await pollFor(exporter, 4 * MINUTE, MINUTE);
    const rejected = statuses(cloud, 'sign_in');
    await files.write('id-token', cloud.account.oidc.idToken);
    await exporter.poll();

    expect(rejected).toEqual([401]);
    expect(statuses(cloud, 'sign_in')).toEqual([401, 201]);
    expect(outcomesOf(await exporter.samples())).toEqual({ auth: 5, success: 1 });
  });
});

describe('a rejected password', () => {
  const passwordIn = (cloud: SimulatedCloud) => {
    const { password: _, ...rest } = passwordOf(cloud);
    return { ...rest, password_file: files.path('password') };
  };

  it('is sent at most once in five minutes across all services and reloads, and never locks the account', async () => {
    const cloud = await startCloud();
    await writeFile(files.path('password'), 'mistyped');
    const exporter = await startExporter(cloud, { credentials: passwordIn(cloud) });

    for (let minute = 0; minute < 120; minute += 1) {
      await exporter.poll();
      if (minute % 10 === 0) {
        await exporter.apply(configurationFor(cloud, { interval: '5m', credentials: passwordIn(cloud) }));
      }
      clock.advance(MINUTE);
    }
    const attempts = requestsFor(cloud, 'sign_in').map(({ at }) => at);
    await writeFile(files.path('password'), cloud.account.password);
    await exporter.poll();

    const gaps = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5 * MINUTE);
    expect(attempts).toHaveLength(24);
    expect(outcomesOf(await exporter.samples())).toEqual({ auth: 120, success: 1 });
  });

  it('is replaced immediately when the file changes', async () => {
    const cloud = await startCloud();
    await writeFile(files.path('password'), cloud.account.password);
    const exporter = await startExporter(cloud, { credentials: passwordIn(cloud) });
    await exporter.poll();

    cloud.changePassword('the-next-password');
    await exporter.poll();
    await writeFile(files.path('password'), 'the-next-password\n');
    await exporter.poll();

    expect(outcomesOf(await exporter.samples())).toEqual({ success: 2, auth: 1 });
    expect(statuses(cloud, 'sign_in')).toEqual([201, 401, 201]);
  });

  it('does not keep another project from signing in', async () => {
    const cloud = await startCloud();
    await writeFile(files.path('password'), 'mistyped');
    const exporter = await startExporter(cloud, {
      credentials: passwordIn(cloud),
      moreProjects: [
        {
          name: 'other',
          region: cloud.account.region,
          iam_endpoint: cloud.origin,
          credentials: passwordOf(cloud),
          services: [{ type: 'ges', endpoint: cloud.origin }],
        },
      ],
    });

    await exporter.poll();

    const samples = await exporter.samples();
    expect(outcomesOf(samples)).toEqual({ auth: 1 });
    expect(outcomesOf(samples, 'other')).toEqual({ success: 1 });
  });
});

describe('the expiry of credentials', () => {
  const EXPIRY = 1_710_000_000;
  const expiryOf = async (exporter: ExporterUnderTest) =>
    valuesOf(await exporter.samples(), 'credentials_expiry_timestamp_seconds');

  it('is exported for a password that expires', async () => {
    const cloud = await startCloud({ passwordExpiresAt: EXPIRY });
    const exporter = await startExporter(cloud, {});

    await exporter.poll();

    expect(await expiryOf(exporter)).toEqual([EXPIRY]);
  });

  it.each([
    ['a password that never expires', {}, undefined],
    ['an ECS agency, whose keys are renewed', { type: 'ecs-agency' }, EXPIRY],
    ['an access key', { type: 'access-key' }, EXPIRY],
    ['workload identity', { type: 'oidc' }, EXPIRY],
    ['a token', { type: 'token' }, EXPIRY],
  ])('is absent for %s', async (_, given, passwordExpiresAt) => {
    const cloud = await startCloud({ passwordExpiresAt });
    const { accessKey, secretKey, oidc } = cloud.account;
    await files.write('id-token', oidc.idToken);
    const more: Readonly<Record<string, object>> = {
      'access-key': { access_key: accessKey, secret_key: secretKey },
      oidc: { idp_id: oidc.idpId, token_file: files.path('id-token') },
      token: { token: cloud.issueToken() },
    };
    const type = 'type' in given ? given.type : 'password';
    const credentials = type === 'password' ? passwordOf(cloud) : { type, ...more[type] };
    const exporter = await startExporter(cloud, {
      credentials,
      project: { project_id: cloud.account.projectId },
    });

    await exporter.poll();

    expect(outcomesOf(await exporter.samples())).toEqual({ success: 1 });
    expect(await expiryOf(exporter)).toEqual([]);
  });
});
