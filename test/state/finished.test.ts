import { describe, expect, it } from 'vitest';
import type { ServiceState } from '../../src/state/service-state.ts';
import { failed, running, succeeded, unknown } from '../support/backups.ts';
import { countsOf, type PollOf, stateAfter, stateAfterAll } from '../support/state.ts';

const other = { id: 'other', resourceId: 'graph-2' };

describe('the counters of finished backups', () => {
  it.each<[string, PollOf[], { succeeded: number; failed: number } | undefined]>([
    [
      'count nothing that the first complete poll lists',
      [{ backups: [succeeded(), failed({ id: 'b' })] }],
      undefined,
    ],
    [
      'count each backup once',
      [{}, { backups: [succeeded()] }, { backups: [succeeded()] }, { backups: [succeeded()] }],
      { succeeded: 1, failed: 0 },
    ],
    [
      'count a backup that was running at the first poll once it has finished',
      [
        { backups: [running()] },
        { backups: [running()] },
        { backups: [succeeded()] },
        { backups: [succeeded()] },
      ],
      { succeeded: 1, failed: 0 },
    ],
    [
      'count a backup in an unknown state once its state is known',
      [{ backups: [unknown()] }, { backups: [failed()] }],
      { succeeded: 0, failed: 1 },
    ],
    [
      'count a backup whose row could not be read once it can be',
      [{}, { rejectedIds: ['backup-1'] }, { backups: [succeeded()] }, { backups: [succeeded()] }],
      { succeeded: 1, failed: 0 },
    ],
    [
      'count a backup by its result when it was first listed as finished',
      [{}, { backups: [failed()] }, { backups: [succeeded()] }],
      { succeeded: 0, failed: 1 },
    ],
    [
      'count a backup that is first listed long after its end',
      [{}, { backups: [succeeded({ start: 1, end: 2 })] }],
      { succeeded: 1, failed: 0 },
    ],
    [
      'do not count a backup again after it disappeared and came back',
      [{}, { backups: [succeeded()] }, {}, {}, { backups: [succeeded()] }, {}, { backups: [succeeded()] }],
      { succeeded: 1, failed: 0 },
    ],
    [
      'do not count a backup of the first poll that disappeared and came back',
      [{ backups: [succeeded()] }, {}, { backups: [succeeded()] }],
      undefined,
    ],
    [
      'count a backup that disappeared while it was running and came back finished',
      [{ backups: [running()] }, {}, { backups: [succeeded()] }],
      { succeeded: 1, failed: 0 },
    ],
    [
      'add up',
      [
        { backups: [succeeded({ id: 'a' })] },
        { backups: [succeeded({ id: 'a' }), succeeded({ id: 'b' }), failed({ id: 'c' })] },
        { backups: [failed({ id: 'c' }), failed({ id: 'd' }), running({ id: 'e' })] },
        { backups: [succeeded({ id: 'e' })] },
      ],
      { succeeded: 2, failed: 2 },
    ],
    [
      'count a backup once even if it moves to another resource',
      [{}, { backups: [succeeded()] }, { backups: [succeeded({ resourceId: 'graph-2' })] }],
      { succeeded: 1, failed: 0 },
    ],
  ])('%s', async (_what, polls, counts) => {
    const state = await stateAfterAll(...polls);

    expect(countsOf(state)).toEqual(counts);
  });

  it.each<[string, PollOf]>([
    ['cannot be read', { rejectedIds: ['backup-1'] }],
    ['is in an unknown state', { backups: [unknown()] }],
    ['is listed as running', { backups: [running()] }],
  ])('do not count a backup again that for a single poll %s', async (_what, between) => {
    const counted = await stateAfterAll({}, { backups: [succeeded()] }, between, { backups: [succeeded()] });
    const ofTheFirstPoll = await stateAfterAll({ backups: [succeeded()] }, between, {
      backups: [succeeded()],
    });

    expect(countsOf(counted)).toEqual({ succeeded: 1, failed: 0 });
    expect(countsOf(ofTheFirstPoll)).toBeUndefined();
  });

  it('do not count a backup again that disappeared and came back in an unknown state at first', async () => {
    const state = await stateAfterAll(
      {},
      { backups: [succeeded()] },
      {},
      { backups: [unknown()] },
      { backups: [succeeded()] },
    );

    expect(countsOf(state)).toEqual({ succeeded: 1, failed: 0 });
  });

  it('remember a backup that disappeared many polls ago', async () => {
    const state = await stateAfterAll({}, { backups: [succeeded()] }, {}, {}, {}, { backups: [succeeded()] });

    expect(countsOf(state)).toEqual({ succeeded: 1, failed: 0 });
  });

  const many = (count: number, prefix = 'b') =>
    Array.from({ length: count }, (_, n) => succeeded({ id: `${prefix}-${n}` }));

  it('do not count a list of 60,000 again when it is empty once and comes back in parts', async () => {
    const backups = many(60_000);
    const before = await stateAfterAll({}, { backups: many(50_000, 'old') }, { backups });

    let state = await stateAfter(before, {});
    state = await stateAfter(state, { backups: backups.slice(0, 20_000) });
    state = await stateAfter(state, { backups });

    expect(countsOf(state)).toEqual(countsOf(before));
    // Listed backups need not be remembered as well.
    expect(state.ledger.departed.size).toBe(0);
  });

  it('remember at most 50,000 backups that disappeared, or as many as were ever listed at once', async () => {
    const sizes: number[] = [];
    let state: ServiceState | undefined;
    for (const [index, count] of [30_000, 30_000, 55_000, 10, 10].entries()) {
      state = await stateAfter(state, { backups: many(count, `list-${index}`) });
      sizes.push(state.ledger.departed.size);
    }

    expect(sizes).toEqual([0, 30_000, 50_000, 55_000, 55_000]);
  });

  it('of a resource that appears later start with its finished backups', async () => {
    const state = await stateAfterAll(
      { backups: [succeeded(other)] },
      { backups: [succeeded(other), succeeded()] },
    );

    expect(countsOf(state, 'graph-1')).toEqual({ succeeded: 1, failed: 0 });
    expect(countsOf(state, 'graph-2')).toBeUndefined();
  });

  it('of a resource that disappeared and came back continue from their previous values', async () => {
    const state = await stateAfterAll(
      {},
      { backups: [succeeded({ id: 'a' })] },
      { backups: [] },
      { backups: [succeeded({ id: 'b' })] },
    );

    expect(countsOf(state)).toEqual({ succeeded: 2, failed: 0 });
  });

  it('are kept unchanged for a resource that is over the limit or excluded', async () => {
    const counted = { backups: [succeeded({ id: 'a' })] };
    const excluded = { backups: [succeeded({ id: 'a' }), succeeded({ id: 'b' })], isSelected: () => false };

    const out = await stateAfterAll({}, counted, excluded);
    const back = await stateAfterAll({}, counted, excluded, { ...excluded, isSelected: () => true });

    expect(countsOf(out)).toEqual({ succeeded: 1, failed: 0 });
    expect(countsOf(back)).toEqual({ succeeded: 1, failed: 0 });
  });

  it('follow a resource through a rename', async () => {
    const state = await stateAfterAll(
      {},
      { backups: [succeeded({ id: 'a', resourceName: 'old' })] },
      { backups: [succeeded({ id: 'a', resourceName: 'new' }), succeeded({ id: 'b', resourceName: 'new' })] },
    );

    expect(countsOf(state)).toEqual({ succeeded: 2, failed: 0 });
    expect([...state.resources.values()].map(({ name }) => name)).toEqual(['new']);
  });
});
