import { describe, expect, it } from 'vitest';
import { joinSignals } from '../../src/abort.ts';
import { CloudFailure } from '../../src/cloud/failure.ts';
import { createSemaphore } from '../../src/cloud/semaphore.ts';
import { type NoteFailure, shareWork } from '../../src/cloud/shared-work.ts';
import { forever } from './support.ts';

const failure = (message: string): CloudFailure =>
  new CloudFailure(message, {
    kind: 'server',
    operation: 'sign_in',
    host: undefined,
    status: undefined,
    code: undefined,
    cause: undefined,
    serverDate: undefined,
  });

const ignore: NoteFailure = () => undefined;

describe('a semaphore', () => {
  it('lets in as many as it has places, the others in their order', async () => {
    const semaphore = createSemaphore(2);
    const order: string[] = [];
    const enter = async (name: string): Promise<() => void> => {
      const leave = await semaphore.enter(forever());
      order.push(name);
      return leave ?? (() => undefined);
    };
    const [leaveFirst] = await Promise.all([enter('a'), enter('b')]);
    const waiting = [enter('c'), enter('d')];
    await Promise.resolve();
    const before = [...order];

    leaveFirst();
    leaveFirst();
    const leaveThird = await waiting[0];
    const afterOne = [...order];
    leaveThird?.();
    await waiting[1];

    expect(before).toEqual(['a', 'b']);
    expect(afterOne).toEqual(['a', 'b', 'c']);
    expect(order).toEqual(['a', 'b', 'c', 'd']);
  });

  it('forgets one that gave up waiting', async () => {
    const semaphore = createSemaphore(1);
    const impatient = new AbortController();
    const leave = await semaphore.enter(forever());
    const abandoned = semaphore.enter(impatient.signal);
    const patient = semaphore.enter(forever());

    impatient.abort();
    leave?.();

    expect(await abandoned).toBeUndefined();
    expect(await patient).toBeTypeOf('function');
    expect(await semaphore.enter(AbortSignal.abort())).toBeUndefined();
  });
});

describe('joined signals', () => {
  it('abort with either, and not after they were released', () => {
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

describe('shared work', () => {
  it('runs once for all who need it at the same time, and anew afterwards', async () => {
    let runs = 0;
    const work = shareWork(
      async () => {
        runs += 1;
        return runs;
      },
      () => failure('interrupted'),
    );

    const together = await Promise.all([work(forever(), ignore), work(forever(), ignore)]);
    const later = await work(forever(), ignore);

    expect(together).toEqual([1, 1]);
    expect(later).toBe(2);
  });

  it('goes on for the others when one stops waiting', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    let abandoned = false;
    const work = shareWork(
      (signal) => {
        signal.addEventListener('abort', () => {
          abandoned = true;
        });
        return promise;
      },
      () => failure('interrupted'),
    );
    const impatient = new AbortController();
    const first = work(impatient.signal, ignore);
    const second = work(forever(), ignore);
    await Promise.resolve();

    impatient.abort();
    const [end] = await Promise.allSettled([first]);
    const abandonedThen = abandoned;
    resolve('done');

    expect(end).toMatchObject({ status: 'rejected', reason: { message: 'interrupted' } });
    expect(abandonedThen).toBe(false);
    expect(await second).toBe('done');
  });

  it('is abandoned when nobody waits any more, and tells its last failed attempt', async () => {
    let signals: AbortSignal[] = [];
    const work = shareWork<string>(
      (signal, note) => {
        signals = [...signals, signal];
        note(failure('503'));
        return new Promise(() => undefined);
      },
      () => failure('interrupted'),
    );
    const first = new AbortController();
    const second = new AbortController();
    const ends = Promise.allSettled([work(first.signal, ignore), work(second.signal, ignore)]);
    await Promise.resolve();
    await Promise.resolve();

    first.abort();
    second.abort();
    await ends;
    work(forever(), ignore).catch(ignore);
    await Promise.resolve();
    await Promise.resolve();

    expect(await ends).toMatchObject([{ reason: { message: '503' } }, { reason: { message: '503' } }]);
    expect(signals.map((signal) => signal.aborted)).toEqual([true, false]);
  });
});
