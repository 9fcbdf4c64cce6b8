import { joinSignals } from '../abort.ts';
import type { Page, PagedList } from './list.ts';
import type { PageRequest } from './page-requests.ts';

/** Requests one page with this query and resolves with the parsed body; rejects with a `CloudFailure`. */
export type FetchPage = (query: PageRequest['query'], signal: AbortSignal) => Promise<unknown>;

export interface PageReader {
  /** Reads a page and prefetches the expected ones; undefined for a response that is not a page of this list. */
  readonly read: (request: PageRequest, next: Iterable<PageRequest>) => Promise<Page | undefined>;
  /** Aborts pending requests. */
  readonly abort: () => void;
}

/** A reader that prefetches up to `mostAhead` pages. */
export function createPageReader(
  list: PagedList<unknown>,
  fetchPage: FetchPage,
  mostAhead: number,
  signal: AbortSignal,
): PageReader {
  let underWay = new Map<string, Promise<Page | undefined>>();
  const aborted = new AbortController();

  const start = (request: PageRequest): Promise<Page | undefined> => {
    const either = joinSignals(signal, aborted.signal);
    const page = fetchPage(request.query, either.signal).finally(either.release).then(list.readPage);
    // A prefetched page may fail before it is awaited, or never be awaited.
    page.catch(() => undefined);
    return page;
  };

  return {
    read: (request, next) => {
      const page = underWay.get(keyOf(request)) ?? start(request);
      const expected = new Map<string, Promise<Page | undefined>>();
      for (const ahead of next) {
        if (expected.size >= mostAhead) break;
        expected.set(keyOf(ahead), underWay.get(keyOf(ahead)) ?? start(ahead));
      }
      underWay = expected;
      return page;
    },
    abort: () => aborted.abort(),
  };
}

const keyOf = ({ query }: PageRequest): string => `${query['offset']} ${query['limit']}`;
