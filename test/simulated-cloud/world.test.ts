import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { simulatedGaussdbMysql } from '../../src/services/gaussdb-mysql/simulated.ts';
import { simulatedGes } from '../../src/services/ges/simulated.ts';
import type { WorldControls } from '../../src/services/simulated-cloud.ts';
import type { WorldSettings } from '../../src/simulated-cloud/initial-resources.ts';
import { createWorld } from '../../src/simulated-cloud/world.ts';
import { worldControls } from '../../src/simulated-cloud/world-controls.ts';
import { DAY, fakeClock, START } from './cloud-under-test.ts';

const HOUR = 3600;

const makeWorld = (
  {
    graphs = 12,
    instances = 6,
    ...settings
  }: Partial<WorldSettings> & { readonly graphs?: number; readonly instances?: number } = {},
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
      { api: simulatedGes, count: graphs },
      { api: simulatedGaussdbMysql, count: instances },
    ],
    start,
  );
  const controls = worldControls(() => {
    world.advance(clock());
    return world;
  }, ['graph', 'instance']);
  return { clock, controls };
};

/** Everything that can be seen of a world. */
const seen = (controls: WorldControls): unknown =>
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
  it('is the same for the same seed and clock, and another for another seed', () => {
    const first = seen(makeWorld({ seed: 3 }).controls);
    const second = seen(makeWorld({ seed: 3 }).controls);
    const other = seen(makeWorld({ seed: 4 }).controls);

    expect(second).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('comes to the same whatever the steps in which time passed', () => {
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

          expect(seen(fast.controls)).toEqual(seen(slow.controls));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('stands still while its clock goes back', () => {
    const { clock, controls } = makeWorld();
    clock.pass(HOUR);
    const before = seen(controls);

    clock.pass(-2 * HOUR);

    expect(seen(controls)).toEqual(before);
  });

  it.each([1, 24, 1440])(
    'at speed %i gives every healthy resource a success younger than a day of its own, and none under way',
    (speed) => {
      const { controls } = makeWorld({ speed, graphs: 300, instances: 300 });

      const ids = healthyOf(controls);

      expect(ids.length).toBe(300 - 7 + 300 - 1);
      for (const id of ids) {
        expect(START - newestSuccess(controls, id)).toBeLessThan(DAY / speed);
        expect(controls.backupsOf(id).every(({ state }) => state === 'success')).toBe(true);
      }
    },
  );

  it('backs every healthy resource up daily and keeps seven automatic backups of each', () => {
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

  it('shows backups while they run', () => {
    const { clock, controls } = makeWorld({ graphs: 200, instances: 0, characters: false });
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

  it('has one graph of each character first', () => {
    const { controls } = makeWorld();

    const characters = controls.resources().map(({ kind, character }) => `${kind} ${character}`);

    expect(characters).toEqual([
      'graph healthy',
      'graph failing',
      'graph stale',
      'graph running',
      'graph unknown',
      'graph deleted',
      'graph never',
      'graph small',
      ...new Array<string>(4).fill('graph healthy'),
      'instance healthy',
      'instance failing',
      ...new Array<string>(4).fill('instance healthy'),
    ]);
    expect(controls.resources()[0]?.name).toBe('orders-graph-01');
  });

  it.each(['graph', 'instance'] as const)('has a %s whose backups of the last days all failed', (kind) => {
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

  it('has a graph whose backups have stopped, until they are resumed', () => {
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

  it('has a graph that has been backed up for forty minutes and will be for hours', () => {
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

  it('has a graph whose newest backup is in a strange state and whose newest good one is fresh', () => {
    const { controls } = makeWorld();
    const { id } = controls.resourceOf('unknown');

    const backups = controls.backupsOf(id);

    expect(backups.at(-1)?.state).toBe('unknown');
    expect(START - newestSuccess(controls, id)).toBeLessThan(DAY);
  });

  it('has a deleted graph with its backups, one without any, and a small one with a manual backup', () => {
    const { clock, controls } = makeWorld();
    clock.pass(5 * DAY);

    const deleted = controls.resourceOf('deleted');
    const small = controls.backupsOf(controls.resourceOf('small').id);

    expect(deleted.deleted).toBe(true);
    expect(controls.backupsOf(deleted.id).length).toBeGreaterThan(4);
    expect(controls.backupsOf(controls.resourceOf('never').id)).toEqual([]);
    expect(small.map(({ method, state }) => [method, state])).toEqual([['manual', 'success']]);
  });

  it('starts a backup that failed by mishap again soon after', () => {
    const { clock, controls } = makeWorld({ failureRate: 1, graphs: 1, instances: 0, characters: false });
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

  it('has nothing but names and plans with a history of no length', () => {
    const { clock, controls } = makeWorld({ history: 0, characters: false });

    const before = controls.resources().flatMap(({ id }) => controls.backupsOf(id));
    clock.pass(2 * DAY);
    const after = controls.resources().filter(({ id }) => controls.backupsOf(id).length > 0);

    expect(before).toEqual([]);
    expect(after.length).toBe(18);
  });

  it('makes 10,000 graphs and 10,000 instances', () => {
    const { controls } = makeWorld({ graphs: 10_000, instances: 10_000 });

    const resources = controls.resources();

    expect(new Set(resources.map(({ id }) => id)).size).toBe(20_000);
    expect(new Set(resources.map(({ name }) => name)).size).toBe(20_000);
  });
});

describe('the controls of the world', () => {
  const calm = () => {
    const made = makeWorld({ characters: false, graphs: 2, instances: 2 });
    const [graph, , instance] = made.controls.resources();
    return { ...made, graph: graph?.id ?? '', instance: instance?.id ?? '' };
  };

  it('fail as many of the next backups as asked', () => {
    const { clock, controls, graph } = calm();
    controls.failNextBackup(graph, 2);

    clock.pass(4 * DAY);

    const newest = controls.backupsOf(graph).filter(({ start }) => start > START);
    expect(newest.map(({ state }) => state)).toEqual(['failed', 'failed', 'success', 'success']);
  });

  it('stop the schedule of a resource', () => {
    const { clock, controls, graph } = calm();
    const before = controls.backupsOf(graph);
    controls.stopBackups(graph);

    clock.pass(4 * DAY);

    expect(controls.backupsOf(graph)).toEqual(before);
  });

  it('hang the next backup until it is finished by hand', () => {
    const { clock, controls, graph } = calm();
    controls.hang(graph);
    clock.pass(5 * DAY);
    const hanging = controls.backupsOf(graph).at(-1);

    controls.finishBackup(graph, 'failed');
    clock.pass(DAY);
    const after = controls.backupsOf(graph);

    expect(hanging?.state).toBe('running');
    expect(hanging?.start).toBeLessThan(START + DAY);
    expect(after.find(({ id }) => id === hanging?.id)).toMatchObject({
      state: 'failed',
      end: START + 5 * DAY,
    });
    expect(after.at(-1)?.state).toBe('success');
    expect(after.filter(({ start }) => start > START + DAY).length).toBe(1);
  });

  it('hang the backup that runs', () => {
    const { clock, controls, graph } = calm();
    const id = controls.startBackup(graph);
    controls.hang(graph);

    clock.pass(3 * DAY);

    expect(controls.backupsOf(graph).find((backup) => backup.id === id)?.state).toBe('running');
  });

  it('shrink and slow down later backups only', () => {
    const { clock, controls, graph } = calm();
    const before = controls.backupsOf(graph);
    const usual = before.at(-1);
    controls.shrink(graph, 0.1);
    controls.slowDown(graph, 5);

    clock.pass(DAY + 2 * HOUR);

    const newest = controls.backupsOf(graph).at(-1);
    expect(before).toEqual(expect.arrayContaining(controls.backupsOf(graph).slice(0, -1)));
    expect((newest?.sizeBytes ?? 0) / (usual?.sizeBytes ?? 1)).toBeCloseTo(0.1, 1);
    const seconds = ({ start = 0, end = 0 } = {}): number => (end ?? 0) - start;
    expect(seconds(newest) / seconds(usual)).toBeGreaterThan(4);
  });

  it.each([
    ['success', 'success'],
    ['failed', 'failed'],
    ['unknown', 'unknown'],
  ] as const)('start a backup that will end as %s', (result, state) => {
    const { clock, controls, instance } = calm();

    const id = controls.startBackup(instance, { method: 'auto', result, duration: 90 });
    clock.pass(89);
    const running = controls.backupsOf(instance).at(-1);
    clock.pass(1);
    const ended = controls.backupsOf(instance).at(-1);

    expect(running).toMatchObject({ id, method: 'auto', state: 'running', start: START, end: undefined });
    expect(ended).toMatchObject({ id, state, end: START + 90 });
  });

  it('refuse what cannot be', () => {
    const { controls, graph, instance } = calm();
    controls.startBackup(graph);
    controls.deleteInstance(instance);

    expect(() => controls.startBackup(graph)).toThrow(/is already running/);
    expect(() => controls.startBackup(instance)).toThrow(/is deleted/);
    expect(() => controls.finishBackup(instance)).toThrow(/no backup of .* is running/);
    expect(() => controls.removeBackup('nothing')).toThrow(/no backup nothing/);
    expect(() => controls.backupsOf('nothing')).toThrow(/no resource nothing/);
    expect(() => controls.deleteGraph(instance)).toThrow(/no graph/);
    expect(() => controls.resourceOf('stale')).toThrow(/no graph of the character stale/);
  });

  it('remove a backup, also one that runs', () => {
    const { clock, controls, graph } = calm();
    const oldest = controls.backupsOf(graph)[0]?.id ?? '';
    const running = controls.startBackup(graph);

    controls.removeBackup(oldest);
    controls.removeBackup(running);
    clock.pass(DAY);

    const ids = controls.backupsOf(graph).map(({ id }) => id);
    expect(ids).not.toContain(oldest);
    expect(ids).not.toContain(running);
    expect(controls.backupsOf(graph).filter(({ start }) => start > START).length).toBe(1);
  });

  it('leave the schedule alone when a hanging backup is removed', () => {
    const { clock, controls, graph } = calm();
    controls.hang(graph);
    clock.pass(5 * DAY);
    const hanging = controls.backupsOf(graph).at(-1)?.id ?? '';

    controls.removeBackup(hanging);
    const atOnce = controls.backupsOf(graph).filter(({ start }) => start > START);
    clock.pass(DAY);
    const after = controls.backupsOf(graph).filter(({ start }) => start > START);

    expect(atOnce).toEqual([]);
    expect(after.length).toBe(1);
  });

  it('delete a graph but not its backups, and an instance with them', () => {
    const { clock, controls, graph, instance } = calm();
    const before = controls.backupsOf(graph);
    controls.startBackup(graph);

    controls.deleteGraph(graph);
    controls.deleteInstance(instance);
    clock.pass(2 * DAY);

    const left = controls.backupsOf(graph);
    expect(left.slice(0, -1)).toEqual(before);
    expect(left.at(-1)).toMatchObject({ state: 'failed', end: START });
    expect(controls.backupsOf(instance)).toEqual([]);
    expect(controls.resources().filter(({ deleted }) => deleted).length).toBe(2);
  });

  it('add resources with and without backups, and rename them', () => {
    const { clock, controls } = calm();
    const backed = controls.addGraph({ name: 'new-graph' });
    const bare = controls.addGraph({ withBackups: false, created: START - DAY });
    const instance = controls.addInstance();

    clock.pass(HOUR);
    controls.rename(bare, 'another name');

    expect(controls.backupsOf(backed)).toMatchObject([{ start: START, state: 'success' }]);
    expect(controls.backupsOf(bare)).toEqual([]);
    expect(controls.backupsOf(instance).length).toBe(1);
    const added = controls.resources().filter(({ id }) => [backed, bare, instance].includes(id));
    expect(added.map(({ name, created }) => [name, created])).toEqual([
      ['new-graph', START],
      ['another name', START - DAY],
      ['payments-db-01', START],
    ]);
  });

  it('keep every resource in order through any edits', () => {
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
          graphs: 3,
          instances: 1,
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
