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
  // A backup of each resource every half an hour, of which some fail and only the newest few stay listed.
  cloud = await startSimulatedCloud({
    graphs: 5,
    instances: 3,
    characters: false,
    speed: 48,
    failureRate: 0.3,
    clock: clock.now,
  });
  // So that a poll finds some of them running.
  for (const { id } of cloud.resources()) cloud.slowDown(id, 10);
});
afterEach(() => cloud.stop());

async function startExporter(store: FakeStore): Promise<ExporterUnderTest> {
  const stateFile = await openAt('state', QUIET, store);
  const exporter = createExporterUnderTest({ clock, stateFile });
  await exporter.apply(configurationFor(cloud, { interval: '5m' }));
  return exporter;
}

/** The file as a process finds it that starts at this moment. */
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

/** Remembers every backup that was ever listed as finished. */
function createWitness() {
  const seen = new Map<string, SimulatedBackup>();
  const beforeTheFile = new Set<string>();
  return {
    look: (): void => {
      for (const { id } of cloud.resources()) {
        for (const backup of cloud.backupsOf(id)) if (backup.end !== undefined) seen.set(backup.id, backup);
      }
    },
    fileBegins: (): void => {
      for (const id of seen.keys()) beforeTheFile.add(id);
    },
    /** What has to be counted, when the file has begun. */
    tally: (): Tally => {
      const tally: Record<string, number> = {};
      for (const { id } of cloud.resources()) {
        for (const result of ['succeeded', 'failed']) tally[`${id} ${result}`] = 0;
      }
      for (const backup of seen.values()) {
        if (beforeTheFile.has(backup.id)) continue;
        const key = `${backup.resourceId} ${backup.state === 'success' ? 'succeeded' : 'failed'}`;
        tally[key] = (tally[key] ?? 0) + 1;
      }
      return tally;
    },
    finished: (): number => seen.size - beforeTheFile.size,
  };
}

const sum = (tally: Tally): number => Object.values(tally).reduce((total, count) => total + count, 0);

describe('a process that is killed', { timeout: 60_000 }, () => {
  it('at any point of a poll or of the writing of its state counts, once it runs again, each backup once', async () => {
    const store = createFakeStore();
    const exporter = await startExporter(store);
    const witness = createWitness();
    const wrong: unknown[] = [];
    let points = 0;
    let restarting = false;
    let hasBegun = false;

    const restart = async (): Promise<void> => {
      if (restarting) return;
      restarting = true;
      const scraped = await countedBy(exporter);
      const again = await startExporter(copyOf(store));
      await again.poll();
      const counted = await countedBy(again);
      await again.stop();
      points += 1;
      // What is thrown here is taken for a fault of the disk or of the cloud: it is looked at in the end.
      if (hasBegun && !isDeepStrictEqual(counted, witness.tally())) {
        wrong.push({ point: points, counted, right: witness.tally() });
      }
      const forgotten = Object.entries(scraped).filter(([key, count]) => count > (counted[key] ?? 0));
      if (forgotten.length > 0) wrong.push({ point: points, forgotten });
      restarting = false;
    };
    cloud.betweenPages(restart);
    store.before = restart;
    store.after = restart;

    for (let poll = 0; poll < 40; poll += 1) {
      witness.look();
      await exporter.poll();
      if (!hasBegun) witness.fileBegins();
      hasBegun = true;
      await restart();
      clock.advance(POLL_INTERVAL);
    }

    await exporter.stop();
    expect(wrong).toEqual([]);
    expect(points).toBeGreaterThan(80);
    expect(witness.finished()).toBeGreaterThan(30);
    process.stdout.write(
      `${points} kill points tried while ${witness.finished()} backups finished; nothing lost, nothing counted twice\n`,
    );
  });

  it('again and again goes on from one life to the next', async () => {
    let store = createFakeStore();
    const witness = createWitness();
    const first = await startExporter(store);
    witness.look();
    await first.poll();
    await first.stop();
    witness.fileBegins();
    let random = 12_345;
    const draw = (below: number): number => {
      random = (random * 1_103_515_245 + 12_345) % 2 ** 31;
      return random % below;
    };

    const lives = 150;
    let last: Tally = {};
    for (let life = 0; life < lives; life += 1) {
      clock.advance(draw(3) * POLL_INTERVAL);
      witness.look();
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
      expect(last).toEqual(witness.tally());
    }

    expect(sum(last)).toBe(witness.finished());
    process.stdout.write(`${lives} lives ended by a kill, ${witness.finished()} backups counted once each\n`);
  });

  it('has brought to the disk what a scrape has seen counted', async () => {
    const store = createFakeStore();
    const exporter = await startExporter(store);
    await exporter.poll();
    const graph = cloud.resources()[0]?.id ?? '';
    if (cloud.backupsOf(graph).every(({ state }) => state !== 'running')) cloud.startBackup(graph);
    cloud.finishBackup(graph);
    const reachedDisk = Promise.withResolvers<void>();
    const diskGoesOn = Promise.withResolvers<void>();
    store.before = async () => {
      reachedDisk.resolve();
      await diskGoesOn.promise;
    };

    const polling = exporter.poll();
    await reachedDisk.promise;
    const before = sum(await countedBy(exporter));
    diskGoesOn.resolve();
    await polling;
    const after = sum(await countedBy(exporter));

    expect([before, after]).toEqual([0, 1]);
    await exporter.stop();
  });
});
