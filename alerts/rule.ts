import type { Duration } from './duration.ts';
import type { Expression } from './promql.ts';

/** How soon someone must look: now, today, or when there is time. */
export type Severity = 'critical' | 'warning' | 'info';

/** One alert rule. */
export interface AlertRule {
  readonly alert: string;
  readonly expression: Expression;
  readonly for: Duration;
  readonly severity: Severity;
  readonly summary: string;
  readonly description: string;
  /** The labels that pick this alert's subject on the dashboard. */
  readonly shows: readonly (keyof typeof DASHBOARD_VARIABLES)[];
}

/** The dashboard's variables by the label that they filter. */
export const DASHBOARD_VARIABLES = {
  job: 'job',
  instance: 'instance',
  project: 'project',
  cloud_service: 'service',
  region: 'region',
  resource_name: 'resource',
} as const;
