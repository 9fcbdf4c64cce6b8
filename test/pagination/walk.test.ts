import { describe, expect, it } from 'vitest';
import { readCompleteList } from '../../src/pagination/complete-list.ts';
import { walkList } from '../../src/pagination/walk.ts';
import type { Row } from '../../src/sources/source.ts';
import {
  createIdCollector,
  ID_LIST,
  type PageRequest,
  rowsOf,
  type StillServer,
  serveAnswers,
  serveList,
} from '../support/paged-list.ts';

const idsOf = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);

async function readList({ fetchPage }: StillServer, ahead = 0) {
  const reading = await readCompleteList(ID_LIST, fetchPage, createIdCollector, {
    ahead,
    signal: new AbortController().signal,
  });
  return reading.kind === 'complete'
    ? { ...reading, items: reading.items.items }
    : { ...reading, items: undefined };
}

const AHEADS = [0, 1, 2, 3, 4, 5, 6, 7];

describe('a list that stands still', () => {
  it.each(AHEADS)('of 500 rows in pages of 37 is read whole, %i pages ahead', async (ahead) => {
    const rows = rowsOf(500);
    const server = serveList(rows, { pageLimit: 37, total: 500 });

    const list = await readList(server, ahead);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 0, walk: { listed: 500 } });
    expect(list.items).toEqual(idsOf(rows));
    expect(server.requests).toHaveLength(14);
    expect(new Set(server.requests.map(({ offset }) => offset)).size).toBe(14);
    expect(server.mostAtOnce()).toBeLessThanOrEqual(ahead + 1);
  });

  it.each([
    { rows: 0, pageLimit: 100, requests: 1 },
    { rows: 1, pageLimit: 100, requests: 1 },
    { rows: 99, pageLimit: 100, requests: 1 },
    { rows: 100, pageLimit: 100, requests: 1 },
    { rows: 101, pageLimit: 100, requests: 2 },
    { rows: 199, pageLimit: 100, requests: 2 },
    { rows: 200, pageLimit: 100, requests: 3 },
    { rows: 10_000, pageLimit: 100, requests: 101 },
    { rows: 7, pageLimit: 2, requests: 6 },
  ])('of $rows rows in pages of $pageLimit costs $requests requests, however far ahead', async (list) => {
    for (const ahead of AHEADS) {
      const server = serveList(rowsOf(list.rows), { pageLimit: list.pageLimit, total: list.rows });

      const { items } = await readList(server, ahead);

      expect(items).toHaveLength(list.rows);
      expect(server.requests).toHaveLength(list.requests);
    }
  });

  it('is asked for in the largest pages that the service takes, from the first row on', async () => {
    const server = serveList(rowsOf(150), { pageLimit: 100, total: 150 });

    await readList(server);

    expect(server.requests).toEqual([
      { offset: 0, limit: 100 },
      { offset: 99, limit: 100 },
    ]);
  });

  it('asks for as many pages at once as it may and no more', async () => {
    const server = serveList(rowsOf(500), { pageLimit: 37, total: 500 });

    await readList(server, 3);

    expect(server.mostAtOnce()).toBe(4);
  });
});

describe('a list in pages of a single row', () => {
  it.each(AHEADS)('is read whole, %i pages ahead', async (ahead) => {
    const rows = rowsOf(5);

    const list = await readList(serveList(rows, { pageLimit: 1, total: 5 }), ahead);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 0, items: idsOf(rows) });
  });
});

describe('the total of the service', () => {
  it.each(AHEADS)('can be missing, %i pages ahead', async (ahead) => {
    const rows = rowsOf(250);
    const server = serveList(rows, { pageLimit: 100, total: undefined });

    const list = await readList(server, ahead);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 0, walk: { total: undefined } });
    expect(list.items).toEqual(idsOf(rows));
  });

  it.each(AHEADS)('can be too large: what two walks agree on is served, %i pages ahead', async (ahead) => {
    const rows = rowsOf(250);
    const server = serveList(rows, { pageLimit: 100, total: 257 });

    const list = await readList(server, ahead);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 7 });
    expect(list.items).toEqual(idsOf(rows));
  });

  it.each([0, 1, 99, 150, 249])('can be too small, as %i of 250', async (total) => {
    const rows = rowsOf(250);
    const server = serveList(rows, { pageLimit: 100, total });

    const list = await readList(server, 3);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 0 });
    expect(list.items).toEqual(idsOf(rows));
  });

  it('can be absurd without costing more than a few requests', async () => {
    const server = serveList(rowsOf(10), { pageLimit: 100, total: Number.MAX_SAFE_INTEGER });

    const list = await readList(server, 3);

    expect(list).toMatchObject({ kind: 'complete', unlisted: Number.MAX_SAFE_INTEGER - 10 });
    expect(server.requests.length).toBeLessThan(20);
  });

  it('is what the service gave last, though its last page gives none', async () => {
    const rows = rowsOf(5);
    const server = serveAnswers(({ offset }) => (offset === 0 ? { rows, total: 10 } : { rows: [] }));

    const list = await readList(server);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 5 });
  });

  it('counts ids that come twice: they are one row', async () => {
    const rows = [{ id: 'a' }, { id: 'b' }, { id: 'a' }];
    const server = serveList(rows, { pageLimit: 100, total: 3 });

    const list = await readList(server);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 1, items: ['a', 'b'] });
  });
});

describe('a list that does not page as it should', () => {
  it.each(AHEADS)('may give all rows whatever is asked for, %i pages ahead', async (ahead) => {
    const rows = rowsOf(3);
    const server = serveAnswers(() => ({ rows, total: 3 }));

    const list = await readList(server, ahead);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 0, items: idsOf(rows) });
    expect(server.requests).toHaveLength(1);
  });

  it('may give all rows whatever is asked for without a total', async () => {
    const rows = rowsOf(3);
    const server = serveAnswers(() => ({ rows }));

    const list = await readList(server, 3);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 0, items: idsOf(rows) });
    expect(server.requests.length).toBeLessThanOrEqual(4);
  });

  it.each(AHEADS)('may repeat a page for ever: the rest is unlisted, %i pages ahead', async (ahead) => {
    const rows = rowsOf(37);
    const server = serveAnswers(() => ({ rows, total: 500 }));

    const list = await readList(server, ahead);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 463, items: idsOf(rows) });
    expect(server.requests.length).toBeLessThanOrEqual(2 * (2 + ahead));
  });

  it('may end early with an empty page', async () => {
    const rows = rowsOf(100);
    const server = serveAnswers(({ offset }) => ({ rows: offset === 0 ? rows : [], total: 250 }));

    const list = await readList(server, 3);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 150, items: idsOf(rows) });
  });

  it('may give nothing and count something', async () => {
    const server = serveAnswers(() => ({ rows: [], total: 5 }));

    const list = await readList(server, 3);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 5, items: [] });
    expect(server.requests).toHaveLength(2);
  });

  it('may give pages of uneven length', async () => {
    const rows = rowsOf(500);
    const lengths = [37, 5, 100, 2, 50];
    let asked = 0;
    const server = serveAnswers(({ offset }) => {
      const length = lengths[asked % lengths.length] ?? 1;
      asked += 1;
      return { rows: rows.slice(offset, offset + length), total: 500 };
    });

    const list = await readList(server, 3);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 0 });
    expect(list.items).toEqual(idsOf(rows));
  });

  it('is given up when it goes on for ever with rows that are new', async () => {
    let made = 0;
    const server = serveAnswers(() => ({ rows: rowsOf(5000, `batch-${made++}`) }));
    const sink = { add: () => undefined };

    const walk = walkList(ID_LIST, server.fetchPage, sink, {
      ahead: 3,
      signal: new AbortController().signal,
      offset: 'row index',
    });

    await expect(walk).rejects.toMatchObject({ name: 'WalkError', problem: 'endless' });
    expect(server.requests.length).toBeLessThan(250);
  });

  it.each([
    ['on the first page', 0],
    ['on a later page', 99],
  ])('fails when an answer %s is no list', async (_where, badOffset) => {
    const rows = rowsOf(250);
    const server = serveAnswers(({ offset }) =>
      offset === badOffset ? { error: 'none' } : { rows: rows.slice(offset, offset + 100), total: 250 },
    );

    await expect(readList(server, 3)).rejects.toMatchObject({ name: 'WalkError', problem: 'not_a_list' });
  });

  it('fails as the request for a page fails, and abandons the others', async () => {
    const signals: AbortSignal[] = [];
    const fetchPage = async (offset: number, _limit: number, signal: AbortSignal): Promise<unknown> => {
      signals.push(signal);
      if (offset > 0) throw new Error(`no page at ${offset}`);
      return { rows: rowsOf(100), total: 500 };
    };

    const list = readCompleteList(ID_LIST, fetchPage, createIdCollector, {
      ahead: 3,
      signal: new AbortController().signal,
    });

    await expect(list).rejects.toThrow('no page at 99');
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
  });

  it('passes the end of a poll on to the pages under way', async () => {
    const poll = new AbortController();
    const fetchPage = (_offset: number, _limit: number, signal: AbortSignal): Promise<unknown> =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('abandoned')));
        poll.abort();
      });

    const list = readCompleteList(ID_LIST, fetchPage, createIdCollector, { ahead: 3, signal: poll.signal });

    await expect(list).rejects.toThrow('abandoned');
  });
});

describe('rows that cannot be read', () => {
  it.each(AHEADS)('are counted once each and stop nothing, %i pages ahead', async (ahead) => {
    const rows: Row[] = rowsOf(120).map((row, index) => (index % 10 === 3 ? { ...row, bad: true } : row));
    const server = serveList(rows, { pageLimit: 37, total: 120 });

    const list = await readList(server, ahead);

    expect(list).toMatchObject({
      kind: 'complete',
      unlisted: 0,
      walk: { listed: 120, rejections: { time: 12, id: 0, resource: 0, not_an_object: 0 } },
    });
    expect(list.walk.rejectedIds.size).toBe(12);
    expect(list.items).toHaveLength(108);
  });

  it.each(AHEADS)('may have no id at all, %i pages ahead', async (ahead) => {
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

  it.each(AHEADS)('may be all that there is, and all alike, %i pages ahead', async (ahead) => {
    const server = serveList(Array(120).fill({}), { pageLimit: 37, total: 120 });

    const list = await readList(server, ahead);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 0, walk: { listed: 120 } });
    expect(list.walk.rejections.id).toBe(120);
  });

  it('are counted of the walk that is served, not of both', async () => {
    const rows: Row[] = [{ id: 'a' }, { id: 'b', bad: true }];
    const server = serveAnswers(() => ({ rows, total: 9 }));

    const list = await readList(server);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 7, walk: { rejections: { time: 1, id: 0 } } });
  });

  it('that repeat for ever come to an end', async () => {
    const server = serveAnswers(() => ({ rows: [{}, {}, {}] }));

    const list = await readList(server, 3);

    expect(list.kind).toBe('complete');
    expect(server.requests.length).toBeLessThan(10);
  });
});

describe('a list that moves once', () => {
  const moving = (before: readonly Row[], after: readonly Row[], when: (request: PageRequest) => boolean) => {
    let rows = before;
    return serveAnswers((request) => {
      if (when(request)) rows = after;
      return { rows: rows.slice(request.offset, request.offset + 10), total: rows.length };
    });
  };

  it('because a row came at the front is read again, and is whole then', async () => {
    const before = rowsOf(25);
    const after = [{ id: 'new' }, ...before];
    const server = moving(before, after, ({ offset }) => offset === 9);

    const list = await readList(server);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 0 });
    expect(list.items).toEqual(idsOf(after));
  });

  it('because a row left from the front is read again: the row that slipped by is there', async () => {
    const before = rowsOf(25);
    const after = before.slice(1);
    const server = moving(before, after, ({ offset }) => offset === 9);

    const list = await readList(server);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 0 });
    expect(list.items).toEqual(idsOf(after));
  });

  it('so that the number of rows stays the same is noticed all the same', async () => {
    const before = rowsOf(25);
    const after = [...before.slice(1), { id: 'new' }];
    const server = moving(before, after, ({ offset }) => offset === 9);

    const list = await readList(server);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 0 });
    expect(list.items).toEqual(idsOf(after));
  });

  it('that moves in each walk is moving', async () => {
    let rows = [...rowsOf(25)];
    let made = 0;
    const server = serveAnswers(({ offset, limit }) => {
      if (offset > 0) rows = [{ id: `new-${made++}` }, ...rows];
      return { rows: rows.slice(offset, offset + Math.min(limit, 10)), total: rows.length };
    });

    const list = await readList(server);

    expect(list.kind).toBe('moving');
  });
});

describe('a list whose offset may count pages', () => {
  const source = { ...ID_LIST, offsetMayBePageNumber: true } as const;
  const options = { ahead: 3, signal: new AbortController().signal };

  it('is read by page numbers where rows are missing otherwise', async () => {
    const rows = rowsOf(300);
    const server = serveAnswers(({ offset, limit }) => ({
      rows: rows.slice(offset * limit, (offset + 1) * limit),
      total: rows.length,
    }));

    const list = await readCompleteList(source, server.fetchPage, createIdCollector, options);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 0 });
    expect(list.kind === 'complete' && list.items.items).toEqual(idsOf(rows));
  });

  it('is not read by page numbers where rows have no ids: one that comes again would count again', async () => {
    const rows = [{ id: 'a' }, { id: 'a' }, {}, {}];
    const server = serveAnswers(({ offset, limit }) => ({
      rows: rows.slice(offset, offset + limit),
      total: rows.length,
    }));

    const list = await readCompleteList(source, server.fetchPage, createIdCollector, options);

    expect(list.kind === 'complete' && list.walk.listed).toBe(3);
  });

  it('tells what is missing where page numbers do not find it either', async () => {
    const rows = rowsOf(250);
    const server = serveAnswers(({ offset, limit }) => ({
      rows: rows.slice(offset, offset + limit),
      total: 260,
    }));

    const list = await readCompleteList(source, server.fetchPage, createIdCollector, options);

    expect(list).toMatchObject({ kind: 'complete', unlisted: 10 });
    expect(list.kind === 'complete' && list.items.items).toEqual(idsOf(rows));
    expect(server.requests.length).toBeLessThan(10);
  });
});

describe('a list whose second page is repeated for ever', () => {
  it('is not served: the rows behind it may be any', async () => {
    const rows = rowsOf(300);
    const server = serveAnswers(({ offset, limit }) => {
      const from = Math.min(offset, 99);
      return { rows: rows.slice(from, from + limit), total: rows.length };
    });

    const list = await readList(server);

    expect(list.kind).toBe('moving');
  });
});
