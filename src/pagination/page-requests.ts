import type { Paging } from './list.ts';

export interface PageRequest {
  readonly query: Readonly<Record<string, string>>;
  /** The expected index of its first row in the whole list. */
  readonly from: number;
  /** Maximum number of rows. */
  readonly limit: number;
}

/**
 * The page to request after the first `rows` rows, if the service has sent at most `longest` rows at once; undefined if
 * there is none.
 */
export type PageAfter = (rows: number, longest: number) => PageRequest | undefined;

/** How many rows a page shares with the previous one. One could be a repeated id. */
export const OVERLAP = 2;

/** Ways to request the pages of a list, the likeliest first. */
export function pageOrders(paging: Paging): readonly [PageAfter, ...PageAfter[]] {
  switch (paging.by) {
    case 'offset':
      return paging.mayCountPages === true
        ? [rowOffsets(paging.limit), ...pageNumbers(0, paging.limit)]
        : [rowOffsets(paging.limit)];
    case 'page':
      return pageNumbers(paging.first, paging.limit);
    case 'nothing':
      return [(rows) => (rows === 0 ? { query: {}, from: 0, limit: Number.POSITIVE_INFINITY } : undefined)];
    default:
      return paging satisfies never;
  }
}

const rowOffsets =
  (limit: number): PageAfter =>
  (rows, longest) => {
    const from = overlapping(rows, longest);
    return { query: { offset: String(from), limit: String(limit) }, from, limit };
  };

const pageNumbers = (first: number, limit: number): readonly [PageAfter, PageAfter] => {
  const page = (size: number, row: number): PageRequest => {
    const number = Math.floor(row / size);
    return {
      query: { offset: String(first + number), limit: String(size) },
      from: number * size,
      limit: size,
    };
  };
  return [
    // Pages of one size never overlap, but those of a smaller size begin elsewhere: after rows 0 to 99, page 1 of 98
    // rows begins at row 98. Of the overlapping sizes, use the one that reaches furthest.
    (rows, longest) => {
      const row = overlapping(rows, longest);
      let best = page(Math.min(limit, longest), rows);
      let furthest = rows;
      for (let size = Math.min(limit, longest); size > OVERLAP; size -= 1) {
        const candidate = page(size, row);
        if (candidate.from + size <= furthest) continue;
        best = candidate;
        furthest = candidate.from + size;
      }
      return best;
    },
    // For a service that ignores smaller sizes.
    (rows, longest) => page(Math.min(limit, longest), rows),
  ];
};

// A page of a single row cannot overlap: there would be no progress.
const overlapping = (rows: number, longest: number): number =>
  Math.max(0, rows - Math.min(OVERLAP, longest - 1));
