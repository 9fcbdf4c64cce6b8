import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DEFAULT_THRESHOLDS, type Thresholds } from '../../src/rules/thresholds.ts';
import { type SimulatedCloud, startSimulatedCloud } from '../../src/services/simulated-cloud.ts';
import { passwordOf } from '../support/configuration.ts';
import { until, type Watch } from './live.ts';
import { endExporter, type LiveExporter, startExporter, startStack } from './live-stack.ts';
import { temporaryDirectory } from './tools.ts';

/** The rules with minutes as seconds, or less. */
const SHORT: Thresholds = {
  ...DEFAULT_THRESHOLDS,
  failedFor: 1,
  failingRepeatedlyFor: 1,
  dataStaleAfter: 12,
  dataStaleFor: 2,
  pollFailingFor: 3,
  replicaDownFor: 3,
  serviceGoneFor: 3,
  exporterDownFor: 8,
  neverPolledFor: 20,
  labelsRenamedFor: 3,
  resourceMemory: 8,
  exporterMemory: 5,
  serviceMemory: 120,
};

/** Extra seconds for slow machines. */
const SLACK = 40;

/** A configured project of a simulated cloud. */
const projectOf = (name: string, cloud: SimulatedCloud) => ({
  name,
  region: cloud.account.region,
  iam_endpoint: cloud.origin,
  credentials: passwordOf(cloud),
  services: [{ type: 'ges', endpoint: cloud.origin }],
});

const UNREADABLE = {
  match: { service: 'ges', operation: 'list_backups' },
  fault: { kind: 'status', status: 503 },
} as const;

/** Starts a simulated cloud; all have the same graphs, with manual backups only. */
function startCloud(): Promise<SimulatedCloud> {
  return startSimulatedCloud({ counts: { ges: 2 }, characters: false, seed: 7 });
}

const untilFiring = (watched: Watch, alerts: readonly string[]) =>
  until(
    () => alerts.every((alert) => watched.now().includes(alert)),
    SLACK,
    () => `${alerts.join(', ')} to fire; firing: ${watched.now().join(', ')}`,
  );

const untilResolved = (watched: Watch, alerts: readonly string[]) =>
  until(
    () => alerts.every((alert) => !watched.now().includes(alert)),
    SLACK,
    () => `${alerts.join(', ')} to end; firing: ${watched.now().join(', ')}`,
  );

const wait = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

it('a frozen replica, a removed project, a crash loop and target labels send the expected alerts to Alertmanager', {
  timeout: 240_000,
}, async () => {
  using directory = temporaryDirectory();
  await using stack = new AsyncDisposableStack();
  const [first, second, third, fourth] = await Promise.all([
    startCloud(),
    startCloud(),
    startCloud(),
    startCloud(),
  ]);
  for (const cloud of [first, second, third, fourth]) stack.defer(() => cloud.stop());
  const exporters = new Map<string, LiveExporter>();
  stack.defer(async () => {
    for (const exporter of exporters.values()) await endExporter(exporter);
  });
  const configure = (name: string, projects: readonly unknown[]) => {
    const file = join(directory.path, `${name}.yml`);
    writeFileSync(file, JSON.stringify({ poll: { interval: '1s' }, projects }));
    return file;
  };
  const start = async (name: string, projects: readonly unknown[], address = '127.0.0.1:0') => {
    const exporter = await startExporter(configure(name, projects), address);
    exporters.set(name, exporter);
    return exporter.address;
  };
  const [frozen, good, kept, crashing] = await Promise.all([
    start('frozen', [projectOf('pair', first)]),
    start('good', [projectOf('pair', second)]),
    start('kept', [projectOf('kept', third), projectOf('removed', third)]),
    start('crashing', [projectOf('crashing', fourth)]),
  ]);
  // The Prometheus Operator adds labels to each target, one of which is called service.
  const operator = { service: 'backups', namespace: 'monitoring', pod: 'backups-0', endpoint: 'http' };
  const { watched } = await startStack(stack, directory.path, SHORT, [
    { job_name: 'pair', static_configs: [{ targets: [frozen, good], labels: operator }] },
    { job_name: 'kept', static_configs: [{ targets: [kept], labels: operator }] },
    { job_name: 'crashing', static_configs: [{ targets: [crashing], labels: operator }] },
  ]);
  await wait(5);
  expect(watched.now(), 'without a fault').toEqual([]);

  const graph = first.resources()[0];
  if (graph === undefined) throw new Error('no graph');
  const failing = [`Failed ${graph.name}`, `FailingRepeatedly ${graph.name}`];

  async function aFrozenReplica(): Promise<void> {
    for (const cloud of [first, second]) {
      for (let count = 0; count < 3; count += 1)
        cloud.startBackup(graph?.id ?? '', { result: 'failed', duration: 0 });
    }
    await untilFiring(watched, failing);
    first.inject(UNREADABLE);
    await wait(3);
    second.startBackup(graph?.id ?? '', { duration: 0 });
    await untilResolved(watched, failing);
    await untilFiring(watched, ['PollFailing pair ges', 'ReplicaDown pair']);
  }

  async function aRemovedProject(): Promise<void> {
    configure('kept', [projectOf('kept', third)]);
    exporters.get('kept')?.program.child.kill('SIGHUP');
    await untilFiring(watched, ['ServiceGone removed ges']);
  }

  async function aCrashLoop(): Promise<void> {
    fourth.inject({ ...UNREADABLE, fault: { kind: 'no-response' } });
    let isLooping = true;
    const loop = (async () => {
      while (isLooping) {
        const exporter = exporters.get('crashing');
        if (exporter !== undefined) await endExporter(exporter, 'SIGKILL');
        await start('crashing', [projectOf('crashing', fourth)], crashing);
        await wait(2);
      }
    })();
    try {
      await untilFiring(watched, ['DataStale crashing ges']);
      const firings = watched.firings('DataStale crashing ges');
      await wait(12);
      expect(watched.now()).toContain('DataStale crashing ges');
      expect(watched.firings('DataStale crashing ges')).toBe(firings);
    } finally {
      isLooping = false;
      await loop;
    }
  }

  await Promise.all([aFrozenReplica(), aRemovedProject(), aCrashLoop()]);

  const expected = [
    ...failing,
    'PollFailing pair ges',
    'ReplicaDown pair',
    'ServiceGone removed ges',
    'DataStale crashing ges',
  ];
  // A process that crashes every few seconds is down for some of them.
  const mayFire = ['ReplicaDown crashing', 'ExporterDown crashing', 'PollFailing crashing ges'];
  expect(watched.seen().filter((alert) => !mayFire.includes(alert))).toEqual(expected.toSorted());
  for (const alert of watched.received()) {
    expect(alert.labels['cloud_service'] ?? 'ges').toBe('ges');
    expect(alert.annotations['command'] ?? '--service ges').toContain('--service ges');
  }
});

it('a target label called region sends LabelsRenamed to Alertmanager, except with honor_labels', {
  timeout: 120_000,
}, async () => {
  using directory = temporaryDirectory();
  await using stack = new AsyncDisposableStack();
  const cloud = await startCloud();
  stack.defer(() => cloud.stop());
  const configuration = join(directory.path, 'config.yml');
  writeFileSync(
    configuration,
    JSON.stringify({ poll: { interval: '1s' }, projects: [projectOf('prod', cloud)] }),
  );
  const exporter = await startExporter(configuration, '127.0.0.1:0');
  stack.defer(() => endExporter(exporter));
  const static_configs = [{ targets: [exporter.address], labels: { region: 'eu' } }];

  const { watched } = await startStack(stack, directory.path, SHORT, [
    { job_name: 'renamed', static_configs },
    { job_name: 'honored', honor_labels: true, static_configs },
  ]);

  await untilFiring(watched, ['LabelsRenamed renamed']);
  expect(watched.seen()).toEqual(['LabelsRenamed renamed']);
});
