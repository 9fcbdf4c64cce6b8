import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually, runProgram, startExporter } from '../support/exporter-process.ts';
import { filesFor, runCommand } from './command-world.ts';

const EXAMPLE = new URL('../../examples/demo.yml', import.meta.url);

async function startDemo(flags: readonly string[] = [], environment: Readonly<Record<string, string>> = {}) {
  const config = (await filesFor()).path('demo.yml');
  const demo = await startExporter(['demo', '--demo.config-file', config, ...flags], environment);
  onTestFinished(async () => void (await demo.stop()));
  await eventually(() => demo.errors().includes('msg="demo ready"'));
  return { demo, config };
}

describe('the demo', () => {
  it('has a stale resource that a command fixes', async () => {
    const { demo, config } = await startDemo(['--demo.speed', '20']);
    const stateOf = async (name: string): Promise<unknown> => {
      const { resources } = (await (await demo.get('/api/v1/status')).json()) as {
        readonly resources: readonly Readonly<Record<string, unknown>>[];
      };
      return resources.find(({ resource_name }) => resource_name === name)?.['state'];
    };
    const name = 'payments-graph-01';
    await eventually(async () => (await stateOf(name)) === 'stale');

    const { code, output, errors } = await runCommand([
      ...['backups', 'create', '--config.file', config, '--resource', name, '--yes', '--wait'],
    ]);

    expect({ code, errors }).toEqual({ code: 0, errors: expect.stringMatching(/^Waiting for .*\n$/) });
    expect(output).toMatch(/^Started the backup of payments-graph-01 .*\nThe backup of .* succeeded: /);
    await eventually(async () => (await stateOf(name)) === 'fine');
  });

  it('writes the example configuration with its own port', async () => {
    const { config } = await startDemo();

    const written = (await readFile(config, 'utf8')).replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:10046');

    expect(written).toBe(await readFile(EXAMPLE, 'utf8'));
  });

  it('runs next to another demo on another port', async () => {
    const { config: first } = await startDemo();
    const { demo, config: second } = await startDemo();

    const check = (config: string) => runCommand(['check', '--config.file', config]);
    const ended = [await check(first), await check(second)];

    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    expect(demo.errors()).toMatch(
      /level=warn msg="port of the simulated cloud is in use, using another one"/,
    );
  });

  it('logs its page and a command, as run by npm', async () => {
    const { demo, config } = await startDemo([], { npm_lifecycle_event: 'demo' });

    expect(demo.errors()).toContain(
      `msg="demo ready" page=${demo.origin}/ try="npm --silent start -- backups create --config.file ${config} --resource payments-graph-01 --wait"`,
    );
  });

  it('simulates every service on demand', async () => {
    const { config } = await startDemo(['--demo.others', '1']);

    const { code, output } = await runCommand(['check', '--json', '--config.file', config]);

    const [project] = JSON.parse(output).projects;
    expect(code).toBe(0);
    expect(project.services.map(({ service }: { readonly service: string }) => service)).toEqual(
      expect.arrayContaining(['ges', 'gaussdb-mysql', 'rds', 'cbr']),
    );
  });

  it('shows commands that run with services that the example does not list, until it ends', async () => {
    const demo = await startExporter(['demo', '--demo.others', '2']);
    onTestFinished(async () => void (await demo.stop()));
    const shown =
      /huaweicloud-backup-exporter (backups create [^<>"]*--service (?!ges |gaussdb-mysql )[^<>"]*)/;
    const shownCommand = async () => shown.exec(await (await demo.get('/')).text())?.[1];
    await eventually(async () => (await shownCommand()) !== undefined);
    const command = await shownCommand();
    const [, config = ''] = /--config\.file (\S+)/.exec(command ?? '') ?? [];

    const { code, output } = await runCommand([...(command ?? '').split(' '), '--yes']);

    expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/^Started the backup of /) });
    await demo.stop();
    await expect(readFile(config)).rejects.toThrow('ENOENT');
  });

  it('explains how npm passes flags if its port is in use or npm consumed them', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await eventually(() => server.listening);
    const taken = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const environment = { npm_lifecycle_event: 'demo' };

    const inUse = await runProgram(['demo', `--web.listen-address=${taken}`], environment);
    const consumed = await runProgram(['demo', ':10047'], environment);

    const advice = '(npm passes flags on after --: npm run demo -- --web.listen-address :10047)';
    expect([inUse.code, consumed.code]).toEqual([1, 2]);
    expect(inUse.errors).toMatch(/the port is in use; .*--web\.listen-address \(npm passes/);
    for (const { errors } of [inUse, consumed]) expect(errors).toContain(advice);
  });

  it('fails with one line if it cannot write the configuration', async () => {
    const { code, errors } = await runProgram(['demo', '--demo.config-file', '/nowhere/demo.yml']);

    // Another demo may use the port at this moment.
    expect({ code, errors: errors.replace(/^ts=.* msg="port of .*\n/, '') }).toEqual({
      code: 1,
      errors:
        'huaweicloud-backup-exporter: cannot write /nowhere/demo.yml: no such file or directory (ENOENT)\n',
    });
  });
});
