import { expect, it } from 'vitest';
import { pollThroughBusyHour } from '../support/busy-list.ts';
import { tryRandomLists } from '../support/moving-list.ts';

const LISTS = 26_000;

it('26,000 random changing lists are complete without missing rows, or known to be incomplete', async () => {
  const outcomes = await tryRandomLists(LISTS);

  expect(outcomes.get('complete at once')).toBeGreaterThan(LISTS / 4);
}, 300_000);

it.each([2000, 5000])(
  '%i resources that are backed up within an hour make at most 1 of 40 polls incomplete',
  async (resources) => {
    const hour = await pollThroughBusyHour(40, {
      resources,
      kept: 7,
      pages: 'by row',
      paging: { by: 'offset', limit: 120 },
    });

    process.stdout.write(`${resources}: ${JSON.stringify(hour)}\n`);
    expect(hour.missed).toEqual([]);
    expect(hour.incomplete).toBeLessThanOrEqual(1);
  },
  300_000,
);
