import { describe, expect, it } from 'vitest';
import { interleave, median, medianRatio } from '../../bench/statistics.ts';

describe('the statistics of the bench', () => {
  it.each([
    ['an odd number of values', [30, 1, 2], 2],
    ['an even number of values', [4, 1, 2, 100], 3],
    ['numbers that sort differently as text', [9, 10, 100], 10],
    ['a single value', [7], 7],
  ])('have the median of %s', (_what, values, middle) => {
    expect(median(values)).toBe(middle);
  });

  it('have no median of nothing', () => {
    expect(median([])).toBeNaN();
  });

  it('compare within a round, as a slow round slows both', () => {
    expect(medianRatio([10, 1000, 30], [5, 500, 15])).toBe(2);
  });

  it('have no ratio if a round is missing', () => {
    expect(medianRatio([1, 2], [1])).toBeNaN();
    expect(medianRatio([], [])).toBeNaN();
  });

  it('interleave the tasks', async () => {
    const turns: string[] = [];
    const task = (name: string) => async () => turns.push(name);

    const results = await interleave(
      2,
      new Map([
        ['a', task('a')],
        ['b', task('b')],
      ]),
    );

    expect(turns).toEqual(['a', 'b', 'a', 'b']);
    expect(results.get('b')).toEqual([2, 4]);
  });
});
