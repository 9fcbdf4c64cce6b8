import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { alertsAt, startServer } from './servers.ts';
import { ALERTS, SEVERITIES } from './shipped-rules.ts';
import { PROJECT, temporaryDirectory } from './tools.ts';

const CONFIGURATION = join(PROJECT, 'examples/stack/alertmanager.yml');

const ORDERS = {
  cloud_service: 'ges',
  region: 'r1',
  project: 'prod',
  resource_id: 'g1',
  resource_name: 'orders',
};
const USERS = { ...ORDERS, resource_id: 'g2', resource_name: 'users' };
const { cloud_service, region, project } = ORDERS;
const GRAPHS = { cloud_service, region, project };
const DATABASES = { ...GRAPHS, cloud_service: 'gaussdb-mysql' };

/** Sends alerts to a new Alertmanager and returns those that it mutes. */
async function mutedOf(
  alerts: readonly (readonly [short: string, labels: Readonly<Record<string, string>>])[],
): Promise<readonly string[]> {
  using directory = temporaryDirectory();
  await using alertmanager = await startServer('prometheus-alertmanager', [
    `--config.file=${CONFIGURATION}`,
    `--storage.path=${directory.path}`,
    '--cluster.listen-address=',
  ]);
  const sent = await fetch(`${alertmanager.origin}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(
      alerts.map(([short, labels]) => {
        const severity = SEVERITIES[short];
        return { labels: { alertname: `HuaweiCloudBackup${short}`, severity, ...labels } };
      }),
    ),
  });
  expect(sent.status).toBe(200);

  for (;;) {
    const received = await alertsAt(alertmanager);
    // An alert is unprocessed until the dispatcher has checked whether it is muted.
    if (received.length === alerts.length && received.every(({ status }) => status.state !== 'unprocessed')) {
      return received
        .filter(({ status }) => status.inhibitedBy.length > 0 || status.state === 'suppressed')
        .map(
          ({ labels }) =>
            `${labels['alertname']} ${labels['resource_name'] ?? labels['cloud_service'] ?? labels['instance']}`,
        )
        .toSorted();
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

it('a failure is muted by repeated failures of the same resource, but of no other', async () => {
  const muted = await mutedOf([
    ['Failed', ORDERS],
    ['Failed', USERS],
    ['FailingRepeatedly', ORDERS],
  ]);

  expect(muted).toEqual(['HuaweiCloudBackupFailed orders']);
});

it.each(['AuthFailing', 'DataStale', 'NeverPolled'])(
  'failing polls are muted by %s of the same service',
  async (source) => {
    const muted = await mutedOf([
      ['PollFailing', GRAPHS],
      ['PollFailing', DATABASES],
      [source, GRAPHS],
    ]);

    expect(muted).toEqual(['HuaweiCloudBackupPollFailing ges']);
  },
);

it('ReplicaDown is muted by ExporterDown of the same job, and of no other', async () => {
  const muted = await mutedOf([
    ['ReplicaDown', { job: 'one', instance: 'a:10045' }],
    ['ReplicaDown', { job: 'two', instance: 'b:10045' }],
    ['ExporterDown', { job: 'one' }],
  ]);

  expect(muted).toEqual(['HuaweiCloudBackupReplicaDown a:10045']);
});

it('no critical alert is muted if all alerts fire at once with the same labels', async () => {
  const everywhere = { ...ORDERS, job: 'huaweicloud-backup-exporter', instance: 'a:10045', reason: 'time' };
  const alerts = ALERTS.map(({ alert }) => [alert, everywhere] as const);

  const muted = await mutedOf(alerts);

  expect(muted).toEqual([
    'HuaweiCloudBackupFailed orders',
    'HuaweiCloudBackupPollFailing orders',
    'HuaweiCloudBackupReplicaDown orders',
  ]);
});

it('no inhibition rule can mute a critical alert', () => {
  const { inhibit_rules } = parse(readFileSync(CONFIGURATION, 'utf8')) as {
    inhibit_rules: readonly { target_matchers: readonly string[] }[];
  };

  const targets = inhibit_rules.map(
    ({ target_matchers }) => /^alertname="HuaweiCloudBackup(\w+)"$/.exec(target_matchers.join())?.[1],
  );

  expect(targets.map((alert) => SEVERITIES[alert ?? ''])).toEqual(['warning', 'warning', 'warning']);
});
