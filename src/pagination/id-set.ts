import { createIdTable, type IdTable } from './id-table.ts';

/** A set of ids; `add` returns whether the id is new. */
export interface IdSet extends ReadonlySetLike<string> {
  readonly add: (id: string) => boolean;
}

/** The content of a set: members that the list had before, as bits over their numbers, and the first ids of another table. */
interface Members {
  readonly known: IdTable;
  readonly isMember: Uint32Array;
  readonly fresh: IdTable;
  readonly freshCount: () => number;
  readonly size: () => number;
}

const membersOf = new WeakMap<ReadonlySetLike<string>, Members>();

/**
 * An empty set. `before` is an earlier set of the same list: repeated ids are not stored again, so that reading a long
 * list every few minutes leaves little garbage (see `id-table.ts`).
 */
export function createIdSet(before?: ReadonlySetLike<string>): IdSet {
  const known = knownAfter(before === undefined ? undefined : membersOf.get(before));
  const isMember = new Uint32Array(Math.ceil(known.size() / BITS));
  const fresh = createIdTable();
  let knownCount = 0;
  // The table may get more ids later, as the known one of other sets.
  let freshCount = 0;
  const isFresh = (id: string): boolean => (fresh.numberOf(id) ?? freshCount) < freshCount;
  const size = (): number => knownCount + freshCount;

  const set: IdSet = {
    add: (id) => {
      const number = known.numberOf(id);
      if (number === undefined) {
        if (isFresh(id)) return false;
        fresh.append(id);
        freshCount += 1;
        return true;
      }
      if (hasBit(isMember, number)) return false;
      setBit(isMember, number);
      knownCount += 1;
      return true;
    },
    has: (id) => {
      const number = known.numberOf(id);
      return (number !== undefined && hasBit(isMember, number)) || isFresh(id);
    },
    get size() {
      return size();
    },
    *keys() {
      yield* idsOfBits(known, isMember);
      yield* firstIds(fresh, freshCount);
    },
  };
  membersOf.set(set, { known, isMember, fresh, freshCount: () => freshCount, size });
  return set;
}

/** The ids of one set that are not in another. */
export function* missingIds(set: ReadonlySetLike<string>, from: ReadonlySetLike<string>): Iterable<string> {
  const one = membersOf.get(set);
  const other = membersOf.get(from);
  if (one === undefined || other === undefined || one.known !== other.known) {
    for (const id of iterate(set)) if (!from.has(id)) yield id;
    return;
  }
  const lacking = one.isMember.map((bits, index) => bits & ~(other.isMember[index] ?? 0));
  for (const id of idsOfBits(one.known, lacking)) if (!from.has(id)) yield id;
  for (const id of firstIds(one.fresh, one.freshCount())) if (!from.has(id)) yield id;
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

function* idsOfBits(table: IdTable, words: Uint32Array): Generator<string> {
  for (const [index, word] of words.entries()) {
    for (let rest = word; rest !== 0; rest &= rest - 1) {
      yield table.idOf(index * BITS + (BITS - 1 - Math.clz32(rest & -rest)));
    }
  }
}

function* firstIds(table: IdTable, count: number): Generator<string> {
  for (let number = 0; number < count; number += 1) yield table.idOf(number);
}

// A few new ids join the known ones. If most are new, or most known ones have left, a new table is started.
function knownAfter(before: Members | undefined): IdTable {
  if (before === undefined) return createIdTable();
  const { known, fresh, freshCount, size } = before;
  if (known.size() === 0) return fresh;
  if (freshCount() > known.size() / 8 || known.size() > 2 * size()) return createIdTable();
  for (const id of firstIds(fresh, freshCount())) if (known.numberOf(id) === undefined) known.append(id);
  return known;
}
