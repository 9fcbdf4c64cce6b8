import { expect, it } from 'vitest';
import { BACKFILLED_METRICS, NEVER_BACKFILLED } from '../../src/backfill/backfill.ts';
import { RESOURCE_METRICS } from '../../src/metrics/resource-metrics.ts';

it('every metric of a resource is backfilled, or known not to be', () => {
  const names = [...BACKFILLED_METRICS.map(({ name }) => name), ...NEVER_BACKFILLED];

  expect(names.toSorted()).toEqual(RESOURCE_METRICS.map(({ name }) => name).toSorted());
});
