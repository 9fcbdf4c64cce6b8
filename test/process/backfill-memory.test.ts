import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { MAIN, plainEnvironment } from '../support/exporter-process.ts';
import { cloudFor, configFor } from './command-world.ts';

const MEGABYTE = 2 ** 20;

// Loaded before the program: tells at its end how much memory it had at most.
const REPORT =
  "process.on('exit', () => process.stderr.write('peak ' + process.resourceUsage().maxRSS + '\\n'))";

/** The samples that a backfill of seven days wrote, and the bytes of memory that it had at most. */
async function measured(config: string, step: string) {
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
  it('does not grow with the samples that it writes', async () => {
    const config = await configFor(await cloudFor({ characters: false }));

    const few = await measured(config, '1h');
    const many = await measured(config, '20s');

    expect([few.code, many.code]).toEqual([0, 0]);
    expect(few.samples).toBeGreaterThan(10_000);
    expect(many.samples).toBeGreaterThan(150 * few.samples);
    expect(many.memory - few.memory).toBeLessThan(64 * MEGABYTE);
  });
});
