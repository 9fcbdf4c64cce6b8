import { describe, expect, it } from 'vitest';
import { createSemaphore } from '../../src/cloud/semaphore.ts';

/** A semaphore, and who has entered it so far. */
function semaphoreUnderTest(places: number, share?: number) {
  const semaphore = createSemaphore(places, share);
  const entered: string[] = [];
  const leaves = new Map<string, () => void>();
  const enter = (name: string, signal = new AbortController().signal): void => {
    const [service = ''] = name.split(' ');
    void semaphore.enter(service, signal).then((leave) => {
      if (leave === undefined) return;
      entered.push(name);
      leaves.set(name, leave);
    });
  };
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return {
    entered,
    enter: async (...names: string[]) => {
      for (const name of names) enter(name);
      await settled();
    },
    enterUntil: enter,
    leave: async (name: string) => {
      leaves.get(name)?.();
      await settled();
    },
  };
}

describe('requests at once', () => {
  it('are no more than allowed, and the first to come is the first to go', async () => {
    const { entered, enter, leave } = semaphoreUnderTest(2);

    await enter('a 1', 'a 2', 'a 3', 'a 4');
    expect(entered).toEqual(['a 1', 'a 2']);

    await leave('a 1');
    expect(entered).toEqual(['a 1', 'a 2', 'a 3']);
  });

  it('of a service that never answers leave a place for the others', async () => {
    const { entered, enter, leave } = semaphoreUnderTest(4, 3);

    await enter('slow 1', 'slow 2', 'slow 3', 'slow 4', 'slow 5');
    await enter('other 1', 'other 2', 'another 1');
    expect(entered).toEqual(['slow 1', 'slow 2', 'slow 3', 'other 1']);

    await leave('other 1');
    await leave('another 1');
    await leave('other 2');
    expect(new Set(entered.slice(3))).toEqual(new Set(['other 1', 'other 2', 'another 1']));
  });

  it('go to the service that has the fewest, however many of another wait', async () => {
    const { entered, enter, leave } = semaphoreUnderTest(2);
    await enter('many 1', 'many 2', 'many 3', 'many 4', 'few 1');

    await leave('many 1');

    expect(entered).toEqual(['many 1', 'many 2', 'few 1']);
  });

  it('count a request that left twice once', async () => {
    const { entered, enter, leave } = semaphoreUnderTest(1);
    await enter('a 1', 'b 1', 'c 1');

    await leave('a 1');
    await leave('a 1');

    expect(entered).toEqual(['a 1', 'b 1']);
  });

  it('do not wait for one that was given up', async () => {
    const { entered, enter, enterUntil, leave } = semaphoreUnderTest(1);
    const given = new AbortController();
    await enter('a 1');
    enterUntil('a 2', given.signal);
    await enter('a 3');

    given.abort();
    await leave('a 1');

    expect(entered).toEqual(['a 1', 'a 3']);
  });
});
