import type { Duration } from './duration.ts';
import { exporterRules } from './exporter-rules.ts';
import { historyRules } from './history-rules.ts';
import { resourceRules } from './resource-rules.ts';
import type { AlertRule } from './rule.ts';
import type { Thresholds } from './thresholds.ts';

/** Rules that are evaluated together. */
export interface AlertGroup {
  readonly name: string;
  /** How often; as Prometheus is configured when undefined. */
  readonly interval: Duration | undefined;
  readonly rules: readonly AlertRule[];
}

/** The alert rules for the given thresholds. */
export function alertGroups(thresholds: Thresholds): readonly AlertGroup[] {
  return [
    { name: 'huaweicloud-backup-resources', interval: undefined, rules: resourceRules(thresholds) },
    {
      name: 'huaweicloud-backup-history',
      interval: thresholds.historyInterval,
      rules: historyRules(thresholds),
    },
    { name: 'huaweicloud-backup-exporter', interval: undefined, rules: exporterRules(thresholds) },
  ];
}
