import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes, seconds } from '../../src/domain/quantities.ts';
import { createRecentBackups, recentBackups } from '../../src/state/recent-backups.ts';
import { failed, running, succeeded } from '../support/backups.ts';

const recentOf = (backups: Parameters<ReturnType<typeof createRecentBackups>['add']>[0][], most?: number) => {
  const recent = createRecentBackups(most);
  for (const backup of backups) recent.add(backup);
  return recentBackups(recent.backups());
};

describe('the recent backups of a resource', () => {
  it('are the newest, oldest first, with what is known of them', () => {
    const listed = [
      running({ start: 500 }),
      failed({ start: 390, end: 400 }),
      succeeded({ end: 300, size: 7, duration: 3 }),
      succeeded({ end: 200, size: undefined, duration: undefined }),
      failed({ start: 100, end: undefined }),
      succeeded({ end: 50 }),
    ];

    const recent = recentOf(listed, 5);

    expect(recent).toEqual([
      { state: 'failed', time: 100, size: undefined, duration: undefined },
      { state: 'succeeded', time: 200, size: undefined, duration: undefined },
      { state: 'succeeded', time: 300, size: bytes(7), duration: seconds(3) },
      { state: 'failed', time: 400, size: undefined, duration: undefined },
      { state: 'running', time: 500, size: undefined, duration: undefined },
    ]);
  });

  it('are the same in whatever order they are listed', () => {
    const backup = fc.oneof(
      fc.record({ end: fc.integer({ min: 1, max: 9 }), size: fc.integer({ min: 1, max: 3 }) }).map(succeeded),
      fc.integer({ min: 1, max: 9 }).map((end) => failed({ start: end, end })),
      fc.integer({ min: 1, max: 9 }).map((start) => running({ start })),
    );
    const listAndShuffled = fc
      .array(backup, { maxLength: 40 })
      .chain((list) =>
        fc.tuple(
          fc.constant(list),
          fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length }),
        ),
      );

    fc.assert(
      fc.property(listAndShuffled, ([list, shuffled]) => {
        expect(recentOf(shuffled)).toEqual(recentOf(list));
      }),
    );
  });

  it('are no more than are kept, and the newest of them', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1e9 }), { maxLength: 60 }), (ends) => {
        const times = recentOf(ends.map((end) => succeeded({ end }))).map(({ time }) => time);

        expect(times).toEqual([...ends].sort((one, other) => one - other).slice(-14));
      }),
    );
  });
});
