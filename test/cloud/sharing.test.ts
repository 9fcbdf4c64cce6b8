import { getEventListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { joinSignals, untilAborted } from '../../src/abort.ts';
import { forever } from './support.ts';

describe('joined signals', () => {
  it('abort with either, but not after they are released', () => {
    const one = new AbortController();
    const other = new AbortController();
    const joined = joinSignals(one.signal, other.signal);
    const released = joinSignals(one.signal, other.signal);
    released.release();

    other.abort();

    expect(joined.signal.aborted).toBe(true);
    expect(released.signal.aborted).toBe(false);
    expect(joinSignals(forever(), other.signal).signal.aborted).toBe(true);
  });
});

describe('work that callers wait for', () => {
  const interrupted = () => new Error('interrupted');

  it('continues for the others when one caller aborts', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const aborting = new AbortController();
    const first = untilAborted(promise, aborting.signal, interrupted);
    const second = untilAborted(promise, forever(), interrupted);

    aborting.abort();
    const [end] = await Promise.allSettled([first]);
    resolve('done');

    expect(end).toMatchObject({ status: 'rejected', reason: { message: 'interrupted' } });
    expect(await second).toBe('done');
    expect(getEventListeners(aborting.signal, 'abort')).toHaveLength(0);
  });

  it('is not waited for by a caller that has already aborted', async () => {
    const pending = new Promise(() => undefined);

    await expect(untilAborted(pending, AbortSignal.abort(), interrupted)).rejects.toThrow('interrupted');
  });

  it('that fails without a caller is not an unhandled rejection', async () => {
    const { promise, reject } = Promise.withResolvers<string>();
    const aborting = new AbortController();
    const end = Promise.allSettled([untilAborted(promise, aborting.signal, interrupted)]);
    aborting.abort();
    await end;

    reject(new Error('late'));
    await setImmediate();

    await expect(untilAborted(promise, forever(), interrupted)).rejects.toThrow('late');
  });
});
