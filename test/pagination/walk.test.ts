import { describe, expect, it } from 'vitest';
import { readCompleteList } from '../../src/pagination/complete-list.ts';
import type { PagedList, Row } from '../../src/pagination/list.ts';
import type { FetchPage } from '../../src/pagination/page-reader.ts';
import { pageOrders } from '../../src/pagination/page-requests.ts';
import { walkList } from '../../src/pagination/walk.ts';
import {
  createIdCollector,
  ID_LIST,
  type ListServer,
  rowsOf,
  serveList,
  serveResponses,
} from '../support/paged-list.ts';

const idsOf = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);

async function readList({ fetchPage }: ListServer, ahead = 0) {
  const reading = await readCompleteList(ID_LIST, fetchPage, createIdCollector, {
    ahead,
    signal: new AbortController().signal,
  });
  return reading.kind === 'complete'
    ? { ...reading, items: reading.items.items }
    : { ...reading, items: undefined };
}

const AHEADS = [0, 1, 2, 3, 4, 5, 6, 7];

describe('a list that does not change', () => {
  it.each(AHEADS)('of 500 rows in pages of 37 is read completely, %i pages ahead', async (ahead) => {
    const rows = rowsOf(500);
    const server = serveList(rows, { pageLimit: 37, total: 500 });

    const list = await readList(server, ahead);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 0, walk: { listed: 500 } });
    expect(list.items).toEqual(idsOf(rows));
    expect(server.requests).toHaveLength(15);
    expect(new Set(server.requests.map(({ offset }) => offset)).size).toBe(15);
    expect(server.maxConcurrent()).toBeLessThanOrEqual(ahead + 1);
  });

  it.each([
    { rows: 0, pageLimit: 100, requests: 1 },
    { rows: 1, pageLimit: 100, requests: 1 },
    { rows: 99, pageLimit: 100, requests: 1 },
    { rows: 100, pageLimit: 100, requests: 2 },
    { rows: 101, pageLimit: 100, requests: 2 },
    { rows: 197, pageLimit: 100, requests: 2 },
    { rows: 198, pageLimit: 100, requests: 3 },
    { rows: 10_000, pageLimit: 100, requests: 103 },
    { rows: 7, pageLimit: 3, requests: 6 },
  ])(
    'of $rows rows in pages of $pageLimit takes $requests requests, however many pages ahead',
    async (list) => {
      for (const ahead of AHEADS) {
        const server = serveList(rowsOf(list.rows), { pageLimit: list.pageLimit, total: list.rows });

        const { items } = await readList(server, ahead);

        expect(items).toHaveLength(list.rows);
        expect(server.requests).toHaveLength(list.requests);
      }
    },
  );

  it('is requested in the largest pages that the service accepts, starting with the first row', async () => {
    const server = serveList(rowsOf(150), { pageLimit: 100, total: 150 });

    await readList(server);

    expect(server.requests).toEqual([
      { offset: 0, limit: 100 },
      { offset: 98, limit: 100 },
    ]);
  });

  it('is read with as many concurrent requests as allowed', async () => {
    const server = serveList(rowsOf(500), { pageLimit: 37, total: 500 });

    await readList(server, 3);

    expect(server.maxConcurrent()).toBe(4);
  });
});

describe('a list in pages of a single row', () => {
  it.each(AHEADS)('is read completely, %i pages ahead', async (ahead) => {
    const rows = rowsOf(5);

    const list = await readList(serveList(rows, { pageLimit: 1, total: 5 }), ahead);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 0, items: idsOf(rows) });
  });
});

describe('the total that the service gives', () => {
  it.each(AHEADS)('can be missing, %i pages ahead', async (ahead) => {
    const rows = rowsOf(250);
    const server = serveList(rows, { pageLimit: 100, total: undefined });

    const list = await readList(server, ahead);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 0, walk: { total: undefined } });
    expect(list.items).toEqual(idsOf(rows));
  });

  it.each(AHEADS)(
    'can be too large: the rows that two walks agree on are served, %i pages ahead',
    async (ahead) => {
      const rows = rowsOf(250);
      const server = serveList(rows, { pageLimit: 100, total: 257 });

      const list = await readList(server, ahead);

      expect(list).toMatchObject({ kind: 'complete', unlisted: 7 });
      expect(list.items).toEqual(idsOf(rows));
    },
  );

  it.each([0, 1, 99, 150, 249])('can be too small, as %i of 250', async (total) => {
    const rows = rowsOf(250);
    const server = serveList(rows, { pageLimit: 100, total });

    const list = await readList(server, 3);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 0 });
    expect(list.items).toEqual(idsOf(rows));
  });

  it('can be absurd without causing more than a few requests', async () => {
    const server = serveList(rowsOf(10), { pageLimit: 100, total: Number.MAX_SAFE_INTEGER });

    const list = await readList(server, 3);

    expect(list).toMatchObject({ kind: 'complete', unlisted: Number.MAX_SAFE_INTEGER - 10 });
    expect(server.requests.length).toBeLessThan(20);
  });

  it('is the last one given if later pages give none', async () => {
    const rows = rowsOf(5);
    const server = serveResponses(({ offset }) => (offset === 0 ? { rows, total: 10 } : { rows: [] }));

    const list = await readList(server);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 5 });
  });

  it('includes duplicate ids, which are one row', async () => {
    const rows = [{ id: 'a' }, { id: 'b' }, { id: 'a' }];
    const server = serveList(rows, { pageLimit: 100, total: 3 });

    const list = await readList(server);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 1, items: ['a', 'b'] });
  });
});

describe('a list with incorrect paging', () => {
  it.each(AHEADS)('may return all rows for every request, %i pages ahead', async (ahead) => {
    const rows = rowsOf(3);
    const server = serveResponses(() => ({ rows, total: 3 }));

    const list = await readList(server, ahead);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 0, items: idsOf(rows) });
    expect(server.requests).toHaveLength(1);
  });

  it('may return all rows for every request without a total', async () => {
    const rows = rowsOf(3);
    const server = serveResponses(() => ({ rows }));

    const list = await readList(server, 3);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 0, items: idsOf(rows) });
    expect(server.requests.length).toBeLessThanOrEqual(6);
  });

  it.each(AHEADS)('may repeat a page endlessly: the rest is unlisted, %i pages ahead', async (ahead) => {
    const rows = rowsOf(37);
    const server = serveResponses(() => ({ rows, total: 500 }));

    const list = await readList(server, ahead);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 463, items: idsOf(rows) });
    expect(server.requests.length).toBeLessThanOrEqual(2 * (3 + ahead));
  });

  it('may end early with an empty page', async () => {
    const rows = rowsOf(100);
    const server = serveResponses(({ offset }) => ({ rows: offset === 0 ? rows : [], total: 250 }));

    const list = await readList(server, 3);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 150, items: idsOf(rows) });
  });

  it('may return no rows with a total', async () => {
    const server = serveResponses(() => ({ rows: [], total: 5 }));

    const list = await readList(server, 3);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 5, items: [] });
    expect(server.requests).toHaveLength(2);
  });

  it('may return pages of different lengths', async () => {
    const rows = rowsOf(500);
    const lengths = [37, 5, 100, 2, 50];
    let requests = 0;
    const server = serveResponses(({ offset }) => {
      const length = lengths[requests % lengths.length] ?? 1;
      requests += 1;
      return { rows: rows.slice(offset, offset + length), total: 500 };
    });

    const list = await readList(server, 3);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 0 });
    expect(list.items).toEqual(idsOf(rows));
  });

  it('is abandoned if it never stops returning new rows', async () => {
    let made = 0;
    const server = serveResponses(() => ({ rows: rowsOf(5000, `batch-${made++}`) }));
    const sink = { add: () => undefined };

    const walk = walkList(ID_LIST, pageOrders(ID_LIST.paging)[0], server.fetchPage, sink, {
      ahead: 3,
      signal: new AbortController().signal,
    });

    await expect(walk).rejects.toMatchObject({ name: 'WalkError', problem: 'endless' });
    expect(server.requests.length).toBeLessThan(250);
  });

  it.each([
    ['for the first page', 0],
    ['for a later page', 98],
  ])('fails if the response %s is not a list', async (_where, badOffset) => {
    const rows = rowsOf(250);
    const server = serveResponses(({ offset }) =>
      offset === badOffset ? { error: 'none' } : { rows: rows.slice(offset, offset + 100), total: 250 },
    );

    await expect(readList(server, 3)).rejects.toMatchObject({ name: 'WalkError', problem: 'not_a_list' });
  });

  it('fails with the error of a failed request, and aborts the other requests', async () => {
    const signals: AbortSignal[] = [];
    const fetchPage: FetchPage = async ({ offset }, signal) => {
      signals.push(signal);
      if (offset === '98') throw new Error(`no page at ${offset}`);
      if (offset !== '0') await new Promise(() => undefined);
      return { rows: rowsOf(100), total: 500 };
    };

    const list = readCompleteList(ID_LIST, fetchPage, createIdCollector, {
      ahead: 3,
      signal: new AbortController().signal,
    });

    await expect(list).rejects.toThrow('no page at 98');
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false, true, true, true]);
  });

  it('aborts its requests when the poll is aborted', async () => {
    const poll = new AbortController();
    const fetchPage: FetchPage = (_query, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('abandoned')));
        poll.abort();
      });

    const list = readCompleteList(ID_LIST, fetchPage, createIdCollector, { ahead: 3, signal: poll.signal });

    await expect(list).rejects.toThrow('abandoned');
  });
});

describe('rows that cannot be read', () => {
  it.each(AHEADS)('are counted once each and ignored, %i pages ahead', async (ahead) => {
    const rows: Row[] = rowsOf(120).map((row, index) => (index % 10 === 3 ? { ...row, bad: true } : row));
    const server = serveList(rows, { pageLimit: 37, total: 120 });

    const list = await readList(server, ahead);

    expect(list).toMatchObject({
      kind: 'complete',
      unlisted: 0,
      walk: { listed: 120, rejections: { time: 12, id: 0, resource: 0, not_an_object: 0 } },
    });
    expect(list.walk.unreadIds.size).toBe(12);
    expect(list.items).toHaveLength(108);
  });

  it.each(AHEADS)('may have no ids, %i pages ahead', async (ahead) => {
    const rows: Row[] = [...rowsOf(50), ...Array.from({ length: 50 }, (_, n) => ({ n })), ...rowsOf(50, 'b')];
    const server = serveList(rows, { pageLimit: 37, total: 150 });

    const list = await readList(server, ahead);

    expect(list).toMatchObject({
      kind: 'complete',
      unlisted: 0,
      walk: { listed: 150, rejections: { id: 50 } },
    });
    expect(list.items).toHaveLength(100);
  });

  it.each(AHEADS)('may be the only ones, and identical, %i pages ahead', async (ahead) => {
    const server = serveList(Array(120).fill({}), { pageLimit: 37, total: 120 });

    const list = await readList(server, ahead);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 0, walk: { listed: 120 } });
    expect(list.walk.rejections.id).toBe(120);
  });

  it('are counted in the walk that is served, not in both', async () => {
    const rows: Row[] = [{ id: 'a' }, { id: 'b', bad: true }];
    const server = serveResponses(() => ({ rows, total: 9 }));

    const list = await readList(server);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 7, walk: { rejections: { time: 1, id: 0 } } });
  });

  it.each([
    ['different', (n: number) => ({ n })],
    ['identical', () => ({})],
  ])('do not end a list without a total if a page contains no others, all %s', async (_what, make) => {
    const rows: Row[] = [
      ...rowsOf(239),
      ...Array.from({ length: 141 }, (_, n) => make(n)),
      ...rowsOf(220, 'b'),
    ];
    const server = serveList(rows, { pageLimit: 120, total: undefined });

    const list = await readList(server, 3);

    expect(list.kind === 'complete' ? list.walk.listed : 'incomplete').toBe(600);
  });

  it('and are repeated endlessly end the list', async () => {
    const server = serveResponses(() => ({ rows: [{}, {}, {}] }));

    const list = await readList(server, 3);

    expect(list.kind).toBe('complete');
    expect(server.requests.length).toBeLessThan(10);
  });
});

describe('a list that changes once, when its second page is read', () => {
  const moving = (before: readonly Row[], after: readonly Row[]) => {
    let rows = before;
    return serveResponses(({ offset }) => {
      if (offset === 8) rows = after;
      return { rows: rows.slice(offset, offset + 10), total: rows.length };
    });
  };

  it('by rows added at the front is complete as of the start of the walk', async () => {
    const before = rowsOf(25);
    const server = moving(before, [{ id: 'new' }, { id: 'newer' }, ...before]);

    const list = await readList(server);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 0, items: idsOf(before) });
    expect(server.requests.map(({ offset }) => offset)).toEqual([0, 8, 16, 24]);
  });

  it('by rows removed from the front is complete: skipped rows are found on an earlier page', async () => {
    const before = rowsOf(25);
    const server = moving(before, before.slice(3));

    const list = await readList(server);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 0, items: idsOf(before) });
    expect(server.requests.map(({ offset }) => offset)).toEqual([0, 8, 3, 8, 16]);
  });

  it('without a change of its length is complete', async () => {
    const before = rowsOf(25);
    const after = [...before.slice(1), { id: 'new' }];

    const list = await readList(moving(before, after));

    expect(list).toMatchObject({ kind: 'complete', unlisted: 0, items: [...idsOf(before), 'new'] });
  });

  it('by removing the last row of the first page is complete', async () => {
    const before = rowsOf(25);

    const list = await readList(moving(before, before.toSpliced(9, 1)));

    expect(list).toMatchObject({ kind: 'complete', unlisted: 0, items: idsOf(before) });
  });

  it('so that it ends before that page is complete', async () => {
    const before = rowsOf(25);

    const list = await readList(moving(before, before.slice(0, 5)));

    expect(list).toMatchObject({ kind: 'complete', unlisted: 0, items: idsOf(before.slice(0, 10)) });
  });
});

describe('a list half of which is replaced during each walk', () => {
  it('is moving', async () => {
    let rows = rowsOf(45);
    let made = 0;
    const server = serveResponses(({ offset }) => {
      if (offset === 16) rows = [...rowsOf(5, `new-${made++}`), ...rows.slice(25)];
      return { rows: rows.slice(offset, offset + 10), total: rows.length };
    });

    const list = await readList(server);

    expect(list.kind).toBe('moving');
  });
});

describe('a list with a duplicate id', () => {
  it.each([
    ['the last row has that of the first', 240, 239, 0],
    ['a row in the middle has that of the first', 240, 100, 0],
    ['the last row of the third page has that of the first', 359, 358, 0],
    ['a row has that of its neighbour', 240, 118, 117],
  ])('is complete if it does not change: %s', async (_what, count, index, of) => {
    const rows = rowsOf(count).map((row, at) => (at === index ? { id: `row-${of}` } : row));
    const server = serveList(rows, { pageLimit: 120, total: count });
    const list = { ...ID_LIST, paging: { by: 'offset', limit: 120 } } as const;

    const reading = await readCompleteList(list, server.fetchPage, createIdCollector, {
      ahead: 3,
      signal: new AbortController().signal,
    });

    expect(reading).toMatchObject({ kind: 'complete', unlisted: 1, walk: { listed: count - 1 } });
  });
});

describe('a total that counts the page instead of the list', () => {
  it.each([
    ['as long as the limit', 120, 300],
    ['of ten rows, the default limit', 10, 300],
    ['as long as the limit, the only one', 120, 120],
  ])('does not hide the rows after a page %s', async (_what, pageLimit, count) => {
    const rows = rowsOf(count);
    const server = serveResponses(({ offset, limit }) => {
      const page = rows.slice(offset, offset + Math.min(limit, pageLimit));
      return { rows: page, total: page.length };
    });
    const list = { ...ID_LIST, paging: { by: 'offset', limit: 120 } } as const;

    const reading = await readCompleteList(list, server.fetchPage, createIdCollector, {
      ahead: 3,
      signal: new AbortController().signal,
    });

    expect(reading).toMatchObject({ kind: 'complete', unlisted: 0, walk: { listed: count } });
  });
});

const options = { ahead: 3, signal: new AbortController().signal };

/** Serves pages by their number. `pageSize` returns the rows per page for a limit. */
const servePages = (rows: readonly Row[], first: number, pageSize: (limit: number) => number) =>
  serveResponses(({ offset, limit }) => {
    const size = pageSize(limit);
    return { rows: rows.slice((offset - first) * size, (offset - first + 1) * size), total: rows.length };
  });

const PAGE_SIZES: readonly (readonly [name: string, pageSize: (limit: number) => number])[] = [
  ['as given', (limit) => limit],
  ['up to ten', (limit) => Math.min(10, limit)],
  ['as ten, whatever it is', () => 10],
];

describe.each(PAGE_SIZES)('a list by page number that interprets the limit %s', (_name, pageSize) => {
  it.each([
    [0, 300],
    [1, 300],
    [0, 10],
    [1, 0],
    [1, 101],
    [0, 15_000],
  ] as const)('is read completely from page %i, %i rows', async (first, count) => {
    const rows = rowsOf(count);
    const list = { ...ID_LIST, paging: { by: 'page', first, limit: 100 } } as const;

    const reading = await readCompleteList(
      list,
      servePages(rows, first, pageSize).fetchPage,
      createIdCollector,
      options,
    );

    expect(reading).toMatchObject({ kind: 'complete', unlisted: 0 });
    expect(reading.kind === 'complete' && reading.items.items).toEqual(idsOf(rows));
  });

  it.each([10, 101, 300, 15_000])('is detected, %i rows', async (count) => {
    const rows = rowsOf(count);
    const list = { ...ID_LIST, paging: { by: 'offset', limit: 100, mayCountPages: true } } as const;

    const reading = await readCompleteList(
      list,
      servePages(rows, 0, pageSize).fetchPage,
      createIdCollector,
      options,
    );

    expect(reading).toMatchObject({ kind: 'complete', unlisted: 0 });
    expect(reading.kind === 'complete' && reading.items.items).toEqual(idsOf(rows));
  });
});

describe('a list by page number', () => {
  it('is read in few more requests than it has pages', async () => {
    const server = servePages(rowsOf(10_000), 0, (limit) => limit);
    const list = { ...ID_LIST, paging: { by: 'page', first: 0, limit: 100 } } as const;

    await readCompleteList(list, server.fetchPage, createIdCollector, options);

    expect(server.requests.length).toBeLessThan(120);
  });
});

describe('a list whose offset may count pages', () => {
  const source = { ...ID_LIST, paging: { by: 'offset', limit: 100, mayCountPages: true } } as const;

  it('is not read by page number if rows have no ids: a repeated row would count twice', async () => {
    const rows = [{ id: 'a' }, { id: 'a' }, {}, {}];
    const server = serveResponses(({ offset, limit }) => ({
      rows: rows.slice(offset, offset + limit),
      total: rows.length,
    }));

    const list = await readCompleteList(source, server.fetchPage, createIdCollector, options);

    expect(list.kind === 'complete' && list.walk.listed).toBe(3);
  });

  it('has unlisted rows if they are not found by page number either', async () => {
    const rows = rowsOf(250);
    const server = serveResponses(({ offset, limit }) => ({
      rows: rows.slice(offset, offset + limit),
      total: 260,
    }));

    const list = await readCompleteList(source, server.fetchPage, createIdCollector, options);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 10 });
    expect(list.kind === 'complete' && list.items.items).toEqual(idsOf(rows));
    expect(server.requests.length).toBeLessThanOrEqual(10);
  });
});

describe('a list in one response', () => {
  const source = { ...ID_LIST, paging: { by: 'nothing' } } as const;
  const oneResponse = (body: unknown) => {
    const queries: unknown[] = [];
    const fetchPage: FetchPage = async (query) => {
      queries.push(query);
      return body;
    };
    return { queries, fetchPage };
  };

  it.each([0, 7, 10, 300])('of %i rows is requested once, without offset and limit', async (count) => {
    const rows = rowsOf(count);
    const server = oneResponse({ rows, total: count });

    const list = await readCompleteList(source, server.fetchPage, createIdCollector, options);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 0, items: { items: idsOf(rows) } });
    expect(server.queries).toEqual([{}]);
  });

  it('with a total larger than the number of rows is read again, and the difference is unlisted', async () => {
    const server = oneResponse({ rows: rowsOf(5), total: 8 });

    const list = await readCompleteList(source, server.fetchPage, createIdCollector, options);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 3 });
    expect(server.queries).toHaveLength(2);
  });
});

describe('a row', () => {
  const readAs = async (readRow: PagedList<{ readonly item: string }>['readRow'], count: number) => {
    const list = { ...ID_LIST, readRow };
    const server = serveList(rowsOf(count), { pageLimit: 100, total: count });
    const reading = await readCompleteList(list, server.fetchPage, createIdCollector, options);
    if (reading.kind !== 'complete') throw new Error('a list that does not change is complete');
    return reading;
  };

  it('may be ignored: it counts as listed, and is neither an item nor rejected', async () => {
    const { items, walk, unlisted } = await readAs(() => 'ignored', 250);

    const { listed, collected } = walk;
    expect({ items: items.items, unlisted, listed, collected }).toEqual({
      items: [],
      unlisted: 0,
      listed: 250,
      collected: 0,
    });
    expect(walk.rejections).toEqual({ not_an_object: 0, id: 0, resource: 0, time: 0 });
    expect(walk.unreadIds.size).toBe(250);
  });

  it('may contain several items or none, and counts once', async () => {
    const { items, walk, unlisted } = await readAs((row) => {
      const { id } = row as { readonly id: string };
      return id === 'row-0' ? [] : [{ item: `${id}/a` }, { item: `${id}/b` }];
    }, 3);

    expect(items.items).toEqual(['row-1/a', 'row-1/b', 'row-2/a', 'row-2/b']);
    expect({ unlisted, listed: walk.listed }).toEqual({ unlisted: 0, listed: 3 });
  });
});

describe('a list whose second page is repeated endlessly', () => {
  it('is not served: the rows after it are unknown', async () => {
    const rows = rowsOf(300);
    const server = serveResponses(({ offset, limit }) => {
      const from = Math.min(offset, 99);
      return { rows: rows.slice(from, from + limit), total: rows.length };
    });

    const list = await readList(server);

    expect(list.kind).toBe('moving');
  });
});
