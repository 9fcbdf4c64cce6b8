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
  if (firstWalk.whole) return complete(first, firstWalk);

  const second = createItems();
  const secondWalk = await walkList(source, fetchPage, second, options);
  // Where the difference to the total shows, it tells of what may be missing.
  const differenceShows = secondWalk.listed < (secondWalk.total ?? 0);
  return secondWalk.whole || (differenceShows && sameRows(firstWalk, secondWalk))
    ? complete(second, secondWalk)
    : { kind: 'moving', walk: secondWalk };
}

function complete<Items extends Collector<never>>(items: Items, walk: Walk): CompleteList<Items> {
  return { kind: 'complete', items, walk, unlisted: Math.max(0, (walk.total ?? 0) - walk.listed) };
}

function sameRows(one: Walk, other: Walk): boolean {
  return one.listed === other.listed && one.ids.size === other.ids.size && one.ids.isSubsetOf(other.ids);
}
