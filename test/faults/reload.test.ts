import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { createReloader } from '../../src/commands/reload.ts';
import { runExporter, type ServeFlags } from '../../src/commands/run-exporter.ts';
import type { Terminal } from '../../src/commands/terminal.ts';
import type { Config } from '../../src/config/config.ts';
import type { ConfigResult } from '../../src/config/load.ts';
import { systemClock } from '../../src/domain/quantities.ts';
import {
  type SimulatedCloud,
  type SimulatedCloudOptions,
  startSimulatedCloud,
} from '../../src/services/simulated-cloud.ts';
import { configurationFor } from '../support/configuration.ts';
import { eventually, valuesOf } from '../support/exporter-process.ts';
import {
  configOf,
  createExporterUnderTest,
  createTestClock,
  type ExporterUnderTest,
  type LogLine,
} from './exporter-under-test.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const clock = createTestClock();

async function startCloud(options: Partial<SimulatedCloudOptions> = {}): Promise<SimulatedCloud> {
  const cloud = await startSimulatedCloud({
    counts: { ges: 2, 'gaussdb-mysql': 3 },
    clock: clock.now,
    ...options,
  });
  cleanups.push(cloud.stop);
  return cloud;
}

function createExporter(): ExporterUnderTest {
  const exporter = createExporterUnderTest({ clock });
  cleanups.push(exporter.stop);
  return exporter;
}

describe('a reloader', () => {
  const config = configOf(
    JSON.stringify({
      projects: [
        {
          region: 'cn-north-4',
          credentials: { type: 'token', token: 'unused' },
          services: [{ type: 'ges' }],
        },
      ],
    }),
  );
  const valid: ConfigResult = { ok: true, config, warnings: [] };

  function createTestReloader(load: () => Promise<ConfigResult>, apply: (config: Config) => Promise<void>) {
    const recorded: (readonly string[])[] = [];
    const lines: LogLine[] = [];
    const write =
      (level: string) =>
      (fields: LogLine['fields'], message: string): void => {
        lines.push({ level, fields, message });
      };
    const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
    const exporter = { apply, recordReload: (problems: readonly string[]) => void recorded.push(problems) };
    return { reload: createReloader({ exporter, loadConfig: load, log }), recorded, lines };
  }

  it.each([
    ['loading', () => Promise.reject(new Error('unexpected')), () => Promise.resolve()],
    ['applying', () => Promise.resolve(valid), () => Promise.reject(new Error('unexpected'))],
  ] as const)('reports an unexpected error while %s as a failed reload', async (_, load, apply) => {
    const { reload, recorded, lines } = createTestReloader(load, apply);

    const problems = await reload();

    expect(problems).toEqual(['unexpected']);
    expect(recorded).toEqual([['unexpected']]);
    expect(lines).toMatchObject([{ level: 'error', fields: { problem: 'unexpected' } }]);
  });

  it('works again after an error', async () => {
    let loads = 0;
    const load = () => {
      loads += 1;
      return loads === 1 ? Promise.reject(new Error('unexpected')) : Promise.resolve(valid);
    };
    const { reload, recorded } = createTestReloader(load, () => Promise.resolve());

    await reload();
    await reload();

    expect(recorded).toEqual([['unexpected'], []]);
  });

  it('runs one reload at a time, and concurrent requests share the next one', async () => {
    const events: string[] = [];
    const load = async (): Promise<ConfigResult> => {
      events.push('load');
      return valid;
    };
    const apply = async (): Promise<void> => {
      await new Promise(setImmediate);
      events.push('applied');
    };
    const { reload } = createTestReloader(load, apply);

    const first = reload();
    await Promise.resolve();
    await Promise.all([first, reload(), reload(), reload()]);

    expect(events).toEqual(['load', 'applied', 'load', 'applied']);
  });
});

describe('a reload in the middle of a poll', () => {
  const byPolicy = (cloud: SimulatedCloud, more: object = {}) =>
    configurationFor(cloud, { interval: '5m', rpo: { default: 'policy' }, ...more });
  const objectives = async (exporter: ExporterUnderTest) =>
    valuesOf(await exporter.samples(), 'rpo_seconds', { cloud_service: 'gaussdb-mysql' });

  it('does not lose the objectives for an hour because reading a policy was aborted', async () => {
    const cloud = await startCloud();
    const reference = createExporter();
    await reference.apply(byPolicy(cloud));
    await reference.poll();
    const expected = await objectives(reference);
    const exporter = createExporter();
    await exporter.apply(byPolicy(cloud));
    cloud.clearRequests();
    const undo = cloud.inject({ match: { operation: 'get_policy' }, fault: { kind: 'no-response' } });

    const abandoned = exporter.poll();
    await eventually(() => cloud.requests.some(({ operation }) => operation === 'get_policy'));
    undo();
    await exporter.apply(byPolicy(cloud));
    await abandoned;
    await exporter.poll();

    expect(expected).toHaveLength(3);
    expect(expected).not.toContain(93_600);
    expect(await objectives(exporter)).toEqual(expected);
  });

  it('keeps the series, and neither loses nor double-counts a backup that finished meanwhile', async () => {
    const cloud = await startCloud();
    const { id } = cloud.resourceOf('healthy');
    const exporter = createExporter();
    const configuration = configurationFor(cloud, { interval: '5m' });
    await exporter.apply(configuration);
    await exporter.poll();
    const RELOADS = 50;

    for (let count = 0; count < RELOADS; count += 1) {
      cloud.startBackup(id);
      cloud.finishBackup(id);
      const undo = cloud.inject({
        match: { service: 'ges', operation: count % 2 === 0 ? 'list_backups' : 'list_graphs' },
        fault: { kind: 'no-response' },
      });
      cloud.clearRequests();
      const before = exporter.resourceSeries('prod');
      const abandoned = exporter.poll();
      await eventually(() => cloud.requests.some(({ service }) => service === 'ges'));
      await exporter.apply(configuration);
      await abandoned;
      undo();
      const graphs = before.filter((line) => line.includes('cloud_service="ges"'));
      expect(exporter.resourceSeries('prod').filter((line) => line.includes('cloud_service="ges"'))).toEqual(
        graphs,
      );
      await exporter.poll();
    }

    const finished = { resource_id: id, result: 'succeeded' };
    expect(valuesOf(await exporter.samples(), 'finished_total', finished)).toEqual([RELOADS]);
  });
});

describe('SIGHUP', () => {
  it('received during startup reloads once the program runs', async () => {
    const cloud = await startCloud();
    const handlers = new Map<string, (name: NodeJS.Signals) => void>();
    const output: string[] = [];
    const terminal: Terminal = {
      environment: {},
      write: async () => undefined,
      writeError: () => undefined,
      output: new PassThrough(),
      outputWidth: undefined,
      errorWidth: undefined,
      style: (_, text) => text,
      canAsk: false,
      ask: () => Promise.resolve(false),
      onSignal: (names, handle) => {
        for (const name of names) handlers.set(name, handle);
        return () => undefined;
      },
      onUncaught: () => undefined,
      onWarning: () => undefined,
      exit: () => {
        throw new Error('ended');
      },
      clock: systemClock,
      sleep: () => Promise.resolve(),
    };
    const write = (_: unknown, message: string): void => void output.push(message);
    const log = { debug: write, info: write, warn: write, error: write };
    const firstLoad = Promise.withResolvers<ConfigResult>();
    const loaded: ConfigResult = {
      ok: true,
      config: configOf(configurationFor(cloud, { interval: '5m' })),
      warnings: [],
    };
    let loads = 0;
    const loadConfig = (): Promise<ConfigResult> => {
      loads += 1;
      return loads === 1 ? firstLoad.promise : Promise.resolve(loaded);
    };
    const flags: ServeFlags = {
      'web.listenAddress': '127.0.0.1:0',
      'web.telemetryPath': '/metrics',
      'log.level': 'info',
      'log.format': 'logfmt',
      shard: 0,
      totalShards: 1,
    };

    const running = runExporter({
      flags,
      terminal,
      log,
      configFile: undefined,
      source: 'config.yml',
      loadConfig,
    });
    handlers.get('SIGHUP')?.('SIGHUP');
    firstLoad.resolve(loaded);
    await eventually(() => output.includes('configuration reloaded'));
    handlers.get('SIGTERM')?.('SIGTERM');

    expect(await running).toBe(0);
    expect(loads).toBe(2);
    expect(output.indexOf('listening')).toBeLessThan(output.indexOf('configuration reloaded'));
  });
});
