import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderRuleFile } from '../../src/rules/rule-file.ts';
import { DEFAULT_THRESHOLDS, durationText, THRESHOLD_NAMES, waitOf } from '../../src/rules/thresholds.ts';
import { METRICS } from '../support/catalogue.ts';
import { ALERT_NAMES, ALERTS, DEFAULT_OPTIONS, RULES } from './shipped-rules.ts';
import { PROJECT, run } from './tools.ts';

const SHIPPED = 'alerts/huaweicloud-backup.rules.yml';
const read = (path: string) => readFileSync(join(PROJECT, path), 'utf8');

/** Part of the public interface: these do not change. */
const PUBLIC_ALERTS = [
  ['Failed', '5m', 'warning'],
  ['FailingRepeatedly', '5m', 'critical'],
  ['Stale', '15m', 'critical'],
  ['Missing', '30m', 'critical'],
  ['ScheduleStopped', '30m', 'warning'],
  ['Stuck', '10m', 'warning'],
  ['SizeDropped', '30m', 'warning'],
  ['Slow', '30m', 'info'],
  ['ResourceGone', '10m', 'info'],
  ['ExporterDown', '10m', 'critical'],
  ['ReplicaDown', '10m', 'warning'],
  ['ServiceGone', '10m', 'warning'],
  ['DataStale', '10m', 'critical'],
  ['NeverPolled', '1h', 'critical'],
  ['PollFailing', '15m', 'warning'],
  ['AuthFailing', '5m', 'critical'],
  ['CredentialsExpiring', '1h', 'warning'],
  ['ResourcesOverLimit', '15m', 'warning'],
  ['RecordsRejected', '15m', 'warning'],
  ['ConfigReloadFailing', '5m', 'warning'],
  ['ClockSkew', '10m', 'warning'],
  ['LabelsRenamed', '10m', 'warning'],
  ['ShardingMismatch', '15m', 'critical'],
  ['ShardsMissing', '15m', 'critical'],
];

it('the alerts are the documented ones, with their severities', () => {
  const rules = ALERTS.map(({ alert, severity }) => [
    alert,
    durationText(waitOf(alert, DEFAULT_THRESHOLDS)),
    severity,
  ]);

  expect(rules).toEqual(PUBLIC_ALERTS);
});

it('the list of runbooks has the time and severity of each alert', () => {
  const rows = [
    ...read('docs/runbooks/README.md').matchAll(/^\| \[(\w+)\]\(.+\) \| .+ \| (\w+) \| (\w+) \|$/gm),
  ];

  expect(rows.map(([, alert, wait, severity]) => [alert, wait, severity])).toEqual(PUBLIC_ALERTS);
});

it('the shipped rules are those printed without flags', () => {
  expect(read(SHIPPED)).toBe(renderRuleFile(DEFAULT_OPTIONS));
});

it('promtool accepts the shipped rules', async () => {
  const { code, stdout, stderr } = await run('promtool', ['check', 'rules', '--lint-fatal', SHIPPED]);

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain(`SUCCESS: ${RULES.length} rules found`);
});

it('a group has at most 20 rules, the limit of Mimir', () => {
  const sizes = renderRuleFile(DEFAULT_OPTIONS)
    .split(/^ {2}- name: /m)
    .slice(1)
    .map((group) => [...group.matchAll(/^ {6}- (?:alert|record): /gm)].length);

  expect(sizes.length).toBeGreaterThan(1);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(20);
});

it('every threshold changes the rules', () => {
  const rulesWith = (thresholds: typeof DEFAULT_THRESHOLDS) =>
    renderRuleFile({ ...DEFAULT_OPTIONS, thresholds }).replaceAll(/^ *#.*\n/gm, '');

  const unused = THRESHOLD_NAMES.filter(
    (name) => rulesWith({ ...DEFAULT_THRESHOLDS, [name]: 7 }) === rulesWith(DEFAULT_THRESHOLDS),
  );

  expect(unused).toEqual([]);
});

describe.each(RULES.map((rule) => ({ name: 'record' in rule ? rule.record : rule.alert, expr: rule.expr })))(
  '$name',
  ({ expr }) => {
    it('has at most 25 words', () => {
      expect(expr.trim().split(/\s+/).length).toBeLessThanOrEqual(25);
      expect(expr.match(/[\w.:]+/g)?.length).toBeLessThanOrEqual(25);
    });

    it('uses only exported metrics and recorded rules', () => {
      const known = new Set([
        ...METRICS.map(({ name }) => name),
        ...RULES.map((rule) => ('record' in rule ? rule.record : '')),
      ]);

      const named = [...expr.matchAll(/\bhuaweicloud_backup[\w:]+/g)].map(([name]) => name);

      expect(named.length).toBeGreaterThan(0);
      expect(named.filter((name) => !known.has(name))).toEqual([]);
    });

    it('depends on no job name and no process metrics', () => {
      expect(expr).not.toMatch(/job=|process_/);
    });
  },
);

it('every alert has a runbook, and every runbook an alert', () => {
  const pages = readdirSync(join(PROJECT, 'docs/runbooks')).filter((name) => name !== 'README.md');

  expect(pages.toSorted()).toEqual(ALERT_NAMES.map((name) => `${name}.md`).toSorted());
  for (const name of ALERT_NAMES) {
    expect(read(SHIPPED)).toContain(`/docs/runbooks/${name}.md`);
    expect(read(`docs/runbooks/${name}.md`)).toMatch(new RegExp(`^# ${name}\n`));
  }
});

it('the dashboard links use existing variables', () => {
  const rules = renderRuleFile({ ...DEFAULT_OPTIONS, grafanaUrl: 'https://grafana.example' });

  const links = [...rules.matchAll(/dashboard_url: (\S+)\/d\/([\w-]+)\?(.*)$/gm)];

  expect(links).toHaveLength(ALERTS.length);
  for (const [, , uid, query = ''] of links) {
    const file = `dashboards/${uid}.json`;
    expect(existsSync(join(PROJECT, file)), file).toBe(true);
    const dashboard = JSON.parse(read(file)) as { templating: { list: readonly { name: string }[] } };
    const variables = dashboard.templating.list.map(({ name }) => name);
    expect(variables).toEqual(
      expect.arrayContaining([...query.matchAll(/var-(\w+)=/g)].map(([, name]) => name)),
    );
  }
});
