import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WorldSettings } from '../../src/simulated-cloud/initial-resources.ts';
import type { WorldControls } from '../../src/simulated-cloud/options.ts';
import { createWorld } from '../../src/simulated-cloud/world.ts';
import { worldControls } from '../../src/simulated-cloud/world-controls.ts';
import { DAY, fakeClock, START } from './cloud-under-test.ts';
import { GADGETS, WIDGETS } from './made-up-apis.ts';

const HOUR = 3600;

const makeWorld = (
  {
    widgets = 12,
    gadgets = 6,
    ...settings
  }: Partial<WorldSettings> & { readonly widgets?: number; readonly gadgets?: number } = {},
  start = START,
) => {
  const clock = fakeClock(start);
  const speed = settings.speed ?? 1;
  const world = createWorld(
    {
      characters: true,
      seed: 1,
      speed,
      failureRate: 0,
      history: (10 * DAY) / speed,
      ...settings,
    },
    [
      { api: WIDGETS, count: widgets },
      { api: GADGETS, count: gadgets },
    ],
    start,
  );
  const controls = worldControls(() => {
    world.advance(clock());
    return world;
  }, ['widget', 'gadget']);
  return { clock, controls };
};

/** Everything observable in a world. */
const snapshotOf = (controls: WorldControls): unknown =>
  controls.resources().map((resource) => ({ resource, backups: controls.backupsOf(resource.id) }));

const newestSuccess = (controls: WorldControls, id: string): number =>
  Math.max(
    ...controls
      .backupsOf(id)
      .filter(({ state }) => state === 'success')
      .map(({ end }) => end ?? 0),
  );

const healthyOf = (controls: WorldControls): string[] =>
  controls
    .resources()
    .filter(({ character }) => character === 'healthy')
    .map(({ id }) => id);

describe('a world', () => {
  it('is the same for the same seed and clock, and different for another seed', () => {
    const first = snapshotOf(makeWorld({ seed: 3 }).controls);
    const second = snapshotOf(makeWorld({ seed: 3 }).controls);
    const other = snapshotOf(makeWorld({ seed: 4 }).controls);

    expect(second).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('does not depend on the steps in which time passes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 2 * DAY, noNaN: true }), { maxLength: 30 }),
        fc.constantFrom(1, 7, 1440),
        (steps, speed) => {
          const slow = makeWorld({ speed, failureRate: 0.2 });
          for (const step of steps) {
            slow.clock.pass(step / speed);
            slow.controls.resources();
          }
          const fast = makeWorld({ speed, failureRate: 0.2 });

          fast.clock.pass(slow.clock() - START);

          expect(snapshotOf(fast.controls)).toEqual(snapshotOf(slow.controls));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('does not change while its clock goes backwards', () => {
    const { clock, controls } = makeWorld();
    clock.pass(HOUR);
    const before = snapshotOf(controls);

    clock.pass(-2 * HOUR);

    expect(snapshotOf(controls)).toEqual(before);
  });

  it.each([1, 24, 1440])(
    'at speed %i has a successful backup of every healthy resource within its last day, and none running',
    (speed) => {
      const { controls } = makeWorld({ speed, widgets: 300, gadgets: 300 });

      const ids = healthyOf(controls);

      expect(ids.length).toBe(300 - 7 + 300 - 1);
      for (const id of ids) {
        expect(START - newestSuccess(controls, id)).toBeLessThan(DAY / speed);
        expect(controls.backupsOf(id).every(({ state }) => state === 'success')).toBe(true);
      }
    },
  );

  it('backs up every healthy resource daily and keeps seven automatic backups of each', () => {
    const { clock, controls } = makeWorld();
    const id = controls.resourceOf('healthy').id;
    const ends = new Set<number>();

    for (let hour = 0; hour < 30 * 24; hour += 1) {
      clock.pass(HOUR);
      const automatic = controls
        .backupsOf(id)
        .filter(({ method, state }) => method === 'auto' && state === 'success');
      expect(automatic.length).toBe(7);
      for (const { end } of automatic) {
        ends.add(end ?? 0);
      }
    }

    expect(ends.size).toBe(7 + 30);
    expect(clock() - newestSuccess(controls, id)).toBeLessThan(DAY + HOUR);
  });

  it('lists backups while they run', () => {
    const { clock, controls } = makeWorld({ widgets: 200, gadgets: 0, characters: false });
    const states = new Set<string>();

    for (let minute = 0; minute < 60; minute += 1) {
      clock.pass(60);
      for (const { id } of controls.resources()) {
        for (const { state, end, sizeBytes } of controls.backupsOf(id)) {
          states.add(state);
          expect(end === undefined).toBe(state === 'running');
          expect(sizeBytes === undefined).toBe(state === 'running');
        }
      }
    }

    expect(states).toEqual(new Set(['running', 'success']));
  });

  it('starts with one widget of each character', () => {
    const { controls } = makeWorld();

    const characters = controls.resources().map(({ kind, character }) => `${kind} ${character}`);

    expect(characters).toEqual([
      'widget healthy',
      'widget failing',
      'widget stale',
      'widget running',
      'widget unknown',
      'widget deleted',
      'widget never',
      'widget small',
      ...new Array<string>(4).fill('widget healthy'),
      'gadget healthy',
      'gadget failing',
      ...new Array<string>(4).fill('gadget healthy'),
    ]);
    expect(controls.resources()[0]?.name).toBe('orders-widget-01');
  });

  it.each(['widget', 'gadget'] as const)('has a %s whose backups of the last few days all failed', (kind) => {
    const { clock, controls } = makeWorld();
    const { id } = controls.resourceOf('failing', kind);

    const before = controls.backupsOf(id);
    clock.pass(20 * DAY);
    const after = controls.backupsOf(id);

    expect(before.slice(-3).map(({ state }) => state)).toEqual(['failed', 'failed', 'failed']);
    expect(START - newestSuccess(controls, id)).toBeGreaterThan(3 * DAY);
    expect(after.filter(({ state }) => state === 'failed').length).toBe(7);
    expect(after.filter(({ state }) => state === 'success').length).toBeGreaterThan(4);
    expect(clock() - newestSuccess(controls, id)).toBeGreaterThan(23 * DAY);
  });

  it('has a widget whose backups have stopped until they are resumed', () => {
    const { clock, controls } = makeWorld();
    const { id } = controls.resourceOf('stale');
    const before = controls.backupsOf(id);
    clock.pass(2 * DAY);
    const later = controls.backupsOf(id);

    controls.resumeBackups(id);
    const atOnce = controls.backupsOf(id);
    clock.pass(DAY + HOUR);
    const resumed = newestSuccess(controls, id);

    expect(later).toEqual(before);
    expect(atOnce).toEqual(before);
    expect(Math.max(...before.map(({ end }) => end ?? 0))).toBeLessThan(START - 3 * DAY);
    expect(clock() - resumed).toBeLessThan(DAY + HOUR);
  });

  it('has a widget whose backup has been running for forty minutes and takes hours', () => {
    const { clock, controls } = makeWorld();
    const { id } = controls.resourceOf('running');

    const running = controls.backupsOf(id).filter(({ state }) => state === 'running');
    clock.pass(3 * HOUR);
    const later = controls.backupsOf(id).filter(({ state }) => state === 'running');
    clock.pass(3 * HOUR);
    const end = controls.backupsOf(id).filter(({ state }) => state === 'running');

    expect(running.map(({ start }) => START - start)).toEqual([2400]);
    expect(later).toEqual(running);
    expect(end).toEqual([]);
    expect(START - newestSuccess(controls, id)).toBeLessThan(6 * HOUR);
  });

  it('has a widget whose newest backup has an unknown status and whose newest successful one is recent', () => {
    const { controls } = makeWorld();
    const { id } = controls.resourceOf('unknown');

    const backups = controls.backupsOf(id);

    expect(backups.at(-1)?.state).toBe('unknown');
    expect(START - newestSuccess(controls, id)).toBeLessThan(DAY);
  });

  it('has a deleted widget with its backups, one without any, and a small one with a manual backup', () => {
    const { clock, controls } = makeWorld();
    clock.pass(5 * DAY);

    const deleted = controls.resourceOf('deleted');
    const small = controls.backupsOf(controls.resourceOf('small').id);

    expect(deleted.deleted).toBe(true);
    expect(controls.backupsOf(deleted.id).length).toBeGreaterThan(4);
    expect(controls.backupsOf(controls.resourceOf('never').id)).toEqual([]);
    expect(small.map(({ method, state }) => [method, state])).toEqual([['manual', 'success']]);
  });

  it('retries a backup that failed at random', () => {
    const { clock, controls } = makeWorld({ failureRate: 1, widgets: 1, gadgets: 0, characters: false });
    const id = controls.resources()[0]?.id ?? '';
    clock.pass(3 * DAY);

    const automatic = controls.backupsOf(id).filter(({ method }) => method === 'auto');

    const failed = automatic.filter(({ state }) => state === 'failed');
    expect(failed.length).toBeGreaterThan(1);
    for (const { end } of failed) {
      const retry = automatic.find(({ start }) => start === (end ?? 0) + 1800);
      expect(retry?.state).toBe('success');
    }
  });

  it('has resources but no backups if its history is empty', () => {
    const { clock, controls } = makeWorld({ history: 0, characters: false });

    const before = controls.resources().flatMap(({ id }) => controls.backupsOf(id));
    clock.pass(2 * DAY);
    const after = controls.resources().filter(({ id }) => controls.backupsOf(id).length > 0);

    expect(before).toEqual([]);
    expect(after.length).toBe(18);
  });

  it('creates 10,000 widgets and 10,000 gadgets', () => {
    const { controls } = makeWorld({ widgets: 10_000, gadgets: 10_000 });

    const resources = controls.resources();

    expect(new Set(resources.map(({ id }) => id)).size).toBe(20_000);
    expect(new Set(resources.map(({ name }) => name)).size).toBe(20_000);
  });
});

describe('the world controls', () => {
  const calm = () => {
    const made = makeWorld({ characters: false, widgets: 2, gadgets: 2 });
    const [widget, , gadget] = made.controls.resources();
    return { ...made, widget: widget?.id ?? '', gadget: gadget?.id ?? '' };
  };

  it('fail the given number of next backups', () => {
    const { clock, controls, widget } = calm();
    controls.failNextBackup(widget, 2);

    clock.pass(4 * DAY);

    const newest = controls.backupsOf(widget).filter(({ start }) => start > START);
    expect(newest.map(({ state }) => state)).toEqual(['failed', 'failed', 'success', 'success']);
  });

  it('stop the schedule of a resource', () => {
    const { clock, controls, widget } = calm();
    const before = controls.backupsOf(widget);
    controls.stopBackups(widget);

    clock.pass(4 * DAY);

    expect(controls.backupsOf(widget)).toEqual(before);
  });

  it('hang the next backup until it is finished by the test', () => {
    const { clock, controls, widget } = calm();
    controls.hang(widget);
    clock.pass(5 * DAY);
    const hanging = controls.backupsOf(widget).at(-1);

    controls.finishBackup(widget, 'failed');
    clock.pass(DAY);
    const after = controls.backupsOf(widget);

    expect(hanging?.state).toBe('running');
    expect(hanging?.start).toBeLessThan(START + DAY);
    expect(after.find(({ id }) => id === hanging?.id)).toMatchObject({
      state: 'failed',
      end: START + 5 * DAY,
    });
    expect(after.at(-1)?.state).toBe('success');
    expect(after.filter(({ start }) => start > START + DAY).length).toBe(1);
  });

  it('hang the running backup', () => {
    const { clock, controls, widget } = calm();
    const id = controls.startBackup(widget);
    controls.hang(widget);

    clock.pass(3 * DAY);

    expect(controls.backupsOf(widget).find((backup) => backup.id === id)?.state).toBe('running');
  });

  it('shrink and slow down only later backups', () => {
    const { clock, controls, widget } = calm();
    const before = controls.backupsOf(widget);
    const usual = before.at(-1);
    controls.shrink(widget, 0.1);
    controls.slowDown(widget, 5);

    clock.pass(DAY + 2 * HOUR);

    const newest = controls.backupsOf(widget).at(-1);
    expect(before).toEqual(expect.arrayContaining(controls.backupsOf(widget).slice(0, -1)));
    expect((newest?.sizeBytes ?? 0) / (usual?.sizeBytes ?? 1)).toBeCloseTo(0.1, 1);
    const seconds = ({ start = 0, end = 0 } = {}): number => (end ?? 0) - start;
    expect(seconds(newest) / seconds(usual)).toBeGreaterThan(4);
  });

  it.each([
    ['success', 'success'],
    ['failed', 'failed'],
    ['unknown', 'unknown'],
  ] as const)('start a backup that ends as %s', (result, state) => {
    const { clock, controls, gadget } = calm();

    const id = controls.startBackup(gadget, { method: 'auto', result, duration: 90 });
    clock.pass(89);
    const running = controls.backupsOf(gadget).at(-1);
    clock.pass(1);
    const ended = controls.backupsOf(gadget).at(-1);

    expect(running).toMatchObject({ id, method: 'auto', state: 'running', start: START, end: undefined });
    expect(ended).toMatchObject({ id, state, end: START + 90 });
  });

  it('reject impossible requests', () => {
    const { controls, widget, gadget } = calm();
    controls.startBackup(widget);
    controls.remove(gadget);

    expect(() => controls.startBackup(widget)).toThrow(/is already running/);
    expect(() => controls.startBackup(gadget)).toThrow(/is deleted/);
    expect(() => controls.finishBackup(gadget)).toThrow(/no backup of .* is running/);
    expect(() => controls.removeBackup('nothing')).toThrow(/no backup nothing/);
    expect(() => controls.backupsOf('nothing')).toThrow(/no resource nothing/);
    expect(() => controls.resourceOf('stale')).toThrow(/no widget of the character stale/);
  });

  it('remove a backup, even while it runs', () => {
    const { clock, controls, widget } = calm();
    const oldest = controls.backupsOf(widget)[0]?.id ?? '';
    const running = controls.startBackup(widget);

    controls.removeBackup(oldest);
    controls.removeBackup(running);
    clock.pass(DAY);

    const ids = controls.backupsOf(widget).map(({ id }) => id);
    expect(ids).not.toContain(oldest);
    expect(ids).not.toContain(running);
    expect(controls.backupsOf(widget).filter(({ start }) => start > START).length).toBe(1);
  });

  it('keep the schedule when a hanging backup is removed', () => {
    const { clock, controls, widget } = calm();
    controls.hang(widget);
    clock.pass(5 * DAY);
    const hanging = controls.backupsOf(widget).at(-1)?.id ?? '';

    controls.removeBackup(hanging);
    const atOnce = controls.backupsOf(widget).filter(({ start }) => start > START);
    clock.pass(DAY);
    const after = controls.backupsOf(widget).filter(({ start }) => start > START);

    expect(atOnce).toEqual([]);
    expect(after.length).toBe(1);
  });

  it('delete a widget but not its backups, and a gadget with them', () => {
    const { clock, controls, widget, gadget } = calm();
    const before = controls.backupsOf(widget);
    controls.startBackup(widget);

    controls.remove(widget);
    controls.remove(gadget);
    clock.pass(2 * DAY);

    const left = controls.backupsOf(widget);
    expect(left.slice(0, -1)).toEqual(before);
    expect(left.at(-1)).toMatchObject({ state: 'failed', end: START });
    expect(controls.backupsOf(gadget)).toEqual([]);
    expect(controls.resources().filter(({ deleted }) => deleted).length).toBe(2);
  });

  it('add resources with and without backups, and rename them', () => {
    const { clock, controls } = calm();
    const backed = controls.add('widget', { name: 'new-widget' });
    const bare = controls.add('widget', { withBackups: false, created: START - DAY });
    const gadget = controls.add('gadget');

    clock.pass(HOUR);
    controls.rename(bare, 'another name');

    expect(controls.backupsOf(backed)).toMatchObject([{ start: START, state: 'success' }]);
    expect(controls.backupsOf(bare)).toEqual([]);
    expect(controls.backupsOf(gadget).length).toBe(1);
    const added = controls.resources().filter(({ id }) => [backed, bare, gadget].includes(id));
    expect(added.map(({ name, created }) => [name, created])).toEqual([
      ['new-widget', START],
      ['another name', START - DAY],
      ['payments-gadget-01', START],
    ]);
  });

  it('keep the backups of a resource consistent through any edits', () => {
    const running = (controls: WorldControls, id: string): boolean =>
      controls.backupsOf(id).some(({ state }) => state === 'running');
    const edits: Readonly<Record<string, (controls: WorldControls, id: string) => void>> = {
      start: (controls, id) => running(controls, id) || controls.startBackup(id, { duration: 600.5 }),
      finish: (controls, id) => running(controls, id) && controls.finishBackup(id),
      remove: (controls, id) =>
        controls
          .backupsOf(id)
          .slice(-1)
          .forEach((backup) => {
            controls.removeBackup(backup.id);
          }),
      hang: (controls, id) => controls.hang(id),
      stop: (controls, id) => controls.stopBackups(id),
      resume: (controls, id) => controls.resumeBackups(id),
      fail: (controls, id) => controls.failNextBackup(id),
    };
    const steps = fc.array(
      fc.tuple(
        fc.double({ min: 0, max: DAY, noNaN: true }),
        fc.constantFrom(...Object.values(edits)),
        fc.nat(3),
      ),
      { maxLength: 30 },
    );

    fc.assert(
      fc.property(steps, (taken) => {
        const { clock, controls } = makeWorld({
          characters: false,
          widgets: 3,
          gadgets: 1,
          failureRate: 0.3,
        });
        for (const [pass, edit, pick] of taken) {
          clock.pass(pass);
          const id = controls.resources()[pick]?.id ?? '';

          edit(controls, id);

          const listed = controls.backupsOf(id);
          const starts = listed.map(({ start }) => start);
          expect(starts).toEqual(starts.toSorted((left, right) => left - right));
          expect(new Set(listed.map((backup) => backup.id)).size).toBe(listed.length);
          expect(listed.filter(({ state }) => state === 'running').length).toBeLessThan(2);
          expect(listed.every(({ start, end = start }) => start <= end && end <= clock())).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });
});
