import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it, onTestFinished } from 'vitest';
import { configurationFor } from '../support/configuration.ts';
import { eventually, startExporter, valuesOf } from '../support/exporter-process.ts';
import { cloudFor, filesFor } from './command-world.ts';

const run = (command: string, ...args: readonly string[]): void =>
  void execFileSync(command, args, { stdio: 'ignore' });

/** Mounts a file system that can be frozen; undefined if this machine does not allow it. */
async function mountDisk(): Promise<string | undefined> {
  const files = await filesFor();
  const [image, directory] = [files.path('image'), files.path('disk')];
  try {
    run('truncate', '--size=32M', image);
    run('mkfs.ext4', '-q', image);
    run('mkdir', directory);
    run('mount', '-o', 'loop', image, directory);
  } catch {
    return undefined;
  }
  onTestFinished(() => {
    spawnSync('fsfreeze', ['--unfreeze', directory]);
    spawnSync('umount', ['--lazy', directory]);
  });
  return directory;
}

describe('a frozen disk', () => {
  it('blocks neither polls nor a reload nor SIGTERM, and the next start restores the saved state', async (context) => {
    const disk = await mountDisk();
    if (disk === undefined) return context.skip('only root can mount and freeze a file system');
    const cloud = await cloudFor({ counts: { ges: 4, 'gaussdb-mysql': 2 } });
    const files = await filesFor();
    const config = await files.write('config.yml', configurationFor(cloud));
    const args = ['--config.file', config, '--state.file', `${disk}/state`, '--web.enable-lifecycle'];
    const exporter = await startExporter(args);
    const { id } = cloud.resourceOf('healthy');
    const finished = async () =>
      valuesOf(await exporter.metrics(), 'finished_total', { resource_id: id, result: 'succeeded' })[0];
    const finishOne = async (count: number): Promise<void> => {
      cloud.startBackup(id);
      cloud.finishBackup(id);
      await eventually(async () => (await finished()) === count);
    };
    await eventually(async () => (await exporter.get('/-/ready')).status === 200);
    await finishOne(1);

    run('fsfreeze', '--freeze', disk);
    await finishOne(2);
    await finishOne(3);
    const reload = await fetch(`${exporter.origin}/-/reload`, { method: 'POST' });
    await finishOne(4);
    const { code } = await exporter.stop();

    expect([reload.status, code]).toEqual([200, 0]);
    run('fsfreeze', '--unfreeze', disk);
    const again = await startExporter(args);
    onTestFinished(async () => void (await again.stop()));
    await eventually(async () => (await again.get('/-/ready')).status === 200);
    const [count] = valuesOf(await again.metrics(), 'finished_total', {
      resource_id: id,
      result: 'succeeded',
    });
    expect(count).toBe(4);
  });
});
