import { getEventListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { joinSignals } from '../../src/abort.ts';
import { CloudFailure } from '../../src/cloud/failure.ts';
import { shareRun } from '../../src/cloud/shared-run.ts';
import { forever } from './support.ts';

const failure = (message: string): CloudFailure =>
  new CloudFailure(message, {
    kind: 'server',
    operation: 'sign_in',
  });

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

describe('a shared run', () => {
  it('serves all concurrent callers, and is repeated afterwards', async () => {
    let runs = 0;
    const shared = shareRun(
      async () => {
        runs += 1;
        return runs;
      },
      () => failure('interrupted'),
    );

    const together = await Promise.all([shared(forever()), shared(forever())]);
    const later = await shared(forever());

    expect(together).toEqual([1, 1]);
    expect(later).toBe(2);
  });

  it('continues for the others when one caller aborts', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const shared = shareRun(
      () => promise,
      () => failure('interrupted'),
    );
    const aborting = new AbortController();
    const first = shared(aborting.signal);
    const second = shared(forever());

    aborting.abort();
    const [end] = await Promise.allSettled([first]);
    resolve('done');

    expect(end).toMatchObject({ status: 'rejected', reason: { message: 'interrupted' } });
    expect(await second).toBe('done');
    expect(getEventListeners(aborting.signal, 'abort')).toHaveLength(0);
  });

  it('rejects with its last failed attempt for a caller that aborts', async () => {
    const shared = shareRun<string>(
      (note) => {
        note(failure('503'));
        return new Promise(() => undefined);
      },
      () => failure('interrupted'),
    );
    const aborting = new AbortController();
    const end = Promise.allSettled([shared(aborting.signal), shared(AbortSignal.abort())]);
    await setImmediate();

    aborting.abort();

    expect(await end).toMatchObject([{ reason: { message: '503' } }, { reason: { message: 'interrupted' } }]);
  });

  it('that fails without a caller is not an unhandled rejection', async () => {
    const { promise, reject } = Promise.withResolvers<string>();
    const shared = shareRun(
      () => promise,
      () => failure('interrupted'),
    );
    const aborting = new AbortController();
    const end = Promise.allSettled([shared(aborting.signal)]);
    aborting.abort();
    await end;

    reject(failure('late'));
    await setImmediate();

    expect(await Promise.allSettled([shared(forever())])).toMatchObject([{ reason: { message: 'late' } }]);
  });
});
