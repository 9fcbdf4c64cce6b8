import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import manifest from '../../../package.json' with { type: 'json' };
import { startSimulatedCloud } from '../../../src/services/simulated-cloud.ts';
import type { SimulatedCloud } from '../../../src/simulated-cloud/simulated-cloud.ts';
import { configurationFor, passwordOf } from '../../support/configuration.ts';
import { eventually, readSamples, valuesOf } from '../../support/exporter-process.ts';
import { ROOT } from '../containers.ts';
import { blocksOf } from '../install-page.ts';
import { type BootedSystem, bootSystem } from './booted-system.ts';

const NAME = manifest.name;
const CONFIG = `/etc/${NAME}/config.yml`;
// Where the password is for the service, according to docs/install.md.
const PASSWORD = `/run/credentials/${NAME}.service/secrets_password`;

describe('the systemd unit, installed as in docs/install.md', () => {
  let cloud: SimulatedCloud;
  let system: BootedSystem;

  const configuration = (passwordFile: string) => {
    const { password: _, ...credentials } = passwordOf(cloud);
    return configurationFor(
      { ...cloud, origin: cloud.origin.replace('127.0.0.1', 'localhost') },
      { credentials: { ...credentials, password_file: passwordFile } },
    );
  };
  const log = () => system.run(`journalctl --unit ${NAME} --output cat --no-pager --boot`);
  const property = async (name: string) =>
    (await system.run(`systemctl show --property ${name} --value ${NAME}`)).trim();
  const lastMatch = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].at(-1)?.[1];
  const get = async (path: string) => {
    const address = lastMatch(await log(), /msg=listening address=(\S+)/g);
    return fetch(`http://${address}${path}`);
  };
  const ready = () => eventually(async () => (await get('/-/ready').catch(() => undefined))?.ok, 60);

  beforeAll(async () => {
    cloud = await startSimulatedCloud({ counts: { ges: 3, 'gaussdb-mysql': 2 } });
    system = await bootSystem();
    await system.write(`${system.clone}/password.txt`, cloud.account.password, 0o600);
    await system.write(`${system.clone}/config.yml`, configuration('password.txt'));
    for (const block of blocksOf('npm', 'sh')) await system.run(block);

    await system.write(`${system.clone}/config.yml`, configuration(PASSWORD));
    // The default port may be in use on this machine.
    await system.write(`/etc/default/${NAME}`, 'ARGS=--web.listen-address=127.0.0.1:0\n');
    for (const block of blocksOf('systemd', 'sh')) await system.run(block);
  }, 900_000);

  afterAll(async () => {
    // Undefined if the setup failed before.
    await (system as BootedSystem | undefined)?.remove();
    await (cloud as SimulatedCloud | undefined)?.stop();
  }, 120_000);

  beforeEach(async () => {
    await system.write(CONFIG, configuration(PASSWORD));
    await system.run(`systemctl reset-failed ${NAME}; systemctl restart ${NAME}`);
    await ready();
  }, 60_000);

  it('passes systemd-analyze, with an exposure under 2.0', async () => {
    const unit = `/etc/systemd/system/${NAME}.service`;

    expect(await system.run(`systemd-analyze verify ${unit} 2>&1`)).toBe('');
    expect(await system.run(`systemd-analyze security --offline=true --threshold=20 ${unit}`)).toContain(
      'OK',
    );
  });

  it('serves its polls as an unprivileged user', async () => {
    const samples = readSamples(await (await get('/metrics')).text());
    const user = Number(await system.run(`stat --format %u /proc/${await property('MainPID')}`));
    const status = await system.run(`cat /proc/${await property('MainPID')}/status`);

    expect(valuesOf(samples, 'resource_info')).toHaveLength(5);
    // A dynamic user of systemd.
    expect(user).toBeGreaterThanOrEqual(61_184);
    expect(status).toMatch(/^CapEff:\s+0+$/m);
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
  });

  it('hides its secrets from other users', async () => {
    expect(
      (await system.run(`stat -c '%a' /etc/${NAME}/secrets /run/credentials/${NAME}.service`)).split(/\s+/),
    ).toEqual(expect.arrayContaining(['700', '500']));
    expect(await log()).not.toContain(cloud.account.password);
  });

  it('runs the command of an alert, and starts a backup', async () => {
    const { groups } = parse(readFileSync(join(ROOT, 'alerts/huaweicloud-backup.rules.yml'), 'utf8')) as {
      groups: readonly { rules: readonly { alert?: string; annotations?: { command?: string } }[] }[];
    };
    const stale = groups
      .flatMap(({ rules }) => rules)
      .find(({ alert }) => alert === 'HuaweiCloudBackupStale');
    const [graph] = cloud.resources();
    const labels = { project: 'prod', cloud_service: 'ges', resource_id: graph?.id ?? '' };
    const command = (stale?.annotations?.command ?? '').replaceAll(
      /\{\{.*?\$labels\.(\w+) \}\}/g,
      (_, label: keyof typeof labels) => labels[label],
    );

    const listed = await system.run(command);
    const created = await system.run(`${command.replace('backups list', 'backups create')} --yes`);

    expect(command).toContain(graph?.id);
    expect(listed).toContain('succeeded');
    expect(created).toContain(graph?.name);
    expect(cloud.requests.map(({ operation }) => operation)).toContain('create_backup');
  });

  it('keeps its counters and its compile cache across a restart', async () => {
    const started = async () => readSamples(await (await get('/metrics')).text());
    const before = valuesOf(await started(), 'finished_total', { result: 'succeeded' });

    await system.run(`systemctl restart ${NAME}`);
    await ready();

    const after = valuesOf(await started(), 'finished_total', { result: 'succeeded' });
    expect(after.length).toBe(before.length);
    for (const [index, value] of before.entries()) expect(after[index]).toBeGreaterThanOrEqual(value);
    expect(await system.run(`ls /var/lib/private/${NAME}`)).toContain('state');
    expect(await system.run(`ls /var/cache/private/${NAME}`)).toContain(process.version);
  });

  it('reloads its configuration, on a system without /bin/kill', async () => {
    const process = await property('MainPID');

    await expect(system.run('ls /bin/kill')).rejects.toThrow(/No such file/);
    await system.run(`systemctl reload ${NAME}`);

    await eventually(async () => /configuration reloaded/.test(await log()), 30);
    expect(await property('MainPID')).toBe(process);
  });

  it('is restarted after a kill', async () => {
    const killed = await property('MainPID');

    await system.run(`sh -c 'kill -9 ${killed}'`);

    await eventually(async () => !['0', killed].includes(await property('MainPID')), 30);
    await ready();
  });

  it('is not restarted with an invalid configuration, and logs why', async () => {
    await system.write(CONFIG, 'projects: []\n');

    await system.run(`systemctl restart ${NAME} || true`);
    await eventually(async () => (await property('ActiveState')) === 'failed', 30);

    expect(await property('ExecMainStatus')).toBe('2');
    expect(await property('NRestarts')).toBe('0');
    expect(await log()).toContain(`${CONFIG}:1: projects`);
  });

  it('stops at once', async () => {
    await system.run(`systemctl stop ${NAME}`);

    expect(await property('ActiveState')).toBe('inactive');
    expect(await property('Result')).toBe('success');
  });

  it('works from a clone', async () => {
    await system.write(`${system.clone}/config.yml`, configuration('password.txt'));

    const outputs = [];
    for (const block of blocksOf('Clone', 'sh')) outputs.push(await system.run(block));

    expect(outputs.join('')).toContain('signed in');
  }, 300_000);
});
