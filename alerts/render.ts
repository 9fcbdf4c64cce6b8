import { Document } from 'yaml';
import { printExpression } from './promql.ts';
import { type AlertRule, DASHBOARD_VARIABLES } from './rule.ts';
import { alertGroups } from './rules.ts';
import { flagOf, THRESHOLD_NAMES, THRESHOLDS, type Thresholds } from './thresholds.ts';

/** A rule file as Prometheus reads it, with the thresholds that differ from the default on top. */
export function renderRules(thresholds: Thresholds): string {
  const document = new Document({
    groups: alertGroups(thresholds).map(({ name, interval, rules }) => ({
      name,
      ...(interval === undefined ? {} : { interval }),
      rules: rules.map((rule) => ruleEntry(rule, thresholds)),
    })),
  });
  const changed = THRESHOLD_NAMES.filter((name) => thresholds[name] !== THRESHOLDS[name].value);
  document.commentBefore = [
    ' Alert rules for huaweicloud-backup-exporter. Made by `npm run alerts`; do not edit: change',
    ' a threshold in alerts/thresholds.ts, or give it as a flag (`npm run alerts -- --help`).',
    ...changed.map((name) => ` Changed: --${flagOf(name)} ${thresholds[name]}`),
  ].join('\n');
  return document.toString({ lineWidth: 0 });
}

/** A label in single quotes, so that a shell reads whatever name a resource was given as one word. */
const quoted = (label: string) => `'{{ reReplaceAll "'" "'\\\\''" $labels.${label} }}'`;

/** What to type first, ready to copy. */
const LIST_BACKUPS = `huaweicloud-backup-exporter backups list --project ${quoted('project')} --service {{ $labels.cloud_service }} --resource ${quoted('resource_id')}`;

/** One rule with the keys of a rule file. */
export function ruleEntry(rule: AlertRule, thresholds: Thresholds): Record<string, unknown> {
  return {
    alert: rule.alert,
    expr: printExpression(rule.expression),
    for: rule.for,
    labels: { severity: rule.severity },
    annotations: {
      summary: rule.summary,
      description: rule.description,
      runbook_url: `${thresholds.runbookUrl}/${rule.alert}.md`,
      dashboard_url: dashboardLink(rule, thresholds),
      ...(rule.shows.includes('resource_name') ? { command: LIST_BACKUPS } : {}),
    },
  };
}

function dashboardLink({ shows }: AlertRule, { dashboardUrl }: Thresholds): string {
  const picks = shows.map((label) => `var-${DASHBOARD_VARIABLES[label]}={{ $labels.${label} | urlquery }}`);
  return `${dashboardUrl}?${picks.join('&')}`;
}
