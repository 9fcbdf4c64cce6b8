import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { SimulatedCloud, SimulatedCloudOptions } from '../../src/services/simulated-cloud.ts';
import { configurationFor, passwordOf } from '../support/configuration.ts';
import { eventually, type ServingExporter, startExporter, valuesOf } from '../support/exporter-process.ts';
import { cloudFor, filesFor } from './command-world.ts';

let files: Awaited<ReturnType<typeof filesFor>>;
beforeEach(async () => {
  files = await filesFor();
});

const startCloud = (options: Partial<SimulatedCloudOptions> = {}): Promise<SimulatedCloud> =>
  cloudFor({ counts: { ges: 2, 'gaussdb-mysql': 1 }, ...options });

async function start(
  cloud: SimulatedCloud,
  credentials: object,
  environment: Readonly<Record<string, string>> = {},
): Promise<ServingExporter> {
  const config = await files.write('config.yml', configurationFor(cloud, { credentials }));
  const exporter = await startExporter(['--config.file', config], environment);
  onTestFinished(async () => void (await exporter.stop()));
  return exporter;
}

const pollsOf = async (exporter: ServingExporter, outcome: string): Promise<number> =>
  Math.min(...valuesOf(await exporter.metrics(), 'polls_total', { outcome }));

/** Waits for further polls of both services with this outcome. */
const awaitPolls = async (exporter: ServingExporter, outcome: string): Promise<void> => {
  const before = await pollsOf(exporter, outcome);
  await eventually(async () => (await pollsOf(exporter, outcome)) > before + 1);
};

const signIns = ({ requests }: SimulatedCloud) =>
  requests.filter(({ operation }) => operation === 'sign_in').map(({ status }) => status);

describe('the exporter', () => {
  it.each(['required', 'absent'] as const)(
    'signs with the keys of an ECS agency with session tokens %s, and with new keys once they are revoked',
    async (metadataSession) => {
      const cloud = await startCloud({ metadataSession });
      const exporter = await start(
        cloud,
        { type: 'ecs-agency' },
        { HUAWEICLOUD_BACKUP_METADATA_ENDPOINT: cloud.origin, HTTPS_PROXY: 'http://127.0.0.1:1' },
      );

      await awaitPolls(exporter, 'success');
      cloud.revokeTemporaryKeys();
      await awaitPolls(exporter, 'success');

      const outcomes = valuesOf(await exporter.metrics(), 'polls_total').filter((count) => count > 0);
      expect(outcomes).toHaveLength(2);
      expect(cloud.requests.filter(({ operation }) => operation === 'metadata')).toHaveLength(2);
      expect(valuesOf(await exporter.metrics(), 'credentials_expiry_timestamp_seconds')).toEqual([]);
    },
  );

  it('rereads a rotated workload identity from its file', async () => {
    const cloud = await startCloud();
    const { idpId, idToken } = cloud.account.oidc;
    const path = await files.write('id-token', idToken);
    const exporter = await start(cloud, { type: 'oidc', idp_id: idpId, token_file: path });

    await awaitPolls(exporter, 'success');
    cloud.changeIdToken('header.rotated.signature');
    await files.write('id-token', 'header.rotated.signature\n');
    cloud.revokeTokens();
    await awaitPolls(exporter, 'success');

    expect(signIns(cloud)).toEqual([201, 201]);
    expect(await pollsOf(exporter, 'auth')).toBe(0);
  });

  it('rereads a rotated password from its file, and does not resend the rejected one', async () => {
    const EXPIRY = 2_000_000_000;
    const cloud = await startCloud({ passwordExpiresAt: EXPIRY });
    const { password, ...rest } = passwordOf(cloud);
    const path = await files.write('password', password);
    const exporter = await start(cloud, { ...rest, password_file: path });

    await awaitPolls(exporter, 'success');
    cloud.changePassword('the-next-one');
    await awaitPolls(exporter, 'auth');
    const rejected = signIns(cloud);
    await files.write('password', 'the-next-one\n');
    await awaitPolls(exporter, 'success');

    expect(rejected).toEqual([201, 401]);
    expect(signIns(cloud)).toEqual([201, 401, 201]);
    expect(valuesOf(await exporter.metrics(), 'credentials_expiry_timestamp_seconds')).toEqual([EXPIRY]);
  });

  it('starts before its secret file exists, logs it, and polls once the file exists', async () => {
    const cloud = await startCloud();
    const { accessKey, secretKey } = cloud.account;
    const path = files.path('secret-key');
    const exporter = await start(cloud, {
      type: 'access-key',
      access_key: accessKey,
      secret_key_file: path,
    });

    await awaitPolls(exporter, 'auth');
    await files.write('secret-key', secretKey);
    await awaitPolls(exporter, 'success');

    expect(exporter.errors()).toContain(path);
    expect(cloud.requests.every(({ status }) => status === 200)).toBe(true);
  });

  it('sends a rejected password only once, even after reloads', async () => {
    const cloud = await startCloud();
    const exporter = await start(cloud, { ...passwordOf(cloud), password: 'mistyped' });
    const reloads = () => exporter.errors().match(/configuration reloaded/g)?.length ?? 0;

    await awaitPolls(exporter, 'auth');
    for (let count = 1; count <= 3; count += 1) {
      exporter.child.kill('SIGHUP');
      await eventually(() => reloads() === count);
      await awaitPolls(exporter, 'auth');
    }

    expect(signIns(cloud)).toEqual([401]);
  });
});
