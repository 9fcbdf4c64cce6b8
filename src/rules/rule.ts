/** How soon someone must look: now, today, or when there is time. */
export type Severity = 'critical' | 'warning' | 'info';

/** A rule that records the result of an expression under a name, for the rules after it. */
export interface RecordingRule {
  readonly record: string;
  /** What the series mean, printed above the rule. */
  readonly comment: string;
  readonly expr: string;
}

/** A rule that raises an alert for each result of an expression. */
export interface AlertRule {
  /** The name without the prefix that all alerts have. */
  readonly alert: string;
  readonly expr: string;
  /** In seconds. */
  readonly for: number;
  readonly severity: Severity;
  readonly summary: string;
  readonly description: string;
  /** What the alert is about: decides its link to a dashboard, and whether there is a command to type. */
  readonly about: 'resource' | 'service' | 'project' | 'exporter' | 'job';
}

/** Rules that are evaluated one after the other. Mimir takes up to 20 in a group. */
export interface RuleGroup {
  readonly name: string;
  readonly rules: readonly (RecordingRule | AlertRule)[];
}

/** What all alerts are called first. */
export const ALERT_PREFIX = 'HuaweiCloudBackup';

/** The labels that the series of one thing have in common, each list as PromQL takes it after `by` or `on`. */
export interface RuleLabels {
  readonly job: string;
  readonly exporter: string;
  readonly service: string;
  readonly project: string;
  /** A resource by what never changes: a rename leaves these labels as they are. */
  readonly identity: string;
  readonly resource: string;
}

/** The labels of each thing, with the labels of targets that a user wants kept, such as `cluster`. */
export function ruleLabels(extra: readonly string[]): RuleLabels {
  const list = (...labels: readonly string[]) => [...labels, ...extra].join(', ');
  return {
    job: list('job'),
    exporter: list('job', 'instance'),
    service: list('cloud_service', 'region', 'project'),
    project: list('region', 'project'),
    identity: list('cloud_service', 'region', 'project', 'resource_id'),
    resource: list('cloud_service', 'region', 'project', 'resource_id', 'resource_name'),
  };
}
