import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { ALERTS, RULES } from './shipped-rules.ts';
import { PROJECT, run } from './tools.ts';

const STACK = 'examples/stack';
const ALERTMANAGER = `${STACK}/alertmanager.yml`;

const read = (path: string): unknown => parse(readFileSync(join(PROJECT, path), 'utf8'));

interface Service {
  readonly volumes?: readonly string[];
  readonly command?: readonly string[];
}
const services = () =>
  Object.entries((read(`${STACK}/compose.yml`) as { services: Record<string, Service> }).services);

interface Mount {
  readonly host: string;
  readonly inside: string;
}
const mountsOf = ({ volumes = [] }: Service): readonly Mount[] =>
  volumes
    .map((volume) => volume.split(':'))
    .filter(([host = '']) => host.startsWith('.'))
    .map(([host = '', inside = '']) => ({ host: posix.join(STACK, host), inside }));

/** The file of the project at a path in a container. */
function mountedFile(service: Service, path: string): string | undefined {
  const mount = mountsOf(service).find(({ inside }) => path === inside || path.startsWith(`${inside}/`));
  return mount && `${mount.host}${path.slice(mount.inside.length)}`;
}

it.each(['examples/prometheus.yml', `${STACK}/prometheus.yml`])(
  'promtool accepts %s with its rules',
  async (file) => {
    const { code, stdout, stderr } = await run('promtool', ['check', 'config', file]);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('1 rule files found');
    expect(stdout).toContain(`SUCCESS: ${RULES.length} rules found`);
  },
);

it('amtool accepts the routes', async () => {
  const { code, stdout } = await run('amtool', ['check-config', ALERTMANAGER]);

  expect(code).toBe(0);
  expect(stdout).toContain('SUCCESS');
});

const RECEIVERS = { critical: 'pager', warning: 'chat', info: 'digest' } as const;

it.each(ALERTS)('$alert, $severity, is routed to the correct receiver', async ({ alert, severity }) => {
  const { code, stdout } = await run('amtool', [
    'config',
    'routes',
    'test',
    `--config.file=${ALERTMANAGER}`,
    `--verify.receivers=${RECEIVERS[severity]}`,
    `alertname=HuaweiCloudBackup${alert}`,
    `severity=${severity}`,
    'project=prod',
  ]);

  expect({ code, receiver: stdout.trim() }).toEqual({ code: 0, receiver: RECEIVERS[severity] });
});

it('alerts of other products are routed to the default receiver, whatever their severity', async () => {
  const { stdout } = await run('amtool', [
    'config',
    'routes',
    'test',
    `--config.file=${ALERTMANAGER}`,
    'alertname=NodeDown',
    'severity=critical',
  ]);

  expect(stdout.trim()).toBe('chat');
});

it('every path that a container mounts exists', () => {
  const mounts = services().flatMap(([, service]) => mountsOf(service));

  expect(mounts.length).toBeGreaterThan(4);
  expect(mounts.filter(({ host }) => !existsSync(join(PROJECT, host)))).toEqual([]);
});

it('Prometheus and Alertmanager find their configuration in their containers, and Prometheus the rules', () => {
  const started = services().filter(([name]) => name === 'prometheus' || name === 'alertmanager');
  const configurations = started.map(([, service]) => {
    const path =
      service.command?.find((argument) => argument.startsWith('--config.file='))?.split('=')[1] ?? '';
    return { service, path, file: mountedFile(service, path) };
  });
  const rules = configurations.flatMap(({ service, path, file = '' }) => {
    const { rule_files = [] } = read(file) as { rule_files?: readonly string[] };
    return rule_files.map((rule) => mountedFile(service, posix.join(posix.dirname(path), rule)));
  });

  expect(configurations.map(({ file }) => file)).toEqual([`${STACK}/prometheus.yml`, ALERTMANAGER]);
  expect(rules).toEqual(['alerts/huaweicloud-backup.rules.yml']);
});

it('Prometheus and Grafana use hosts of the compose file', () => {
  const names = services().map(([name]) => name);
  const text = ['prometheus.yml', 'grafana/provisioning/datasources/prometheus.yml']
    .map((file) => readFileSync(join(PROJECT, STACK, file), 'utf8'))
    .join('\n');

  const hosts = [...text.matchAll(/\b([a-z]+):\d{4,5}\b/g)].map(([, host]) => host);

  expect(hosts.toSorted()).toEqual(['alertmanager', 'exporter', 'prometheus']);
  expect(names).toEqual(expect.arrayContaining(hosts));
});

it('Grafana finds its provisioned dashboards in its container', () => {
  const [, grafana] = services().find(([name]) => name === 'grafana') ?? [];
  const { providers } = read(`${STACK}/grafana/provisioning/dashboards/huaweicloud-backup.yml`) as {
    providers: readonly { options: { path: string } }[];
  };
  const [provider] = providers;

  const mounts = mountsOf(grafana ?? {}).filter(({ host }) => host.startsWith('dashboards/'));

  expect(mounts.map(({ host }) => host).toSorted()).toEqual([
    'dashboards/huaweicloud-backup-exporter.json',
    'dashboards/huaweicloud-backup.json',
  ]);
  for (const { host, inside } of mounts)
    expect(inside).toBe(host.replace('dashboards', provider?.options.path ?? ''));
});
