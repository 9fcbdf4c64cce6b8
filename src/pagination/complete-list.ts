import { missingIds } from './id-set.ts';
import type { PagedList } from './list.ts';
import type { FetchPage } from './page-reader.ts';
import { type PageAfter, pageOrders } from './page-requests.ts';
import type { Collector } from './row-intake.ts';
import { type Walk, type WalkOptions, walkList } from './walk.ts';

/** A list that was read completely. */
export interface CompleteList<Items extends Collector<never>> {
  readonly kind: 'complete';
  readonly items: Items;
  readonly walk: Walk;
  /** Rows that the service counts but does not list. */
  readonly unlisted: number;
}

/** A list that kept changing: no walk over it is known to be complete. */
export interface MovingList {
  readonly kind: 'moving';
  readonly walk: Walk;
}

/**
 * Reads a list completely, or reports that it could not. A walk that may have missed a row is repeated. If both agree,
 * the service counts more than it lists, and the difference is `unlisted`. Before that, the other ways of paging are
 * tried. Rejects like `walkList`.
 */
export async function readCompleteList<Item, Items extends Collector<Item>>(
  list: PagedList<Item>,
  fetchPage: FetchPage,
  createItems: () => Items,
  options: WalkOptions,
): Promise<CompleteList<Items> | MovingList> {
  const read = async (pageAfter: PageAfter): Promise<CompleteList<Items>> => {
    const items = createItems();
    const walk = await walkList(list, pageAfter, fetchPage, items, options);
    return { kind: 'complete', items, walk, unlisted: walk.unlisted };
  };
  const readTwice = async (pageAfter: PageAfter): Promise<CompleteList<Items> | MovingList> => {
    const first = await read(pageAfter);
    if (isWhole(first.walk)) return first;
    const second = await read(pageAfter);
    const { walk } = second;
    return isWhole(walk) || (agree(first.walk, walk) && holeWouldShow(walk))
      ? second
      : { kind: 'moving', walk };
  };

  const [likeliest, ...others] = pageOrders(list.paging);
  const result = await readTwice(likeliest);
  if (result.kind === 'complete' && result.walk.holes !== 'likely') return result;
  for (const pageAfter of others) {
    const other = await readTwice(pageAfter);
    const { holes, listed } = other.walk;
    const isPagedSo = holes === 'none' || holes === 'possible';
    if (other.kind === 'complete' && isPagedSo && listed >= result.walk.listed) return other;
  }
  return result;
}

const isWhole = ({ holes, unlisted }: Walk): boolean => holes === 'none' && unlisted === 0;

/** Whether two walks found the same rows; where neither can have missed one, whether the service counts as many too many. */
function agree(one: Walk, other: Walk): boolean {
  if (one.holes === 'none' && other.holes === 'none') return one.unlisted === other.unlisted;
  return (
    one.total === other.total &&
    one.listed === other.listed &&
    one.reached === other.reached &&
    one.ids.size === other.ids.size &&
    missingIds(one.ids, other.ids)[Symbol.iterator]().next().done === true
  );
}

/** Whether two walks that agree can be trusted: a row missed by both would show up as counted but not listed. */
function holeWouldShow({ holes, unlisted, pages }: Walk): boolean {
  switch (holes) {
    case 'none':
    case 'possible':
      return true;
    case 'likely':
      return unlisted > 0;
    case 'repeated page':
      return pages === 1;
    default:
      return holes satisfies never;
  }
}
