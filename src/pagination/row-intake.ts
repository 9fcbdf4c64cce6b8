import { createIdSet } from './id-set.ts';
import { type PagedList, REJECTION_REASONS, type RejectionReason, type Row, type RowResult } from './list.ts';

/** Collects the items of a list, in order, once per row id. */
export interface Collector<Item> {
  readonly add: (item: Item) => void;
}

/** Rejected rows by reason. */
export type Rejections = Readonly<Record<RejectionReason, number>>;

/** The result of reading rows. */
export interface RowCounts {
  /** The ids of all rows that have one, including rejected and ignored rows. */
  readonly ids: ReadonlySetLike<string>;
  /** The ids of rejected or ignored rows. */
  readonly unreadIds: ReadonlySet<string>;
  /** Rows received, each id counted once. */
  readonly listed: number;
  /** Items in them. */
  readonly collected: number;
  readonly rejections: Rejections;
  /** The first rejected row for each reason. */
  readonly examples: ReadonlyMap<RejectionReason, Row>;
}

export interface RowIntake {
  /** Takes a row and its id; returns false if the id occurred before. */
  readonly take: (row: Row, id: string | undefined) => boolean;
  /** Whether the id occurred before. */
  readonly knows: (id: string) => boolean;
  readonly counts: () => RowCounts;
}

/**
 * Parses rows and passes their items to the collector. `before`: the ids of an earlier walk of the same list; undefined
 * for a list whose ids are not kept.
 */
export function createRowIntake<Item>(
  { readRow }: PagedList<Item>,
  collector: Collector<Item>,
  before: ReadonlySetLike<string> | undefined,
): RowIntake {
  // Making a table for each of many short lists costs more than it saves.
  const ids = before === undefined ? new Set<string>() : createIdSet(before);
  const unreadIds = new Set<string>();
  const rejections = Object.fromEntries(REJECTION_REASONS.map((reason) => [reason, 0])) as Record<
    RejectionReason,
    number
  >;
  const examples = new Map<RejectionReason, Row>();
  let withoutId = 0;
  let collected = 0;

  const reject = (row: Row, reason: RejectionReason): void => {
    rejections[reason] += 1;
    if (!examples.has(reason)) examples.set(reason, row);
  };

  const take = (row: Row, item: Item | RejectionReason | 'ignored'): void => {
    if (isRejection(item)) reject(row, item);
    else if (item !== 'ignored') {
      collector.add(item as Item);
      collected += 1;
    }
  };

  return {
    take: (row, id) => {
      if (id === undefined) withoutId += 1;
      else if (ids.has(id)) return false;
      else ids.add(id);
      const result = readRow(row);
      if (typeof result === 'string' && id !== undefined) unreadIds.add(id);
      if (isList(result)) for (const item of result) take(row, item);
      else take(row, result);
      return true;
    },
    knows: (id) => ids.has(id),
    counts: () => ({ ids, unreadIds, listed: ids.size + withoutId, collected, rejections, examples }),
  };
}

const isRejection = (item: unknown): item is RejectionReason =>
  typeof item === 'string' && REJECTION_REASONS.includes(item as RejectionReason);

const isList = <Item>(result: RowResult<Item>): result is readonly (Item | RejectionReason)[] =>
  Array.isArray(result);
