import { exportedMetric, TARGET_LABELS } from './exported-metrics.ts';
import type { Call, Operation, Query, Selector } from './promql.ts';

/**
 * What the values of a query measure, by Grafana's unit where one fits: `none` is a count or a code,
 * `moment` a point in time, `perSecond` a count per second, `buckets` a histogram of seconds.
 */
export type Measure =
  | 'none'
  | 's'
  | 'bytes'
  | 'percentunit'
  | 'opm'
  | 'moment'
  | 'perSecond'
  | 'buckets'
  | 'number';

const measureOfMetric = (name: string): Measure => {
  if (/_timestamp_seconds$|_start_time_seconds$/.test(name)) return 'moment';
  if (/_seconds_bucket$/.test(name)) return 'buckets';
  if (/_seconds(_total)?$/.test(name)) return 's';
  return name.endsWith('_bytes') ? 'bytes' : 'none';
};

const refuse = (what: string): never => {
  throw new Error(what);
};

function measureOfCall(call: Call): Measure {
  const last = call.args.at(-1);
  if (call.name === 'time') return 'moment';
  if (last === undefined) return refuse(`${call.name}() measures nothing known`);
  const measure = measureOf(last);
  switch (call.name) {
    case 'increase':
      return measure;
    case 'rate':
      if (measure === 's') return 'percentunit';
      return measure === 'buckets' ? 'buckets' : 'perSecond';
    case 'histogram_quantile':
      return measure === 'buckets' ? 's' : refuse('histogram_quantile reads no buckets');
    default:
      return refuse(`no test knows ${call.name}()`);
  }
}

const COMPARISONS = new Set(['==', '!=', '>', '<', '>=', '<=']);

function measureOfProduct(operation: Operation, left: Measure, right: Measure): Measure {
  const factor = operation.right.kind === 'number' ? operation.right.value : undefined;
  if (factor === 0) return 'none';
  if (factor === 60 && left === 'perSecond') return 'opm';
  if (left === 'number' || right === 'number') return left === 'number' ? right : left;
  return refuse(`${left} times ${right} measures nothing known`);
}

function measureOfDifference(left: Measure, right: Measure): Measure {
  if (left === 'moment' && right === 'moment') return 's';
  return left === right ? left : refuse(`${right} is taken from ${left}`);
}

function measureOfComparison(operation: Operation, left: Measure, right: Measure): Measure {
  if (left !== right && right !== 'number') return refuse(`${left} is compared with ${right}`);
  return operation.bool ? 'none' : left;
}

function measureOfOperation(operation: Operation): Measure {
  const { operator } = operation;
  const left = measureOf(operation.left);
  if (operator === 'and' || operator === 'unless') return left;
  const right = measureOf(operation.right);
  if (COMPARISONS.has(operator)) return measureOfComparison(operation, left, right);
  switch (operator) {
    case 'or':
      return left === right ? left : refuse(`${left} and ${right} stand side by side`);
    case '*':
      return measureOfProduct(operation, left, right);
    case '/':
      return left === right ? 'percentunit' : refuse(`${left} is divided by ${right}`);
    case '-':
      return measureOfDifference(left, right);
    case '+':
      return right === 'number' || left === right ? left : refuse(`${right} is added to ${left}`);
    default:
      return refuse(`no test knows ${operator}`);
  }
}

/** What the values of a query measure. Throws where a query mixes measures that do not mix. */
export function measureOf(query: Query): Measure {
  switch (query.kind) {
    case 'number':
      return 'number';
    case 'selector':
      return measureOfMetric(query.metric);
    case 'aggregation':
      return query.operation === 'count' ? 'none' : measureOf(query.of);
    case 'call':
      return measureOfCall(query);
    case 'operation':
      return measureOfOperation(query);
    default:
      return query satisfies never;
  }
}

const labelsOfSelector = (selector: Selector): readonly string[] => {
  const metric = exportedMetric(selector.metric);
  return metric === undefined
    ? refuse(`nothing serves ${selector.metric}`)
    : [...metric.labels, ...TARGET_LABELS];
};

const same = (left: readonly string[], right: readonly string[]): boolean =>
  left.length === right.length && left.every((label) => right.includes(label));

/**
 * The labels of a query's series; undefined for a plain number. Throws where two sides that have to match have
 * different labels: they would never meet.
 */
export function labelsOf(query: Query): readonly string[] | undefined {
  switch (query.kind) {
    case 'number':
      return undefined;
    case 'selector':
      return labelsOfSelector(query);
    case 'aggregation': {
      const inner = labelsOf(query.of) ?? [];
      const missing = query.by.filter((label) => !inner.includes(label));
      return missing.length === 0 ? query.by : refuse(`${query.operation} by ${missing} finds no such label`);
    }
    case 'call': {
      const last = query.args.at(-1);
      if (last === undefined) return undefined;
      const labels = labelsOf(last);
      return query.name === 'histogram_quantile' ? labels?.filter((label) => label !== 'le') : labels;
    }
    case 'operation': {
      const left = labelsOf(query.left);
      const right = labelsOf(query.right);
      if (left === undefined || right === undefined) return left ?? right;
      return same(left, right) ? left : refuse(`(${left}) and (${right}) never match`);
    }
    default:
      return query satisfies never;
  }
}
