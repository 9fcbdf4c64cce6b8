import { spawnSync } from 'node:child_process';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { SimulatedCloud } from '../../src/services/simulated-cloud.ts';
import { configurationFor } from '../support/configuration.ts';
import {
  eventually,
  runProgram,
  type ServingExporter,
  startExporter,
  valuesOf,
} from '../support/exporter-process.ts';
import { saveAndKill } from '../support/killed-saves.ts';
import { cloudFor, filesFor, PROGRAM } from './command-world.ts';

let files: Awaited<ReturnType<typeof filesFor>>;
beforeEach(async () => {
  files = await filesFor();
});

const startCloud = (): Promise<SimulatedCloud> => cloudFor({ counts: { ges: 8, 'gaussdb-mysql': 2 } });

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

const awaitPolls = async (exporter: ServingExporter): Promise<void> => {
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

describe('the state file of a killed process', () => {
  it('contains everything saved after each of 20 kills', async () => {
    const { saves } = await saveAndKill(files.path('state'), 20);

    expect(saves).toBeGreaterThan(20);
  }, 60_000);

  it('keeps the counters, which include backups that finish while the exporter is down', async () => {
    const cloud = await startCloud();
    const { id } = cloud.resourceOf('healthy');
    let exporter = await startWithState(cloud);
    await eventually(isReady(exporter));
    const counts = [await finished(exporter, id)];

    for (let run = 1; run < 5; run += 1) {
      cloud.startBackup(id);
      if (run % 2 === 0) await awaitPolls(exporter);
      await kill(exporter);
      cloud.finishBackup(id, run === 3 ? 'failed' : 'success');
      exporter = await startWithState(cloud);
      await eventually(isReady(exporter));
      counts.push(await finished(exporter, id));
      await awaitPolls(exporter);
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
  }, 60_000);
});

describe('a restart', () => {
  it('keeps a graph that was never backed up even if the inventory may no longer be listed', async () => {
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

  it('without a state file forgets that graph', async () => {
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

  it('with a damaged state file logs it, sets it aside, and serves', async () => {
    const cloud = await startCloud();
    const first = await startWithState(cloud);
    await eventually(isReady(first));
    // Stopped, not killed, so that all of the state is in the file itself, none in the write-ahead log.
    await first.stop();
    const content = await readFile(files.path('state'));
    const damaged = content.subarray(0, content.length / 2);
    await writeFile(files.path('state'), damaged);

    const exporter = await startWithState(cloud);
    await eventually(isReady(exporter));

    const names = await readdir(files.directory);
    const aside = names.find((name) => /^state\.unreadable-\d{8}T\d{6}Z$/.test(name)) ?? 'none';
    expect(await readFile(files.path(aside))).toEqual(damaged);
    expect(exporter.errors()).toMatch(/level=error msg="the state file cannot be read; counters start at 0"/);
    expect(await finished(exporter, cloud.resourceOf('healthy').id)).toEqual([0, 0]);
    await eventually(() => stat(files.path('state')).then(({ size }) => size > 0));
  });
});

describe('a state file that cannot be written', () => {
  const keepsPolling = async (exporter: ServingExporter): Promise<void> => {
    await eventually(isReady(exporter));
    await awaitPolls(exporter);
    expect(exporter.child.exitCode).toBeNull();
  };

  it('because it cannot be created is logged once, and the exporter keeps polling', async () => {
    // Not even root can create a file there.
    const exporter = await startWithState(await startCloud(), '/sys/state');

    await keepsPolling(exporter);

    const lines = exporter
      .errors()
      .split('\n')
      .filter((line) => line.includes('state file'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      /level=error.*file=\/sys\/state reason="cannot be created: [^"]*\((EACCES|EPERM|EROFS)\); make its directory writable by this user"/,
    );
  });

  it('because the disk is full is logged once, and the exporter keeps polling', async () => {
    const cloud = await startCloud();
    const exporter = await startWithState(cloud);
    await eventually(isReady(exporter));
    const before = await readFile(files.path('state'));
    // Limits the files of the database process to 1 KiB from now on.
    spawnSync('prlimit', ['--pid', String(databaseProcessOf(exporter)), '--fsize=1024:1024']);
    cloud.startBackup(cloud.resourceOf('healthy').id);
    cloud.finishBackup(cloud.resourceOf('healthy').id);

    await keepsPolling(exporter);

    expect(exporter.errors().match(/the state file could not be written/g)).toHaveLength(1);
    await kill(exporter);
    expect(await readFile(files.path('state'))).toEqual(before);
  });
});

// The program logs its start before it opens the file.
const withoutStart = (errors: string): string => errors.replace(/^ts=.* msg="starting .*\n/, '');

describe('--state.file', () => {
  it('that is not a file fails the start with one line and exit code 2', async () => {
    const cloud = await startCloud();
    const config = await files.write('config.yml', configurationFor(cloud));

    const { code, errors } = await runProgram(['--config.file', config, '--state.file', files.directory]);

    expect(withoutStart(errors)).toBe(
      `${PROGRAM}: the state file ${files.directory} is a directory, not a file; use another path for --state.file\n`,
    );
    expect(code).toBe(2);
  });

  it('that another process uses fails the start with one line and exit code 1', async () => {
    const cloud = await startCloud();
    await startWithState(cloud);
    const config = await files.write('other.yml', configurationFor(cloud));

    const { code, errors } = await runProgram(['--config.file', config, '--state.file', files.path('state')]);

    expect(withoutStart(errors)).toBe(
      `${PROGRAM}: the state file ${files.path('state')} is in use by another process; give each process its own readable and writable state file\n`,
    );
    expect(code).toBe(1);
  });
});

/** The process id of the database process of an exporter. */
function databaseProcessOf({ child }: ServingExporter): number {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(child.pid)], { encoding: 'utf8' });
  return Number(stdout.trim().split('\n')[0]);
}
