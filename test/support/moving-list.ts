import fc from 'fast-check';
import { expect } from 'vitest';
import { readCompleteList } from '../../src/pagination/complete-list.ts';
import type { PagedList, Paging } from '../../src/pagination/list.ts';
import type { FetchPage } from '../../src/pagination/page-reader.ts';
import type { Collector } from '../../src/pagination/row-intake.ts';

/** A change of a list; `at` says where, from 0 for its first row to 1 for its last. */
export type Change =
  | { readonly kind: 'start' }
  | { readonly kind: 'expire' }
  | { readonly kind: 'insert'; readonly at: number }
  | { readonly kind: 'prune'; readonly at: number }
  | { readonly kind: 'finish'; readonly at: number };

/** The changes before a response, and the index of the pending request that gets it. */
export interface Step {
  readonly changes: readonly Change[];
  readonly pending: number;
}

/** How the service interprets `offset`, and whether it respects a `limit` below its own. */
export type Pages = 'by row' | 'by page number' | 'by page number, of one size';

/** The total that the service returns. */
export type Total =
  | 'right'
  | 'none'
  | 'of the page'
  | { readonly tooLargeBy: number }
  | { readonly tooSmallBy: number };

/** A list, how it is read, and how it changes meanwhile. */
export interface Schedule {
  readonly rows: number;
  readonly order: 'newest first' | 'oldest first';
  readonly pages: Pages;
  readonly paging: Paging;
  /** Maximum number of rows per page. */
  readonly pageLimit: number;
  readonly total: Total;
  /** One in this many rows has the id of another; 0 for none. */
  readonly repeatedIdEvery: number;
  readonly ahead: number;
  readonly steps: readonly Step[];
}

/** The result of reading a list while it changed. */
export interface MovingReading {
  readonly kind: 'complete' | 'moving';
  readonly unlisted: number;
  readonly walks: number;
  readonly requests: number;
  /** The collected items, in order. */
  readonly collected: readonly string[];
  /** The ids of the rows that were listed during the whole last walk. */
  readonly lasting: readonly string[];
  /** All ids that were ever listed. */
  readonly ever: ReadonlySet<string>;
}

interface Entry {
  readonly number: number;
  readonly id: string;
  state: 'running' | 'finished';
}

const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ kind: 'start' } as const) },
  { weight: 3, arbitrary: fc.constant({ kind: 'expire' } as const) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('insert' as const), at: unit() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('prune' as const), at: unit() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('finish' as const), at: unit() }) },
);

function unit(): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: 20 }).map((twentieth) => twentieth / 20);
}

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    changes: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 2, arbitrary: fc.array(change, { minLength: 1, maxLength: 3 }) },
    ),
    pending: fc.nat({ max: 7 }),
  }),
  { maxLength: 40, size: 'max' },
);

// A total that equals the rows of the first page can only be distinguished from a correct one if that page is full.
const counted: fc.Arbitrary<Pick<Schedule, 'total' | 'pageLimit'>> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      pageLimit: fc.integer({ min: 1, max: 12 }),
      total: fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom<Total>('right', 'none') },
        fc.integer({ min: 1, max: 9 }).map((tooLargeBy) => ({ tooLargeBy })),
      ),
    }),
  },
  fc.record({
    pageLimit: fc.constant(10),
    total: fc.oneof(
      fc.constant<Total>('of the page'),
      fc.integer({ min: 1, max: 9 }).map((tooSmallBy) => ({ tooSmallBy })),
    ),
  }),
);

const paged: fc.Arbitrary<Pick<Schedule, 'pages' | 'paging'>> = fc.oneof(
  fc.record({
    pages: fc.constant('by row' as const),
    paging: fc.constantFrom<Paging>(
      { by: 'offset', limit: 100 },
      { by: 'offset', limit: 4 },
      { by: 'offset', limit: 100, mayCountPages: true },
    ),
  }),
  fc.record({
    pages: fc.constantFrom('by page number', 'by page number, of one size'),
    paging: fc.constantFrom<Paging>(
      { by: 'page', first: 0, limit: 100 },
      { by: 'page', first: 1, limit: 6 },
      { by: 'offset', limit: 100, mayCountPages: true },
    ),
  }),
);

// If pages do not overlap, a row may be repeated because rows were added or because its id is listed twice.
const isDecidable = ({ pages, pageLimit, total, repeatedIdEvery }: Schedule): boolean =>
  (pageLimit > 1 || total !== 'none') &&
  (repeatedIdEvery === 0 || (pages !== 'by page number, of one size' && pageLimit > 4));

/** Schedules of lists that change a little, so that a second walk may find them unchanged, or change all the time. */
export const schedules: fc.Arbitrary<Schedule> = fc
  .record({
    rows: fc.integer({ min: 0, max: 40 }),
    order: fc.constantFrom('newest first', 'oldest first'),
    paged,
    counted,
    repeatedIdEvery: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 2, max: 20 })),
    ahead: fc.integer({ min: 0, max: 7 }),
    steps,
  })
  .map(({ paged: pagedBy, counted: countedAs, ...rest }) => ({ ...rest, ...pagedBy, ...countedAs }))
  .filter(isDecidable);

/** Reads a list while it changes by the schedule; after the last step it no longer changes. */
export async function readWhileMoving(schedule: Schedule): Promise<MovingReading> {
  const list = createList(schedule);
  const waiting: (() => void)[] = [];
  let walks = 0;
  let requests = 0;
  let lasting = new Map<number, string>();
  const fetchPage: FetchPage = ({ offset, limit }) =>
    new Promise((resolve) => {
      requests += 1;
      waiting.push(() => resolve(list.page(Number(offset), Number(limit))));
    });
  const source: PagedList<Entry> = {
    paging: schedule.paging,
    readPage: (body) => body as { readonly rows: readonly Entry[]; readonly total: number | undefined },
    readId: (row) => (row as Entry | undefined)?.id,
    readRow: (row) => row as Entry,
  };
  const createCollector = (): Collector<Entry> & { readonly collected: string[] } => {
    walks += 1;
    lasting = new Map(list.rows().map(({ number, id }) => [number, id]));
    const collected: string[] = [];
    return { collected, add: ({ id }) => void collected.push(id) };
  };

  const reading = readCompleteList(source, fetchPage, createCollector, {
    ahead: schedule.ahead,
    signal: new AbortController().signal,
  });
  let done = false;
  const finished = reading.finally(() => {
    done = true;
  });
  for (let turn = 0; !done; turn += 1) {
    await untilQuiet();
    if (waiting.length === 0 || done) continue;
    const { changes, pending } = schedule.steps[turn] ?? { changes: [], pending: 0 };
    for (const next of changes) for (const { number } of list.apply(next)) lasting.delete(number);
    const [respond] = waiting.splice(pending % waiting.length, 1);
    respond?.();
  }
  const result = await finished;
  return {
    kind: result.kind,
    unlisted: result.kind === 'complete' ? result.unlisted : 0,
    walks,
    requests,
    collected: result.kind === 'complete' ? result.items.collected : [],
    lasting: [...lasting.values()],
    ever: list.ever,
  };
}

// Enough turns for a walk to request its next pages after a response.
async function untilQuiet(): Promise<void> {
  for (let turn = 0; turn < 16; turn += 1) await Promise.resolve();
}

function createList(schedule: Schedule) {
  const ever = new Set<string>();
  let made = 0;
  const create = (): Entry => {
    made += 1;
    const repeats = schedule.repeatedIdEvery > 0 && made % schedule.repeatedIdEvery === 0;
    const id = `row-${repeats ? Math.floor(made / 2) : made}`;
    ever.add(id);
    return { number: made, id, state: 'running' };
  };
  const rows = Array.from({ length: schedule.rows }, create);
  const newestFirst = schedule.order === 'newest first';
  const place = (at: number): number => Math.round(at * Math.max(0, rows.length - 1));

  const apply = (next: Change): readonly Entry[] => {
    switch (next.kind) {
      case 'start':
        rows.splice(newestFirst ? 0 : rows.length, 0, create());
        return [];
      case 'expire':
        return rows.splice(newestFirst ? rows.length - 1 : 0, 1);
      case 'insert':
        rows.splice(Math.round(next.at * rows.length), 0, create());
        return [];
      case 'prune':
        return rows.splice(place(next.at), 1);
      case 'finish': {
        const row = rows[place(next.at)];
        if (row !== undefined) row.state = 'finished';
        return [];
      }
      default:
        return next satisfies never;
    }
  };

  const first = schedule.paging.by === 'page' ? schedule.paging.first : 0;
  const onlySize =
    schedule.paging.by === 'nothing' ? rows.length : Math.min(schedule.pageLimit, schedule.paging.limit);
  const rowsAt = (offset: number, limit: number): readonly Entry[] => {
    const size = Math.min(limit, schedule.pageLimit);
    switch (schedule.pages) {
      case 'by row':
        return rows.slice(offset, offset + size);
      case 'by page number':
        return rows.slice((offset - first) * size, (offset - first + 1) * size);
      case 'by page number, of one size':
        return rows.slice((offset - first) * onlySize, (offset - first + 1) * onlySize);
      default:
        return schedule.pages satisfies never;
    }
  };

  const totalOf = (page: readonly Entry[]): number | undefined => {
    if (schedule.total === 'right') return rows.length;
    if (schedule.total === 'none') return undefined;
    if (schedule.total === 'of the page') return page.length;
    if ('tooLargeBy' in schedule.total) return rows.length + schedule.total.tooLargeBy;
    return Math.max(0, rows.length - schedule.total.tooSmallBy);
  };

  return {
    ever,
    apply,
    rows: (): readonly Entry[] => rows,
    page: (offset: number, limit: number) => {
      const page = rowsAt(offset, limit).map((row) => ({ ...row }));
      return { rows: page, total: totalOf(page) };
    },
  };
}

/** The rows missing from a reading that is neither moving nor has unlisted rows. */
export function missedBy({ kind, unlisted, lasting, collected }: MovingReading): readonly string[] {
  const found = new Set(collected);
  return kind === 'complete' && unlisted === 0 ? lasting.filter((id) => !found.has(id)) : [];
}

/** Reads random lists while they change; fails at the first missing or duplicate row. Returns the number of each outcome. */
export async function tryRandomLists(count: number): Promise<ReadonlyMap<string, number>> {
  const outcomes = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(schedules, async (schedule) => {
      const reading = await readWhileMoving(schedule);

      expect(new Set(reading.collected).size).toBe(reading.collected.length);
      expect(reading.collected.filter((id) => !reading.ever.has(id))).toEqual([]);
      expect(missedBy(reading)).toEqual([]);
      const outcome = outcomeOf(reading);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }),
    { numRuns: count },
  );
  return outcomes;
}

function outcomeOf({ kind, walks, unlisted }: MovingReading): string {
  if (kind === 'moving') return 'moving';
  return (
    (walks === 1 ? 'complete at once' : 'complete at the second attempt') +
    (unlisted > 0 ? ', some unlisted' : '')
  );
}
