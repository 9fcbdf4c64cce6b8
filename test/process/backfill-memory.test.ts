import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { MAIN, plainEnvironment } from '../support/exporter-process.ts';
import { cloudFor, configFor } from './command-world.ts';

const MEGABYTE = 2 ** 20;

// Preloaded into the program: prints its peak memory when it exits.
const REPORT =
  "process.on('exit', () => process.stderr.write('peak ' + process.resourceUsage().maxRSS + '\\n'))";

/** Backfills seven days; returns the number of samples, and the peak memory in bytes. */
async function measure(config: string, step: string) {
  const child = spawn(
    process.execPath,
    [MAIN, 'backfill', '--config.file', config, '--since', '7d', '--step', step],
    {
      env: plainEnvironment({
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(REPORT)} --max-old-space-size=64`,
      }),
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const [errors, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  const [, samples = ''] = /^([\d,]+) samples of 18 resources/m.exec(errors) ?? [];
  const [, kilobytes = ''] = /^peak (\d+)$/m.exec(errors) ?? [];
  return { code, samples: Number(samples.replaceAll(',', '')), memory: Number(kilobytes) * 1024 };
}

describe('the memory of a backfill', () => {
  it('does not grow with the number of samples', async () => {
    const config = await configFor(await cloudFor({ characters: false }));

    const few = await measure(config, '1h');
    const many = await measure(config, '20s');

    expect([few.code, many.code]).toEqual([0, 0]);
    expect(few.samples).toBeGreaterThan(10_000);
    expect(many.samples).toBeGreaterThan(150 * few.samples);
    expect(many.memory - few.memory).toBeLessThan(64 * MEGABYTE);
  });
});
