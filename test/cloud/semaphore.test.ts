import { describe, expect, it } from 'vitest';
import { createSemaphore } from '../../src/cloud/semaphore.ts';

/** A semaphore, and the requests that have entered it. */
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

describe('concurrent requests', () => {
  it('are limited, in order of arrival', async () => {
    const { entered, enter, leave } = semaphoreUnderTest(2);

    await enter('a 1', 'a 2', 'a 3', 'a 4');
    expect(entered).toEqual(['a 1', 'a 2']);

    await leave('a 1');
    expect(entered).toEqual(['a 1', 'a 2', 'a 3']);
  });

  it('of a service that never responds leave a slot for the others', async () => {
    const { entered, enter, leave } = semaphoreUnderTest(4, 3);

    await enter('slow 1', 'slow 2', 'slow 3', 'slow 4', 'slow 5');
    await enter('other 1', 'other 2', 'another 1');
    expect(entered).toEqual(['slow 1', 'slow 2', 'slow 3', 'other 1']);

    await leave('other 1');
    await leave('another 1');
    await leave('other 2');
    expect(new Set(entered.slice(3))).toEqual(new Set(['other 1', 'other 2', 'another 1']));
  });

  it('give the next slot to the service with the fewest, however many of another wait', async () => {
    const { entered, enter, leave } = semaphoreUnderTest(2);
    await enter('many 1', 'many 2', 'many 3', 'many 4', 'few 1');

    await leave('many 1');

    expect(entered).toEqual(['many 1', 'many 2', 'few 1']);
  });

  it('count a request that leaves twice only once', async () => {
    const { entered, enter, leave } = semaphoreUnderTest(1);
    await enter('a 1', 'b 1', 'c 1');

    await leave('a 1');
    await leave('a 1');

    expect(entered).toEqual(['a 1', 'b 1']);
  });

  it('do not wait for an aborted one', async () => {
    const { entered, enter, enterUntil, leave } = semaphoreUnderTest(1);
    const aborted = new AbortController();
    await enter('a 1');
    enterUntil('a 2', aborted.signal);
    await enter('a 3');

    aborted.abort();
    await leave('a 1');

    expect(entered).toEqual(['a 1', 'a 3']);
  });
});
