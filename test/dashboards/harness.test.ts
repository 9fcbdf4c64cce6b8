import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { hasPrometheus, startPrometheus } from './prometheus.ts';

const START_TIMEOUT = 60_000;

/** A directory for all temporary files of a test. */
async function temporaryHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'dashboard-harness-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  vi.stubEnv('TMPDIR', home);
  onTestFinished(() => void vi.unstubAllEnvs());
  return home;
}

// biome-ignore lint/correctness/useYield: it fails before it yields
async function* brokenHistory(): AsyncIterable<string> {
  throw new Error('the history is broken');
}

async function* unreadableHistory(): AsyncIterable<string> {
  yield 'up{job="x" 1 1709251200\n';
}

describe.runIf(hasPrometheus())('the Prometheus of the dashboard tests', () => {
  it(
    'removes its process, its port and its data when it is stopped',
    async () => {
      const home = await temporaryHome();
      const prometheus = await startPrometheus();
      expect(await prometheus.queryAt('1', 0)).toHaveLength(1);

      await prometheus.stop();

      await expect(prometheus.queryAt('1', 0)).rejects.toThrow();
      expect(() => process.kill(prometheus.pid, 0)).toThrow('ESRCH');
      expect(await readdir(home)).toEqual([]);
    },
    START_TIMEOUT,
  );

  it.each([
    { history: brokenHistory, failure: 'the history is broken' },
    { history: unreadableHistory, failure: 'promtool exited with 1' },
  ])(
    'leaves nothing behind if it cannot start: $failure',
    async ({ history, failure }) => {
      const home = await temporaryHome();

      await expect(startPrometheus(history)).rejects.toThrow(failure);

      expect(await readdir(home)).toEqual([]);
    },
    START_TIMEOUT,
  );

  it(
    'reports why it rejects a query',
    async () => {
      await temporaryHome();
      const prometheus = await startPrometheus();
      onTestFinished(() => prometheus.stop());

      await expect(prometheus.queryAt('sum(', 0)).rejects.toThrow('parse error');
    },
    START_TIMEOUT,
  );
});
