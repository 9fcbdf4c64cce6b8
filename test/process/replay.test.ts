import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually, runProgram, startExporter } from '../support/exporter-process.ts';
import { filesFor, runCommand } from './command-world.ts';

const RECORDING = fileURLToPath(new URL('../recordings/simulated-cloud/recording.json', import.meta.url));

describe('a demo of a recording', () => {
  it('serves the recorded cloud as if it had been recorded now, also to other commands', async () => {
    const config = (await filesFor()).path('replay.yml');
    const demo = await startExporter(['demo', '--replay', RECORDING, '--demo.config-file', config]);
    onTestFinished(async () => void (await demo.stop()));
    await eventually(async () => (await demo.get('/-/ready')).status === 200);

    const report = (await (await demo.get('/api/v1/status')).json()) as {
      readonly now_timestamp_seconds: number;
      readonly resources: readonly { readonly last_success_timestamp_seconds?: number }[];
    };
    const { code, output } = await runCommand(['check', '--config.file', config]);

    expect(report.resources).toHaveLength(27);
    const successes = report.resources.map((resource) => resource.last_success_timestamp_seconds ?? 0);
    expect(report.now_timestamp_seconds - Math.max(...successes)).toBeLessThan(86_400);
    expect(code).toBe(0);
    expect(output).toMatch(/^project project-0 \(recorded\)\n {2}credentials accepted\n/);
  });

  it('rejects a file that is not a recording, and flags of the simulated cloud', async () => {
    const file = await (await filesFor()).write('notes.json', '{}');

    const other = await runProgram(['demo', '--replay', file]);
    const missing = await runProgram(['demo', '--replay', '/nowhere/recording.json']);
    const both = await runProgram(['demo', '--replay', RECORDING, '--demo.graphs', '3']);

    expect([other.code, missing.code, both.code]).toEqual([2, 2, 2]);
    expect(other.errors).toMatch(/--replay: cannot read .*: not a recording of check --record: /);
    expect(missing.errors).toContain('no such file or directory (ENOENT)');
    expect(both.errors).toMatch(/'--replay <file>' cannot be used with .*'--demo\.graphs <count>'/);
  });
});
