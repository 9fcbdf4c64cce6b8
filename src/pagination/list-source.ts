import type { ListSource } from '../sources/source.ts';
import type { PagedList } from './list.ts';

/** A list source as a list in pages. */
export const pagedList = <Item>(source: ListSource<Item>): PagedList<Item> => ({
  paging: {
    by: 'offset',
    limit: source.pageSize,
    ...(source.offsetMayBePageNumber && { mayCountPages: true }),
  },
  readPage: source.readPage,
  readId: source.readId,
  readRow: source.readRow,
});
