import fc from 'fast-check';
import { readCompleteList } from '../../src/pagination/complete-list.ts';
import type { FetchPage } from '../../src/pagination/page-reader.ts';
import type { Collector } from '../../src/pagination/walk.ts';
import type { ListSource } from '../../src/sources/source.ts';

/** A change of a list; `at` says where, from 0 for its first row to 1 for its last. */
export type Change =
  | { readonly kind: 'start' }
  | { readonly kind: 'expire' }
  | { readonly kind: 'insert'; readonly at: number }
  | { readonly kind: 'prune'; readonly at: number }
  | { readonly kind: 'finish'; readonly at: number };

/** What happens before a page is answered, and which of the waiting pages is answered. */
export interface Step {
  readonly changes: readonly Change[];
  readonly answered: number;
}

/** A list, how it is read, and how it moves meanwhile. */
export interface Schedule {
  readonly rows: number;
  readonly order: 'newest first' | 'oldest first';
  /** The most rows that the server gives at once. */
  readonly pageLimit: number;
  readonly ahead: number;
  readonly counted: boolean;
  readonly steps: readonly Step[];
}

/** What came of reading a list while it moved. */
export interface MovingReading {
  readonly kind: 'complete' | 'moving';
  readonly unlisted: number;
  readonly walks: number;
  /** The items that were collected, in order. */
  readonly collected: readonly string[];
  /** Rows that were there from the first page of the last walk to its end. */
  readonly lasting: readonly string[];
  /** Every row that there ever was. */
  readonly ever: ReadonlySet<string>;
}

interface Entry {
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

/** Schedules of lists that move a little, so that a second walk may find them still, and of ones that never rest. */
export const schedules = (pageLimits: {
  readonly min: number;
  readonly max: number;
}): fc.Arbitrary<Schedule> =>
  fc.record({
    rows: fc.integer({ min: 0, max: 24 }),
    order: fc.constantFrom('newest first', 'oldest first'),
    pageLimit: fc.integer(pageLimits),
    ahead: fc.integer({ min: 0, max: 7 }),
    counted: fc.boolean(),
    steps: fc.array(
      fc.record({
        changes: fc.oneof(
          { weight: 3, arbitrary: fc.constant([]) },
          { weight: 2, arbitrary: fc.array(change, { minLength: 1, maxLength: 3 }) },
        ),
        answered: fc.nat({ max: 7 }),
      }),
      { maxLength: 40 },
    ),
  });

const SOURCE: ListSource<Entry> = {
  operation: 'list_backups',
  path: '/list',
  pageSize: 100,
  readPage: (body) => body as { readonly rows: readonly Entry[]; readonly total: number | undefined },
  readId: (row) => (row as Entry | undefined)?.id,
  readRow: (row) => row as Entry,
};

/** Reads a list while it moves by the schedule; after the last step it stands still. */
export async function readWhileMoving(schedule: Schedule): Promise<MovingReading> {
  const list = createList(schedule);
  const waiting: (() => void)[] = [];
  let walks = 0;
  let lasting: Set<string> = new Set();
  const fetchPage: FetchPage = (offset, limit) =>
    new Promise((resolve) => {
      waiting.push(() => {
        if (offset === 0) {
          walks += 1;
          lasting = new Set(list.ids());
        }
        resolve(list.page(offset, Math.min(limit, schedule.pageLimit)));
      });
    });

  const reading = readCompleteList(SOURCE, fetchPage, createCollector, {
    ahead: schedule.ahead,
    signal: new AbortController().signal,
  });
  let done = false;
  const finished = reading.finally(() => {
    done = true;
  });
  for (let turn = 0; !done; turn += 1) {
    await untilQuiet();
    if (waiting.length === 0) continue;
    const { changes, answered } = schedule.steps[turn] ?? { changes: [], answered: 0 };
    for (const next of changes) for (const id of list.apply(next)) lasting.delete(id);
    const [answer] = waiting.splice(answered % waiting.length, 1);
    answer?.();
  }
  const result = await finished;
  return {
    kind: result.kind,
    unlisted: result.kind === 'complete' ? result.unlisted : 0,
    walks,
    collected: result.kind === 'complete' ? result.items.collected : [],
    lasting: [...lasting],
    ever: list.ever,
  };
}

function createCollector(): Collector<Entry> & { readonly collected: string[] } {
  const collected: string[] = [];
  return { collected, add: ({ id }) => void collected.push(id) };
}

// Enough turns for a walk to ask for its next pages once an answer has come.
async function untilQuiet(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) await Promise.resolve();
}

function createList({ rows: count, order, counted }: Schedule) {
  const ever = new Set<string>();
  const create = (): Entry => {
    const id = `row-${ever.size}`;
    ever.add(id);
    return { id, state: 'running' };
  };
  const rows = Array.from({ length: count }, create);
  const newestFirst = order === 'newest first';
  const place = (at: number): number => Math.round(at * Math.max(0, rows.length - 1));
  const removed = (index: number): readonly string[] => rows.splice(index, 1).map(({ id }) => id);

  const apply = (next: Change): readonly string[] => {
    switch (next.kind) {
      case 'start':
        rows.splice(newestFirst ? 0 : rows.length, 0, create());
        return [];
      case 'expire':
        return removed(newestFirst ? rows.length - 1 : 0);
      case 'insert':
        rows.splice(Math.round(next.at * rows.length), 0, create());
        return [];
      case 'prune':
        return removed(place(next.at));
      case 'finish': {
        const row = rows[place(next.at)];
        if (row !== undefined) row.state = 'finished';
        return [];
      }
      default:
        return next satisfies never;
    }
  };

  return {
    ever,
    apply,
    ids: () => rows.map(({ id }) => id),
    page: (offset: number, limit: number) => ({
      rows: rows.slice(offset, offset + limit).map((row) => ({ ...row })),
      total: counted ? rows.length : undefined,
    }),
  };
}

/** The rows that a reading missed and did not own up to: neither as moving nor as unlisted. */
export async function missedBy(schedule: Schedule): Promise<readonly string[]> {
  const reading = await readWhileMoving(schedule);
  if (reading.kind === 'moving' || reading.unlisted > 0) return [];
  const collected = new Set(reading.collected);
  return reading.lasting.filter((id) => !collected.has(id));
}
