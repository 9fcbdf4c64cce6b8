import { asDuration, durationOf, secondsOf } from '../../alerts/duration.ts';
import { type Aggregation, type Expression, mapParts, type Operation } from '../../alerts/promql.ts';
import { ruleEntry } from '../../alerts/render.ts';
import type { AlertRule, Severity } from '../../alerts/rule.ts';
import { alertGroups } from '../../alerts/rules.ts';
import {
  THRESHOLD_NAMES,
  type ThresholdName,
  type Thresholds,
  withThresholds,
} from '../../alerts/thresholds.ts';

/** A rule with one thing changed. */
export interface Mutant {
  /** The alert and what was changed, unique among all mutants. */
  readonly name: string;
  readonly rule: AlertRule;
}

interface Variant {
  readonly change: string;
  readonly expression: Expression;
}

const SEVERITIES: readonly Severity[] = ['critical', 'warning', 'info'];

const rulesFor = (thresholds: Thresholds) => alertGroups(thresholds).flatMap(({ rules }) => rules);

/** Every mutant of every rule. */
export function allMutants(): readonly Mutant[] {
  const thresholds = withThresholds();
  return rulesFor(thresholds).flatMap((rule) => {
    const candidates = [
      ...variantsOf(rule.expression).map(({ change, expression }) => ({
        change,
        rule: { ...rule, expression },
      })),
      ...changedThresholds(rule),
      { change: 'drop for', rule: { ...rule, for: asDuration('0s') } },
      ...SEVERITIES.filter((severity) => severity !== rule.severity).map((severity) => ({
        change: `severity ${severity}`,
        rule: { ...rule, severity },
      })),
    ];
    return named(rule, candidates);
  });
}

function named(
  original: AlertRule,
  candidates: readonly { readonly change: string; readonly rule: AlertRule }[],
): readonly Mutant[] {
  const thresholds = withThresholds();
  const textOf = (rule: AlertRule) => {
    const { expr, for: duration, labels } = ruleEntry(rule, thresholds);
    return JSON.stringify([expr, duration, labels]);
  };
  const seen = new Set([textOf(original)]);
  const uses = new Map<string, number>();
  return candidates.flatMap(({ change, rule }) => {
    const text = textOf(rule);
    if (seen.has(text)) return [];
    seen.add(text);
    const use = (uses.get(change) ?? 0) + 1;
    uses.set(change, use);
    const alert = original.alert.replace('HuaweiCloudBackup', '');
    return [{ name: `${alert}: ${change}${use === 1 ? '' : ` #${use}`}`, rule }];
  });
}

function changedThresholds(original: AlertRule): { change: string; rule: AlertRule }[] {
  return THRESHOLD_NAMES.flatMap((name) =>
    [0.5, 2].flatMap((factor) => {
      const value = scaled(name, factor);
      if (value === undefined) return [];
      const rule = rulesFor(withThresholds({ [name]: value })).find(({ alert }) => alert === original.alert);
      return rule === undefined ? [] : [{ change: `${name} × ${factor}`, rule }];
    }),
  );
}

function scaled(name: ThresholdName, factor: number): string | number | undefined {
  const value = withThresholds()[name];
  if (typeof value === 'number') return value * factor;
  try {
    return durationOf(secondsOf(asDuration(value)) * factor);
  } catch {
    return undefined;
  }
}

/** Every expression that differs from the given one in one place. */
function variantsOf(expression: Expression): readonly Variant[] {
  return [...ownVariants(expression), ...partVariants(expression)];
}

function partVariants(expression: Expression): readonly Variant[] {
  const parts: Expression[] = [];
  mapParts(expression, (part) => {
    parts.push(part);
    return part;
  });
  return parts.flatMap((part, index) =>
    variantsOf(part).map(({ change, expression: variant }) => {
      let position = 0;
      return { change, expression: mapParts(expression, (same) => (position++ === index ? variant : same)) };
    }),
  );
}

function ownVariants(expression: Expression): readonly Variant[] {
  switch (expression.kind) {
    case 'series':
      return expression.matchers.flatMap((matcher, index) =>
        changedMatcher(matcher).map((changed) => ({
          change: `${matcher} becomes ${changed ?? 'nothing'}`,
          expression: {
            ...expression,
            matchers: expression.matchers.flatMap((same, position) =>
              position === index ? (changed ?? []) : same,
            ),
          },
        })),
      );
    case 'number':
      return [expression.value === 0 ? 1 : expression.value * 2, expression.value / 2].map((value) => ({
        change: `${expression.value} becomes ${value}`,
        expression: { ...expression, value },
      }));
    case 'call': {
      const [argument] = expression.arguments;
      if (expression.arguments.length !== 1 || argument?.kind !== 'series') return [];
      return [
        {
          change: `drop ${expression.function}${subjectOf(expression)}`,
          expression: { ...argument, range: undefined },
        },
      ];
    }
    case 'aggregation':
      return aggregationVariants(expression);
    case 'operation':
      return operationVariants(expression);
    case 'subquery':
      return [];
    default:
      return expression satisfies never;
  }
}

function changedMatcher(matcher: string): readonly (string | undefined)[] {
  const [label, values] = matcher.split('=~');
  if (label === undefined || values === undefined) return [undefined, matcher.replace('="', '="x')];
  const alternatives = values.replaceAll('"', '').split('|');
  return [
    undefined,
    ...alternatives.map(
      (value) => `${label}=~"${alternatives.filter((other) => other !== value).join('|')}"`,
    ),
  ];
}

function aggregationVariants(expression: Aggregation): readonly Variant[] {
  const { operator, by, of } = expression;
  const subject = subjectOf(expression);
  const opposite = operator === 'max' ? 'min' : 'max';
  return [
    { change: `drop ${operator} by${subject}`, expression: of },
    {
      change: `${operator} becomes ${opposite}${subject}`,
      expression: { ...expression, operator: opposite },
    },
    ...by.map((label) => ({
      change: `by without ${label}${subject}`,
      expression: { ...expression, by: by.filter((other) => other !== label) },
    })),
  ];
}

const CHANGED_OPERATORS: Readonly<Record<Operation['operator'], readonly Operation['operator'][]>> = {
  or: ['and', 'unless'],
  and: ['unless', 'or'],
  unless: ['and', 'or'],
  '==': ['!='],
  '!=': ['=='],
  '>': ['<', '>='],
  '>=': ['<', '>'],
  '<': ['>', '<='],
  '<=': ['>', '<'],
  '+': ['-'],
  '-': ['+'],
  '*': ['+'],
};

function operationVariants(expression: Operation): readonly Variant[] {
  const { operator, left, right, on, groupLeft } = expression;
  const subject = subjectOf(right);
  const isSet = operator === 'and' || operator === 'unless' || operator === 'or';
  return [
    ...CHANGED_OPERATORS[operator].map((changed) => ({
      change: `${operator} becomes ${changed}${subject}`,
      expression: { ...expression, operator: changed },
    })),
    ...(isSet ? [{ change: `drop ${operator}${subject}`, expression: left }] : []),
    ...(operator === 'or' ? [{ change: `drop${subjectOf(left)} or`, expression: right }] : []),
    ...(operator === '-'
      ? [{ change: `swap -${subject}`, expression: { ...expression, left: right, right: left } }]
      : []),
    ...(groupLeft ? [{ change: 'drop group_left', expression: { ...expression, groupLeft: false } }] : []),
    ...(on ?? []).map((label) => ({
      change: `${operator} on without ${label}${subject}`,
      expression: { ...expression, on: on?.filter((other) => other !== label) },
    })),
    ...(on === undefined || groupLeft
      ? []
      : [{ change: `drop on of ${operator}${subject}`, expression: { ...expression, on: undefined } }]),
  ];
}

/** The first metric that an expression reads, for the name of a mutant. */
function subjectOf(expression: Expression): string {
  if (expression.kind === 'series') return ` of ${expression.metric.replace('huaweicloud_backup_', '')}`;
  let subject = '';
  mapParts(expression, (part) => {
    if (subject === '') subject = subjectOf(part);
    return part;
  });
  return subject;
}
