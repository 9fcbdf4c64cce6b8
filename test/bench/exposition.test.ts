import { describe, expect, it } from 'vitest';
import { expectSameSeries, readResourceSeries, resourcePart } from '../../bench/exposition.ts';

const EXPOSITION = [
  '# HELP stored Backups.',
  '# TYPE stored gauge',
  'stored{cloud_service="ges",resource_id="1",state="failed"} 0',
  'stored{cloud_service="ges",resource_id="1",state="succeeded"} 1760000000',
  '# HELP polls Polls.',
  '# TYPE polls counter',
  'polls{cloud_service="ges"} 3',
  '',
].join('\n');

const compare = (actual: string): void =>
  expectSameSeries('the other server', readResourceSeries(EXPOSITION), readResourceSeries(actual));

describe('the comparison of expositions', () => {
  it.each([
    [
      'the labels in another order',
      EXPOSITION.replace('cloud_service="ges",resource_id="1"', 'resource_id="1",cloud_service="ges"'),
    ],
    ['a number written differently', EXPOSITION.replace('1760000000', '1.76e+09')],
    ['the series in another order', EXPOSITION.split('\n').toReversed().join('\n')],
    ['other series that are not of a resource', EXPOSITION.replace('polls{cloud_service="ges"} 3', '')],
  ])('ignores %s', (_what, actual) => {
    expect(() => compare(actual)).not.toThrow();
  });

  it.each([
    ['a series is missing', EXPOSITION.replace(/^stored.*failed.*\n/m, ''), 'state="failed"'],
    ['a value differs', EXPOSITION.replace('} 0', '} 1'), 'as 1, not 0'],
    ['a value is not a number', EXPOSITION.replace('} 0', '} nil'), 'as NaN'],
    ['there is an additional series', `${EXPOSITION}stored{resource_id="2"} 0\n`, 'resource_id="2"'],
    [
      'a label is missing',
      EXPOSITION.replace(
        'cloud_service="ges",resource_id="1",state="failed"',
        'resource_id="1",state="failed"',
      ),
      'failed',
    ],
    ['a label has another value', EXPOSITION.replace('state="failed"', 'state="Failed"'), 'failed'],
    [
      'a label is empty instead of missing',
      EXPOSITION.replace('state="failed"', 'state="failed",arch=""'),
      'failed',
    ],
    [
      'a series is duplicated',
      `${EXPOSITION}stored{state="failed",cloud_service="ges",resource_id="1"} 0\n`,
      'is duplicated',
    ],
    ['a line is truncated', `${EXPOSITION}stored{resource_id="2`, 'not a sample'],
    ['there is no series', '', 'undefined'],
  ])('detects that %s', (_what, actual, message) => {
    expect(() => compare(actual)).toThrow(message);
  });

  it('passes on the resource series and their metadata', () => {
    expect(resourcePart(EXPOSITION)).toBe(`${EXPOSITION.split('\n').slice(0, 4).join('\n')}\n`);
  });
});
