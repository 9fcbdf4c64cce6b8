import { randomUUID } from 'node:crypto';
import type { Answer } from './answer.ts';
import { type Call, type CloudState, isObject, type ListFault, type ReplaceableList } from './cloud-state.ts';
import type { SimulatedOperation, SimulatedService, VerbatimList } from './options.ts';

/** A list that can be read in parts. */
export interface Rows {
  readonly total: unknown;
  readonly page: (offset: number, limit: number) => readonly unknown[];
}

/** What a service accepts as paging, and how it refuses anything else. */
export interface PagingRules {
  readonly defaultLimit: number;
  readonly maximumLimit: number;
  readonly badLimit: () => Answer;
  readonly badOffset: () => Answer;
}

interface ListRequest {
  readonly service: SimulatedService;
  readonly operation: SimulatedOperation;
  readonly replaceable: ReplaceableList;
  readonly paging: PagingRules;
  /** The world's rows; asked for after the page's hooks have run. */
  readonly rows: () => Rows | Answer;
  readonly envelope: (rows: readonly unknown[], total: unknown) => unknown;
}

/** The name under which the inventory of a service is replaced. */
export const inventoryOf = (service: string): string => `${service} inventory`;

const ENDLESS_TOTAL = 1_000_000_000;

/** The rows of things in the world's order, the last of them first if so wished. */
export const worldRows = <Thing>(
  things: readonly Thing[],
  render: (thing: Thing) => unknown,
  lastFirst = false,
): Rows => ({
  total: things.length,
  page: (offset, limit) => {
    if (!lastFirst) {
      return things.slice(offset, offset + limit).map(render);
    }
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

/** A whole number that is not negative, or the default for a parameter that was not sent; else undefined. */
const wholeNumber = (text: string | null, unsent: number): number | undefined => {
  if (text === null) {
    return unsent;
  }
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
};

/** Answers a request for a page: checks its paging, lets the hooks move the list, reads the page. */
export const answerPage = async (call: Call, cloud: CloudState, list: ListRequest): Promise<Answer> => {
  const query = new URLSearchParams(call.query);
  const { paging, service, operation } = list;
  const limit = wholeNumber(query.get('limit'), paging.defaultLimit);
  if (limit === undefined || limit < 1 || limit > paging.maximumLimit) {
    return paging.badLimit();
  }
  const offset = wholeNumber(query.get('offset'), 0);
  if (offset === undefined) {
    return paging.badOffset();
  }
  await cloud.beforePage({ service, operation, offset, limit });
  const verbatim = cloud.verbatim.get(list.replaceable);
  const source = verbatim ? verbatimRows(verbatim) : list.rows();
  if ('status' in source) {
    return source;
  }
  const rows = withFault(source, call.listFault);
  const size = Math.min(limit, cloud.options.pageLimit ?? limit);
  return { status: 200, body: list.envelope(rows.page(offset, size), rows.total) };
};
