import {
  type ListSource,
  type Page,
  REJECTION_REASONS,
  type RejectionReason,
  type Row,
} from '../sources/source.ts';
import { createIdSet } from './id-set.ts';
import { createPageReader, type FetchPage } from './page-reader.ts';

/** What takes the items of a walk, each once, in the order of the list. */
export interface Collector<Item> {
  readonly add: (item: Item) => void;
}

/** How many rows were rejected for each reason. */
export type Rejections = Readonly<Record<RejectionReason, number>>;

/** How sure it is that no row stood between two pages. */
export type Gap = 'none' | 'unknown' | 'broken' | 'stuck';

/** What one walk from the first page to the last has found. */
export interface Walk {
  /** The ids of all rows that have one, rejected rows included. */
  readonly ids: ReadonlySetLike<string>;
  /** The ids among them whose rows were rejected. */
  readonly rejectedIds: ReadonlySet<string>;
  /** Rows received, those with the same id counted once. */
  readonly listed: number;
  /** The service's own count, as the last page gave it. */
  readonly total: number | undefined;
  readonly rejections: Rejections;
  /**
   * Whether something can have slipped through between two pages. `none`: each page holds the row that ended the one
   * before it. `broken`: some page does not. `unknown`: a page of a single row cannot overlap. `stuck`: the
   * service gave a page full of known rows.
   */
  readonly gap: Gap;
  /** Pages that brought a row not seen before. */
  readonly pages: number;
}

/** How a list is walked. */
export interface WalkOptions {
  /** Pages under way beside the one that is awaited. */
  readonly ahead: number;
  readonly signal: AbortSignal;
  /** What the service takes `offset` for. */
  readonly offset: 'row index' | 'page number';
  /** The ids of an earlier walk of the same list, where there was one: those that come again are stored once. */
  readonly before?: ReadonlySetLike<string> | undefined;
}

/** Why a walk found no end of the list or no list at all. */
export type WalkProblem = 'not_a_list' | 'endless';

/** Thrown by {@link walkList}; `problem` says which. */
export class WalkError extends Error {
  override readonly name = 'WalkError';
  readonly problem: WalkProblem;

  constructor(problem: WalkProblem) {
    super(problem);
    this.problem = problem;
  }
}

// No list of backups is longer; one that grows past this, or so far past the service's own count, has no end.
const MOST_ROWS = 500_000;
const MOST_ROWS_UNCOUNTED = 10_000;

/**
 * Walks a list by offset and limit. Pages overlap by one row: where a page does not hold the row that ended the one
 * before, the list moved in between and a row may have been skipped, whatever the total says. It ends at the
 * service's total, at an empty page, or at a page without a new id.
 * Rejects with a {@link WalkError}, or with what `fetchPage` rejects with.
 */
export async function walkList<Item>(
  source: ListSource<Item>,
  fetchPage: FetchPage,
  collector: Collector<Item>,
  options: WalkOptions,
): Promise<Walk> {
  const reader = createPageReader(source, fetchPage, options.ahead, options.signal);
  const rows = createRowIntake(source, collector, options.before);
  let offset = 0;
  let step = 0;
  let total: number | undefined;
  let lastRow: Row;
  let gap: Gap = 'none';
  let pages = 0;
  const expectedOffsets = function* (from: number): Iterable<number> {
    if (step === 0 || total === undefined || options.offset === 'page number') return;
    for (let next = from + step; next + 1 < total; next += step) yield next;
  };
  try {
    for (;;) {
      const page = await reader.read(offset, expectedOffsets);
      if (page === undefined) throw new WalkError('not_a_list');
      const received = page.rows.length;
      const joint = findJoint(source, page, lastRow);
      if (offset > 0) gap = widerGap(gap, gapBefore(page, joint, lastRow, total));
      total = page.total ?? total;
      const fresh = rows.take(joint < 0 ? page.rows : page.rows.toSpliced(joint, 1));
      const brought = fresh.ids + fresh.withoutId;
      pages += Math.min(1, brought);
      gap = widerGap(gap, gapOfKnownRows(received, brought, total));
      if (isLastPage(reachedBy(options.offset, offset + received, rows.count()), received, fresh, total)) {
        // The end of an uncounted list is an empty page, or nothing behind the row that is known.
        if (total === undefined && received > 1) gap = widerGap(gap, 'unknown');
        break;
      }
      if (isEndless(rows.count(), total)) throw new WalkError('endless');
      const next = nextPage(options.offset, received);
      lastRow = next.overlaps ? page.rows[received - 1] : undefined;
      step = next.step;
      offset += step;
    }
  } finally {
    reader.close();
  }
  return rows.finish(total, gap, pages);
}

const reachedBy = (offset: WalkOptions['offset'], rowIndex: number, count: number): number =>
  offset === 'page number' ? count : rowIndex;

/** How far it is to the next page, and whether that begins with the last row of this one. */
function nextPage(offset: WalkOptions['offset'], received: number) {
  if (offset === 'page number') return { step: 1, overlaps: false };
  // A page of a single row cannot overlap: the walk would stand still.
  return received > 1 ? { step: received - 1, overlaps: true } : { step: received, overlaps: false };
}

/** Where the page holds the row that ended the one before it; -1 for nowhere. */
function findJoint(source: ListSource<unknown>, page: Page, lastRow: Row): number {
  return lastRow === undefined ? -1 : page.rows.findIndex((row) => sameRow(source, row, lastRow));
}

function gapBefore(page: Page, joint: number, lastRow: Row, totalBefore: number | undefined): Gap {
  if (lastRow !== undefined) return joint < 0 ? 'broken' : 'none';
  // Between pages of a single row, only a total that changes tells.
  return page.total === totalBefore ? 'unknown' : 'broken';
}

// A page full of known rows, of a list that is said to be longer: the service does not move on. At the end of a list there is at
// most the row that is known.
const gapOfKnownRows = (received: number, brought: number, total: number | undefined): Gap =>
  total !== undefined && received > 1 && brought === 0 ? 'stuck' : 'none';

const GAPS: readonly Gap[] = ['none', 'unknown', 'broken', 'stuck'];

const widerGap = (one: Gap, other: Gap): Gap => (GAPS.indexOf(one) > GAPS.indexOf(other) ? one : other);

const isEndless = (count: number, total: number | undefined): boolean =>
  count > Math.min(MOST_ROWS, (total ?? MOST_ROWS) + MOST_ROWS_UNCOUNTED);

function isLastPage(
  reached: number,
  received: number,
  fresh: { readonly ids: number; readonly withoutId: number },
  total: number | undefined,
): boolean {
  if (received === 0 || reached === total) return true;
  if (fresh.ids > 0) return false;
  // Rows that cannot be told apart are no proof of standing still, as long as the service counts further.
  return fresh.withoutId === 0 || total === undefined || reached > total;
}

function sameRow(source: ListSource<unknown>, one: Row, other: Row): boolean {
  const id = source.readId(one);
  return id === undefined ? JSON.stringify(one) === JSON.stringify(other) : id === source.readId(other);
}

function createRowIntake<Item>(
  source: ListSource<Item>,
  collector: Collector<Item>,
  before: ReadonlySetLike<string> | undefined,
) {
  const ids = createIdSet(before);
  const rejectedIds = new Set<string>();
  const rejections = Object.fromEntries(REJECTION_REASONS.map((reason) => [reason, 0])) as Record<
    RejectionReason,
    number
  >;
  let withoutId = 0;

  const takeRow = (row: Row, id: string | undefined): void => {
    const item = source.readRow(row);
    if (isRejection(item)) {
      rejections[item] += 1;
      if (id !== undefined) rejectedIds.add(id);
    } else {
      collector.add(item);
    }
  };

  return {
    take: (rows: readonly Row[]): { readonly ids: number; readonly withoutId: number } => {
      const before = { ids: ids.size, withoutId };
      for (const row of rows) {
        const id = source.readId(row);
        if (id === undefined) withoutId += 1;
        else if (!ids.add(id)) continue;
        takeRow(row, id);
      }
      return { ids: ids.size - before.ids, withoutId: withoutId - before.withoutId };
    },
    count: (): number => ids.size + withoutId,
    finish: (total: number | undefined, gap: Gap, pages: number): Walk => {
      return { ids, rejectedIds, listed: ids.size + withoutId, total, rejections, gap, pages };
    },
  };
}

function isRejection(item: unknown): item is RejectionReason {
  return typeof item === 'string';
}
