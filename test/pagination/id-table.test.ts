import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIdTable } from '../../src/pagination/id-table.ts';

const id = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.string({ unit: 'binary', maxLength: 256 }),
  fc.uuid(),
  // Some have as many bytes in UTF-8 as characters, others more.
  fc.stringMatching(/^[aäbc]{1,4}$/),
);

describe('a table of ids', () => {
  it('numbers each id once and can look it up in both directions', () => {
    fc.assert(
      fc.property(fc.array(id, { maxLength: 800, size: 'max' }), fc.array(id), (ids, others) => {
        const table = createIdTable();
        const numbers = new Map<string, number>();

        for (const one of ids) {
          const number = table.numberOf(one);
          expect(number).toBe(numbers.get(one));
          if (number === undefined) numbers.set(one, table.append(one));
        }

        expect(table.size()).toBe(numbers.size);
        expect([...numbers.values()]).toEqual(Array.from(numbers, (_, index) => index));
        for (const one of [...others, ...ids.toReversed(), ...ids]) {
          expect(table.numberOf(one)).toBe(numbers.get(one));
        }
        for (const [one, number] of numbers) expect(table.idOf(number)).toBe(one);
      }),
    );
  });

  it.each([
    ['costarring', 'liquid'],
    ['declinate', 'macallums'],
    ['altarage', 'zinke'],
  ])('distinguishes %s from %s, which have the same hash', (one, other) => {
    const table = createIdTable();
    table.append(one);

    expect(table.numberOf(other)).toBeUndefined();
    expect([table.append(other), table.numberOf(one), table.numberOf(other)]).toEqual([1, 0, 1]);
  });

  it('distinguishes an id from one whose characters are the bytes of the first', () => {
    const table = createIdTable();
    table.append('é');

    expect([table.numberOf('Ã©'), table.append('Ã©'), table.idOf(1)]).toEqual([undefined, 1, 'Ã©']);
  });

  it('holds many ids of the maximum length', () => {
    const table = createIdTable();
    const idOf = (index: number): string => `${index}`.padEnd(256, '語');

    for (let index = 0; index < 20_000; index += 1) table.append(idOf(index));

    for (const index of [0, 1, 255, 256, 511, 512, 9_999, 19_999]) {
      expect(table.numberOf(idOf(index))).toBe(index);
      expect(table.idOf(index)).toBe(idOf(index));
    }
    expect(table.numberOf('none')).toBeUndefined();
  });
});
