import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { keepFor } from '../../src/web/keep-for.ts';

describe('a cached value', () => {
  it('is computed once for concurrent callers, and again after it expires', async () => {
    const get = keepFor<number>(20);
    let computed = 0;
    const compute = (): number => {
      computed += 1;
      return computed;
    };

    const together = await Promise.all([get('a', compute), get('a', compute), get('a', compute)]);
    await sleep(200);
    const later = await get('a', compute);

    expect([together, later]).toEqual([[1, 1, 1], 2]);
  });

  it('is computed after the others, yielding to the event loop in between', async () => {
    const get = keepFor<void>(60_000);
    const order: string[] = [];

    const all = ['a', 'b'].map((key) =>
      get(key, async () => {
        order.push(`begin ${key}`);
        setImmediate(() => order.push('other work'));
        await sleep(5);
        order.push(`end ${key}`);
      }),
    );
    await Promise.all(all);

    expect(order).toEqual(['begin a', 'other work', 'end a', 'begin b', 'other work', 'end b']);
  });

  it('is not cached if computing it fails', async () => {
    const get = keepFor<string>(60_000);

    await expect(get('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');

    expect(await get('a', () => 'yes')).toBe('yes');
  });

  it('is undefined if a hundred others are waiting', async () => {
    const get = keepFor<number>(60_000);
    const values = Array.from({ length: 120 }, (_, index) => get(String(index), () => index));

    const computed = await Promise.all(values.slice(0, 100));

    expect(computed).toEqual(Array.from({ length: 100 }, (_, index) => index));
    expect(values.slice(100)).toEqual(Array.from({ length: 20 }, () => undefined));
    expect(await get('later', () => 7)).toBe(7);
  });
});
