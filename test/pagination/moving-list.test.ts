import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  missedBy,
  readWhileMoving,
  type Schedule,
  type Step,
  schedules,
  tryRandomLists,
} from '../support/moving-list.ts';

const still: Step = { changes: [], pending: 0 };
const moves = (...changes: Step['changes']): Step => ({ changes, pending: 0 });

const LIST: Schedule = {
  rows: 20,
  order: 'newest first',
  pages: 'by row',
  paging: { by: 'offset', limit: 100 },
  pageLimit: 5,
  total: 'right',
  repeatedIdEvery: 0,
  ahead: 0,
  steps: [],
};
const BY_PAGE: Pick<Schedule, 'pages' | 'paging'> = {
  pages: 'by page number',
  paging: { by: 'page', first: 1, limit: 100 },
};
const DETECTED: Pick<Schedule, 'pages' | 'paging'> = {
  pages: 'by page number',
  paging: { by: 'offset', limit: 100, mayCountPages: true },
};

describe('a list that changes between any two of its pages', () => {
  it('is never considered complete with missing rows, and no row counts twice', async () => {
    const outcomes = await tryRandomLists(400);

    expect(outcomes.get('complete at once')).toBeGreaterThan(0);
    expect(outcomes.get('complete at the second attempt')).toBeGreaterThan(0);
    expect(outcomes.get('moving')).toBeGreaterThan(0);
  });

  it('is not considered complete when both walks missed the same row', async () => {
    const reading = await readWhileMoving({
      ...LIST,
      rows: 18,
      order: 'oldest first',
      pageLimit: 4,
      ahead: 4,
      steps: [
        moves({ kind: 'expire' }, { kind: 'start' }),
        still,
        still,
        moves({ kind: 'insert', at: 0.25 }),
        still,
        still,
        moves({ kind: 'start' }),
        { changes: [{ kind: 'finish', at: 0 }], pending: 4 },
        moves({ kind: 'prune', at: 0.25 }, { kind: 'expire' }),
      ],
    });

    expect(missedBy(reading)).toEqual([]);
  });

  it('is not complete after one walk in pages of a single row: a removed row may have hidden another', async () => {
    const reading = await readWhileMoving({
      ...LIST,
      rows: 1,
      order: 'oldest first',
      pageLimit: 1,
      steps: [moves({ kind: 'start' }), moves({ kind: 'expire' }, { kind: 'start' })],
    });

    expect(missedBy(reading)).toEqual([]);
  });

  it('does not end at a page of known rows if the service gives no total', async () => {
    const reading = await readWhileMoving({
      ...LIST,
      rows: 5,
      pageLimit: 4,
      total: 'none',
      steps: [still, moves({ kind: 'start' }, { kind: 'start' }, { kind: 'start' })],
    });

    expect(missedBy(reading)).toEqual([]);
  });

  it('is not a single page if its first page moves to where other rows were', async () => {
    const reading = await readWhileMoving({
      ...LIST,
      ...DETECTED,
      rows: 8,
      pageLimit: 3,
      total: 'none',
      steps: [
        ...[still, still, still, still, still],
        moves({ kind: 'insert', at: 0.35 }),
        still,
        still,
        moves({ kind: 'start' }, { kind: 'start' }, { kind: 'start' }),
      ],
    });

    expect(missedBy(reading)).toEqual([]);
  });
});

describe.each<[string, Pick<Schedule, 'pages' | 'paging'>]>([
  ['by row', { pages: 'by row', paging: { by: 'offset', limit: 100 } }],
  ['by page number', BY_PAGE],
  ['by page number, which is detected', DETECTED],
])('a list paged %s', (_pages, paged) => {
  const few = paged.paging.by === 'offset' && paged.paging.mayCountPages === true ? 3 : 1;

  it('is complete in one walk even if rows are added at the front between all pages', async () => {
    const reading = await readWhileMoving({
      ...LIST,
      ...paged,
      pageLimit: 10,
      rows: 200,
      steps: Array.from({ length: 100 }, () => moves({ kind: 'start' })),
    });

    expect(reading).toMatchObject({ kind: 'complete', unlisted: 0, walks: few });
    expect(missedBy(reading)).toEqual([]);
  });

  it('is complete in one walk even if each new row replaces the oldest', async () => {
    const reading = await readWhileMoving({
      ...LIST,
      ...paged,
      pageLimit: 10,
      rows: 200,
      steps: Array.from({ length: 100 }, () => moves({ kind: 'start' }, { kind: 'expire' })),
    });

    expect(reading).toMatchObject({ kind: 'complete', unlisted: 0, walks: few });
    expect(missedBy(reading)).toEqual([]);
  });

  it.each([5, 8, 10])('includes a row that moved to an earlier page, in pages of %i', async (pageLimit) => {
    const reading = await readWhileMoving({
      ...LIST,
      ...paged,
      pageLimit,
      steps: [
        still,
        still,
        still,
        still,
        still,
        moves({ kind: 'prune', at: 0 }),
        moves({ kind: 'prune', at: 0 }, { kind: 'prune', at: 0 }),
      ],
    });

    expect(missedBy(reading)).toEqual([]);
    expect(reading.kind).toBe('complete');
  });
});

describe('a list that does not change', () => {
  it('is complete, however the service pages, counts and repeats ids', async () => {
    await fc.assert(
      fc.asyncProperty(schedules, async (schedule) => {
        const reading = await readWhileMoving({ ...schedule, steps: [] });

        expect(reading.kind).toBe('complete');
        expect(missedBy(reading)).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });
});
