import type { ListSource } from '../sources/source.ts';
import type { FetchPage } from './page-reader.ts';
import { type Collector, type Walk, walkList } from './walk.ts';

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
 * Rejects as `walkList` does.
 */
export async function readCompleteList<Item, Items extends Collector<Item>>(
  source: ListSource<Item>,
  fetchPage: FetchPage,
  createItems: () => Items,
  options: { readonly ahead: number; readonly signal: AbortSignal },
): Promise<CompleteList<Items> | MovingList> {
  const first = createItems();
  const firstWalk = await walkList(source, fetchPage, first, options);
  if (isWhole(firstWalk)) return complete(first, firstWalk);

  const second = createItems();
  const secondWalk = await walkList(source, fetchPage, second, options);
  return isWhole(secondWalk) || (sameRows(firstWalk, secondWalk) && holeWouldShow(secondWalk))
    ? complete(second, secondWalk)
    : { kind: 'moving', walk: secondWalk };
}

const isWhole = (walk: Walk): boolean => walk.gap === 'none' && !isShort(walk);

const isShort = ({ listed, total }: Walk): boolean => listed < (total ?? 0);

// Either as a difference to the total, or as a row that only one of two walks has found.
const holeWouldShow = (walk: Walk): boolean => isShort(walk) || walk.gap !== 'broken';

function complete<Items extends Collector<never>>(items: Items, walk: Walk): CompleteList<Items> {
  return { kind: 'complete', items, walk, unlisted: Math.max(0, (walk.total ?? 0) - walk.listed) };
}

function sameRows(one: Walk, other: Walk): boolean {
  return one.listed === other.listed && one.ids.size === other.ids.size && one.ids.isSubsetOf(other.ids);
}
