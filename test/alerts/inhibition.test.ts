import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { alertGroups } from '../../alerts/rules.ts';
import { withThresholds } from '../../alerts/thresholds.ts';
import { alertsAt, startServer } from './servers.ts';
import { PROJECT, temporaryDirectory } from './tools.ts';

const CONFIGURATION = join(PROJECT, 'examples/stack/alertmanager.yml');
const RULES = alertGroups(withThresholds()).flatMap(({ rules }) => rules);

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

/** Sends alerts to a new Alertmanager and gives those that it holds back, with what they are held back by. */
async function heldBack(
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
        const alertname = `HuaweiCloudBackup${short}`;
        const severity = RULES.find(({ alert }) => alert === alertname)?.severity;
        return { labels: { alertname, severity, ...labels } };
      }),
    ),
  });
  expect(sent.status).toBe(200);

  for (;;) {
    const received = await alertsAt(alertmanager);
    // An alert is unprocessed until the dispatcher has asked whether it is held back.
    if (received.length === alerts.length && received.every(({ status }) => status.state !== 'unprocessed')) {
      return received
        .filter(({ status }) => status.inhibitedBy.length > 0 || status.state === 'suppressed')
        .map(({ labels }) => `${labels['alertname']} ${labels['resource_name'] ?? labels['cloud_service']}`)
        .toSorted();
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

it('a failure is held back by repeated failures of the same resource, and of no other', async () => {
  const held = await heldBack([
    ['Failed', ORDERS],
    ['Failed', USERS],
    ['FailingRepeatedly', ORDERS],
  ]);

  expect(held).toEqual(['HuaweiCloudBackupFailed orders']);
});

it.each(['AuthFailing', 'DataStale'])(
  'failing polls are held back by %s of the same service',
  async (source) => {
    const held = await heldBack([
      ['PollFailing', GRAPHS],
      ['PollFailing', DATABASES],
      [source, { ...GRAPHS, job: 'huaweicloud-backup-exporter', instance: 'a:10045' }],
    ]);

    expect(held).toEqual(['HuaweiCloudBackupPollFailing ges']);
  },
);

it('with every alert firing at once for the same labels, no critical one is held back', async () => {
  const everywhere = { ...ORDERS, job: 'huaweicloud-backup-exporter', instance: 'a:10045', reason: 'time' };
  const alerts = RULES.map(({ alert }) => [alert.replace('HuaweiCloudBackup', ''), everywhere] as const);

  const held = await heldBack(alerts);

  expect(held).toEqual(['HuaweiCloudBackupFailed orders', 'HuaweiCloudBackupPollFailing orders']);
});

it('no rule of inhibition can hold back a critical alert', () => {
  const { inhibit_rules } = parse(readFileSync(CONFIGURATION, 'utf8')) as {
    inhibit_rules: readonly { target_matchers: readonly string[]; equal: readonly string[] }[];
  };
  const critical = RULES.filter(({ severity }) => severity === 'critical').map(({ alert }) => alert);

  const targets = inhibit_rules.flatMap(({ target_matchers }) => target_matchers);

  expect(targets).toEqual([
    'alertname="HuaweiCloudBackupFailed"',
    'alertname="HuaweiCloudBackupPollFailing"',
  ]);
  expect(critical.filter((alert) => targets.some((target) => target.includes(`"${alert}"`)))).toEqual([]);
});
