import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SimulatedBackup, SimulatedCloud } from '../../src/services/simulated-cloud.ts';
import { startSimulatedCloud } from '../../src/services/simulated-cloud.ts';
import { configurationFor } from '../support/configuration.ts';
import { createFakeStore, type FakeStore, openAt, QUIET } from '../support/saved-states.ts';
import { createExporterUnderTest, createTestClock, type ExporterUnderTest } from './exporter-under-test.ts';

const POLL_INTERVAL = 300;

const clock = createTestClock();
let cloud: SimulatedCloud;
beforeEach(async () => {
  // A backup of each resource every half hour; some fail, and only the newest few stay listed.
  cloud = await startSimulatedCloud({
    counts: { ges: 5, 'gaussdb-mysql': 3 },
    characters: false,
    speed: 48,
    failureRate: 0.3,
    clock: clock.now,
  });
  // So that polls find some of them running.
  for (const { id } of cloud.resources()) cloud.slowDown(id, 10);
});
afterEach(() => cloud.stop());

async function startExporter(store: FakeStore): Promise<ExporterUnderTest> {
  const stateFile = await openAt('state', QUIET, store);
  const exporter = createExporterUnderTest({ clock, stateFile });
  await exporter.apply(configurationFor(cloud, { interval: '5m' }));
  return exporter;
}

/** The file as a process that starts now finds it. */
const copyOf = ({ texts }: FakeStore): FakeStore => createFakeStore(texts);

type Tally = Readonly<Record<string, number>>;

async function countedBy(exporter: ExporterUnderTest): Promise<Tally> {
  const samples = await exporter.samples();
  return Object.fromEntries(
    samples
      .filter(({ name }) => name === 'huaweicloud_backup_finished_total')
      .map(({ labels, value }) => [`${labels['resource_id']} ${labels['result']}`, value]),
  );
}

/** Records every backup that was ever listed as finished. */
function createObserver() {
  const finishedBackups = new Map<string, SimulatedBackup>();
  const baseline = new Set<string>();
  return {
    observe: (): void => {
      for (const { id } of cloud.resources()) {
        for (const backup of cloud.backupsOf(id))
          if (backup.end !== undefined) finishedBackups.set(backup.id, backup);
      }
    },
    setBaseline: (): void => {
      for (const id of finishedBackups.keys()) baseline.add(id);
    },
    /** The expected counters: every backup that finished after the baseline. */
    tally: (): Tally => {
      const tally: Record<string, number> = {};
      for (const { id } of cloud.resources()) {
        for (const result of ['succeeded', 'failed']) tally[`${id} ${result}`] = 0;
      }
      for (const backup of finishedBackups.values()) {
        if (baseline.has(backup.id)) continue;
        const key = `${backup.resourceId} ${backup.state === 'success' ? 'succeeded' : 'failed'}`;
        tally[key] = (tally[key] ?? 0) + 1;
      }
      return tally;
    },
    finished: (): number => finishedBackups.size - baseline.size,
  };
}

const sum = (tally: Tally): number => Object.values(tally).reduce((total, count) => total + count, 0);

describe('a killed process', { timeout: 60_000 }, () => {
  it('counts each backup exactly once after a restart, wherever in a poll or save it was killed', async () => {
    const store = createFakeStore();
    const exporter = await startExporter(store);
    const observer = createObserver();
    const wrong: unknown[] = [];
    let points = 0;
    let restarting = false;
    let hasBaseline = false;

    const restart = async (): Promise<void> => {
      if (restarting) return;
      restarting = true;
      const scraped = await countedBy(exporter);
      const again = await startExporter(copyOf(store));
      await again.poll();
      const counted = await countedBy(again);
      await again.stop();
      points += 1;
      // An error thrown here would be taken for a fault of the disk or the cloud, so it is collected.
      if (hasBaseline && !isDeepStrictEqual(counted, observer.tally())) {
        wrong.push({ point: points, counted, expected: observer.tally() });
      }
      const forgotten = Object.entries(scraped).filter(([key, count]) => count > (counted[key] ?? 0));
      if (forgotten.length > 0) wrong.push({ point: points, forgotten });
      restarting = false;
    };
    cloud.betweenPages(restart);
    store.before = restart;
    store.after = restart;

    for (let poll = 0; poll < 40; poll += 1) {
      observer.observe();
      await exporter.poll();
      if (!hasBaseline) observer.setBaseline();
      hasBaseline = true;
      await restart();
      clock.advance(POLL_INTERVAL);
    }

    await exporter.stop();
    expect(wrong).toEqual([]);
    expect(points).toBeGreaterThan(80);
    expect(observer.finished()).toBeGreaterThan(30);
    process.stdout.write(
      `${points} kill points tried while ${observer.finished()} backups finished; none lost, none counted twice\n`,
    );
  });

  it('counts each backup exactly once over many restarts', async () => {
    let store = createFakeStore();
    const observer = createObserver();
    const first = await startExporter(store);
    observer.observe();
    await first.poll();
    await first.stop();
    observer.setBaseline();
    let random = 12_345;
    const draw = (below: number): number => {
      random = (random * 1_103_515_245 + 12_345) % 2 ** 31;
      return random % below;
    };

    const runs = 150;
    let last: Tally = {};
    for (let run = 0; run < runs; run += 1) {
      clock.advance(draw(3) * POLL_INTERVAL);
      observer.observe();
      const exporter = await startExporter(store);
      let left = draw(6);
      let copy: FakeStore | undefined;
      const mayBeKilled = (): void => {
        left -= 1;
        if (left === 0) copy = copyOf(store);
      };
      store.before = mayBeKilled;
      store.after = mayBeKilled;
      await exporter.poll();
      last = await countedBy(exporter);
      await exporter.stop();
      store = copy ?? copyOf(store);
      expect(last).toEqual(observer.tally());
    }

    expect(sum(last)).toBe(observer.finished());
    process.stdout.write(`${runs} runs ended by a kill, ${observer.finished()} backups counted once each\n`);
  });

  it('has saved every count that a scrape returned', async () => {
    const store = createFakeStore();
    const exporter = await startExporter(store);
    await exporter.poll();
    const graph = cloud.resources()[0]?.id ?? '';
    if (cloud.backupsOf(graph).every(({ state }) => state !== 'running')) cloud.startBackup(graph);
    cloud.finishBackup(graph);
    const reachedDisk = Promise.withResolvers<void>();
    const diskContinues = Promise.withResolvers<void>();
    store.before = async () => {
      reachedDisk.resolve();
      await diskContinues.promise;
    };

    const polling = exporter.poll();
    await reachedDisk.promise;
    const before = sum(await countedBy(exporter));
    diskContinues.resolve();
    await polling;
    const after = sum(await countedBy(exporter));

    expect([before, after]).toEqual([0, 1]);
    await exporter.stop();
  });
});
