import { projectClientFactory } from '../../src/commands/clients.ts';
import { runCommandLine } from '../../src/commands/command-line.ts';
import type { Config } from '../../src/config/config.ts';
import { parseConfig } from '../../src/config/load.ts';
import { type UnixSeconds, unixSeconds } from '../../src/domain/quantities.ts';
import { RESOURCE_METRICS, resourceLabels } from '../../src/metrics/resource-metrics.ts';
import { scopeLabels } from '../../src/metrics/service-metrics.ts';
import { readService } from '../../src/poll/read-service.ts';
import type { SimulatedCloud } from '../../src/services/simulated-cloud.ts';
import { createYield } from '../../src/state/event-loop.ts';
import { serveResources } from '../../src/state/served.ts';
import type { ServiceState } from '../../src/state/service-state.ts';
import { configurationFor } from '../support/configuration.ts';
import { readSamples, temporaryDirectory } from '../support/exporter-process.ts';
import { NO_POLICIES } from '../support/state.ts';
import { createFakeTerminal } from './fake-terminal.ts';

/** A sample: series and time as one text, and the value. The name and status of the resource are left out of the series. */
export type Samples = ReadonlyMap<string, number>;

/** Records what the exporter serves of a cloud, and what a backfill writes afterwards. */
export interface Recorder {
  /** Reads everything once, as a poll does, and records what would be served. */
  readonly record: (now: UnixSeconds) => Promise<void>;
  readonly recorded: Samples;
  /** The output of `backfill` now, with a sample every `step` seconds. */
  readonly backfill: (now: UnixSeconds, since: UnixSeconds, step: number) => Promise<Samples>;
}

const nothing = (): void => undefined;
const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** A recorder for a cloud with its own clock. */
export function createRecorder(cloud: SimulatedCloud): Recorder {
  const text = configurationFor(cloud, {
    interval: '5m',
    credentials: { type: 'token', token: cloud.issueToken() },
    project: { project_id: cloud.account.projectId },
  });
  const config = valid(text);
  const createClient = projectClientFactory(createFakeTerminal(), SILENT, { oneShot: true });
  const states = new Map<string, ServiceState>();
  const recorded = new Map<string, number>();

  const recordService = async (
    project: Config['projects'][number],
    service: Config['projects'][number]['services'][number],
    now: UnixSeconds,
  ): Promise<void> => {
    const client = createClient(project, config.poll);
    const scope = { service: service.type, region: project.region, project: project.name };
    const reader = { client, service, ahead: 3, scope, config, clock: () => now };
    const { next } = await readService(reader, states.get(service.type), new AbortController().signal);
    await client.close();
    if (next === undefined) throw new Error('the lists could not be read');
    states.set(service.type, next);
    const served = await serveResources(scope, config, next, NO_POLICIES, createYield());
    for (const metric of RESOURCE_METRICS) {
      for (const resource of served.resources) {
        const labels = resourceLabels(scopeLabels(scope), resource);
        metric.read(resource, (moreLabels, value) => {
          recorded.set(keyOf(`${metric.name}{${labels}${moreLabels}} ${value}`, now), value);
        });
      }
    }
  };

  return {
    recorded,
    record: async (now) => {
      for (const project of config.projects) {
        await Promise.all(project.services.map((service) => recordService(project, service, now)));
      }
    },
    backfill: async (now, since, step) => {
      const files = await temporaryDirectory();
      const terminal = createFakeTerminal();
      try {
        const code = await runCommandLine(
          [
            ...['backfill', '--config.file', await files.write('config.yml', text)],
            ...['--since', new Date(since * 1000).toISOString().replace('.000', '')],
            ...['--step', `${step}s`, '--job', 'j', '--instance', 'i'],
          ],
          { ...terminal, clock: () => now, sleep: () => Promise.resolve() },
        );
        if (code !== 0) throw new Error(terminal.errors());
      } finally {
        await files.remove();
      }
      return samplesIn(terminal.written());
    },
  };
}

function valid(text: string): Config {
  const loaded = parseConfig(text, 'config.yml');
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
  return loaded.config;
}

function samplesIn(text: string): Samples {
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, sample, time] = /^([^#].*) (\S+)$/.exec(line) ?? [];
    if (sample === undefined) continue;
    const key = keyOf(sample, unixSeconds(Number(time)));
    if (samples.has(key)) throw new Error(`twice: ${line}`);
    samples.set(key, Number(sample.split(' ').at(-1)));
  }
  return samples;
}

const SCRAPE_LABELS = new Set(['job', 'instance', 'resource_name']);

/** Only the current status of a resource is known, so a backfill leaves it out. */
const isCompared = (name: string, label: string): boolean =>
  !SCRAPE_LABELS.has(label) && !(name.endsWith('resource_info') && label === 'status');

function keyOf(sample: string, time: UnixSeconds): string {
  const [{ name, labels } = { name: '', labels: {} }] = readSamples(sample);
  const pairs = Object.entries(labels)
    .filter(([label]) => isCompared(name, label))
    .map(([label, value]) => `${label}=${value}`)
    .toSorted();
  return `${time} ${name.replace('huaweicloud_backup_', '')} ${pairs.join(' ')}`;
}
