import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ALERT_PREFIX } from '../../src/rules/rule.ts';
import { DEFAULT_THRESHOLDS, type Thresholds } from '../../src/rules/thresholds.ts';
import type { SimulatedCloud } from '../../src/services/simulated-cloud.ts';
import { startSimulatedCloud } from '../../src/services/simulated-cloud.ts';
import { configurationFor, passwordOf } from '../support/configuration.ts';
import { type FaultCase, type FaultRow, faultTable, startFaultCase, until, type Watch } from './live.ts';
import { endExporter, startExporter, startStack } from './live-stack.ts';
import { alertsAt } from './servers.ts';
import { ALERT_NAMES } from './shipped-rules.ts';
import { temporaryDirectory } from './tools.ts';

/** The rules with hours and minutes as seconds. */
const SHORT: Thresholds = {
  ...DEFAULT_THRESHOLDS,
  failedFor: 2,
  failingRepeatedlyFor: 2,
  staleFor: 3,
  missingFor: 3,
  scheduleStoppedFor: 3,
  stuckAfter: 8,
  // Longer than the memory, as by default: when polls succeed again, backups that ended meanwhile are still remembered.
  stuckFor: 6,
  sizeDroppedFor: 2,
  slowMargin: 3,
  slowFor: 2,
  resourceGoneWindow: 40,
  resourceGoneFor: 3,
  exporterDownFor: 6,
  replicaDownFor: 6,
  serviceGoneFor: 3,
  dataStaleAfter: 20,
  dataStaleFor: 3,
  neverPolledFor: 20,
  pollFailingFor: 6,
  authFailingFor: 3,
  credentialsExpiringWithin: 3600,
  credentialsExpiringFor: 2,
  recordsRejectedWindow: 15,
  recordsRejectedFor: 2,
  configReloadFailingFor: 2,
  resourceMemory: 30,
  exporterMemory: 5,
  serviceMemory: 90,
};

/** An automatic backup every six seconds; the objective is 45 seconds. */
const SPEED = 14_400;
const OBJECTIVE = '45s';

/** Extra seconds for slow machines. */
const SLACK = 25;

/** Alerts covered by other tests: replicas, shards, wrong clocks and labels, a manual backup, a limit. */
const COVERED_ELSEWHERE: ReadonlySet<string> = new Set(
  [
    'ClockSkew',
    'LabelsRenamed',
    'NeverPolled',
    'ResourcesOverLimit',
    'ScheduleStopped',
    'ServiceGone',
    'ShardingMismatch',
    'ShardsMissing',
  ].map((name) => `${ALERT_PREFIX}${name}`),
);

const RECEIVERS: Readonly<Record<string, string>> = { critical: 'pager', warning: 'chat', info: 'digest' };

/** Starts and ends a backup at once, after waiting for a running automatic one. */
async function backUp(
  cloud: SimulatedCloud,
  id: string,
  options: { readonly result?: 'failed' | 'success'; readonly duration?: number } = {},
): Promise<void> {
  await until(
    () => cloud.backupsOf(id).every(({ state }) => state !== 'running'),
    SLACK,
    () => 'a backup is running',
  );
  cloud.startBackup(id, { duration: 0, ...options });
}

interface Context {
  readonly watched: Watch;
  readonly rows: FaultRow[];
  /** Details for an unexpected alert. */
  readonly explain: () => string;
}

/**
 * Causes all faults at once and follows each to its end. Then no alert may be firing, and no other
 * alerts than those of the cases may have fired.
 */
async function runFaults(
  { watched, rows, explain }: Context,
  cases: Readonly<Record<string, (faultCase: FaultCase) => Promise<void>>>,
): Promise<void> {
  const results = await Promise.all(
    Object.entries(cases).map(async ([fault, run]) => {
      const faultCase = startFaultCase(fault, watched);
      await run(faultCase);
      return faultCase.row();
    }),
  );
  rows.push(...results);

  await until(
    () => watched.now().length === 0,
    SLACK,
    () => `no alert; still firing: ${watched.now().join(', ')}`,
  );
  const expected = results.flatMap(({ timings }) => timings.map(({ alert }) => alert));
  expect(watched.seen(), explain()).toEqual(expected.toSorted());
}

it('each fault sends exactly its alerts to Alertmanager, and they resolve with it', {
  timeout: 290_000,
}, async () => {
  const began = performance.now();
  using directory = temporaryDirectory();
  await using stack = new AsyncDisposableStack();
  const cloud = await startSimulatedCloud({
    counts: { ges: 12, 'gaussdb-mysql': 2 },
    characters: false,
    speed: SPEED,
  });
  stack.defer(() => cloud.stop());
  const staging = await startSimulatedCloud({
    counts: {},
    passwordExpiresAt: Math.floor(Date.now() / 1000) + 1800,
  });
  stack.defer(() => staging.stop());
  staging.setBackups('ges', { rows: [{ id: 'a row without a graph' }] });

  const graphs = cloud.resources().filter(({ kind }) => kind === 'graph');
  const graph = (index: number) => {
    const found = graphs[index];
    if (found === undefined) throw new RangeError(`no graph ${index}`);
    return found;
  };
  const unwatched = graph(11);
  const configuration = join(directory.path, 'config.yml');
  const rpo = {
    default: OBJECTIVE,
    overrides: [{ match: { resource_name: `^${unwatched.name}$` }, rpo: 'none' }],
  };
  const stagingProject = {
    name: 'staging',
    region: staging.account.region,
    iam_endpoint: staging.origin,
    credentials: passwordOf(staging),
    services: [{ type: 'ges', endpoint: staging.origin }],
  };
  const { accessKey: access_key, secretKey: secret_key } = staging.account;
  const healthyStaging = { ...stagingProject, credentials: { type: 'access-key', access_key, secret_key } };
  const configure = (...moreProjects: readonly unknown[]) =>
    writeFileSync(
      configuration,
      configurationFor(cloud, { interval: '2s', rpo, poll: { timeout: '2s' }, moreProjects }),
    );
  configure();

  let exporter = await startExporter(configuration, '127.0.0.1:0');
  stack.defer(() => endExporter(exporter));
  const reload = () => exporter.program.child.kill('SIGHUP');
  const { alertmanager, watched } = await startStack(stack, directory.path, SHORT, [
    { job_name: 'exporter', static_configs: [{ targets: [exporter.address] }] },
  ]);
  const context: Context = {
    watched,
    rows: [],
    explain: () =>
      [
        ...watched.received().map(({ annotations }) => annotations['description']),
        ...exporter.program.errors().trimEnd().split('\n').slice(-40),
      ].join('\n'),
  };

  await until(
    () => watched.now().length === 0,
    SLACK,
    () => watched.now().join(', '),
  );
  watched.seen();
  // Long enough for the windows of the rules: ResourceGone looks back 20 seconds.
  await new Promise((resolve) => setTimeout(resolve, 22_000));
  expect(watched.seen(), 'without a fault').toEqual([]);

  await runFaults(context, {
    'a backup fails': async ({ fires, end }) => {
      const { id, name } = graph(0);
      cloud.stopBackups(id);
      await backUp(cloud, id, { result: 'failed' });
      await fires([`Failed ${name}`], 8 + SLACK);
      await backUp(cloud, id);
      cloud.resumeBackups(id);
      await end([`Failed ${name}`], 5 + SLACK);
    },
    'three backups fail': async ({ fires, end }) => {
      const { id, name } = graph(1);
      const alerts = [`Failed ${name}`, `FailingRepeatedly ${name}`];
      cloud.stopBackups(id);
      for (let count = 0; count < 3; count += 1) await backUp(cloud, id, { result: 'failed' });
      await fires(alerts, 8 + SLACK);
      await backUp(cloud, id);
      cloud.resumeBackups(id);
      await end(alerts, 5 + SLACK);
    },
    'a graph is no longer backed up': async ({ fires, end }) => {
      const { id, name } = graph(2);
      cloud.stopBackups(id);
      await fires([`Stale ${name}`], 55 + SLACK);
      cloud.resumeBackups(id);
      await end([`Stale ${name}`], 12 + SLACK);
    },
    'a running backup hangs, and finally ends': async ({ fires, end }) => {
      const { id, name } = graph(3);
      cloud.hang(id);
      await fires([`Stuck ${name}`], 26 + SLACK);
      cloud.stopBackups(id);
      cloud.finishBackup(id);
      await end([`Stuck ${name}`], 12 + SLACK);
      await fires([`Slow ${name}`], 8 + SLACK);
      await backUp(cloud, id);
      cloud.resumeBackups(id);
      await end([`Slow ${name}`], 5 + SLACK);
    },
    'a backup is much smaller': async ({ fires, end }) => {
      const { id, name } = graph(4);
      cloud.shrink(id, 0.1);
      await fires([`SizeDropped ${name}`], 14 + SLACK);
      cloud.shrink(id, 1);
      await end([`SizeDropped ${name}`], 12 + SLACK);
    },
    'a backup takes much longer': async ({ fires, end }) => {
      const { id, name } = graph(5);
      cloud.stopBackups(id);
      await backUp(cloud, id, { duration: 6 });
      await fires([`Slow ${name}`], 14 + SLACK);
      await backUp(cloud, id);
      cloud.resumeBackups(id);
      await end([`Slow ${name}`], 5 + SLACK);
    },
    'a graph whose backup failed is deleted': async ({ fires, end }) => {
      const { id, name } = graph(6);
      cloud.stopBackups(id);
      await backUp(cloud, id, { result: 'failed' });
      await fires([`Failed ${name}`], 8 + SLACK);
      cloud.remove(id);
      await end([`Failed ${name}`], 5 + SLACK);
      await fires([`ResourceGone ${name}`], 10 + SLACK);
      await end([`ResourceGone ${name}`], 60 + SLACK);
    },
    'a graph without backups is added': async ({ fires, end }) => {
      const id = cloud.add('graph', { name: 'forgotten', withBackups: false });
      await fires(['Missing forgotten'], 56 + SLACK);
      await backUp(cloud, id);
      await end(['Missing forgotten'], 5 + SLACK);
      // It would soon be stale.
      cloud.remove(id);
      await fires(['ResourceGone forgotten'], 10 + SLACK);
      await end(['ResourceGone forgotten'], 60 + SLACK);
    },
    'a graph is renamed': async () => {
      cloud.rename(graph(7).id, 'renamed');
    },
    'a backup of a resource without an objective fails': async () => {
      await backUp(cloud, unwatched.id, { result: 'failed' });
    },
    'a project is added whose password expires and whose list has an unreadable row': async ({
      fires,
      end,
    }) => {
      const alerts = ['CredentialsExpiring staging', 'RecordsRejected staging ges'];
      configure(stagingProject);
      reload();
      await fires(alerts, 8 + SLACK);
      staging.setBackups('ges', undefined);
      configure(healthyStaging);
      reload();
      await end(alerts, 40 + SLACK);
    },
  });

  await runFaults(context, {
    'the list of graph backups responds 401': async ({ fires, end }) => {
      const alerts = ['AuthFailing prod ges', 'DataStale prod ges', 'PollFailing prod ges'];
      const undo = cloud.inject({
        match: { service: 'ges', operation: 'list_backups' },
        fault: {
          kind: 'status',
          status: 401,
          body: { error_code: 'APIGW.0301', error_msg: 'Incorrect IAM authentication information' },
        },
      });
      await fires(alerts, 30);
      undo();
      await end(alerts, 10 + SLACK);
    },
    'the database service responds 503': async ({ fires, end }) => {
      const alerts = ['DataStale prod gaussdb-mysql', 'PollFailing prod gaussdb-mysql'];
      const undo = cloud.inject({ match: { service: 'gaussdb' }, fault: { kind: 'status', status: 503 } });
      await fires(alerts, 30);
      undo();
      await end(alerts, 10 + SLACK);
    },
    'the configuration is reloaded with an error': async ({ fires, end }) => {
      writeFileSync(configuration, 'projects: 3\n');
      reload();
      await fires(['ConfigReloadFailing exporter'], 6 + SLACK);
      configure(healthyStaging);
      reload();
      await end(['ConfigReloadFailing exporter'], 5 + SLACK);
    },
  });

  await runFaults(context, {
    'the list of graphs responds 403': async ({ fires, end }) => {
      cloud.deny('ges:graph:list');
      await fires(['PollFailing prod ges'], 10 + SLACK);
      cloud.grant('ges:graph:list');
      await end(['PollFailing prod ges'], 5 + SLACK);
    },
  });

  const failing = graph(0);
  await runFaults(context, {
    'the exporter is killed while an alert fires': async ({ fires, end }) => {
      cloud.stopBackups(failing.id);
      await backUp(cloud, failing.id, { result: 'failed' });
      await fires([`Failed ${failing.name}`], 8 + SLACK);
      const before = watched.firings(`Failed ${failing.name}`);
      await endExporter(exporter, 'SIGKILL');
      await fires(['ExporterDown exporter', 'ReplicaDown exporter'], 9 + SLACK);
      exporter = await startExporter(configuration, exporter.address);
      await end(['ExporterDown exporter', 'ReplicaDown exporter'], 5 + SLACK);
      expect(watched.now()).toEqual([`Failed ${failing.name}`]);
      expect(watched.firings(`Failed ${failing.name}`)).toBe(before);
      await backUp(cloud, failing.id);
      cloud.resumeBackups(failing.id);
      await end([`Failed ${failing.name}`], 5 + SLACK);
    },
  });

  const received = watched.received();
  expect(new Set(received.map(({ labels }) => labels['alertname']))).toEqual(
    new Set(ALERT_NAMES.filter((name) => !COVERED_ELSEWHERE.has(name))),
  );
  expect(
    received.filter(
      ({ labels, receivers }) =>
        receivers.map(({ name }) => name).join() !== RECEIVERS[labels['severity'] ?? ''],
    ),
  ).toEqual([]);
  expect(await alertsAt(alertmanager)).toEqual([]);
  process.stdout.write(
    `${faultTable(context.rows)}${context.rows.length} faults, ${Math.round((performance.now() - began) / 1000)} s\n`,
  );
});
