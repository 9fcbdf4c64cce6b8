/** Ids, each once; `add` tells whether the id is new. */
export interface IdSet extends ReadonlySetLike<string> {
  readonly add: (id: string) => boolean;
}

/** Ids with a number each, from 0 on. Nothing is ever taken out. */
interface IdTable {
  readonly ids: readonly string[];
  readonly numberOf: (id: string) => number | undefined;
  /** Gives the next number to an id that has none. */
  readonly append: (id: string) => number;
}

/** What a set consists of: members that the list had before, as bits over their numbers, and the first ids of another table. */
interface Members {
  readonly known: IdTable;
  readonly isMember: Uint32Array;
  readonly fresh: IdTable;
  readonly freshCount: () => number;
  readonly size: () => number;
}

const membersOf = new WeakMap<ReadonlySetLike<string>, Members>();

/**
 * A set without ids. `before` is a set of the same list, read earlier: the ids that come again are not stored again,
 * so that a list of 100,000 backups that is read every few minutes leaves little to be collected.
 */
export function createIdSet(before?: ReadonlySetLike<string>): IdSet {
  const known = knownAfter(before === undefined ? undefined : membersOf.get(before));
  const isMember = new Uint32Array(Math.ceil(known.ids.length / BITS));
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
      yield* fresh.ids.slice(0, freshCount);
    },
  };
  membersOf.set(set, { known, isMember, fresh, freshCount: () => freshCount, size });
  return set;
}

/** The ids of one set that another lacks. */
export function* missingIds(set: ReadonlySetLike<string>, from: ReadonlySetLike<string>): Iterable<string> {
  const one = membersOf.get(set);
  const other = membersOf.get(from);
  if (one === undefined || other === undefined || one.known !== other.known) {
    for (const id of iterate(set)) if (!from.has(id)) yield id;
    return;
  }
  const lacking = one.isMember.map((bits, index) => bits & ~(other.isMember[index] ?? 0));
  for (const id of idsOfBits(one.known, lacking)) if (!from.has(id)) yield id;
  for (const id of one.fresh.ids.slice(0, one.freshCount())) if (!from.has(id)) yield id;
}

/** The ids of a set, one after the other. */
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
      const id = table.ids[index * BITS + (BITS - 1 - Math.clz32(rest & -rest))];
      if (id !== undefined) yield id;
    }
  }
}

// A few new ids join those that are known. Where most are new, or most that are known have left, it begins anew.
function knownAfter(before: Members | undefined): IdTable {
  if (before === undefined) return createIdTable();
  const { known, fresh, freshCount, size } = before;
  if (known.ids.length === 0) return fresh;
  if (freshCount() > known.ids.length / 8 || known.ids.length > 2 * size()) return createIdTable();
  for (const id of fresh.ids.slice(0, freshCount())) if (known.numberOf(id) === undefined) known.append(id);
  return known;
}

// One large map is copied in one go whenever it has grown, for several milliseconds; small ones are not.
const SHARDS = 64;

function createIdTable(): IdTable {
  const shards = Array.from({ length: SHARDS }, () => new Map<string, number>());
  const ids: string[] = [];
  // All who look at a row look its id up, one after the other.
  let last: string | undefined;
  let lastNumber: number | undefined;
  // A list mostly comes in the order in which it came before: to compare two ids is a tenth of a look-up.
  let expected = 0;

  const shardOf = (id: string): Map<string, number> | undefined => {
    let hash = id.length;
    for (let at = id.length - 1; at >= 0; at -= 3) hash = (hash * 31 + id.charCodeAt(at)) | 0;
    return shards[hash & (SHARDS - 1)];
  };

  return {
    ids,
    numberOf: (id) => {
      if (id === last) return lastNumber;
      last = id;
      lastNumber = ids[expected] === id ? expected : shardOf(id)?.get(id);
      if (lastNumber !== undefined) expected = lastNumber + 1;
      return lastNumber;
    },
    append: (id) => {
      last = id;
      lastNumber = ids.length;
      ids.push(id);
      shardOf(id)?.set(id, lastNumber);
      return lastNumber;
    },
  };
}
