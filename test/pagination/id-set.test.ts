import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIdSet, type IdSet, iterate, missingIds } from '../../src/pagination/id-set.ts';
import { memoryInUse } from '../support/memory.ts';

const id = fc.integer({ min: 0, max: 60 }).map((number) => `backup-${number}`);
// Most lists differ little from the one before.
const lists = fc.array(fc.array(id, { maxLength: 60, size: 'max' }), { minLength: 1, maxLength: 8 });

function fill(ids: readonly string[], before?: IdSet): IdSet {
  const set = createIdSet(before);
  for (const one of ids) set.add(one);
  return set;
}

const sorted = (ids: Iterable<string>): readonly string[] => Array.from(ids).sort();

describe('a set of ids', () => {
  it('returns whether an added id is new', () => {
    const set = createIdSet(fill(['a']));

    expect([set.add('a'), set.add('a'), set.add('b'), set.add('b')]).toEqual([true, false, true, false]);
  });

  it('contains what was added to it, whatever the sets before and after it contain', () => {
    fc.assert(
      fc.property(lists, (all) => {
        const sets: IdSet[] = [];
        for (const ids of all) sets.push(fill(ids, sets.at(-1)));

        for (const [index, set] of sets.entries()) {
          const expected = new Set(all[index]);
          expect(set.size).toBe(expected.size);
          expect(sorted(iterate(set))).toEqual(sorted(expected));
          for (let number = 0; number <= 60; number += 1) {
            expect(set.has(`backup-${number}`)).toBe(expected.has(`backup-${number}`));
          }
        }
      }),
    );
  });

  it('can be compared with any other set, related or not', () => {
    fc.assert(
      fc.property(lists, fc.array(id), (all, others) => {
        const sets: IdSet[] = [fill(others)];
        for (const ids of all) sets.push(fill(ids, sets.at(-1)));
        const contents = [others, ...all];

        for (const [one, set] of sets.entries()) {
          for (const [other, from] of sets.entries()) {
            const expected = new Set(contents[one]).difference(new Set(contents[other]));
            expect(sorted(missingIds(set, from))).toEqual(sorted(expected));
          }
          expect(sorted(missingIds(set, new Set(['backup-1'])))).toEqual(
            sorted(new Set(contents[one]).difference(new Set(['backup-1']))),
          );
        }
      }),
    );
  });

  it('may be created twice from the same predecessor, as by two walks of a poll', () => {
    const before = fill(['a', 'b', 'c'], fill(['a', 'b']));

    const first = fill(['a', 'd', 'e'], before);
    const second = fill(['a', 'e', 'f'], before);

    expect(sorted(iterate(first))).toEqual(['a', 'd', 'e']);
    expect(sorted(iterate(second))).toEqual(['a', 'e', 'f']);
    expect(sorted(iterate(before))).toEqual(['a', 'b', 'c']);
    expect(sorted(missingIds(first, second))).toEqual(['d']);
  });

  it('does not retain the ids of a list that has changed completely', async () => {
    const CHANGES = 300;
    const listAt = (change: number) =>
      Array.from({ length: 1000 }, (_, row) => `backup-${change}-${row}-${'x'.repeat(20)}`);
    let set = fill(listAt(0));
    const before = await memoryInUse();

    for (let change = 1; change <= CHANGES; change += 1) set = fill(listAt(change), set);

    // All ids together would be 10 MB.
    expect((await memoryInUse()) - before).toBeLessThan(2 ** 20);
    expect(set.size).toBe(1000);
  });
});
