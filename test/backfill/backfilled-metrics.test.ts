import { expect, it } from 'vitest';
import { BACKFILLED_METRICS, NEVER_BACKFILLED } from '../../src/backfill/backfill.ts';
import { RESOURCE_METRICS } from '../../src/metrics/resource-metrics.ts';

it('every resource metric is backfilled or listed as never backfilled', () => {
  const names = [...BACKFILLED_METRICS.map(({ name }) => name), ...NEVER_BACKFILLED];

  expect(names.toSorted()).toEqual(RESOURCE_METRICS.map(({ name }) => name).toSorted());
});
