import { createIdTable, type IdTable } from './id-table.ts';

/** A set of ids; `add` returns whether the id is new. */
export interface IdSet extends ReadonlySetLike<string> {
  readonly add: (id: string) => boolean;
}

/** The members of a set, as bits over the numbers of their ids in a table. */
interface Members {
  readonly table: IdTable;
  readonly bits: () => Uint32Array;
  readonly size: () => number;
}

const membersOf = new WeakMap<ReadonlySetLike<string>, Members>();

/**
 * An empty set. `before` is an earlier set of the same list, with which it shares the table of ids: repeated ids are not
 * stored again, so that reading a long list every few minutes leaves little garbage (see `id-table.ts`).
 */
export function createIdSet(before?: ReadonlySetLike<string>): IdSet {
  const table = tableAfter(before && membersOf.get(before));
  let bits = new Uint32Array(Math.ceil(table.size() / BITS) + 1);
  let size = 0;

  const set: IdSet = {
    add: (id) => {
      const number = table.numberOf(id) ?? table.append(id);
      if (hasBit(bits, number)) return false;
      if (number >= bits.length * BITS) bits = withLength(2 * bits.length, bits);
      setBit(bits, number);
      size += 1;
      return true;
    },
    has: (id) => {
      const number = table.numberOf(id);
      return number !== undefined && hasBit(bits, number);
    },
    get size() {
      return size;
    },
    keys: () => idsOfBits(table, bits),
  };
  membersOf.set(set, { table, bits: () => bits, size: () => size });
  return set;
}

/** The ids of one set that are not in another. */
export function* missingIds(set: ReadonlySetLike<string>, from: ReadonlySetLike<string>): Iterable<string> {
  const one = membersOf.get(set);
  const other = membersOf.get(from);
  if (one === undefined || one.table !== other?.table) {
    for (const id of iterate(set)) if (!from.has(id)) yield id;
    return;
  }
  const others = other.bits();
  yield* idsOfBits(
    one.table,
    one.bits().map((word, index) => word & ~(others[index] ?? 0)),
  );
}

export const iterate = (set: ReadonlySetLike<string>): Iterable<string> => ({
  [Symbol.iterator]: () => set.keys(),
});

const BITS = 32;

const hasBit = (words: Uint32Array, number: number): boolean =>
  ((words[number >>> 5] ?? 0) & (1 << (number & 31))) !== 0;

function setBit(words: Uint32Array, number: number): void {
  const index = number >>> 5;
  words[index] = (words[index] ?? 0) | (1 << (number & 31));
}

function withLength(length: number, words: Uint32Array): Uint32Array<ArrayBuffer> {
  const more = new Uint32Array(length);
  more.set(words);
  return more;
}

function* idsOfBits(table: IdTable, words: Uint32Array): Generator<string> {
  for (const [index, word] of words.entries()) {
    for (let rest = word; rest !== 0; rest &= rest - 1) {
      yield table.idOf(index * BITS + (BITS - 1 - Math.clz32(rest & -rest)));
    }
  }
}

// A table that has more ids that left the list than ids in the list is not used again.
const tableAfter = (before: Members | undefined): IdTable =>
  before === undefined || before.table.size() > 2 * before.size() ? createIdTable() : before.table;
