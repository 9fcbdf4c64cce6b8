import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { SimulatedCloud } from '../../src/services/simulated-cloud.ts';
import { openStateFile } from '../../src/state-file/state-file.ts';
import { countIn } from '../faults/states.ts';
import { configurationFor } from '../support/configuration.ts';
import {
  eventually,
  plainEnvironment,
  type ServingExporter,
  startExporter,
  valuesOf,
} from '../support/exporter-process.ts';
import { cloudFor, filesFor } from './command-world.ts';

let files: Awaited<ReturnType<typeof filesFor>>;
beforeEach(async () => {
  files = await filesFor();
});

const startCloud = (): Promise<SimulatedCloud> => cloudFor({ graphs: 8, instances: 2 });

async function startWithState(
  cloud: SimulatedCloud,
  stateFile = files.path('state'),
): Promise<ServingExporter> {
  const config = await files.write('config.yml', configurationFor(cloud));
  const exporter = await startExporter(['--config.file', config, '--state.file', stateFile]);
  onTestFinished(async () => {
    exporter.child.kill('SIGKILL');
    await exporter.ended;
  });
  return exporter;
}

async function kill(exporter: ServingExporter): Promise<void> {
  exporter.child.kill('SIGKILL');
  await exporter.ended;
}

const polls = async (exporter: ServingExporter): Promise<number> =>
  Math.min(...valuesOf(await exporter.metrics(), 'polls_total', { outcome: 'success' }));

const pollsAgain = async (exporter: ServingExporter): Promise<void> => {
  const before = await polls(exporter);
  await eventually(async () => (await polls(exporter)) > before + 1);
};

const isReady = (exporter: ServingExporter) => async () => (await exporter.get('/-/ready')).status === 200;

const finished = async (exporter: ServingExporter, resourceId: string): Promise<readonly number[]> => {
  const samples = await exporter.metrics();
  return ['succeeded', 'failed'].flatMap((result) =>
    valuesOf(samples, 'finished_total', { resource_id: resourceId, result }),
  );
};

describe('the state file of a process that is killed', () => {
  const CHILD = fileURLToPath(new URL('../faults/saving-child.ts', import.meta.url));
  const KILLS = 200;
  const LONGEST_LIFE_MILLISECONDS = 25;

  /** Lets a process save until it is killed; resolves with the last count that it told of. */
  async function saveUntilKilled(path: string): Promise<number> {
    const child = spawn(process.execPath, [CHILD, path], {
      env: plainEnvironment(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let told = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      told += text;
    });
    await Promise.race([once(child.stdout, 'data'), once(child, 'close')]);
    await wait(Math.random() * LONGEST_LIFE_MILLISECONDS);
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(told).not.toContain('trouble');
    return Number(told.slice(0, told.lastIndexOf('\n')).split('\n').at(-1));
  }

  it(`holds what was saved, whole, after each of ${KILLS} kills`, async () => {
    let saves = 0;
    let kills = 0;
    const liveAndDie = async (path: string): Promise<void> => {
      while (kills < KILLS) {
        kills += 1;
        const told = await saveUntilKilled(path);
        const lines: string[] = [];
        const note = (_: unknown, message: string): void => void lines.push(message);
        const log = { debug: note, info: note, warn: note, error: note };

        const restored = (await openStateFile(path, log, () => new Date())).restored('service');

        saves = Math.max(saves, told);
        expect(lines).toEqual([]);
        // The last save may have reached the disk without having been told of.
        expect([told, told + 1]).toContain(countIn(restored));
        expect(restored?.ledger.listed.size).toBe(countIn(restored));
      }
    };

    await Promise.all([liveAndDie(files.path('one')), liveAndDie(files.path('other'))]);

    expect(saves).toBeGreaterThan(kills);
    process.stdout.write(`${kills} processes killed while they saved; nothing lost\n`);
  }, 120_000);

  it('keeps the counters of the exporter, which count what finishes between its lives', async () => {
    const cloud = await startCloud();
    const { id } = cloud.resourceOf('healthy');
    let exporter = await startWithState(cloud);
    await eventually(isReady(exporter));
    const counts = [await finished(exporter, id)];

    for (let life = 1; life < 5; life += 1) {
      cloud.startBackup(id);
      if (life % 2 === 0) await pollsAgain(exporter);
      await kill(exporter);
      cloud.finishBackup(id, life === 3 ? 'failed' : 'success');
      exporter = await startWithState(cloud);
      await eventually(isReady(exporter));
      counts.push(await finished(exporter, id));
      await pollsAgain(exporter);
    }

    expect(counts).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
      [2, 1],
      [3, 1],
    ]);
    expect(await finished(exporter, id)).toEqual([3, 1]);
    expect((await stat(files.path('state'))).mode & 0o777).toBe(0o600);
    expect((await readFile(files.path('state'), 'utf8')).split('\n')[0]).toBe(
      '["state","huaweicloud-backup-exporter state",1]',
    );
  }, 60_000);
});

describe('a restart', () => {
  it('keeps a graph that was never backed up while the inventory is refused after it', async () => {
    const cloud = await startCloud();
    const { id } = cloud.resourceOf('never');
    const exporter = await startWithState(cloud);
    await eventually(isReady(exporter));
    await exporter.stop();
    cloud.deny('ges:graph:list');

    const again = await startWithState(cloud);
    await eventually(isReady(again));
    const samples = await again.metrics();

    expect(valuesOf(samples, 'inventory_success', { cloud_service: 'ges' })).toEqual([0]);
    expect(valuesOf(samples, 'rpo_seconds', { resource_id: id })).toEqual([93_600]);
    expect(valuesOf(samples, 'resource_created_timestamp_seconds', { resource_id: id })).toHaveLength(1);
  });

  it('without a state file forgets that graph, and counts from nothing', async () => {
    const cloud = await startCloud();
    const config = await files.write('config.yml', configurationFor(cloud));
    const exporter = await startExporter(['--config.file', config]);
    await eventually(isReady(exporter));
    await exporter.stop();
    cloud.deny('ges:graph:list');

    const again = await startExporter(['--config.file', config]);
    onTestFinished(async () => void (await again.stop()));
    await eventually(isReady(again));

    const { id } = cloud.resourceOf('never');
    expect(valuesOf(await again.metrics(), 'rpo_seconds', { resource_id: id })).toEqual([]);
  });

  it('with a damaged state file reports it, keeps it aside, and serves', async () => {
    const cloud = await startCloud();
    const first = await startWithState(cloud);
    await eventually(isReady(first));
    await kill(first);
    const content = await readFile(files.path('state'));
    const damaged = content.subarray(0, content.length - 100);
    await writeFile(files.path('state'), damaged);

    const exporter = await startWithState(cloud);
    await eventually(isReady(exporter));

    const names = await readdir(files.directory);
    const aside = names.find((name) => /^state\.unreadable-\d{8}T\d{6}Z$/.test(name)) ?? 'none';
    expect(await readFile(files.path(aside))).toEqual(damaged);
    expect(exporter.errors()).toMatch(/level=error msg="the state file cannot be used; counters start anew"/);
    expect(await finished(exporter, cloud.resourceOf('healthy').id)).toEqual([0, 0]);
    await eventually(() => stat(files.path('state')).then(({ size }) => size > 0));
  });
});

describe('a place that takes no state file', () => {
  const goesOn = async (exporter: ServingExporter): Promise<void> => {
    await eventually(isReady(exporter));
    await pollsAgain(exporter);
    expect(exporter.errors().match(/the state file could not be written/g)).toHaveLength(1);
    expect(exporter.child.exitCode).toBeNull();
  };

  it('because it cannot be written to is logged once, and the exporter goes on', async () => {
    // Nobody can create a file there, not even root.
    const exporter = await startWithState(await startCloud(), '/sys/state');

    await goesOn(exporter);

    expect(exporter.errors()).toMatch(
      /could not be written[^\n]* file=\/sys\/state error=(EACCES|EPERM|EROFS)/,
    );
  });

  it('because it is full is logged once, and the exporter goes on', async () => {
    const exporter = await startWithState(await startCloud());
    await eventually(isReady(exporter));
    const before = await stat(files.path('state'));
    // From now on it can write no more than this to a file.
    spawnSync('prlimit', ['--pid', String(exporter.child.pid), '--fsize=1024:1024']);

    await goesOn(exporter);

    expect(exporter.errors()).toMatch(/could not be written[^\n]* error=EFBIG/);
    expect((await stat(files.path('state'))).size).toBe(before.size);
    expect(await readdir(files.directory)).toEqual(['config.yml', 'state']);
  });
});
