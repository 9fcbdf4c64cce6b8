import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, plainEnvironment } from '../support/exporter-process.ts';

// Runs the commands of the README, on the ports that it uses.

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ORIGIN = 'http://localhost:10045';

interface Block {
  readonly language: string;
  readonly text: string;
}

const blocks: readonly Block[] = [
  ...readFileSync(new URL('../../README.md', import.meta.url), 'utf8').matchAll(
    /^```(\w*)\n([\s\S]*?)^```/gm,
  ),
].map(([, language = '', text = '']) => ({ language, text }));

/** The first block with this text, and the one after it. */
function blockWith(text: string): readonly [Block, Block] {
  const index = blocks.findIndex((block) => block.text.includes(text));
  const [found, next] = blocks.slice(index, index + 2);
  if (index < 0 || found === undefined || next === undefined) throw new Error(`the README has no ${text}`);
  return [found, next];
}

const bash = async (script: string): Promise<string> => {
  const options = { cwd: ROOT, env: plainEnvironment() };
  return (await promisify(execFile)('bash', ['-c', script], options)).stdout;
};

async function stateOf(name: string): Promise<unknown> {
  const { resources } = (await (await fetch(`${ORIGIN}/api/v1/status`)).json()) as {
    readonly resources: readonly Readonly<Record<string, unknown>>[];
  };
  return resources.find(({ resource_name }) => resource_name === name)?.['state'];
}

/** The metric that the alert in the README compares with the time. */
async function dueTimestamp(): Promise<number> {
  const metrics = await (await fetch(`${ORIGIN}/metrics`)).text();
  return Number(
    /^huaweicloud_backup_due_timestamp_seconds\{.*payments-graph-01.*\} (\S+)$/m.exec(metrics)?.[1],
  );
}

let demo: ChildProcess;
beforeAll(async () => {
  const [{ text }] = blockWith('npm run demo');
  const [, command = ''] = /^npm ci && (npm run demo)/m.exec(text) ?? [];
  demo = spawn('bash', ['-c', command], { cwd: ROOT, env: plainEnvironment(), detached: true });
  await eventually(async () => {
    if (demo.exitCode !== null) throw new Error('the demo ended: is port 10045 in use?');
    return await fetch(`${ORIGIN}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  }, 30);
});
afterAll(() => {
  if (demo.pid !== undefined) process.kill(-demo.pid);
});

describe('the first two screens of the README', () => {
  it('show what the demo serves', async () => {
    const [{ text: command }, { text: shown }] = blockWith('curl -s localhost:10045/metrics');

    const served = await bash(command);

    const lines = shown.trim().split('\n');
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) {
      const [, name = '', labels = ''] = /^(\w+)\{…,(.*)\} \S+$/.exec(line) ?? [];
      expect(served).toMatch(new RegExp(`^${name}\\{[^\\n]*,${labels}\\} `, 'm'));
    }
  });

  it('resolve an alert with the command on the second screen', async () => {
    const [{ text: command }, { text: shown }] = blockWith('backups create --config.file examples/demo.yml');
    expect(await stateOf('payments-graph-01')).toBe('stale');
    expect(await dueTimestamp()).toBeLessThan(Date.now() / 1000);

    const printed = await bash(command);

    const shape = (text: string): string =>
      text
        .replaceAll(/\b(job|backup) [\da-f-]{32,}/g, '$1 ID')
        .replaceAll(/succeeded: .*, backup/g, 'succeeded, backup');
    expect(shape(printed)).toBe(shape(shown));
    await eventually(async () => (await stateOf('payments-graph-01')) === 'fine', 20);
    expect(await dueTimestamp()).toBeGreaterThan(Date.now() / 1000);
  }, 120_000);
});
