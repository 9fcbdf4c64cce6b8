import { describe, expect, it } from 'vitest';
import { estateOfSeries, rowsOf } from '../../bench/estate.ts';

describe('the estates of the bench', () => {
  it.each([10, 1000, 10_000])('have the given number of backups for %i series, with unique ids', (series) => {
    const { backups, graphs } = rowsOf(estateOfSeries(series, 10_000));

    expect(backups).toHaveLength(10_000);
    expect(new Set(backups.map((row) => row['id'])).size).toBe(10_000);
    expect(new Set(graphs.map((row) => row['id'])).size).toBe(graphs.length);
  });

  it('are deterministic', () => {
    const estate = estateOfSeries(1000, 1000);

    expect(rowsOf(estate)).toEqual(rowsOf(estate));
  });

  it.each([
    [15, 100],
    [1000, 99],
  ])('cannot have %i series and %i backups', (series, backups) => {
    expect(() => estateOfSeries(series, backups)).toThrow(RangeError);
  });
});
