import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { keepFor } from '../../src/web/keep-for.ts';

describe('a value that is kept for a while', () => {
  it('is made once for all who ask meanwhile, and again later', async () => {
    const get = keepFor<number>(20);
    let made = 0;
    const make = (): number => {
      made += 1;
      return made;
    };

    const together = await Promise.all([get('a', make), get('a', make), get('a', make)]);
    await sleep(200);
    const later = await get('a', make);

    expect([together, later]).toEqual([[1, 1, 1], 2]);
  });

  it('is made after the others, with time for other work in between', async () => {
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

  it('is not kept when it could not be made', async () => {
    const get = keepFor<string>(60_000);

    await expect(get('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');

    expect(await get('a', () => 'yes')).toBe('yes');
  });

  it('is refused where a hundred others wait to be made', async () => {
    const get = keepFor<number>(60_000);
    const values = Array.from({ length: 120 }, (_, index) => get(String(index), () => index));

    const made = await Promise.all(values.slice(0, 100));

    expect(made).toEqual(Array.from({ length: 100 }, (_, index) => index));
    expect(values.slice(100)).toEqual(Array.from({ length: 20 }, () => undefined));
    expect(await get('later', () => 7)).toBe(7);
  });
});
