/** How soon someone must look: now, today, or when there is time. */
export type Severity = 'critical' | 'warning' | 'info';

/** A rule that records the result of an expression under a name, for the rules after it. */
export interface RecordingRule {
  readonly record: string;
  /** What the series mean, printed above the rule. */
  readonly comment: string;
  readonly expr: string;
}

/** What alerts are about: decides their links to a dashboard, and whether there is a command to type. */
export type Subject = 'resource' | 'service' | 'project' | 'exporter' | 'job';

/** A rule that raises an alert for each result of an expression. */
export interface AlertRule {
  /** The name without the prefix that all alerts have. */
  readonly alert: string;
  readonly expr: string;
  readonly severity: Severity;
  readonly summary: string;
  readonly description: string;
  /** What the alert is about, where it is not what its group is about. */
  readonly about?: Subject;
}

const alert = (severity: Severity) => (name: string, rule: Omit<AlertRule, 'alert' | 'severity'>) => ({
  alert: name,
  severity,
  ...rule,
});
export const critical = alert('critical');
export const warning = alert('warning');
export const info = alert('info');
export const record = (name: string, rule: Omit<RecordingRule, 'record'>) => ({ record: name, ...rule });

/** Rules that are evaluated one after the other. Mimir takes up to 20 in a group. */
export interface RuleGroup {
  readonly name: string;
  readonly about: Subject;
  readonly rules: readonly (RecordingRule | AlertRule)[];
}

/** What all alerts are called first. */
export const ALERT_PREFIX = 'HuaweiCloudBackup';

/** The labels of each thing, as PromQL takes them after `by`, with those of targets that a user wants kept. */
export function ruleLabels(extra: readonly string[]) {
  const list = (...labels: readonly string[]) => [...labels, ...extra].join(', ');
  return {
    job: list('job'),
    exporter: list('job', 'instance'),
    service: list('cloud_service', 'region', 'project'),
    project: list('region', 'project'),
    /** A resource by what never changes: a rename leaves these labels as they are. */
    identity: list('cloud_service', 'region', 'project', 'resource_id'),
    resource: list('cloud_service', 'region', 'project', 'resource_id', 'resource_name'),
  };
}

/** What {@link ruleLabels} gives. */
export type RuleLabels = ReturnType<typeof ruleLabels>;
