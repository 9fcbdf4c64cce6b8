import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BACKUP_STATES, type Backup, type SucceededBackup } from '../../src/domain/backup.ts';
import { recentBackups } from '../../src/state/recent-backups.ts';
import { NO_BACKUPS } from '../../src/state/resource-facts.ts';
import { failed, running, succeeded, unknown } from '../support/backups.ts';
import { factsOf } from '../support/state.ts';

describe('a resource without backups', () => {
  it('has counts of zero, and leaves everything else undefined', () => {
    expect({ ...factsOf([]), recent: NO_BACKUPS.recent }).toEqual(NO_BACKUPS);
    expect(recentBackups(factsOf([]).recent)).toEqual([]);
    expect(NO_BACKUPS).toMatchObject({
      lastState: undefined,
      lastSuccess: undefined,
      lastFailure: undefined,
      oldestSuccess: undefined,
      runningSince: undefined,
      consecutiveFailures: 0,
      stored: { succeeded: 0, failed: 0, running: 0, unknown: 0 },
      storedBytes: 0,
    });
  });

  it('shares no data with another one', () => {
    factsOf([succeeded()]);

    expect(NO_BACKUPS.stored.succeeded).toBe(0);
    expect(factsOf([]).stored.succeeded).toBe(0);
  });
});

describe('the newest backup', () => {
  it.each<[string, Backup[], string]>([
    ['starts last', [succeeded({ id: 'a', start: 100 }), failed({ id: 'b', start: 101 })], 'failed'],
    [
      'starts last, even if another one ends later',
      [succeeded({ id: 'a', end: 900 }), running({ start: 101 })],
      'running',
    ],
    [
      'ends last of those with the same start',
      [failed({ id: 'b', end: 200 }), succeeded({ id: 'a', end: 201 })],
      'succeeded',
    ],
    [
      'has an end, of those with the same start',
      [running({ id: 'b', start: 100 }), failed({ id: 'a', start: 100, end: 101 })],
      'failed',
    ],
    [
      'has the greatest id of those with the same times',
      [unknown({ id: 'b' }), succeeded({ id: 'a' })],
      'unknown',
    ],
    [
      'is ordered by its end if its start is unknown',
      [succeeded({ id: 'a', start: 100, end: 200 }), failed({ id: 'b', start: undefined, end: 150 })],
      'failed',
    ],
  ])('%s', (_what, backups, state) => {
    expect(factsOf(backups).lastState).toBe(state);
    expect(factsOf(backups.toReversed()).lastState).toBe(state);
  });

  it('names the resource; without a name, the newest one with a name does', () => {
    const old = succeeded({ id: 'a', start: 100, resourceName: 'old' });
    const named = succeeded({ id: 'b', start: 200, resourceName: 'new' });
    const nameless = running({ id: 'c', start: 300, resourceName: undefined });

    expect(factsOf([nameless, old, named]).name).toBe('new');
    expect(factsOf([nameless]).name).toBeUndefined();
  });
});

describe('the deletion of a graph', () => {
  const row = (id: string, start: number, resourceDeleted: boolean | undefined) =>
    succeeded({ id, start, resourceDeleted });

  it.each<[string, Backup[], boolean]>([
    ['follows from its newest backup', [row('a', 100, false), row('b', 200, true)], true],
    [
      'follows from the newest backup that says so or not',
      [row('a', 100, true), row('b', 200, undefined)],
      true,
    ],
    ['does not follow from an older one', [row('a', 100, true), row('b', 200, false)], false],
    ['is unknown if no backup says so', [row('a', 100, undefined)], false],
  ])('%s', (_what, backups, deleted) => {
    expect(factsOf(backups).deleted).toBe(deleted);
    expect(factsOf(backups.toReversed()).deleted).toBe(deleted);
  });
});

describe('the newest success', () => {
  it.each<[string, Backup[], number]>([
    ['is the only one', [succeeded({ end: 200 })], 200],
    [
      'ends last, even if another one starts later',
      [succeeded({ id: 'a', start: 100, end: 900 }), succeeded({ id: 'b', start: 500, end: 600 })],
      900,
    ],
    ['is older than a failure', [succeeded({ end: 200 }), failed({ id: 'b', start: 300, end: 400 })], 200],
    [
      'is never a failed, running or unknown one',
      [failed(), running({ id: 'b' }), unknown({ id: 'c' })],
      NaN,
    ],
  ])('%s', (_what, backups, end) => {
    const { lastSuccess } = factsOf(backups);

    if (Number.isNaN(end)) expect(lastSuccess).toBeUndefined();
    else expect(lastSuccess?.end).toBe(end);
  });

  it('does not take an unknown size, duration or method from others', () => {
    const known = succeeded({ id: 'a', end: 200, size: 7, duration: 8, method: 'auto' });
    const newest = succeeded({ id: 'b', end: 300, size: undefined });

    expect(factsOf([known, newest]).lastSuccess).toEqual({
      end: 300,
      size: undefined,
      duration: undefined,
      method: undefined,
    });
  });

  it('is the one that started later if two have the same end', () => {
    const early = succeeded({ id: 'b', start: 100, end: 300, size: 1 });
    const late = succeeded({ id: 'a', start: 200, end: 300, size: 2 });

    expect(factsOf([early, late]).lastSuccess?.size).toBe(2);
    expect(factsOf([late, early]).lastSuccess?.size).toBe(2);
  });

  it('is distinguished from the oldest', () => {
    const backups = [
      succeeded({ id: 'a', end: 300 }),
      succeeded({ id: 'b', end: 200 }),
      failed({ id: 'c', end: 50 }),
    ];

    expect(factsOf(backups)).toMatchObject({ oldestSuccess: 200, lastSuccess: { end: 300 } });
  });
});

describe('consecutive failures', () => {
  const success = succeeded({ id: 'success', start: 1000, end: 2000 });

  it.each<[string, Backup[], number]>([
    ['are none without failures', [success], 0],
    [
      'are all failures if no backup ever succeeded',
      [failed({ id: 'a' }), failed({ id: 'b', start: 300 })],
      2,
    ],
    [
      'are those that start after the newest successful one',
      [
        success,
        failed({ id: 'a', start: 999 }),
        failed({ id: 'b', start: 1001 }),
        failed({ id: 'c', start: 3000 }),
      ],
      2,
    ],
    [
      'are not those that start at the same time as the newest successful one',
      [success, failed({ id: 'a', start: 1000 })],
      0,
    ],
    [
      'follow the successful one that ended last, not the one that started last',
      [
        success,
        succeeded({ id: 'late', start: 1500, end: 1600 }),
        failed({ id: 'a', start: 1200, end: 1300 }),
      ],
      1,
    ],
    [
      'are not interrupted by a running one',
      [success, failed({ id: 'a', start: 3000 }), running({ id: 'b', start: 4000 })],
      1,
    ],
    [
      'are not interrupted by an unknown one',
      [success, failed({ id: 'a', start: 3000 }), unknown({ id: 'b', start: 4000 })],
      1,
    ],
    [
      'are ordered by their end if they have no start',
      [success, failed({ id: 'a', start: undefined, end: 1001 })],
      1,
    ],
    [
      'start after the end of a successful one whose start is unknown',
      [
        succeeded({ start: undefined, end: 2000 }),
        failed({ id: 'a', start: 1999 }),
        failed({ id: 'b', start: 2001 }),
      ],
      1,
    ],
  ])('%s', (_what, backups, count) => {
    expect(factsOf(backups).consecutiveFailures).toBe(count);
    expect(factsOf(backups.toReversed()).consecutiveFailures).toBe(count);
  });
});

describe('the time of the newest failure', () => {
  it.each<[string, Backup[], number | undefined]>([
    ['is its end', [failed({ start: 100, end: 200 })], 200],
    ['is its start if it has no end', [failed({ start: 100, end: undefined })], 100],
    [
      'is that of the failure that starts last, even if another one ends later',
      [failed({ id: 'a', start: 100, end: 900 }), failed({ id: 'b', start: 150, end: 200 })],
      200,
    ],
    [
      'is kept after a success',
      [failed({ start: 100, end: 200 }), succeeded({ id: 'b', start: 300, end: 400 })],
      200,
    ],
    ['is undefined without failures', [succeeded(), running({ id: 'b' }), unknown({ id: 'c' })], undefined],
  ])('%s', (_what, backups, time) => {
    expect(factsOf(backups).lastFailure).toBe(time);
  });
});

describe('the stored backups', () => {
  it('are counted by state', () => {
    const backups = [
      succeeded({ id: 'a' }),
      succeeded({ id: 'b' }),
      failed({ id: 'c' }),
      running({ id: 'd' }),
    ];

    expect(factsOf([...backups, unknown({ id: 'e' })]).stored).toEqual({
      succeeded: 2,
      failed: 1,
      running: 1,
      unknown: 1,
    });
  });

  it.each<[string, Backup[], number | undefined]>([
    [
      'is the sum of the successful ones',
      [succeeded({ id: 'a', size: 3 }), succeeded({ id: 'b', size: 4 })],
      7,
    ],
    ['is 0 if all sizes are 0', [succeeded({ size: 0 })], 0],
    [
      'is unknown if one has no size',
      [succeeded({ id: 'a' }), succeeded({ id: 'b', size: undefined })],
      undefined,
    ],
    ['does not depend on the others', [succeeded({ size: 3 }), failed({ id: 'b' }), running({ id: 'c' })], 3],
    ['is 0 without a successful one', [failed()], 0],
  ])('have a size that %s', (_what, backups, size) => {
    expect(factsOf(backups).storedBytes).toBe(size);
  });
});

describe('running backups', () => {
  it('have been running since the start of the oldest one', () => {
    const backups = [
      running({ id: 'a', start: 300 }),
      running({ id: 'b', start: 200 }),
      succeeded({ id: 'c' }),
    ];

    expect(factsOf(backups).runningSince).toBe(200);
    expect(factsOf(backups.toReversed()).runningSince).toBe(200);
    expect(factsOf([succeeded()]).runningSince).toBeUndefined();
  });
});

describe('the newest successful automatic backup', () => {
  it('is known even if a newer backup was started manually', () => {
    const facts = factsOf([
      succeeded({ id: 'a', end: 200, method: 'auto' }),
      succeeded({ id: 'b', end: 300, method: 'manual' }),
      failed({ id: 'c', end: 400, method: 'auto' }),
    ]);

    expect(facts.lastSuccess?.end).toBe(300);
    expect(facts.lastAutomaticSuccess).toBe(200);
  });

  it('is unknown if no row says how its backup was started', () => {
    expect(factsOf([succeeded({ method: undefined }), succeeded({ method: 'by magic' })])).toMatchObject({
      lastAutomaticSuccess: undefined,
    });
  });
});

describe('the medians of the successful backups of a resource', () => {
  const sized = (...sizes: readonly (number | undefined)[]): readonly Backup[] =>
    sizes.map((size, index) =>
      succeeded({
        id: `${index}`,
        end: 1000 - index,
        size,
        ...(size !== undefined && { duration: 10 * size }),
      }),
    );

  it.each<[string, readonly (number | undefined)[], number | undefined]>([
    ['require three before the newest', [9, 1, 2], undefined],
    ['are the value in the middle', [9, 1, 5, 2], 2],
    ['are the mean of the two values in the middle', [9, 1, 5, 2, 3], 2.5],
    ['leave out unknown values', [9, 1, undefined, 5, undefined, 2], 2],
    ['require three known values', [9, 1, undefined, 5, undefined], undefined],
    ['include a value of 0', [9, 0, 0, 5], 0],
    ['do not need the newest value', [undefined, 1, 5, 2], 2],
    [
      'are those of the last 14 before the newest',
      [9, ...Array<number>(7).fill(1), ...Array<number>(7).fill(2), 1, 1, 1],
      1.5,
    ],
  ])('%s', (_what, sizes, median) => {
    const { medians } = factsOf(sized(...sizes));

    expect(medians.size).toBe(median);
    expect(medians.duration).toBe(median === undefined ? undefined : 10 * median);
  });

  it('are not affected by failed, running and unknown ones', () => {
    const others = [failed({ id: 'a' }), running({ id: 'b' }), unknown({ id: 'c' })];

    expect(factsOf([...sized(9, 1, 2, 3), ...others]).medians.size).toBe(2);
  });
});

describe('the facts of a resource', () => {
  const time = fc.integer({ min: 1, max: 12 });
  const perhaps = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
  const shared = {
    resourceName: perhaps(fc.constantFrom('a', 'b')),
    method: perhaps(fc.constantFrom('auto', 'manual')),
    engineVersion: perhaps(fc.constantFrom('1', '2')),
    arch: perhaps(fc.constant('x86_64')),
    encrypted: perhaps(fc.boolean()),
    resourceDeleted: perhaps(fc.boolean()),
    automaticBackup: perhaps(fc.boolean()),
  };
  const ended = { ...shared, start: perhaps(time), end: time };
  const backup: fc.Arbitrary<(id: string) => Backup> = fc.oneof(
    fc
      .record({ ...ended, size: perhaps(time), duration: perhaps(time) })
      .map((fields) => (id: string) => succeeded({ ...fields, id })),
    fc.record(ended).map((fields) => (id: string) => failed({ ...fields, id })),
    fc.record({ ...shared, start: time }).map((fields) => (id: string) => running({ ...fields, id })),
    fc.record(ended).map((fields) => (id: string) => unknown({ ...fields, id })),
  );
  const backups = fc
    .array(backup, { maxLength: 24, size: 'max' })
    .map((makers) => makers.map((make, index) => make(`backup-${index}`)));

  it('do not depend on the order of the list', () => {
    const shuffled = backups.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );

    fc.assert(
      fc.property(shuffled, ([list, inAnotherOrder]) => {
        expect(factsOf(inAnotherOrder)).toEqual(factsOf(list));
      }),
      { numRuns: 1000 },
    );
  });

  it('are those of a straightforward implementation', () => {
    fc.assert(
      fc.property(backups, (list) => {
        const facts = factsOf(list);
        expect(facts).toMatchObject(expectedFacts(list));
        expect(recentBackups(facts.recent)).toEqual(newestOf(list));
      }),
      { numRuns: 1000 },
    );
  });
});

function expectedFacts(backups: readonly Backup[]) {
  const orderOf = (backup: Backup): number =>
    backup.start ?? (backup.state === 'running' ? Number.NaN : (backup.end ?? Number.NaN));
  const successes = backups.filter((backup) => backup.state === 'succeeded');
  const failures = backups.filter((backup) => backup.state === 'failed');
  const ends = successes.map(({ end }) => end);
  const lastEnd = ends.length === 0 ? undefined : Math.max(...ends);
  const lastStart = Math.max(...successes.filter(({ end }) => end === lastEnd).map(orderOf));
  const sizes = successes.map(({ size }) => size);
  const [, ...usual] = successes.toSorted(laterEnd).slice(0, 15);
  const starts = backups.filter((backup) => backup.state === 'running').map(({ start }) => start);
  return {
    lastAutomaticSuccess: latest(
      successes.filter(({ automatic }) => automatic === true).map(({ end }) => end),
    ),
    lastSuccess: lastEnd === undefined ? undefined : expect.objectContaining({ end: lastEnd }),
    oldestSuccess: ends.length === 0 ? undefined : Math.min(...ends),
    consecutiveFailures: failures.filter((backup) => successes.length === 0 || orderOf(backup) > lastStart)
      .length,
    runningSince: starts.length === 0 ? undefined : Math.min(...starts),
    medians: {
      size: median(usual.map(({ size }) => size)),
      duration: median(usual.map(({ duration }) => duration)),
    },
    storedBytes: sizes.includes(undefined)
      ? undefined
      : sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0),
    stored: {
      succeeded: successes.length,
      failed: failures.length,
      running: starts.length,
      unknown: backups.length - successes.length - failures.length - starts.length,
    },
  };
}

const laterEnd = (one: SucceededBackup, other: SucceededBackup): number =>
  other.end - one.end ||
  (other.size ?? -1) - (one.size ?? -1) ||
  (other.duration ?? -1) - (one.duration ?? -1);

function median(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined).sort((one, other) => one - other);
  if (known.length < 3) return undefined;
  const middle = (known.length - 1) / 2;
  return ((known[Math.floor(middle)] ?? 0) + (known[Math.ceil(middle)] ?? 0)) / 2;
}

/** The newest 14, oldest first. */
function newestOf(backups: readonly Backup[]) {
  const entries = backups.map((backup) => {
    const { state, start } = backup;
    const end = state === 'running' ? undefined : backup.end;
    const { size, duration } = state === 'succeeded' ? backup : { size: undefined, duration: undefined };
    return { state, time: end ?? start, size, duration };
  });
  const keyOf = ({ time, state, size, duration }: (typeof entries)[number]) => [
    time ?? 0,
    BACKUP_STATES.indexOf(state),
    size ?? -1,
    duration ?? -1,
  ];
  const difference = (one: (typeof entries)[number], other: (typeof entries)[number]): number =>
    keyOf(one)
      .map((value, index) => value - (keyOf(other)[index] ?? 0))
      .find((value) => value !== 0) ?? 0;
  return entries.sort(difference).slice(-14);
}

const latest = (times: readonly number[]): number | undefined =>
  times.length === 0 ? undefined : Math.max(...times);
