import { readCompleteList } from '../../src/pagination/complete-list.ts';
import type { PagedList, Paging } from '../../src/pagination/list.ts';
import type { FetchPage } from '../../src/pagination/page-reader.ts';
import type { Pages } from './moving-list.ts';

const HOUR = 3_600_000;

interface BusyList {
  readonly list: PagedList<string>;
  readonly fetchPage: FetchPage;
  /** Advances simulated time until the work is done. */
  readonly during: <Result>(work: Promise<Result>) => Promise<Result>;
  readonly sleepUntil: (milliseconds: number) => void;
  /** The ids that were listed all the time since the last call of `startOver`. */
  readonly lasting: () => ReadonlySet<string>;
  readonly startOver: () => void;
}

/** The results of polling a list for an hour. */
export interface BusyHour {
  readonly incomplete: number;
  /** Rows that were listed during a whole poll and are missing from its result. */
  readonly missed: readonly string[];
  readonly requestsPerPoll: number;
}

/** Polls a list in which all of `resources` are backed up within an hour and lose their oldest backup. A page takes about 150 ms. */
export async function pollThroughBusyHour(polls: number, options: BusyListOptions): Promise<BusyHour> {
  const busy = createBusyList(options);
  const missed: string[] = [];
  let incomplete = 0;
  let requests = 0;
  const fetchPage: FetchPage = (query, signal) => {
    requests += 1;
    return busy.fetchPage(query, signal);
  };
  const createItems = () => {
    busy.startOver();
    const ids = new Set<string>();
    return { ids, add: (id: string) => void ids.add(id) };
  };
  for (let poll = 0; poll < polls; poll += 1) {
    busy.sleepUntil((poll * HOUR) / polls);
    const signal = new AbortController().signal;
    const list = await busy.during(readCompleteList(busy.list, fetchPage, createItems, { ahead: 3, signal }));
    if (list.kind === 'moving') incomplete += 1;
    else missed.push(...[...busy.lasting()].filter((id) => !list.items.ids.has(id)));
  }
  return { incomplete, missed, requestsPerPoll: requests / polls };
}

/** The size and paging of a busy list. */
export interface BusyListOptions {
  readonly resources: number;
  /** Backups kept for each resource. */
  readonly kept: number;
  readonly pages: Pages;
  readonly paging: Exclude<Paging, { by: 'nothing' }>;
}

function createBusyList({ resources, kept, pages, paging }: BusyListOptions): BusyList {
  let seed = 7;
  const random = (): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return seed / 2 ** 32;
  };
  const shuffled = (): readonly number[] => {
    const order = Array.from({ length: resources }, (_, index) => index);
    for (let last = order.length - 1; last > 0; last -= 1) {
      const other = Math.floor(random() * (last + 1));
      [order[last], order[other]] = [order[other] ?? 0, order[last] ?? 0];
    }
    return order;
  };

  const rows: string[] = [];
  for (let day = 0; day < kept; day += 1)
    for (const resource of shuffled()) rows.unshift(`${resource}/${day}`);
  const today = shuffled();
  let backedUp = 0;
  let lasting = new Set(rows);
  const advanceTo = (time: number): void => {
    for (; backedUp < resources && (backedUp / resources) * HOUR <= time; backedUp += 1) {
      const resource = today[backedUp] ?? 0;
      rows.unshift(`${resource}/${kept}`);
      rows.splice(rows.indexOf(`${resource}/0`), 1);
      lasting.delete(`${resource}/0`);
    }
  };

  let now = 0;
  const timers: { readonly at: number; readonly run: () => void }[] = [];
  const sleep = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => timers.push({ at: now + milliseconds, run: resolve }));
  const runNext = (): void => {
    timers.sort((one, other) => one.at - other.at);
    const next = timers.shift();
    if (next === undefined) return;
    now = next.at;
    advanceTo(now);
    next.run();
  };

  const first = paging.by === 'page' ? paging.first : 0;
  const pageAt = (offset: number, limit: number): readonly string[] =>
    pages === 'by row'
      ? rows.slice(offset, offset + limit)
      : rows.slice((offset - first) * limit, (offset - first + 1) * limit);

  return {
    list: {
      paging,
      readPage: (body) => body as { readonly rows: readonly string[]; readonly total: number },
      readId: (row) => row as string,
      readRow: (row) => [row as string],
    },
    fetchPage: async ({ offset, limit }) => {
      await sleep(50 + 50 * random());
      const page = { rows: pageAt(Number(offset), Number(limit)), total: rows.length };
      await sleep(50 + 50 * random());
      return page;
    },
    during: async (work) => {
      let done = false;
      const finish = (): void => {
        done = true;
      };
      work.then(finish, finish);
      for (;;) {
        // Enough turns for a walk to request its next pages.
        for (let turn = 0; turn < 16; turn += 1) await Promise.resolve();
        if (done) return work;
        runNext();
      }
    },
    sleepUntil: (time) => {
      now = Math.max(now, time);
      advanceTo(now);
    },
    lasting: () => lasting,
    startOver: () => {
      lasting = new Set(rows);
    },
  };
}
