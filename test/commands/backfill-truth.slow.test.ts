import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unixSeconds } from '../../src/domain/quantities.ts';
import { type SimulatedCloud, startSimulatedCloud } from '../../src/services/simulated-cloud.ts';
import { createRecorder, type Samples } from './recorded-past.ts';

const START = 1_782_864_000;
const STEP = 7200;
const STEPS = 96;
const DAY = 86_400;

/** An event of one of the resources. */
const EVENTS: readonly ((cloud: SimulatedCloud, id: string, chance: number) => void)[] = [
  (cloud, id, chance) => cloud.failNextBackup(id, 1 + Math.floor(chance * 12)),
  (cloud, id) => void cloud.startBackup(id),
  (cloud, id, chance) =>
    void cloud.startBackup(id, { result: 'failed', duration: 60 + Math.floor(chance * DAY) }),
  (cloud, id, chance) =>
    void cloud.startBackup(id, { result: 'unknown', duration: 60 + Math.floor(chance * 9000) }),
  (cloud, id, chance) =>
    void cloud.startBackup(id, { method: 'auto', duration: 1 + Math.floor(chance * 20_000) }),
  (cloud, id) => cloud.hang(id),
  (cloud, id, chance) => cloud.finishBackup(id, chance < 0.5 ? 'success' : 'failed'),
  (cloud, id) => cloud.stopBackups(id),
  (cloud, id) => cloud.resumeBackups(id),
  (cloud, id, chance) => cloud.slowDown(id, 0.1 + chance * 100),
  (cloud, id, chance) => cloud.shrink(id, chance),
  (cloud, id, chance) => cloud.rename(id, `renamed-${chance}`),
  (cloud, _, chance) => void (chance < 0.3 && cloud.add('graph', { withBackups: chance < 0.2 })),
  (cloud, _, chance) => void (chance < 0.3 && cloud.add('instance', { withBackups: chance < 0.2 })),
  (cloud, id, chance) => void (chance < 0.2 && cloud.remove(id)),
];

const event = fc.record({
  /** Seconds after the previous recording. */
  after: fc.integer({ min: 1, max: STEP - 1 }),
  /** The recording before the event, never the last one. */
  step: fc.nat({ max: STEPS - 1 }),
  what: fc.nat({ max: EVENTS.length - 1 }),
  whom: fc.nat(),
  chance: fc.nat({ max: 999 }).map((thousandths) => thousandths / 1000),
});

const world = fc.record({
  seed: fc.nat({ max: 1_000_000 }),
  graphs: fc.integer({ min: 0, max: 9 }),
  instances: fc.integer({ min: 0, max: 3 }),
  history: fc.integer({ min: 1, max: 12 }),
  failureRate: fc.constantFrom(0, 0.2, 0.6),
  events: fc.array(event, { maxLength: 120, size: 'max' }),
});

interface Past {
  readonly recorded: Samples;
  readonly backfilled: Samples;
  /** The end of the oldest remaining successful automatic backup of each resource with one. */
  readonly knownSince: ReadonlyMap<string, number>;
}

/** Simulates eight days of a world, records the served samples every two hours, and backfills them at the end. */
async function live(options: typeof world extends fc.Arbitrary<infer World> ? World : never): Promise<Past> {
  let now = START;
  const cloud = await startSimulatedCloud({
    counts: { ges: options.graphs, 'gaussdb-mysql': options.instances },
    seed: options.seed,
    failureRate: options.failureRate,
    history: options.history * DAY,
    clock: () => now,
    tokenLife: 1000 * DAY,
    requestLog: 1,
  });
  try {
    const recorder = createRecorder(cloud);
    for (let step = 0; step <= STEPS; step += 1) {
      now = START + step * STEP;
      await recorder.record(unixSeconds(now));
      const due = options.events.filter((one) => one.step === step);
      for (const { after, what, whom, chance } of due.toSorted((one, other) => one.after - other.after)) {
        now = START + step * STEP + after;
        const resources = cloud.resources();
        const resource = resources[whom % Math.max(1, resources.length)];
        // An event that is impossible now is skipped.
        try {
          EVENTS[what]?.(cloud, resource?.id ?? '', chance);
        } catch (error) {
          if (!(error instanceof Error)) throw error;
        }
      }
    }
    const backfilled = await recorder.backfill(unixSeconds(now + 1), unixSeconds(START), STEP);
    return { recorded: recorder.recorded, backfilled, knownSince: knownSince(cloud) };
  } finally {
    await cloud.stop();
  }
}

function knownSince(cloud: SimulatedCloud): ReadonlyMap<string, number> {
  return new Map(
    cloud.resources().flatMap(({ id }) => {
      const oldest = cloud
        .backupsOf(id)
        .find(({ method, state }) => method === 'auto' && state === 'success');
      return oldest?.end === undefined ? [] : [[id, oldest.end] as const];
    }),
  );
}

const nameOf = (key: string): string => key.split(' ')[1] ?? '';
const timeOf = (key: string): number => Number(key.split(' ')[0]);
const idOf = (key: string): string => / resource_id=(\S+)/.exec(key)?.[1] ?? '';

describe('a backfill, compared with what was served at the time', () => {
  it('writes only values that were served, and all newest successes since the oldest remaining backup', {
    timeout: 120_000,
  }, async () => {
    const written = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(world, async (options) => {
        const { recorded, backfilled, knownSince: since } = await live(options);

        const untrue = [...backfilled].filter(([key, value]) => recorded.get(key) !== value);
        expect(untrue.map(([key, value]) => `${key}: ${value} was ${recorded.get(key)}`)).toEqual([]);
        // An objective without a newest success means that there was none.
        const untrulyNever = [...backfilled.keys()]
          .filter((key) => nameOf(key) === 'rpo_seconds')
          .map((key) => key.replace('rpo_seconds', 'last_success_timestamp_seconds'))
          .filter((key) => recorded.has(key) && !backfilled.has(key));
        expect(untrulyNever).toEqual([]);
        const missing = [...recorded.keys()].filter(
          (key) =>
            nameOf(key) === 'last_success_timestamp_seconds' &&
            timeOf(key) >= (since.get(idOf(key)) ?? Number.POSITIVE_INFINITY) &&
            !backfilled.has(key),
        );
        expect(missing).toEqual([]);
        for (const key of backfilled.keys()) written.set(nameOf(key), (written.get(nameOf(key)) ?? 0) + 1);
      }),
      { numRuns: 12, endOnFailure: true },
    );
    // Each metric has been compared.
    expect([...written.keys()].toSorted()).toEqual([
      'consecutive_failures',
      'due_timestamp_seconds',
      'last_automatic_success_timestamp_seconds',
      'last_failure_timestamp_seconds',
      'last_status',
      'last_success_duration_seconds',
      'last_success_info',
      'last_success_size_bytes',
      'last_success_timestamp_seconds',
      'resource_created_timestamp_seconds',
      'resource_info',
      'rpo_seconds',
      'running_start_timestamp_seconds',
    ]);
  });
});
