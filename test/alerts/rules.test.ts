import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Expression, mapParts } from '../../alerts/promql.ts';
import { ruleEntry } from '../../alerts/render.ts';
import { alertGroups } from '../../alerts/rules.ts';
import { withThresholds } from '../../alerts/thresholds.ts';
import { METRICS } from '../../src/metrics/catalogue.ts';
import { expects, expectsSilence, ruleTests, testFiles } from './rule-tests.ts';
import { PROJECT, run } from './tools.ts';

const RULES = alertGroups(withThresholds()).flatMap(({ rules }) => rules);

/** The public promise: these names do not change. */
const PROMISED = {
  HuaweiCloudBackupFailed: ['5m', 'warning'],
  HuaweiCloudBackupFailingRepeatedly: ['5m', 'critical'],
  HuaweiCloudBackupStale: ['15m', 'critical'],
  HuaweiCloudBackupMissing: ['30m', 'critical'],
  HuaweiCloudBackupStuck: ['10m', 'warning'],
  HuaweiCloudBackupSizeDropped: ['30m', 'warning'],
  HuaweiCloudBackupSlow: ['30m', 'info'],
  HuaweiCloudBackupExporterDown: ['10m', 'critical'],
  HuaweiCloudBackupPollFailing: ['15m', 'warning'],
  HuaweiCloudBackupDataStale: ['5m', 'critical'],
  HuaweiCloudBackupAuthFailing: ['5m', 'critical'],
  HuaweiCloudBackupCredentialsExpiring: ['1h', 'warning'],
  HuaweiCloudBackupResourceGone: ['10m', 'info'],
  HuaweiCloudBackupRecordsRejected: ['15m', 'warning'],
  HuaweiCloudBackupConfigReloadFailing: ['5m', 'warning'],
};

/** Metrics that Prometheus or Node.js give, not this product. */
const FROM_ELSEWHERE = ['up', 'process_start_time_seconds'];

function metricsIn(expression: Expression): readonly string[] {
  const metrics = expression.kind === 'series' ? [expression.metric] : [];
  mapParts(expression, (part) => {
    metrics.push(...metricsIn(part));
    return part;
  });
  return metrics;
}

it('there are the fifteen alerts that are promised, with their severities', () => {
  const rules = Object.fromEntries(RULES.map((rule) => [rule.alert, [rule.for, rule.severity]]));

  expect(rules).toEqual(PROMISED);
});

it('the table of alerts tells the time and severity of each', () => {
  const text = readFileSync(join(PROJECT, 'alerts/README.md'), 'utf8');

  const rows = [...text.matchAll(/^\| `(\w+)` \| .+ \| (\w+) \| (\w+) \|$/gm)];

  expect(rows.map(([, alert, time, severity]) => [alert, time, severity])).toEqual(
    RULES.map((rule) => [rule.alert, rule.for, rule.severity]),
  );
});

it('promtool finds nothing wrong with the committed rules', async () => {
  const { code, stdout, stderr } = await run('promtool', [
    'check',
    'rules',
    '--lint-fatal',
    'alerts/huaweicloud-backup.rules.yml',
  ]);

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('SUCCESS: 15 rules found');
});

it.each(testFiles())('promtool passes the tests of the rules in %s', { timeout: 120_000 }, async (file) => {
  const { code, stdout, stderr } = await run('promtool', ['test', 'rules', file]);

  expect(`${stdout}${stderr}`).not.toContain('FAILED');
  expect(code).toBe(0);
});

describe.each(RULES)('$alert', (rule) => {
  const entry = ruleEntry(rule, withThresholds());
  const page = join(PROJECT, `docs/runbooks/${rule.alert}.md`);

  it('is seen to fire and to stay silent, and its text is tested', () => {
    const tests = ruleTests();

    expect(tests.some((test) => expects(test, rule.alert))).toBe(true);
    expect(tests.some((test) => expectsSilence(test, rule.alert))).toBe(true);
    expect(
      tests.some(({ content }) => content.alert_rule_test?.some(({ alertname }) => alertname === rule.alert)),
    ).toBe(true);
  });

  it('reads only metrics that are exported', () => {
    const exported = new Set([...METRICS.map(({ name }) => name), ...FROM_ELSEWHERE]);

    const unknown = metricsIn(rule.expression).filter((metric) => !exported.has(metric));

    expect(unknown).toEqual([]);
  });

  it('links to a runbook that exists and names it', () => {
    const { annotations } = entry as { annotations: { runbook_url: string } };

    expect(annotations.runbook_url).toBe(`${withThresholds().runbookUrl}/${rule.alert}.md`);
    expect(existsSync(page)).toBe(true);
    expect(readFileSync(page, 'utf8')).toMatch(new RegExp(`^# ${rule.alert}\n`));
  });

  it('links to variables that the dashboard has', () => {
    const { annotations } = entry as { annotations: { dashboard_url: string } };
    const dashboard = JSON.parse(
      readFileSync(join(PROJECT, 'dashboards/huaweicloud-backup.json'), 'utf8'),
    ) as { uid: string; templating: { list: readonly { name: string }[] } };
    const variables = dashboard.templating.list.map(({ name }) => name);

    const used = [...annotations.dashboard_url.matchAll(/var-(\w+)=/g)].map(([, name]) => name);

    expect(annotations.dashboard_url).toContain(`/d/${dashboard.uid}?`);
    expect(used.length).toBeGreaterThan(0);
    expect(variables).toEqual(expect.arrayContaining(used));
  });
});

it('there is no runbook without an alert', () => {
  const pages = readdirSync(join(PROJECT, 'docs/runbooks')).filter((name) => name !== 'README.md');

  expect(pages.toSorted()).toEqual(RULES.map(({ alert }) => `${alert}.md`).toSorted());
});
