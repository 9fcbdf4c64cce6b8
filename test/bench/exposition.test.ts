import { describe, expect, it } from 'vitest';
import { expectSameSeries, readResourceSeries, resourcePart } from '../../bench/exposition.ts';

const SERVED = [
  '# HELP stored Backups.',
  '# TYPE stored gauge',
  'stored{cloud_service="ges",resource_id="1",state="failed"} 0',
  'stored{cloud_service="ges",resource_id="1",state="succeeded"} 1760000000',
  '# HELP polls Polls.',
  '# TYPE polls counter',
  'polls{cloud_service="ges"} 3',
  '',
].join('\n');

const compare = (seen: string): void =>
  expectSameSeries('the other', readResourceSeries(SERVED), readResourceSeries(seen));

describe('the comparison of what is served', () => {
  it.each([
    [
      'the labels in another order',
      SERVED.replace('cloud_service="ges",resource_id="1"', 'resource_id="1",cloud_service="ges"'),
    ],
    ['a number written differently', SERVED.replace('1760000000', '1.76e+09')],
    ['the series in another order', SERVED.split('\n').toReversed().join('\n')],
    ['other series that are not of a resource', SERVED.replace('polls{cloud_service="ges"} 3', '')],
  ])('takes %s for the same', (_what, seen) => {
    expect(() => compare(seen)).not.toThrow();
  });

  it.each([
    ['a series is missing', SERVED.replace(/^stored.*failed.*\n/m, ''), 'state="failed"'],
    ['a value differs', SERVED.replace('} 0', '} 1'), 'as 1, not 0'],
    ['a value is no number', SERVED.replace('} 0', '} nil'), 'as NaN'],
    ['there is one series more', `${SERVED}stored{resource_id="2"} 0\n`, 'resource_id="2"'],
    [
      'a label is missing',
      SERVED.replace('cloud_service="ges",resource_id="1",state="failed"', 'resource_id="1",state="failed"'),
      'failed',
    ],
    ['a label has another value', SERVED.replace('state="failed"', 'state="Failed"'), 'failed'],
    [
      'a label is empty instead of missing',
      SERVED.replace('state="failed"', 'state="failed",arch=""'),
      'failed',
    ],
    [
      'a series comes twice',
      `${SERVED}stored{state="failed",cloud_service="ges",resource_id="1"} 0\n`,
      'comes twice',
    ],
    ['a line is cut', `${SERVED}stored{resource_id="2`, 'not a sample'],
    ['nothing is served', '', 'undefined'],
  ])('sees that %s', (_what, seen, told) => {
    expect(() => compare(seen)).toThrow(told);
  });

  it('gives the others the resource series and what describes them', () => {
    expect(resourcePart(SERVED)).toBe(`${SERVED.split('\n').slice(0, 4).join('\n')}\n`);
  });
});
