import { Document } from 'yaml';
import { exporterRules } from './exporter-rules.ts';
import { resourceRules } from './resource-rules.ts';
import { ALERT_PREFIX, type AlertRule, type RuleGroup, ruleLabels, type Subject } from './rule.ts';
import { runbookUrl } from './runbooks.ts';
import {
  DEFAULT_THRESHOLDS,
  durationText,
  THRESHOLD_NAMES,
  type Thresholds,
  thresholdFlag,
  thresholdText,
  waitOf,
} from './thresholds.ts';

/** What users can change about the rules. */
export interface RuleOptions {
  readonly thresholds: Thresholds;
  /** Labels of targets to keep in every alert, such as `cluster`. */
  readonly extraLabels: readonly string[];
  /** The folder of the runbooks, or an address with `{alert}` for the name of the alert. */
  readonly runbooks: string;
  /** The address of Grafana; without it no alert links to a dashboard. */
  readonly grafanaUrl: string | undefined;
  /** Prefix of `huaweicloud-backup-exporter` in commands, such as `kubectl exec …`. */
  readonly commandPrefix: string | undefined;
}

/** The metadata of a PrometheusRule. */
export interface ManifestMetadata {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/** All rules, in the groups in which they are evaluated. */
export function ruleGroups(
  thresholds: Thresholds,
  extraLabels: readonly string[] = [],
): readonly RuleGroup[] {
  const by = ruleLabels(extraLabels);
  return [resourceRules(thresholds, by), exporterRules(thresholds, by)];
}

/** A rule file as Prometheus reads it. */
export const renderRuleFile = (options: RuleOptions): string => render(options, (groups) => ({ groups }));

/** The rules as a manifest for the Prometheus Operator. */
export function renderManifest(options: RuleOptions, { name, namespace, labels }: ManifestMetadata): string {
  return render(options, (groups) => ({
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      ...(Object.keys(labels).length > 0 && { labels }),
    },
    spec: { groups },
  }));
}

/** Writes YAML: a header that names changed thresholds, and a comment above each recording rule. */
function render(options: RuleOptions, enclose: (groups: readonly object[]) => object): string {
  const { thresholds, extraLabels } = options;
  const document = new Document();
  const changed = THRESHOLD_NAMES.filter((name) => thresholds[name] !== DEFAULT_THRESHOLDS[name]);
  document.commentBefore = [
    ' Rules for huaweicloud-backup-exporter, printed by `huaweicloud-backup-exporter rules`.',
    ' Do not edit: print them again with other flags, `huaweicloud-backup-exporter rules --help`.',
    ...changed.map((name) => ` Changed: ${thresholdFlag(name)} ${thresholdText(name, thresholds[name])}`),
  ].join('\n');
  const groups = ruleGroups(thresholds, extraLabels).map(({ name, about, rules }) => ({
    name,
    rules: rules.map((rule) => {
      if ('alert' in rule) return alertEntry(rule, rule.about ?? about, options);
      const entry = document.createNode({ record: rule.record, expr: rule.expr });
      entry.commentBefore = rule.comment.replaceAll(/^/gm, ' ');
      return entry;
    }),
  }));
  document.contents = document.createNode(enclose(groups));
  return document.toString({ lineWidth: 0 });
}

function alertEntry(rule: AlertRule, about: Subject, options: RuleOptions) {
  const { thresholds, runbooks, grafanaUrl, commandPrefix } = options;
  const alert = `${ALERT_PREFIX}${rule.alert}`;
  return {
    alert,
    expr: rule.expr,
    for: durationText(waitOf(rule.alert, thresholds)),
    labels: { severity: rule.severity },
    annotations: {
      summary: rule.summary,
      description: rule.description,
      runbook_url: runbookUrl(alert, runbooks),
      ...(grafanaUrl !== undefined && { dashboard_url: dashboardUrl(about, grafanaUrl) }),
      ...(about === 'resource' && {
        command: commandPrefix === undefined ? LIST_BACKUPS : `${commandPrefix} ${LIST_BACKUPS}`,
      }),
    },
  };
}

/** Dashboard variables, named like the labels, that select what an alert is about. */
const VARIABLES: Readonly<Record<Subject, readonly string[]>> = {
  resource: ['cloud_service', 'region', 'project', 'resource_name'],
  service: ['cloud_service', 'region', 'project'],
  project: ['region', 'project'],
  exporter: ['job', 'instance'],
  job: ['job'],
};

function dashboardUrl(about: Subject, grafanaUrl: string): string {
  const dashboard = about === 'resource' ? 'huaweicloud-backup' : 'huaweicloud-backup-exporter';
  const variables = VARIABLES[about].map((label) => `var-${label}={{ $labels.${label} | urlquery }}`);
  return `${grafanaUrl}/d/${dashboard}?${variables.join('&')}`;
}

/** A label in single quotes, so that a shell reads any resource name as one word. */
const quoted = (label: string) => `'{{ reReplaceAll "'" "'\\\\''" $labels.${label} }}'`;

const LIST_BACKUPS = `huaweicloud-backup-exporter backups list --project ${quoted('project')} --service {{ $labels.cloud_service }} --resource ${quoted('resource_id')}`;
