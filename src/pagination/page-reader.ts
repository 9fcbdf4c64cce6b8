import { joinSignals } from '../cloud/abort.ts';
import type { ListSource, Page } from '../sources/source.ts';

/** Asks for `limit` rows from `offset` on and resolves with the parsed body; rejects with a `CloudFailure`. */
export type FetchPage = (offset: number, limit: number, signal: AbortSignal) => Promise<unknown>;

/** Reads the page at an offset; undefined stands for an envelope that is not one of the API. */
export type ReadPage = (offset: number) => Promise<Page | undefined>;

/** Where the pages after this one are expected to begin, as far as the list is known to go. */
export type ExpectedOffsets = (from: number) => Iterable<number>;

/**
 * Reads pages in the order in which they are asked for, while up to `ahead` expected ones are already under way.
 * Every page is asked for once. `close` abandons what is under way.
 */
export function createPageReader(
  source: ListSource<unknown>,
  fetchPage: FetchPage,
  ahead: number,
  signal: AbortSignal,
): {
  readonly read: (offset: number, expected: ExpectedOffsets) => Promise<Page | undefined>;
  readonly close: () => void;
} {
  const abandoned = new AbortController();
  const either = joinSignals(signal, abandoned.signal);
  const underWay = new Map<number, Promise<Page | undefined>>();

  const start = (offset: number): Promise<Page | undefined> => {
    const page = fetchPage(offset, source.pageSize, either.signal).then(source.readPage);
    // A page asked for ahead may fail before anyone waits for it, or never be waited for.
    page.catch(() => undefined);
    return page;
  };

  return {
    read: (offset, expected) => {
      const page = underWay.get(offset) ?? start(offset);
      underWay.delete(offset);
      for (const next of expected(offset)) {
        if (underWay.size >= ahead) break;
        if (!underWay.has(next)) underWay.set(next, start(next));
      }
      return page;
    },
    close: () => {
      abandoned.abort();
      either.release();
    },
  };
}
