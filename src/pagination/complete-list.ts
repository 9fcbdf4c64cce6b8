import type { ListSource } from '../sources/source.ts';
import { missingIds } from './id-set.ts';
import type { FetchPage } from './page-reader.ts';
import { type Collector, type Walk, type WalkOptions, walkList } from './walk.ts';

/** A list that was read to its end. */
export interface CompleteList<Items extends Collector<never>> {
  readonly kind: 'complete';
  readonly items: Items;
  readonly walk: Walk;
  /** Rows that the service counts and does not list. */
  readonly unlisted: number;
}

/** A list that kept moving: two walks found different rows, and neither is known to be whole. */
export interface MovingList {
  readonly kind: 'moving';
  readonly walk: Walk;
}

/**
 * Reads a list so that it is complete or known not to be. A walk that may have missed a row is made a second time.
 * Where two such walks find the same rows, the service counts more than it lists, and the difference is `unlisted`.
 * Before that, where nothing came behind the first page and the vendor leaves it open, `offset` is taken for the
 * number of a page.
 * Rejects as `walkList` does.
 */
export async function readCompleteList<Item, Items extends Collector<Item>>(
  source: ListSource<Item>,
  fetchPage: FetchPage,
  createItems: () => Items,
  options: Omit<WalkOptions, 'offset'>,
): Promise<CompleteList<Items> | MovingList> {
  const walk = async (offset: WalkOptions['offset']) => {
    const items = createItems();
    return { items, walk: await walkList(source, fetchPage, items, { ...options, offset }) };
  };
  const first = await walk('row index');
  if (isWhole(first.walk)) return complete(first);

  const second = await walk('row index');
  if (isWhole(second.walk)) return complete(second);
  if (!sameRows(first.walk, second.walk)) return { kind: 'moving', walk: second.walk };

  if (mayCountPages(source, second.walk)) {
    const byPages = await walk('page number');
    if (!isShort(byPages.walk)) return complete(byPages);
  }
  return holeWouldShow(second.walk) ? complete(second) : { kind: 'moving', walk: second.walk };
}

const isWhole = (walk: Walk): boolean => walk.gap === 'none' && !isShort(walk);

const isShort = ({ listed, total }: Walk): boolean => listed < (total ?? 0);

// Rows without an id cannot be told apart, so that a page which comes again would count again.
const mayCountPages = (source: ListSource<unknown>, walk: Walk): boolean =>
  source.offsetMayBePageNumber === true && isShort(walk) && walk.pages === 1 && walk.ids.size === walk.listed;

// Either as a difference to the total, or as a row that only one of two walks has found.
const holeWouldShow = (walk: Walk): boolean =>
  walk.gap === 'stuck' ? walk.pages === 1 && isShort(walk) : isShort(walk) || walk.gap !== 'broken';

function complete<Items extends Collector<never>>({
  items,
  walk,
}: {
  readonly items: Items;
  readonly walk: Walk;
}): CompleteList<Items> {
  return { kind: 'complete', items, walk, unlisted: Math.max(0, (walk.total ?? 0) - walk.listed) };
}

function sameRows(one: Walk, other: Walk): boolean {
  return (
    one.listed === other.listed &&
    one.ids.size === other.ids.size &&
    missingIds(one.ids, other.ids)[Symbol.iterator]().next().done === true
  );
}
