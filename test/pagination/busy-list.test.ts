import { describe, expect, it } from 'vitest';
import { type BusyListOptions, pollThroughBusyHour } from '../support/busy-list.ts';

describe.each<[string, Pick<BusyListOptions, 'pages' | 'paging'>]>([
  ['by row', { pages: 'by row', paging: { by: 'offset', limit: 120 } }],
  ['by page number', { pages: 'by page number', paging: { by: 'page', first: 1, limit: 100 } }],
  [
    'by page number, which is detected',
    { pages: 'by page number', paging: { by: 'offset', limit: 120, mayCountPages: true } },
  ],
])('2,000 resources that are backed up within an hour, in a list paged %s', (_name, paged) => {
  it('leave the polls of that hour complete, without missing rows and with few requests', async () => {
    const hour = await pollThroughBusyHour(10, { ...paged, resources: 2000, kept: 7 });

    expect(hour).toMatchObject({ incomplete: 0, missed: [] });
    expect(hour.requestsPerPoll).toBeLessThan(1.3 * (14_000 / paged.paging.limit));
  });
});
