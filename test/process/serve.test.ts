import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { SimulatedCloud, SimulatedCloudOptions } from '../../src/services/simulated-cloud.ts';
import { configurationFor } from '../support/configuration.ts';
import { eventually, runProgram, SOON, valuesOf } from '../support/exporter-process.ts';
import { gesV2Row } from '../support/rows.ts';
import { cloudFor, exporterFor, filesFor, isReady } from './command-world.ts';

const cloudWith = (options: Partial<SimulatedCloudOptions> = {}): Promise<SimulatedCloud> =>
  cloudFor(options);

describe('the exporter as a process', () => {
  it('counts each of 500 backups once with pages of 37', async () => {
    const cloud = await cloudWith({ pageLimit: 37 });
    const rows = Array.from({ length: 500 }, (_, index) => gesV2Row({ id: `backup-${index}` }));
    cloud.setBackups('ges', { rows });
    const exporter = await exporterFor(cloud, { interval: '30s', ges: { inventory: false } });

    await eventually(isReady(exporter));
    const samples = await exporter.metrics();

    expect(valuesOf(samples, 'stored', { cloud_service: 'ges', state: 'succeeded' })).toEqual([500]);
    expect(valuesOf(samples, 'unlisted', { cloud_service: 'ges' })).toEqual([0]);
  });

  it('signs in once for many polls, and once more for a revoked token', async () => {
    const cloud = await cloudWith();
    const signIns = () => cloud.requests.filter(({ operation }) => operation === 'sign_in').length;
    const polls = async () =>
      valuesOf(await exporter.metrics(), 'polls_total', { outcome: 'success' }).reduce(
        (sum, value) => sum + value,
        0,
      );
    const exporter = await exporterFor(cloud);

    await eventually(async () => (await polls()) >= 6);
    expect(signIns()).toBe(1);
    cloud.revokeTokens();
    const before = await polls();
    await eventually(async () => (await polls()) >= before + 4);

    expect(signIns()).toBe(2);
    expect(valuesOf(await exporter.metrics(), 'polls_total', { outcome: 'auth' })).toEqual([0, 0]);
  });

  it('tries a wrong password once, and the correct one as soon as the secret changes', async () => {
    const cloud = await cloudWith();
    const files = await filesFor();
    const passwordFile = await files.write('password', 'not the password');
    const { user, domain } = cloud.account;
    const exporter = await exporterFor(cloud, {
      credentials: { type: 'password', user, domain, password_file: passwordFile },
    });
    const signIns = () => cloud.requests.filter(({ operation }) => operation === 'sign_in').length;

    await eventually(async () =>
      valuesOf(await exporter.metrics(), 'polls_total', { outcome: 'auth' }).every((count) => count >= 3),
    );
    expect(signIns()).toBe(1);
    await files.write('password', cloud.account.password);
    await eventually(async () =>
      valuesOf(await exporter.metrics(), 'poll_success').every((value) => value === 1),
    );

    expect(signIns()).toBe(2);
  });

  it('signs requests to a non-default port', async () => {
    const cloud = await cloudWith();
    const { accessKey, secretKey, projectId } = cloud.account;
    const exporter = await exporterFor(cloud, {
      credentials: { type: 'access-key', access_key: accessKey, secret_key: secretKey },
      project: { project_id: projectId },
    });

    await eventually(isReady(exporter));

    expect(valuesOf(await exporter.metrics(), 'poll_success')).toEqual([1, 1]);
  });

  it('keeps the last values while every API is down, reports it, and recovers by itself', async () => {
    const cloud = await cloudWith();
    const exporter = await exporterFor(cloud, { poll: { request_timeout: '500ms' } });
    const poll = async (value: number) =>
      valuesOf(await exporter.metrics(), 'poll_success').every((seen) => seen === value);
    await eventually(isReady(exporter));
    await eventually(() => poll(1));
    const resourceSeries = async () =>
      (await exporter.metrics()).filter(({ labels }) => labels['resource_id'] !== undefined);
    const before = await resourceSeries();

    await cloud.unplug();
    await eventually(() => poll(0));
    const response = await exporter.get('/metrics');
    const during = await resourceSeries();
    await cloud.plugIn();
    await eventually(() => poll(1));

    expect(response.status).toBe(200);
    expect(during).toEqual(before);
  });

  it('is not ready before every service has been polled, but serves /metrics', async () => {
    const cloud = await cloudWith();
    cloud.inject({ match: { service: 'gaussdb' }, fault: { kind: 'no-response' } });
    const exporter = await exporterFor(cloud, {
      poll: { interval: '30s', timeout: '4068ms', request_timeout: '4068ms' },
    });

    await eventually(
      async () => valuesOf(await exporter.metrics(), 'poll_success', { cloud_service: 'ges' })[0] === 1,
    );
    const before = (await exporter.get('/-/ready')).status;
    const samples = await exporter.metrics();
    await eventually(isReady(exporter));

    expect(before).toBe(503);
    expect(valuesOf(samples, 'poll_success', { cloud_service: 'gaussdb-mysql' })).toEqual([]);
    expect(
      valuesOf(await exporter.metrics(), 'polls_total', {
        cloud_service: 'gaussdb-mysql',
        outcome: 'timeout',
      }),
    ).toEqual([1]);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'exits with 0 soon after %s, even while a poll hangs',
    async (signal) => {
      const cloud = await cloudWith();
      cloud.inject({ match: { service: 'gaussdb' }, fault: { kind: 'no-response' } });
      const exporter = await exporterFor(cloud);
      await eventually(() => cloud.requests.some(({ service }) => service === 'gaussdb'));

      const began = performance.now();
      exporter.child.kill(signal);
      const { code } = await exporter.ended;

      expect(code).toBe(0);
      expect(performance.now() - began).toBeLessThan(SOON);
    },
  );

  it('shows commands for its own configuration, links to its dashboard, and the configuration in use', async () => {
    const cloud = await cloudWith({ counts: { ges: 3, 'gaussdb-mysql': 1 } });
    const exporter = await exporterFor(cloud, {}, [
      '--web.external-dashboard-url',
      'https://grafana.example/',
      '--command-prefix',
      'kubectl exec deploy/exporter --',
    ]);
    await eventually(isReady(exporter));

    const page = await (await exporter.get('/')).text();
    const configuration = await (await exporter.get('/config')).text();

    expect(page).toMatch(
      /kubectl exec deploy\/exporter -- huaweicloud-backup-exporter backups list --config\.file \/\S+\/config\.yml --project/,
    );
    expect(page).toContain('href="https://grafana.example/d/huaweicloud-backup?var-cloud_service=ges&amp;');
    expect(configuration).toContain('interval: ');
    expect(configuration).toContain('<secret> from ');
    expect(configuration).not.toContain(cloud.account.password);
  });

  it('serves the lag of the event loop without the time between two samples of it', async () => {
    const exporter = await exporterFor(await cloudWith());
    const lags = async () => {
      // A scrape starts the statistics again, and the first sample comes two seconds later.
      await sleep(3000);
      const known = (await exporter.metrics()).filter(({ name }) =>
        /^nodejs_eventloop_lag_(min|mean|p50)_seconds$/.test(name),
      );
      return known.length === 3 && known.map(({ value }) => value);
    };

    expect(Math.min(...(await eventually(lags)))).toBeLessThan(0.9);
  });

  it('reports five errors in a configuration, each with its line, and exits with 2', async () => {
    const files = await filesFor();
    const path = await files.write(
      'config.yml',
      [
        'poll:',
        '  interval: soon',
        'projcts: []',
        'rpo:',
        '  overrides:',
        '    - match: { resource_name: "(" }',
        '      rpo: none',
        'projects:',
        '  - region: cn-north-4',
        '    credentials: { type: pasword }',
        '    services:',
        '      - type: gess',
      ].join('\n'),
    );

    const { code, output, errors } = await runProgram(['--config.file', path]);

    expect(code).toBe(2);
    expect(output).toBe('');
    for (const line of [2, 3, 6, 10, 12]) expect(errors).toContain(`${path}:${line}: `);
  });

  it('reports that a port is in use, and exits with 1', async () => {
    const exporter = await exporterFor(await cloudWith());
    const files = await filesFor();
    const config = await files.write('config.yml', configurationFor(await cloudWith()));

    const second = await runProgram([
      '--config.file',
      config,
      '--web.listen-address',
      new URL(exporter.origin).host,
    ]);

    expect(second.code).toBe(1);
    expect(second.errors).toMatch(
      /^huaweicloud-backup-exporter: cannot listen on \S+: the port is in use; [^\n]+$/m,
    );
  });
});
