import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { hasPrometheus, startPrometheus } from './prometheus.ts';

const STARTING = 60_000;

/** A directory of this test's own in which everything temporary lands. */
async function temporaryHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'dashboard-harness-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  vi.stubEnv('TMPDIR', home);
  onTestFinished(() => void vi.unstubAllEnvs());
  return home;
}

// biome-ignore lint/correctness/useYield: it fails before it has anything to give
async function* brokenHistory(): AsyncIterable<string> {
  throw new Error('the history is broken');
}

async function* unreadableHistory(): AsyncIterable<string> {
  yield 'up{job="x" 1 1709251200\n';
}

describe.runIf(hasPrometheus())('the Prometheus of the dashboard tests', () => {
  it(
    'frees its process, its port and its data when it is stopped',
    async () => {
      const home = await temporaryHome();
      const prometheus = await startPrometheus();
      expect(await prometheus.atInstant('1', 0)).toHaveLength(1);

      await prometheus.stop();

      await expect(prometheus.atInstant('1', 0)).rejects.toThrow();
      expect(() => process.kill(prometheus.pid, 0)).toThrow('ESRCH');
      expect(await readdir(home)).toEqual([]);
    },
    STARTING,
  );

  it.each([
    { history: brokenHistory, failure: 'the history is broken' },
    { history: unreadableHistory, failure: 'promtool ended with 1' },
  ])(
    'leaves nothing behind when it cannot start: $failure',
    async ({ history, failure }) => {
      const home = await temporaryHome();

      await expect(startPrometheus(history)).rejects.toThrow(failure);

      expect(await readdir(home)).toEqual([]);
    },
    STARTING,
  );

  it(
    'says why it refuses a query',
    async () => {
      await temporaryHome();
      const prometheus = await startPrometheus();
      onTestFinished(() => prometheus.stop());

      await expect(prometheus.atInstant('sum(', 0)).rejects.toThrow('parse error');
    },
    STARTING,
  );
});
