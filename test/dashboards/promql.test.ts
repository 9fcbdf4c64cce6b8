import { describe, expect, it } from 'vitest';
import { labelsOf, measureOf } from './meaning.ts';
import { parseQuery, type Query, readsOf } from './promql.ts';

/** The query with all its parentheses. */
function spell(query: Query): string {
  switch (query.kind) {
    case 'number':
      return String(query.value);
    case 'selector':
      return query.metric + (query.range === undefined ? '' : `[${query.range}]`);
    case 'call':
      return `${query.name}(${query.args.map(spell).join(', ')})`;
    case 'aggregation':
      return `${query.operation} by (${query.by.join()}) (${spell(query.of)})`;
    case 'operation':
      return `(${spell(query.left)} ${query.operator}${query.bool ? ' bool' : ''} ${spell(query.right)})`;
    default:
      return query satisfies never;
  }
}

describe('the reader of queries', () => {
  it.each([
    ['a or b and c', '(a or (b and c))'],
    ['a and b > 0 or c * 0', '((a and (b > 0)) or (c * 0))'],
    ['time() - a > bool b', '((time() - a) > bool b)'],
    ['a - b - c', '((a - b) - c)'],
    ['a * (b + 1) / c', '((a * (b + 1)) / c)'],
    ['max by (x, y) (rate(a{x=~"$x", y="},("}[$__rate_interval])) offset', 'an error'],
    [
      'max by (x, y) (rate(a{x=~"$x", y="},("}[$__rate_interval]))',
      'max by (x,y) (rate(a[$__rate_interval]))',
    ],
    ['a offset 1w > 0', '(a > 0)'],
    ['sum(a', 'an error'],
    ['a b', 'an error'],
    ['a % b', 'an error'],
  ])('reads %s as %s', (text, expected) => {
    const read = (): string => spell(parseQuery(text));

    if (expected === 'an error') expect(read).toThrow();
    else expect(read()).toBe(expected);
  });

  it('finds every read of a metric with what stands around it, the innermost first', () => {
    const reads = readsOf(parseQuery('sum(max by (x) (rate(a[5m])) or b)'));

    expect(reads.map(({ selector, around }) => [selector.metric, around.map(({ kind }) => kind)])).toEqual([
      ['a', ['call', 'aggregation', 'operation', 'aggregation']],
      ['b', ['operation', 'aggregation']],
    ]);
  });
});

const SIZE = 'huaweicloud_backup_last_success_size_bytes';
const TIME = 'huaweicloud_backup_last_success_timestamp_seconds';
const POLLS = 'huaweicloud_backup_polls_total';

describe('what a query measures', () => {
  it.each([
    [SIZE, 'bytes'],
    [`${SIZE} / (${SIZE} offset 1w > 0)`, 'percentunit'],
    [`time() - ${TIME}`, 's'],
    [`(time() - ${TIME}) / huaweicloud_backup_rpo_seconds`, 'percentunit'],
    [`sum(${SIZE} > bool 0)`, 'none'],
    [`count(${SIZE})`, 'none'],
    [`rate(${POLLS}[5m])`, 'perSecond'],
    [`sum(rate(${POLLS}[5m]) * 60)`, 'opm'],
    [`increase(${POLLS}[1h])`, 'none'],
    ['rate(process_cpu_seconds_total[5m])', 'percentunit'],
    ['histogram_quantile(0.5, huaweicloud_backup_api_request_duration_seconds_bucket)', 's'],
  ])('%s: %s', (text, measure) => {
    expect(measureOf(parseQuery(text))).toBe(measure);
  });

  it.each([
    [`${TIME} > huaweicloud_backup_rpo_seconds`, 'moment is compared with s'],
    [`${SIZE} or ${TIME}`, 'bytes and moment stand side by side'],
    [`${SIZE} / ${TIME}`, 'bytes is divided by moment'],
    [`abs(${SIZE})`, 'no test knows abs()'],
  ])('is refused for %s', (text, problem) => {
    expect(() => measureOf(parseQuery(text))).toThrow(problem);
  });
});

describe('the labels of a query', () => {
  it.each([
    [`max by (project) (${SIZE})`, ['project']],
    ['huaweicloud_backup_credentials_expiry_timestamp_seconds', ['region', 'project', 'job', 'instance']],
    [`sum(${SIZE})`, []],
    ['time()', undefined],
  ])('%s: %s', (text, labels) => {
    expect(labelsOf(parseQuery(text))).toEqual(labels);
  });

  it.each([
    [`max by (project) (${SIZE}) / max by (region) (${SIZE})`, 'never match'],
    [`max by (graph) (${SIZE})`, 'finds no such label'],
    ['huaweicloud_backup_size', 'nothing serves huaweicloud_backup_size'],
  ])('is refused for %s', (text, problem) => {
    expect(() => labelsOf(parseQuery(text))).toThrow(problem);
  });
});
