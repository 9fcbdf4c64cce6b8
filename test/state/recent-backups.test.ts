import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Backup } from '../../src/domain/backup.ts';
import { bytes, seconds } from '../../src/domain/quantities.ts';
import {
  addBackup,
  createAllocator,
  createNewestBackups,
  MOST_RECENT_BACKUPS,
  type NewestBackups,
  recentBackups,
} from '../../src/state/recent-backups.ts';
import { failed, running, succeeded } from '../support/backups.ts';

const packed = (backups: readonly Backup[], most = MOST_RECENT_BACKUPS) => {
  const newest = createNewestBackups(most);
  for (const backup of backups) addBackup(newest, backup);
  return newest;
};

const recentOf = (backups: readonly Backup[], most?: number) => recentBackups(packed(backups, most));

const anyBackup: fc.Arbitrary<Backup> = fc.oneof(
  fc.record({ end: fc.integer({ min: 1, max: 9 }), size: fc.integer({ min: 1, max: 3 }) }).map(succeeded),
  fc.integer({ min: 1, max: 9 }).map((end) => failed({ start: end, end })),
  fc.integer({ min: 1, max: 9 }).map((start) => running({ start })),
);

describe('the recent backups of a resource', () => {
  it('are the newest ones, oldest first, with their details', () => {
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

  it('are the same in any order of the list', () => {
    const listAndShuffled = fc
      .array(anyBackup, { maxLength: 40, size: 'max' })
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

  it('are limited to the newest ones', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1e9 }), { maxLength: 60, size: 'max' }), (ends) => {
        const times = recentOf(ends.map((end) => succeeded({ end }))).map(({ time }) => time);

        expect(times).toEqual([...ends].sort((one, other) => one - other).slice(-14));
      }),
    );
  });

  it('are those of the resource even though resources share memory', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: 4 }), anyBackup), { maxLength: 120, size: 'max' }),
        (list) => {
          const allocate = createAllocator();
          const resources = Array.from({ length: 5 }, () =>
            createNewestBackups(MOST_RECENT_BACKUPS, allocate),
          );
          for (const [resource, backup] of list) addBackup(resources[resource] as NewestBackups, backup);

          for (const [resource, newest] of resources.entries()) {
            const own = list.flatMap(([index, backup]) => (index === resource ? [backup] : []));
            expect(recentBackups(newest)).toEqual(recentOf(own));
          }
        },
      ),
    );
  });
});
