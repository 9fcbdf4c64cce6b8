interface Entry<Item> {
  readonly at: number;
  readonly order: number;
  readonly item: Item;
}

/** Items by time; at equal times, the one with the smaller `order` comes first. */
export interface EventQueue<Item> {
  readonly add: (at: number, order: number, item: Item) => void;
  /** Removes and returns the first entry due by `until`; undefined if there is none. */
  readonly take: (until: number) => Entry<Item> | undefined;
}

/** A binary heap. */
export const eventQueue = <Item>(): EventQueue<Item> => {
  const heap: Entry<Item>[] = [];
  const before = (left: Entry<Item>, right: Entry<Item>): boolean =>
    left.at < right.at || (left.at === right.at && left.order < right.order);

  const rise = (entry: Entry<Item>, from: number): void => {
    let position = from;
    while (position > 0) {
      const above = (position - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !before(entry, parent)) break;
      heap[position] = parent;
      position = above;
    }
    heap[position] = entry;
  };

  const sink = (entry: Entry<Item>): void => {
    let position = 0;
    for (;;) {
      const left = heap[2 * position + 1];
      const right = heap[2 * position + 2];
      const child = left !== undefined && right !== undefined && before(right, left) ? right : left;
      if (child === undefined || !before(child, entry)) break;
      heap[position] = child;
      position = child === right ? 2 * position + 2 : 2 * position + 1;
    }
    heap[position] = entry;
  };

  return {
    add: (at, order, item) => {
      const entry = { at, order, item };
      heap.push(entry);
      rise(entry, heap.length - 1);
    },
    take: (until) => {
      const first = heap[0];
      if (first === undefined || first.at > until) return undefined;
      const last = heap.pop();
      if (last !== undefined && heap.length > 0) sink(last);
      return first;
    },
  };
};
