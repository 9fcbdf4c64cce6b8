import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventQueue } from '../../src/simulated-cloud/event-queue.ts';
import { hexadecimalId, pseudoRandom, uuid } from '../../src/simulated-cloud/pseudo-random.ts';

describe('the pseudo-random numbers', () => {
  it('are the same for the same arguments and different for others', () => {
    const numbers = [
      pseudoRandom(1, 2, 3),
      pseudoRandom(1, 2, 3),
      pseudoRandom(1, 2, 4),
      pseudoRandom(1, 3, 2),
      pseudoRandom(2, 2, 3),
    ];

    expect(new Set(numbers).size).toBe(4);
    expect(numbers[0]).toBe(numbers[1]);
  });

  it('are spread evenly from 0 to 1', () => {
    const tenths = new Array<number>(10).fill(0);

    for (let count = 0; count < 10_000; count += 1) {
      const tenth = Math.floor(pseudoRandom(7, 1, count) * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }

    expect(Math.min(...tenths)).toBeGreaterThan(900);
    expect(Math.max(...tenths)).toBeLessThan(1100);
  });

  it("make 100,000 distinct ids in the vendor's format", () => {
    const uuids = new Set<string>();
    const digits = new Set<string>();

    for (let index = 0; index < 1000; index += 1) {
      for (let sequence = 0; sequence < 100; sequence += 1) {
        uuids.add(uuid(1, 1, index, sequence));
        digits.add(hexadecimalId(1, 2, index, sequence));
      }
    }

    expect(uuids.size).toBe(100_000);
    expect(digits.size).toBe(100_000);
    expect(uuid(1, 1, 0)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(hexadecimalId(1, 2, 0)).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('the event queue', () => {
  it('returns entries by time, then order, whatever the order in which they were added', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.nat(20))), (entries) => {
        const queue = eventQueue<string>();
        for (const [at, order] of entries) {
          queue.add(at, order, `${at} ${order}`);
        }

        const taken: string[] = [];
        for (let entry = queue.take(20); entry; entry = queue.take(20)) {
          taken.push(entry.item);
        }

        const sorted = entries
          .toSorted(([a, x], [b, y]) => a - b || x - y)
          .map(([at, order]) => `${at} ${order}`);
        expect(taken).toEqual(sorted);
      }),
    );
  });

  it('keeps entries that are not due yet', () => {
    const queue = eventQueue<string>();
    queue.add(5, 0, 'later');

    expect(queue.take(4.9)).toBeUndefined();
    expect(queue.take(5)?.item).toBe('later');
    expect(queue.take(5)).toBeUndefined();
  });
});
