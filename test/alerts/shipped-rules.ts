import { ALERT_PREFIX, type AlertRule } from '../../src/rules/rule.ts';
import { type RuleOptions, ruleGroups } from '../../src/rules/rule-file.ts';
import { RUNBOOKS_URL } from '../../src/rules/runbooks.ts';
import { DEFAULT_THRESHOLDS } from '../../src/rules/thresholds.ts';

/** The options of the command `rules` without flags. */
export const DEFAULT_OPTIONS: RuleOptions = {
  thresholds: DEFAULT_THRESHOLDS,
  extraLabels: [],
  runbooks: RUNBOOKS_URL,
  grafanaUrl: undefined,
  commandPrefix: undefined,
};

/** All shipped rules. */
export const RULES = ruleGroups(DEFAULT_THRESHOLDS).flatMap(({ rules }) => rules);

/** The alerts among them. */
export const ALERTS = RULES.filter((rule): rule is AlertRule => 'alert' in rule);

/** The full names of all alerts. */
export const ALERT_NAMES = ALERTS.map(({ alert }) => `${ALERT_PREFIX}${alert}`);

/** The severity of each alert, by the name without the prefix. */
export const SEVERITIES: Readonly<Record<string, string>> = Object.fromEntries(
  ALERTS.map(({ alert, severity }) => [alert, severity]),
);
