import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { plainEnvironment } from '../support/exporter-process.ts';

const SOAK = fileURLToPath(new URL('../../scripts/soak.ts', import.meta.url));
const POLLS = 1200;

describe('the exporter under faults, reloads and scrapes', () => {
  it(`leaks no memory, socket, file or timer in ${POLLS} polls`, async () => {
    const child = spawn(process.execPath, ['--expose-gc', SOAK, '--polls', String(POLLS)], {
      env: plainEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => output.push(chunk));
    }

    const code = await new Promise((resolve) => child.once('close', resolve));

    const report = Buffer.concat(output).toString('utf8');
    process.stdout.write(report);
    expect(report).toMatch(/^no leaks$/m);
    expect(code).toBe(0);
  }, 180_000);
});
