import { isDeepStrictEqual } from 'node:util';
import type { Page, PagedList } from './list.ts';
import { createPageReader, type FetchPage } from './page-reader.ts';
import { OVERLAP, type PageAfter, type PageRequest } from './page-requests.ts';
import { type Collector, createRowIntake, type RowCounts, type RowIntake } from './row-intake.ts';

export type { Collector, Rejections, RowCounts } from './row-intake.ts';

/**
 * Whether rows may be missing between pages. `none`: each page begins with the last rows of the previous one, and
 * nothing follows the last. `possible`: pages do not overlap. `likely`: a page does not continue the previous one.
 * `repeated page`: the service sent known rows instead of the next ones.
 */
export type Holes = 'none' | 'possible' | 'likely' | 'repeated page';

/** The result of one walk from the first page to the last. */
export interface Walk extends RowCounts {
  /** The service's own total on the last page. */
  readonly total: number | undefined;
  /** Rows that the service counts but does not list, without those added while the list was read. */
  readonly unlisted: number;
  readonly holes: Holes;
  /** Pages with at least one new row. */
  readonly pages: number;
  /** How far it came: the index after the last row. */
  readonly reached: number;
}

export interface WalkOptions {
  /** Pages to prefetch. */
  readonly ahead: number;
  readonly signal: AbortSignal;
  /** The ids of an earlier walk of the same list: repeated ids are stored once. Undefined if ids are not kept. */
  readonly before?: ReadonlySetLike<string> | undefined;
}

/** Why a list could not be read to its end. */
export type WalkProblem = 'not_a_list' | 'endless';

export class WalkError extends Error {
  override readonly name = 'WalkError';
  readonly problem: WalkProblem;

  constructor(problem: WalkProblem) {
    super(problem);
    this.problem = problem;
  }
}

// No list is longer; one that grows beyond this, or this far beyond the service's own total, does not end.
const MOST_ROWS = 500_000;
const MOST_ROWS_UNCOUNTED = 10_000;

/**
 * Reads a list once, page by page. Each page is requested so that it begins with the last rows of the previous one:
 * then no row can be missed, whatever changes meanwhile. If rows have left, a page begins too late, and an earlier one
 * is read instead. Rejects with a {@link WalkError}, or with what `fetchPage` rejects with.
 */
export async function walkList<Item>(
  list: PagedList<Item>,
  pageAfter: PageAfter,
  fetchPage: FetchPage,
  collector: Collector<Item>,
  options: WalkOptions,
): Promise<Walk> {
  const reader = createPageReader(list, fetchPage, options.ahead, options.signal);
  const walk = createWalk(pageAfter, createRowIntake(list, collector, options.before));
  const read = async (request: PageRequest): Promise<ComparedPage> => {
    const page = await reader.read(request, walk.expectedAfter(request));
    if (page === undefined) throw new WalkError('not_a_list');
    return walk.compare({ ...page, request, ids: page.rows.map(list.readId) });
  };
  try {
    let request = pageAfter(0, Number.POSITIVE_INFINITY);
    while (request !== undefined) {
      const page = await read(request);
      const earlierRequest = walk.earlierThan(page);
      const earlier = earlierRequest && (await read(earlierRequest));
      request = walk.take(earlier?.continues === true ? { ...earlier, isEarlier: true } : page);
    }
  } catch (error) {
    reader.abort();
    throw error;
  }
  return walk.result();
}

interface ReceivedPage extends Page {
  readonly request: PageRequest;
  /** The id of each row; undefined without one. */
  readonly ids: readonly (string | undefined)[];
}

/** A page compared with the previous one. */
interface ComparedPage extends ReceivedPage {
  /** How many rows at its start were on the previous page. */
  readonly shared: number;
  /** How many there should be. */
  readonly overlap: number;
  readonly continues: boolean;
  /** Whether it replaces a page that began too late. */
  readonly isEarlier?: true;
}

const NO_PAGE: ReceivedPage = {
  request: { query: {}, from: 0, limit: 0 },
  rows: [],
  ids: [],
  total: undefined,
};

/** The pages read so far, and what to request next. */
function createWalk(pageAfter: PageAfter, intake: RowIntake) {
  let previous = NO_PAGE;
  // How many rows of the list have been read, in the service's order.
  let reached = 0;
  let longest = 0;
  let total: number | undefined;
  let holes: Holes = 'none';
  let repeated = 0;
  let pages = 0;
  let hadNewRows = true;
  // Whether an earlier page replaced one since the last new rows: then not all pages were the same.
  let isReplaced = false;

  const isCountedFurther = (): boolean => total !== undefined && reached < total;

  /**
   * How many rows at the start of a page were on the previous one, which should be the last `expected`. Equal rows
   * without an id are the same, unless the service counts further.
   */
  const sharedRows = ({ rows, ids }: ReceivedPage, expected: number): number => {
    if (!isCountedFurther() && isDeepStrictEqual(rows, previous.rows)) return rows.length;
    const isShared = (id: string | undefined, index: number): boolean =>
      id === undefined
        ? index < expected && isDeepStrictEqual(rows[index], previous.rows.at(index - expected))
        : intake.knows(id) && previous.ids.includes(id);
    const firstNew = ids.findIndex((id, index) => !isShared(id, index));
    return firstNew < 0 ? ids.length : firstNew;
  };

  const holesBefore = (page: ComparedPage): Holes => {
    if (!page.continues) return 'likely';
    if (page.request.from === 0 || page.overlap === OVERLAP) return 'none';
    if (isCountedFurther() && page.total !== total) return 'likely';
    // The service may take a page number as a row index.
    if (page.overlap === 0 && page.shared > page.rows.length / 2) return 'repeated page';
    return page.rows.length === 0 && total === reached && page.total === total ? 'none' : 'possible';
  };

  /** How many of the rows are new. */
  const takeRows = ({ rows, ids, shared }: ComparedPage): number => {
    let added = 0;
    rows.forEach((row, index) => {
      const id = ids[index];
      if ((id !== undefined || index >= shared) && intake.take(row, id)) added += 1;
    });
    return added;
  };

  const afterNewRows = (page: ComparedPage, next: () => PageRequest | undefined): PageRequest | undefined => {
    hadNewRows = true;
    isReplaced = false;
    const { listed } = intake.counts();
    const most = Math.min(MOST_ROWS, (total ?? MOST_ROWS) + MOST_ROWS_UNCOUNTED);
    if (listed > most) throw new WalkError('endless');
    return reached === total && !mayBeCut(page, longest) ? undefined : next();
  };

  const afterKnownRows = (
    page: ComparedPage,
    next: () => PageRequest | undefined,
  ): PageRequest | undefined => {
    const isFirst = hadNewRows;
    hadNewRows = false;
    isReplaced ||= page.isEarlier === true;
    if (page.rows.length < Math.min(page.request.limit, longest)) {
      // The end, unless the service counts further: then its pages may have any length.
      return isFirst && isCountedFurther() ? pageAfter(reached + OVERLAP, longest) : undefined;
    }
    // New rows and repeated ids may fill a page.
    if (isFirst) return next();
    holes = wider(holes, isReplaced ? 'likely' : 'repeated page');
    return undefined;
  };

  return {
    compare: (page: ReceivedPage): ComparedPage => {
      const expected = reached - page.request.from;
      const shared = sharedRows(page, expected);
      const overlap = Math.min(OVERLAP, expected);
      return { ...page, shared, overlap, continues: shared >= overlap };
    },

    /** The page that replaces one that begins too late; undefined if it does not, or if no other would help. */
    earlierThan: ({ request: { from }, rows, total: latestTotal, continues }: ComparedPage) => {
      const isBeforeEnd = rows.length === 0 && from < (latestTotal ?? 0);
      if (continues || isBeforeEnd || holes === 'likely' || longest <= OVERLAP) return undefined;
      return pageAfter(Math.max(0, from - Math.floor(longest / 2)) + OVERLAP, longest);
    },

    /** Takes the rows of a page; returns the next request, or undefined at the end. */
    take: (page: ComparedPage): PageRequest | undefined => {
      const { request, rows, shared } = page;
      const reachedBefore = reached;
      const before = holesBefore(page);
      holes = wider(holes, before);
      total = page.total ?? total;
      longest = Math.max(longest, rows.length);
      const added = takeRows(page);
      repeated += rows.length - shared - added;
      pages += Math.min(1, added);
      reached = request.from + rows.length;
      previous = page;
      if (rows.length === 0 || before === 'repeated page') return undefined;
      // After an earlier page, continue where it was, so that prefetched pages are used.
      const next = () => pageAfter(page.isEarlier === true ? reachedBefore : reached, longest);
      return added > 0 ? afterNewRows(page, next) : afterKnownRows(page, next);
    },

    /** The following pages, as far as the list is known to extend. */
    *expectedAfter({ from, limit }: PageRequest): Iterable<PageRequest> {
      if (longest === 0 || total === undefined) return;
      for (let end = from + Math.min(limit, longest); end < total; ) {
        const next = pageAfter(end, longest);
        if (next === undefined) return;
        yield next;
        end = next.from + Math.min(next.limit, longest);
      }
    },

    result: (): Walk => {
      const counts = intake.counts();
      const missing = (total ?? 0) - (holes === 'none' ? reached - repeated : counts.listed);
      return { ...counts, total, unlisted: Math.max(0, missing), holes, pages, reached };
    },
  };
}

const HOLES: readonly Holes[] = ['none', 'possible', 'repeated page', 'likely'];

const wider = (one: Holes, other: Holes): Holes => (HOLES.indexOf(one) > HOLES.indexOf(other) ? one : other);

// A total equal to the rows of a page may count only that page: a full one, or one with a default limit.
function mayBeCut({ request, rows: { length } }: ComparedPage, longest: number): boolean {
  return length >= request.limit || (request.from === 0 ? length % 10 === 0 : length >= longest);
}
