import { describe, expect, it } from 'vitest';
import { createRenewable } from '../../src/cloud/credentials/renewable.ts';
import { CloudFailure } from '../../src/cloud/failure.ts';
import { seconds } from '../../src/domain/quantities.ts';
import { createTestClock, eventually, forever } from './support.ts';

const DAY = 24 * 60 * 60;

const interrupted = (): CloudFailure =>
  new CloudFailure('interrupted', {
    kind: 'timeout',
    operation: 'sign_in',
    host: undefined,
    status: undefined,
    code: undefined,
    cause: undefined,
    serverDate: undefined,
  });

interface Token {
  readonly number: number;
}

const arrange = (life = DAY, costly = true) => {
  const clock = createTestClock();
  const state = { obtained: 0, failing: false, failures: 0 };
  const renewable = createRenewable<Token>({
    clock: clock.now,
    costly,
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
  const get = () => renewable.get(forever(), () => undefined);
  return { clock, state, renewable, get };
};

describe('a renewable', () => {
  it('is obtained once for many callers and much time', async () => {
    const { clock, get, state } = arrange();

    await Promise.all([get(), get(), get()]);
    clock.advance(DAY - 31 * 60);
    await get();

    expect(state.obtained).toBe(1);
  });

  it('is renewed ahead of its end without holding up a caller', async () => {
    const { clock, get, state } = arrange();
    await get();
    clock.advance(DAY - 29 * 60);

    const during = await get();
    await eventually(() => state.obtained === 2);
    const after = await get();

    expect([during.number, after.number]).toEqual([1, 2]);
  });

  it('serves on while its renewal fails, and is asked for once a minute', async () => {
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

  it('is waited for once the old one has ended', async () => {
    const { clock, get, state } = arrange();
    await get();
    clock.advance(DAY);
    state.failing = true;

    const end = await get().catch(String);

    expect(end).toBe('Error: down');
  });

  it('that has ended when it comes is not obtained for every request', async () => {
    const { get, state } = arrange(0);

    await get();
    await get();

    expect(state.obtained).toBe(1);
  });

  it('is obtained once for all who were refused with the same one', async () => {
    const { get, renewable, state } = arrange();
    const first = await get();

    const worth = [renewable.refused(first, 'ges'), renewable.refused(first, 'gaussdb-mysql')];
    const second = await get();
    const late = renewable.refused(first, 'ges');

    expect([...worth, late]).toEqual([true, true, true]);
    expect((await get()) === second).toBe(true);
    expect(state.obtained).toBe(2);
  });

  it('is renewed at every refusal as long as each new one was accepted', async () => {
    const { get, renewable, state } = arrange();

    for (let time = 0; time < 3; time += 1) {
      const current = await get();
      renewable.accepted(current, 'ges');
      expect(renewable.refused(current, 'ges')).toBe(true);
    }

    expect(state.obtained).toBe(3);
  });

  it('is renewed once in five minutes for one who refuses every one', async () => {
    const { clock, get, renewable, state } = arrange();
    const answers: boolean[] = [];

    for (let second = 0; second < 600; second += 30) {
      const current = await get();
      renewable.accepted(current, 'gaussdb-mysql');
      const worth = renewable.refused(current, 'ges');
      if (worth) renewable.refused(await get(), 'ges');
      answers.push(worth);
      clock.advance(30);
    }

    expect(answers.map((worth, index) => (worth ? index * 30 : -1)).filter((at) => at >= 0)).toEqual([
      0, 300,
    ]);
    expect(state.obtained).toBe(3);
  });

  it('that costs nothing is renewed at every refusal', async () => {
    const { get, renewable, state } = arrange(DAY, false);

    for (let time = 0; time < 4; time += 1) expect(renewable.refused(await get(), 'ges')).toBe(true);

    expect(state.obtained).toBe(4);
  });

  it('is still renewed for others while one refuses every one', async () => {
    const { get, renewable } = arrange();
    renewable.refused(await get(), 'ges');
    renewable.refused(await get(), 'ges');
    const current = await get();
    renewable.accepted(current, 'gaussdb-mysql');

    expect(renewable.refused(current, 'ges')).toBe(false);
    expect(renewable.refused(current, 'gaussdb-mysql')).toBe(true);
  });
});
