import { onTestFinished } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { createExporter, type Exporter } from '../../src/exporter.ts';
import type { Shard } from '../../src/shard.ts';
import { NO_STATE_FILE } from '../../src/state-file/state-file.ts';
import { config as configOf } from './config.ts';
import { type ParsedSample, parseText, samplesOf } from './exposition-parser.ts';
import { createFakeCloud, type FakeCloud } from './fake-cloud.ts';
import { createFakeTime, type FakeTime } from './fake-time.ts';
import { plainText } from './published.ts';
import { createRecordingLog, type LogLine } from './recording-log.ts';

/** An exporter with fake time and a fake cloud. */
export interface ExporterWorld {
  readonly exporter: Exporter;
  readonly cloud: FakeCloud;
  readonly time: FakeTime;
  readonly log: readonly LogLine[];
  /** Scrapes the exporter. */
  readonly scrape: () => Promise<Scrape>;
}

/** The samples of one scrape. */
export interface Scrape {
  readonly samples: readonly ParsedSample[];
  /** The value of the only sample of a metric with these labels; undefined if there is none. */
  readonly value: (metric: string, labels?: Readonly<Record<string, string>>) => number | undefined;
  /** All samples of resources, as text. */
  readonly resourceSeries: readonly string[];
}

/** Creates an exporter without a configuration; it is stopped when the test ends. */
export function createExporterWorld({ shard }: { readonly shard?: Shard } = {}): ExporterWorld {
  const time = createFakeTime();
  const cloud = createFakeCloud(time.clock);
  const log = createRecordingLog();
  const exporter = createExporter({
    build: { version: '0.0.0', revision: 'test', nodeVersion: 'v24.0.0' },
    clock: time.clock,
    log,
    stateFile: NO_STATE_FILE,
    shard,
    sleep: time.sleep,
    deadline: time.deadline,
    createClient: cloud.createClient,
  });
  onTestFinished(() => exporter.stop());
  return { exporter, cloud, time, log: log.lines, scrape: () => scrape(exporter) };
}

/** Creates an exporter that has polled everything once. */
export async function startExporterWorld(
  prepare: (cloud: FakeCloud) => void,
  config: Config = configOf(),
): Promise<ExporterWorld> {
  const world = createExporterWorld();
  prepare(world.cloud);
  await world.exporter.apply(config);
  await world.time.pass(30);
  return world;
}

async function scrape(exporter: Exporter): Promise<Scrape> {
  const published = plainText(exporter.publication(), 'text');
  const samples = samplesOf(parseText(published + (await exporter.renderOwnMetrics('text'))));
  return {
    samples,
    value: (metric, labels = {}) => {
      const found = samples.filter(
        (sample) =>
          sample.name === `huaweicloud_backup_${metric}` &&
          Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
      );
      if (found.length > 1) throw new Error(`${found.length} samples of ${metric} match`);
      return found[0]?.value;
    },
    resourceSeries: published.split('\n').filter((line) => line.includes('resource_id=')),
  };
}
