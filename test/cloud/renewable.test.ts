import { describe, expect, it } from 'vitest';
import { createRenewable } from '../../src/cloud/credentials/renewable.ts';
import { createRenewalLimit } from '../../src/cloud/credentials/renewal-limit.ts';
import { CloudFailure } from '../../src/cloud/failure.ts';
import { seconds } from '../../src/domain/quantities.ts';
import { createTestClock, eventually, forever } from './support.ts';

const DAY = 24 * 60 * 60;

const interrupted = (): CloudFailure =>
  new CloudFailure('interrupted', {
    kind: 'timeout',
    operation: 'sign_in',
  });

interface Token {
  readonly number: number;
}

const arrange = (life = DAY) => {
  const clock = createTestClock();
  const state = { obtained: 0, failing: false, failures: 0 };
  const renewable = createRenewable<Token>({
    clock: clock.now,
    lifetime: forever(),
    interrupted,
    renewalFailed: () => {
      state.failures += 1;
    },
    obtain: async () => {
      if (state.failing) {
        state.obtained += 1;
        throw new Error('down');
      }
      state.obtained += 1;
      return { value: { number: state.obtained }, validFor: seconds(life) };
    },
  });
  const get = () => renewable.get(forever());
  return { clock, state, renewable, get };
};

describe('a renewable credential', () => {
  it('is obtained once for many callers until it expires', async () => {
    const { clock, get, state } = arrange();

    await Promise.all([get(), get(), get()]);
    clock.advance(DAY - 31 * 60);
    await get();

    expect(state.obtained).toBe(1);
  });

  it('is renewed before it expires without blocking callers', async () => {
    const { clock, get, state } = arrange();
    await get();
    clock.advance(DAY - 29 * 60);

    const during = await get();
    await eventually(() => state.obtained === 2);
    const after = await get();

    expect([during.number, after.number]).toEqual([1, 2]);
  });

  it('stays in use while its renewal fails and is retried once a minute', async () => {
    const { clock, get, state } = arrange();
    await get();
    clock.advance(DAY - 29 * 60);
    state.failing = true;

    const served = [];
    for (let minute = 0; minute < 3; minute += 1) {
      served.push((await get()).number);
      await eventually(() => state.failures === minute + 1);
      served.push((await get()).number);
      clock.advance(61);
    }

    expect(served).toEqual([1, 1, 1, 1, 1, 1]);
    expect(state.obtained).toBe(4);
  });

  it('is awaited once the old one has expired', async () => {
    const { clock, get, state } = arrange();
    await get();
    clock.advance(DAY);
    state.failing = true;

    const end = await get().catch(String);

    expect(end).toBe('Error: down');
  });

  it('that is already expired is not obtained for every request', async () => {
    const { get, state } = arrange(0);

    await get();
    await get();

    expect(state.obtained).toBe(1);
  });

  it('is obtained once for all callers that discard the same one', async () => {
    const { get, renewable, state } = arrange();
    const first = await get();

    renewable.discard(first);
    const second = await get();
    renewable.discard(first);

    expect((await get()) === second).toBe(true);
    expect([renewable.holds(first), renewable.holds(second)]).toEqual([false, true]);
    expect(state.obtained).toBe(2);
  });
});

describe('renewals after rejections', () => {
  const arrangeLimit = () => {
    const clock = createTestClock();
    return { clock, limit: createRenewalLimit(clock.now) };
  };

  it('are limited to one in five minutes for a call that rejects every token', () => {
    const { clock, limit } = arrangeLimit();
    const renewedAt: number[] = [];

    for (let second = 0; second < 600; second += 30) {
      if (limit.allows('ges list_backups')) {
        renewedAt.push(second);
        limit.unhelped('ges list_backups');
      }
      clock.advance(30);
    }

    expect(renewedAt).toEqual([0, 300]);
  });

  it('are limited to two in five minutes if they help', () => {
    const { clock, limit } = arrangeLimit();
    const renewedAt: number[] = [];

    for (let second = 0; second < 600; second += 30) {
      if (limit.allows('ges list_backups')) renewedAt.push(second);
      clock.advance(30);
    }

    expect(renewedAt).toEqual([0, 30, 300, 330]);
  });

  it('of one call do not count for another', () => {
    const { limit } = arrangeLimit();
    limit.unhelped('ges list_backups');

    expect([limit.allows('ges list_backups'), limit.allows('ges list_graphs')]).toEqual([false, true]);
  });
});
