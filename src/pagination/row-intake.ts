import { createIdSet } from './id-set.ts';
import { type PagedList, REJECTION_REASONS, type RejectionReason, type Row } from './list.ts';

/** What takes the items of a list, in its order. Those of rows with the same id are given once. */
export interface Collector<Item> {
  readonly add: (item: Item) => void;
}

/** How many rows were rejected for each reason. */
export type Rejections = Readonly<Record<RejectionReason, number>>;

/** What the rows of a list came to. */
export interface RowCounts {
  /** The ids of all rows that have one, rejected and ignored rows included. */
  readonly ids: ReadonlySetLike<string>;
  /** The ids among them whose rows were rejected or ignored. */
  readonly unreadIds: ReadonlySet<string>;
  /** Rows received, those with the same id counted once. */
  readonly listed: number;
  readonly rejections: Rejections;
  /** The first row that was rejected for each reason. */
  readonly examples: ReadonlyMap<RejectionReason, Row>;
}

/** Takes rows as they arrive. */
export interface RowIntake {
  /** Takes a row with its id; false when there was a row with this id before. */
  readonly take: (row: Row, id: string | undefined) => boolean;
  /** Whether there was a row with this id. */
  readonly knows: (id: string) => boolean;
  readonly counts: () => RowCounts;
}

/** Parses rows and gives what they hold to the collector. `before` are the ids of an earlier reading of the same list. */
export function createRowIntake<Item>(
  { readRow }: PagedList<Item>,
  collector: Collector<Item>,
  before: ReadonlySetLike<string> | undefined,
): RowIntake {
  const ids = createIdSet(before);
  const unreadIds = new Set<string>();
  const rejections = Object.fromEntries(REJECTION_REASONS.map((reason) => [reason, 0])) as Record<
    RejectionReason,
    number
  >;
  const examples = new Map<RejectionReason, Row>();
  let withoutId = 0;

  const reject = (row: Row, reason: RejectionReason): void => {
    rejections[reason] += 1;
    if (!examples.has(reason)) examples.set(reason, row);
  };

  return {
    take: (row, id) => {
      if (id === undefined) withoutId += 1;
      else if (!ids.add(id)) return false;
      const result = readRow(row);
      if (typeof result === 'string') {
        if (result !== 'ignored') reject(row, result as RejectionReason);
        if (id !== undefined) unreadIds.add(id);
      } else if (isList(result)) {
        for (const item of result) collector.add(item);
      } else {
        collector.add(result as Item);
      }
      return true;
    },
    knows: (id) => ids.has(id),
    counts: () => ({ ids, unreadIds, listed: ids.size + withoutId, rejections, examples }),
  };
}

const isList = <Item>(result: Item | readonly Item[]): result is readonly Item[] => Array.isArray(result);
