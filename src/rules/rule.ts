/** How soon someone must act: now, today, or when there is time. */
export type Severity = 'critical' | 'warning' | 'info';

/** A rule that records the result of an expression under a name, for the rules after it. */
export interface RecordingRule {
  readonly record: string;
  /** What the series mean, printed above the rule. */
  readonly comment: string;
  readonly expr: string;
}

/** What an alert is about: decides its dashboard link and whether it has a command. */
export type Subject = 'resource' | 'service' | 'project' | 'exporter' | 'job';

/** A rule that raises an alert for each result of an expression. */
export interface AlertRule {
  /** The name without {@link ALERT_PREFIX}. */
  readonly alert: string;
  readonly expr: string;
  readonly severity: Severity;
  readonly summary: string;
  readonly description: string;
  /** Default: that of its group. */
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

/** Rules that are evaluated one after the other. Mimir allows 20 in a group. */
export interface RuleGroup {
  readonly name: string;
  readonly about: Subject;
  readonly rules: readonly (RecordingRule | AlertRule)[];
}

/** The prefix of every alert name. */
export const ALERT_PREFIX = 'HuaweiCloudBackup';

/** Label lists for PromQL's `by`, including target labels that a user wants to keep. */
export function ruleLabels(extra: readonly string[]) {
  const list = (...labels: readonly string[]) => [...labels, ...extra].join(', ');
  return {
    job: list('job'),
    exporter: list('job', 'instance'),
    service: list('cloud_service', 'region', 'project'),
    project: list('region', 'project'),
    /** Survives a rename of the resource. */
    identity: list('cloud_service', 'region', 'project', 'resource_id'),
    resource: list('cloud_service', 'region', 'project', 'resource_id', 'resource_name'),
  };
}

/** The result of {@link ruleLabels}. */
export type RuleLabels = ReturnType<typeof ruleLabels>;
