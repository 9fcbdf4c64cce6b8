import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BACKUP_STATES, type Backup, type SucceededBackup } from '../../src/domain/backup.ts';
import { recentBackups } from '../../src/state/recent-backups.ts';
import { NO_BACKUPS } from '../../src/state/resource-facts.ts';
import { failed, running, succeeded, unknown } from '../support/backups.ts';
import { factsOf } from '../support/state.ts';

describe('a resource without backups', () => {
  it('has zeroes where nothing was counted and nothing where nothing is known', () => {
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

  it('shares nothing with another one', () => {
    factsOf([succeeded()]);

    expect(NO_BACKUPS.stored.succeeded).toBe(0);
    expect(factsOf([]).stored.succeeded).toBe(0);
  });
});

describe('the newest backup', () => {
  it.each<[string, Backup[], string]>([
    ['starts last', [succeeded({ id: 'a', start: 100 }), failed({ id: 'b', start: 101 })], 'failed'],
    [
      'starts last, though another ends later',
      [succeeded({ id: 'a', end: 900 }), running({ start: 101 })],
      'running',
    ],
    [
      'ends last of those that start at once',
      [failed({ id: 'b', end: 200 }), succeeded({ id: 'a', end: 201 })],
      'succeeded',
    ],
    [
      'has an end, of those that start at once',
      [running({ id: 'b', start: 100 }), failed({ id: 'a', start: 100, end: 101 })],
      'failed',
    ],
    [
      'has the greatest id of those with the same times',
      [unknown({ id: 'b' }), succeeded({ id: 'a' })],
      'unknown',
    ],
    [
      'is placed by its end where its start is not known',
      [succeeded({ id: 'a', start: 100, end: 200 }), failed({ id: 'b', start: undefined, end: 150 })],
      'failed',
    ],
  ])('%s', (_what, backups, state) => {
    expect(factsOf(backups).lastState).toBe(state);
    expect(factsOf(backups.toReversed()).lastState).toBe(state);
  });

  it('names the resource, or else the newest that has a name', () => {
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
    ['is told by its newest backup', [row('a', 100, false), row('b', 200, true)], true],
    ['is told by its newest backup that tells', [row('a', 100, true), row('b', 200, undefined)], true],
    ['is not told by an older one', [row('a', 100, true), row('b', 200, false)], false],
    ['is not guessed', [row('a', 100, undefined)], false],
  ])('%s', (_what, backups, deleted) => {
    expect(factsOf(backups).deleted).toBe(deleted);
    expect(factsOf(backups.toReversed()).deleted).toBe(deleted);
  });
});

describe('the newest success', () => {
  it.each<[string, Backup[], number]>([
    ['is the only one', [succeeded({ end: 200 })], 200],
    [
      'ends last, though another starts later',
      [succeeded({ id: 'a', start: 100, end: 900 }), succeeded({ id: 'b', start: 500, end: 600 })],
      900,
    ],
    ['is older than a failure', [succeeded({ end: 200 }), failed({ id: 'b', start: 300, end: 400 })], 200],
    [
      'is not a failure, a running or an unknown one',
      [failed(), running({ id: 'b' }), unknown({ id: 'c' })],
      NaN,
    ],
  ])('%s', (_what, backups, end) => {
    const { lastSuccess } = factsOf(backups);

    if (Number.isNaN(end)) expect(lastSuccess).toBeUndefined();
    else expect(lastSuccess?.end).toBe(end);
  });

  it('keeps its own size, duration and method, though others know theirs', () => {
    const known = succeeded({ id: 'a', end: 200, size: 7, duration: 8, method: 'auto' });
    const newest = succeeded({ id: 'b', end: 300, size: undefined });

    expect(factsOf([known, newest]).lastSuccess).toEqual({
      end: 300,
      size: undefined,
      duration: undefined,
      method: undefined,
    });
  });

  it('of two with the same end is the one that started later', () => {
    const early = succeeded({ id: 'b', start: 100, end: 300, size: 1 });
    const late = succeeded({ id: 'a', start: 200, end: 300, size: 2 });

    expect(factsOf([early, late]).lastSuccess?.size).toBe(2);
    expect(factsOf([late, early]).lastSuccess?.size).toBe(2);
  });

  it('and the oldest are told apart', () => {
    const backups = [
      succeeded({ id: 'a', end: 300 }),
      succeeded({ id: 'b', end: 200 }),
      failed({ id: 'c', end: 50 }),
    ];

    expect(factsOf(backups)).toMatchObject({ oldestSuccess: 200, lastSuccess: { end: 300 } });
  });
});

describe('failures in a row', () => {
  const good = succeeded({ id: 'good', start: 1000, end: 2000 });

  it.each<[string, Backup[], number]>([
    ['are none without failures', [good], 0],
    [
      'are all failures where nothing was ever good',
      [failed({ id: 'a' }), failed({ id: 'b', start: 300 })],
      2,
    ],
    [
      'are those that start after the newest good one has started',
      [
        good,
        failed({ id: 'a', start: 999 }),
        failed({ id: 'b', start: 1001 }),
        failed({ id: 'c', start: 3000 }),
      ],
      2,
    ],
    ['are not those that start with the newest good one', [good, failed({ id: 'a', start: 1000 })], 0],
    [
      'start after the newest good one by its end, not by its start',
      [good, succeeded({ id: 'late', start: 1500, end: 1600 }), failed({ id: 'a', start: 1200, end: 1300 })],
      1,
    ],
    [
      'are not ended by a running one',
      [good, failed({ id: 'a', start: 3000 }), running({ id: 'b', start: 4000 })],
      1,
    ],
    [
      'are not ended by an unknown one',
      [good, failed({ id: 'a', start: 3000 }), unknown({ id: 'b', start: 4000 })],
      1,
    ],
    [
      'are placed by their end where they have no start',
      [good, failed({ id: 'a', start: undefined, end: 1001 })],
      1,
    ],
    [
      'start after the end of a good one whose start is not known',
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

describe('the newest failure', () => {
  it.each<[string, Backup[], number | undefined]>([
    ['is told by its end', [failed({ start: 100, end: 200 })], 200],
    ['is told by its start where it has no end', [failed({ start: 100, end: undefined })], 100],
    [
      'is the one that starts last, though another ends later',
      [failed({ id: 'a', start: 100, end: 900 }), failed({ id: 'b', start: 150, end: 200 })],
      200,
    ],
    [
      'stays after a success',
      [failed({ start: 100, end: 200 }), succeeded({ id: 'b', start: 300, end: 400 })],
      200,
    ],
    ['is none without failures', [succeeded(), running({ id: 'b' }), unknown({ id: 'c' })], undefined],
  ])('%s', (_what, backups, time) => {
    expect(factsOf(backups).lastFailure).toBe(time);
  });
});

describe('what is stored', () => {
  it('is counted by state', () => {
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
    ['is the sum of the good ones', [succeeded({ id: 'a', size: 3 }), succeeded({ id: 'b', size: 4 })], 7],
    ['is known when all have the size 0', [succeeded({ size: 0 })], 0],
    [
      'is not known when one has no size',
      [succeeded({ id: 'a' }), succeeded({ id: 'b', size: undefined })],
      undefined,
    ],
    [
      'does not depend on those that are not good',
      [succeeded({ size: 3 }), failed({ id: 'b' }), running({ id: 'c' })],
      3,
    ],
    ['is 0 where nothing is good', [failed()], 0],
  ])('in bytes %s', (_what, backups, size) => {
    expect(factsOf(backups).storedBytes).toBe(size);
  });
});

describe('running backups', () => {
  it('run since the start of the oldest', () => {
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

describe('the newest good backup that was started automatically', () => {
  it('is told even when a newer one was started by hand', () => {
    const facts = factsOf([
      succeeded({ id: 'a', end: 200, method: 'auto' }),
      succeeded({ id: 'b', end: 300, method: 'manual' }),
      failed({ id: 'c', end: 400, method: 'auto' }),
    ]);

    expect(facts.lastSuccess?.end).toBe(300);
    expect(facts.lastAutomaticSuccess).toBe(200);
  });

  it('is unknown where no row says how its backup was started', () => {
    expect(factsOf([succeeded({ method: undefined }), succeeded({ method: 'by magic' })])).toMatchObject({
      lastAutomaticSuccess: undefined,
    });
  });
});

describe('what is usual for the good backups of a resource', () => {
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
    ['needs three before the newest', [9, 1, 2], undefined],
    ['is the one in the middle', [9, 1, 5, 2], 2],
    ['is the mean of two where there is no middle', [9, 1, 5, 2, 3], 2.5],
    ['leaves out those that do not tell', [9, 1, undefined, 5, undefined, 2], 2],
    ['needs three that tell', [9, 1, undefined, 5, undefined], undefined],
    ['counts an empty one', [9, 0, 0, 5], 0],
    ['does not need the newest to tell', [undefined, 1, 5, 2], 2],
    [
      'is of the last 14 before the newest',
      [9, ...Array<number>(7).fill(1), ...Array<number>(7).fill(2), 1, 1, 1],
      1.5,
    ],
  ])('%s', (_what, sizes, median) => {
    const { medians } = factsOf(sized(...sizes));

    expect(medians.size).toBe(median);
    expect(medians.duration).toBe(median === undefined ? undefined : 10 * median);
  });

  it('is not moved by failed, running and unknown ones', () => {
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

  it('are what a plain reading of all backups gives', () => {
    fc.assert(
      fc.property(backups, (list) => {
        const facts = factsOf(list);
        expect(facts).toMatchObject(plainReading(list));
        expect(recentBackups(facts.recent)).toEqual(newestOf(list));
      }),
      { numRuns: 1000 },
    );
  });
});

function plainReading(backups: readonly Backup[]) {
  const place = (backup: Backup): number =>
    backup.start ?? (backup.state === 'running' ? Number.NaN : (backup.end ?? Number.NaN));
  const good = backups.filter((backup) => backup.state === 'succeeded');
  const bad = backups.filter((backup) => backup.state === 'failed');
  const ends = good.map(({ end }) => end);
  const lastEnd = ends.length === 0 ? undefined : Math.max(...ends);
  const lastStart = Math.max(...good.filter(({ end }) => end === lastEnd).map(place));
  const sizes = good.map(({ size }) => size);
  const [, ...usual] = good.toSorted(laterEnd).slice(0, 15);
  const starts = backups.filter((backup) => backup.state === 'running').map(({ start }) => start);
  return {
    lastAutomaticSuccess: latest(good.filter(({ automatic }) => automatic === true).map(({ end }) => end)),
    lastSuccess: lastEnd === undefined ? undefined : expect.objectContaining({ end: lastEnd }),
    oldestSuccess: ends.length === 0 ? undefined : Math.min(...ends),
    consecutiveFailures: bad.filter((backup) => good.length === 0 || place(backup) > lastStart).length,
    runningSince: starts.length === 0 ? undefined : Math.min(...starts),
    medians: {
      size: median(usual.map(({ size }) => size)),
      duration: median(usual.map(({ duration }) => duration)),
    },
    storedBytes: sizes.includes(undefined)
      ? undefined
      : sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0),
    stored: {
      succeeded: good.length,
      failed: bad.length,
      running: starts.length,
      unknown: backups.length - good.length - bad.length - starts.length,
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
