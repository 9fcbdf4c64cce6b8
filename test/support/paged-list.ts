import type { PagedList, Row } from '../../src/pagination/list.ts';
import type { FetchPage } from '../../src/pagination/page-reader.ts';
import type { Collector } from '../../src/pagination/row-intake.ts';

/** A list source over rows `{ id, bad? }` in the envelope `{ rows, total }`; an item is the row's id. */
export const ID_LIST: PagedList<{ readonly item: string }> = {
  paging: { by: 'offset', limit: 100 },
  readPage: (body) =>
    typeof body === 'object' && body !== null && 'rows' in body && Array.isArray(body.rows)
      ? { rows: body.rows, total: 'total' in body ? Number(body.total) : undefined }
      : undefined,
  readId: (row) => idOf(row),
  readRow: (row) => {
    const id = idOf(row);
    if (id === undefined) return 'id';
    return (row as { readonly bad?: boolean }).bad === true ? 'time' : { item: id };
  },
};

function idOf(row: Row): string | undefined {
  return typeof row === 'object' && row !== null && 'id' in row && typeof row.id === 'string'
    ? row.id
    : undefined;
}

/** A collector that keeps the items in order. */
export function createIdCollector(): Collector<{ readonly item: string }> & { readonly items: string[] } {
  const items: string[] = [];
  return { items, add: ({ item }) => void items.push(item) };
}

/** The requested page. */
export interface PageRequest {
  readonly offset: number;
  readonly limit: number;
}

/** A server of a list that does not change. */
export interface ListServer {
  readonly fetchPage: FetchPage;
  readonly requests: readonly PageRequest[];
  /** Maximum number of concurrent requests. */
  readonly maxConcurrent: () => number;
}

/** Serves rows in pages of at most `pageLimit`, with the given total or none. */
export function serveList(
  rows: readonly Row[],
  { pageLimit, total }: { readonly pageLimit: number; readonly total: number | undefined },
): ListServer {
  return serveResponses(({ offset, limit }) => ({
    rows: rows.slice(offset, offset + Math.min(limit, pageLimit)),
    ...(total !== undefined && { total }),
  }));
}

/** Serves the results of `respond`. */
export function serveResponses(respond: (request: PageRequest) => unknown): ListServer {
  const requests: PageRequest[] = [];
  let underWay = 0;
  let most = 0;
  return {
    requests,
    maxConcurrent: () => most,
    fetchPage: async (query) => {
      const request = { offset: Number(query['offset']), limit: Number(query['limit']) };
      requests.push(request);
      underWay += 1;
      most = Math.max(most, underWay);
      await Promise.resolve();
      underWay -= 1;
      return respond(request);
    },
  };
}

/** Rows with the ids `prefix-0`, `prefix-1`, … */
export const rowsOf = (count: number, prefix = 'row'): readonly { readonly id: string }[] =>
  Array.from({ length: count }, (_, index) => ({ id: `${prefix}-${index}` }));
