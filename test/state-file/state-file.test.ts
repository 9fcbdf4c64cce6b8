import { beforeEach, describe, expect, it } from 'vitest';
import { openStateFile } from '../../src/state-file/state-file.ts';
import { StateFileError } from '../../src/state-file/store.ts';
import { createRecordingLog } from '../support/recording-log.ts';
import {
  countIn,
  createFakeStore,
  diskFailure,
  type FakeStore,
  savedIn,
  stateOf,
} from '../support/saved-states.ts';

const KEY = '["prod","cn-north-4","ges"]';
const OTHER = '["prod","cn-north-4","rds"]';

let log: ReturnType<typeof createRecordingLog>;
let now: number;
let timers: { readonly at: number; readonly run: () => void }[];
beforeEach(() => {
  log = createRecordingLog();
  now = 0;
  timers = [];
});

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => timers.push({ at: now + milliseconds, run: resolve }));

async function pass(milliseconds: number): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  now += milliseconds;
  for (const { at, run } of timers) if (at <= now) run();
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

const openOn = (store: FakeStore) =>
  openStateFile({ path: '/var/lib/state', store, log, now: () => now, wait });

const HANGS = (): Promise<void> => new Promise(() => undefined);

describe('a state file', () => {
  it('restores what was saved before the start', async () => {
    const store = createFakeStore();
    await (await openOn(store)).save(KEY, stateOf(3));

    const restored = (await openOn(createFakeStore(store.texts))).restored(KEY);

    expect(restored).toEqual(stateOf(3));
    expect(log.lines).toEqual([]);
  });

  it('restores what was saved last, also for a service that a reload adds again', async () => {
    const file = await openOn(createFakeStore());

    await file.save(KEY, stateOf(4));

    expect(countIn(file.restored(KEY))).toBe(4);
  });

  it('writes nothing for a day without changes', async () => {
    const store = createFakeStore();
    const file = await openOn(store);
    const state = stateOf(3);

    for (let poll = 0; poll < 288; poll += 1) {
      await file.save(KEY, { ...state, resources: new Map(state.resources) });
      await pass(300_000);
    }

    expect(store.saves).toEqual([[KEY]]);
  });

  it('writes nothing after a restart until something changes', async () => {
    const before = createFakeStore();
    await (await openOn(before)).save(KEY, stateOf(3));
    const store = createFakeStore(before.texts);
    const file = await openOn(store);

    await pass(300_000);
    await file.save(KEY, stateOf(3));
    await file.close();

    expect(store.saves).toEqual([]);
  });

  it('writes only services with an increased counter, together with pending ones', async () => {
    const store = createFakeStore();
    const file = await openOn(store);
    const [one, other] = [stateOf(1), stateOf(1)];
    await file.save(KEY, one);
    await file.save(OTHER, other);

    await file.save(KEY, { ...one, uncounted: new Set(['new']) });
    await file.save(OTHER, stateOf(2));

    expect(store.saves).toEqual([[KEY], [OTHER], [KEY, OTHER]]);
  });

  it('writes other changes once a minute, and when it is closed', async () => {
    const store = createFakeStore();
    const file = await openOn(store);
    const state = stateOf(1);
    await file.save(KEY, state);

    for (let poll = 0; poll < 24; poll += 1) {
      await pass(5000);
      await file.save(KEY, { ...state, uncounted: new Set([`new-${poll}`]) });
    }
    await pass(5000);
    await file.save(KEY, { ...state, uncounted: new Set(['last']) });
    await file.close();

    expect(store.saves).toHaveLength(4);
    expect(savedIn(store, KEY)?.uncounted).toEqual(new Set(['last']));
  });

  it('shares one write among services that are saved during another write', async () => {
    const store = createFakeStore();
    const file = await openOn(store);

    await Promise.all(
      Array.from({ length: 50 }, (_, index) => file.save(`service-${index}`, stateOf(index))),
    );

    expect(store.saves.length).toBeLessThanOrEqual(2);
    for (let index = 0; index < 50; index += 1) {
      expect(countIn(savedIn(store, `service-${index}`))).toBe(index);
    }
  });

  it('saves a counter before its poll continues', async () => {
    const store = createFakeStore();
    const disk = Promise.withResolvers<void>();
    store.before = () => disk.promise;
    const file = await openOn(store);
    let isSaved = false;

    const saving = file.save(KEY, stateOf(1)).then(() => {
      isSaved = true;
    });
    await pass(900);
    const before = isSaved;
    disk.resolve();
    await saving;

    expect([before, isSaved, countIn(savedIn(store, KEY))]).toEqual([false, true, 1]);
  });
});

describe('a failing disk', () => {
  it('is logged once, and gets the newest state once it works again', async () => {
    const store = createFakeStore();
    const file = await openOn(store);
    store.before = () => {
      throw diskFailure('cannot be written: no space left on device');
    };
    for (let count = 1; count < 4; count += 1) await file.save(KEY, stateOf(count));
    store.before = undefined;

    await file.save(OTHER, stateOf(1));

    expect(log.lines).toEqual([
      {
        level: 'error',
        fields: { file: '/var/lib/state', reason: 'cannot be written: no space left on device' },
        message: 'the state file could not be written; a restart may lose counters',
      },
      { level: 'info', fields: { file: '/var/lib/state' }, message: 'the state file can be written again' },
    ]);
    expect(countIn(savedIn(store, KEY))).toBe(3);
  });

  it('at startup is logged, and the exporter starts and saves as soon as possible', async () => {
    const store = createFakeStore();
    const open = () => Promise.reject(diskFailure('cannot be created: there is no directory /var/lib'));

    const file = await openOn({ ...store, open });
    await file.save(KEY, stateOf(1));

    expect(log.lines).toEqual([
      {
        level: 'error',
        fields: { file: '/var/lib/state', reason: 'cannot be created: there is no directory /var/lib' },
        message: 'the state file cannot be used; a restart will lose the counters',
      },
      { level: 'info', fields: { file: '/var/lib/state' }, message: 'the state file can be written again' },
    ]);
    expect(countIn(savedIn(store, KEY))).toBe(1);
  });
});

describe('a hung disk', () => {
  it('delays a single poll by a second, and is logged once', async () => {
    const store = createFakeStore();
    store.before = HANGS;
    const file = await openOn(store);
    let polls = 0;
    const poll = (count: number) =>
      file.save(KEY, stateOf(count)).then(() => {
        polls += 1;
      });

    const first = poll(1);
    await pass(999);
    const early = polls;
    await pass(1);
    await first;
    for (let count = 2; count < 10; count += 1) await poll(count);

    expect([early, polls]).toEqual([0, 9]);
    expect(log.lines).toEqual([
      {
        level: 'error',
        fields: { file: '/var/lib/state', reason: 'its disk did not respond within a second' },
        message: 'the state file could not be written; a restart may lose counters',
      },
    ]);
  });

  it('delays the shutdown by at most a second', async () => {
    const store = createFakeStore();
    store.before = HANGS;
    const file = await openOn(store);
    void file.save(KEY, stateOf(1));

    const closing = file.close();
    await pass(1000);
    await closing;

    expect(store.isClosed).toBe(true);
  });

  it('gets the newest state once it works again', async () => {
    const store = createFakeStore();
    const disk = Promise.withResolvers<void>();
    store.before = () => disk.promise;
    const file = await openOn(store);
    const first = file.save(KEY, stateOf(1));
    await pass(1000);
    await first;
    await file.save(KEY, stateOf(7));

    disk.resolve();
    await pass(0);
    await file.save(OTHER, stateOf(1));

    expect(countIn(savedIn(store, KEY))).toBe(7);
    expect(log.lines.at(-1)).toMatchObject({ level: 'info', message: 'the state file can be written again' });
  });

  it('fails the startup after half a minute with a clear error', async () => {
    const opening = openOn({ ...createFakeStore(), open: () => new Promise(() => undefined) });
    const ended = expect(opening).rejects.toThrow(
      'the state file /var/lib/state could not be opened within 30 s',
    );

    await pass(30_000);

    await ended;
  });
});

describe('a path that is not for a state file', () => {
  it.each([
    ['not a state file', 'is a device, not a file', 'use another path for --state.file'],
    [
      'unusable',
      'is in use by another process',
      'give each process its own readable and writable state file',
    ],
  ] as const)('ends the start in one sentence: %s', async (kind, clause, advice) => {
    const store = createFakeStore();

    const opening = openOn({ ...store, open: () => Promise.reject(new StateFileError(kind, clause)) });

    await expect(opening).rejects.toThrow(`the state file /var/lib/state ${clause}; ${advice}`);
    await expect(opening).rejects.toMatchObject({ kind });
  });
});
