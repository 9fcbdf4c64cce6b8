import { randomUUID } from 'node:crypto';
import { type Call, type CloudState, isObject, type ListFault, type ReplaceableList } from './cloud-state.ts';
import type { SimulatedOperation, SimulatedService, VerbatimList } from './options.ts';
import type { SimulatedResponse } from './response.ts';

/** A list that is read in pages. */
export interface Rows {
  readonly total: unknown;
  readonly page: (offset: number, limit: number) => readonly unknown[];
}

/** The paging parameters that a service accepts, and how it refuses others. */
export interface PagingRules {
  readonly defaultLimit: number;
  readonly maximumLimit: number;
  readonly badLimit: () => SimulatedResponse;
  readonly badOffset: () => SimulatedResponse;
}

interface ListRequest {
  readonly service: SimulatedService;
  readonly operation: SimulatedOperation;
  readonly replaceable: ReplaceableList;
  readonly paging: PagingRules;
  /** The rows in the world, once the hooks of the page have run. */
  readonly rows: () => Rows | SimulatedResponse;
  readonly envelope: (rows: readonly unknown[], total: unknown) => unknown;
}

/** The key for replacing the inventory of a service. */
export const inventoryOf = (service: string): string => `${service} inventory`;

const ENDLESS_TOTAL = 1_000_000_000;

/** The rows of things, in their order or reversed. */
export const worldRows = <Thing>(
  things: readonly Thing[],
  render: (thing: Thing) => unknown,
  isReversed = false,
): Rows => ({
  total: things.length,
  page: (offset, limit) => {
    if (!isReversed) return things.slice(offset, offset + limit).map(render);
    const end = Math.max(0, things.length - offset);
    return things
      .slice(Math.max(0, end - limit), end)
      .reverse()
      .map(render);
  },
});

const verbatimRows = ({ rows, total, ignorePaging = false }: VerbatimList): Rows => ({
  total: total === undefined ? rows.length : total,
  page: (offset, limit) => (ignorePaging ? rows : rows.slice(offset, offset + limit)),
});

const endlessRows = (rows: Rows): Rows => {
  const [pattern] = rows.page(0, 1);
  return {
    total: ENDLESS_TOTAL,
    page: (_, limit) =>
      Array.from({ length: limit }, () => ({ ...(isObject(pattern) ? pattern : {}), id: randomUUID() })),
  };
};

const repeatedRows = (rows: Rows): Rows => ({
  total: ENDLESS_TOTAL,
  page: (_, limit) => rows.page(0, limit),
});

const withFault = (rows: Rows, fault: ListFault): Rows => {
  switch (fault) {
    case 'endless-paging':
      return endlessRows(rows);
    case 'repeated-page':
      return repeatedRows(rows);
    case undefined:
      return rows;
    default:
      return fault satisfies never;
  }
};

/** A non-negative integer; `fallback` if the parameter was not sent, undefined if it is invalid. */
const wholeNumber = (text: string | null, fallback: number): number | undefined => {
  if (text === null) return fallback;
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
};

/** Returns a page of a list. Its hooks may change the list first. */
export const respondWithPage = async (
  call: Call,
  cloud: CloudState,
  list: ListRequest,
): Promise<SimulatedResponse> => {
  const query = new URLSearchParams(call.query);
  const { paging, service, operation } = list;
  const limit = wholeNumber(query.get('limit'), paging.defaultLimit);
  if (limit === undefined || limit < 1 || limit > paging.maximumLimit) return paging.badLimit();
  const offset = wholeNumber(query.get('offset'), 0);
  if (offset === undefined) return paging.badOffset();
  await cloud.beforePage({ service, operation, offset, limit });
  const verbatim = cloud.verbatim.get(list.replaceable);
  const source = verbatim ? verbatimRows(verbatim) : list.rows();
  if ('status' in source) return source;
  const rows = withFault(source, call.listFault);
  const size = Math.min(limit, cloud.options.pageLimit ?? limit);
  return { status: 200, body: list.envelope(rows.page(offset, size), rows.total) };
};
