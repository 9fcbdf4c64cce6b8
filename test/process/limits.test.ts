import { describe, expect, it, onTestFinished } from 'vitest';
import type { SimulatedCloud, SimulatedCloudOptions } from '../../src/services/simulated-cloud.ts';
import { type ConfigurationParts, configurationFor } from '../support/configuration.ts';
import {
  eventually,
  type Sample,
  type ServingExporter,
  startExporter,
  valuesOf,
} from '../support/exporter-process.ts';
import { gesV2Row, graphRow } from '../support/rows.ts';
import { cloudFor, filesFor } from './command-world.ts';

const startCloud = (options: Partial<SimulatedCloudOptions> = {}): Promise<SimulatedCloud> =>
  cloudFor({ counts: { ges: 8, 'gaussdb-mysql': 2 }, ...options });

async function startReady(cloud: SimulatedCloud, parts: ConfigurationParts = {}): Promise<ServingExporter> {
  const files = await filesFor();
  const exporter = await startExporter([
    '--config.file',
    await files.write('config.yml', configurationFor(cloud, parts)),
  ]);
  onTestFinished(async () => void (await exporter.stop()));
  await eventually(async () => (await exporter.get('/-/ready')).status === 200, 30);
  return exporter;
}

const GES = { cloud_service: 'ges' };

const servedIds = (samples: readonly Sample[]): ReadonlySet<string> =>
  new Set(
    samples
      .filter(({ labels }) => labels['cloud_service'] === 'ges')
      .flatMap(({ labels }) => labels['resource_id'] ?? []),
  );

const seriesOf = (samples: readonly Sample[], id: string): readonly string[] =>
  samples
    .filter(({ labels }) => labels['resource_id'] === id)
    .map(({ name, labels, value }) => `${name} ${JSON.stringify(labels)} ${value}`);

const pollsOf = async (exporter: ServingExporter): Promise<number> =>
  valuesOf(await exporter.metrics(), 'polls_total', { ...GES, outcome: 'success' })[0] ?? 0;

const pollTwice = async (exporter: ServingExporter): Promise<void> => {
  const before = await pollsOf(exporter);
  await eventually(async () => (await pollsOf(exporter)) > before + 1, 30);
};

describe('limits.resources', () => {
  it('is enforced, its excess is exported, and a known resource is never dropped for a new one', async () => {
    const LIMIT = 100;
    const cloud = await startCloud({ counts: { ges: 80 }, characters: false });
    const exporter = await startReady(cloud, { limits: { resources: LIMIT } });
    const below = await exporter.metrics();
    const known = servedIds(below);
    for (let count = 0; count < 70; count += 1) cloud.add('graph');

    await pollTwice(exporter);
    const reached = await exporter.metrics();
    const served = servedIds(reached);
    cloud.setBackups('ges', {
      rows: Array.from({ length: 5000 }, (_, index) =>
        gesV2Row({ id: `backup-${index}`, graph_id: `another-${index}`, graph_name: `another ${index}` }),
      ),
    });
    await pollTwice(exporter);
    const flooded = await exporter.metrics();

    expect(valuesOf(below, 'resources_over_limit', GES)).toEqual([0]);
    expect(valuesOf(reached, 'resources_over_limit', GES)).toEqual([50]);
    expect(served.size).toBe(LIMIT);
    expect(known.isSubsetOf(served)).toBe(true);
    expect(valuesOf(flooded, 'resources_over_limit', GES)).toEqual([5050]);
    expect(servedIds(flooded)).toEqual(served);
    const warnings = exporter.errors().match(/resources beyond limits\.resources are not served/g);
    expect(warnings).toHaveLength(2);
  }, 60_000);

  it('applies to each service separately', async () => {
    const cloud = await startCloud({ counts: { ges: 30, 'gaussdb-mysql': 5 } });
    const exporter = await startReady(cloud, { limits: { resources: 10 } });

    const samples = await exporter.metrics();

    expect(servedIds(samples).size).toBe(10);
    expect(valuesOf(samples, 'rpo_seconds', { cloud_service: 'gaussdb-mysql' })).toHaveLength(5);
    expect(valuesOf(samples, 'resources_over_limit', { cloud_service: 'gaussdb-mysql' })).toEqual([0]);
  });
});

describe('one resource', () => {
  it('with 20,000 backups has as many series as any other, and does not affect the others', async () => {
    const cloud = await startCloud();
    const ids = ['orders', 'billing', 'search'];
    const rowsOf = (id: string, count: number) =>
      Array.from({ length: count }, (_, index) =>
        gesV2Row({ id: `${id}-${index}`, graph_id: id, graph_name: id }),
      );
    cloud.setInventory('ges', { rows: ids.map((id) => graphRow({ id, name: id })) });
    cloud.setBackups('ges', { rows: ids.flatMap((id) => rowsOf(id, 5)) });
    const exporter = await startReady(cloud);
    const before = await exporter.metrics();

    cloud.setBackups('ges', {
      rows: [...rowsOf('orders', 20_000), ...ids.slice(1).flatMap((id) => rowsOf(id, 5))],
    });
    await eventually(async () => {
      const stored = { resource_id: 'orders', state: 'succeeded' };
      return valuesOf(await exporter.metrics(), 'stored', stored)[0] === 20_000;
    }, 30);
    const after = await exporter.metrics();

    for (const id of ids.slice(1)) expect(seriesOf(after, id)).toEqual(seriesOf(before, id));
    expect(seriesOf(after, 'orders')).toHaveLength(seriesOf(before, 'orders').length);
    expect(valuesOf(after, 'finished_total', { resource_id: 'orders', result: 'succeeded' })).toEqual([
      19_995,
    ]);
  }, 60_000);

  it('with names of seven megabytes does not make the exposition grow with them', async () => {
    const cloud = await startCloud();
    const long = 'x'.repeat(7_000_000);
    const exporter = await startReady(cloud);
    cloud.setInventory('ges', { rows: [graphRow({ id: 'orders', name: 'orders' })] });
    cloud.setBackups('ges', {
      rows: [
        gesV2Row({ id: 'named', graph_id: 'orders', graph_name: long }),
        gesV2Row({ id: long, graph_id: 'orders' }),
      ],
    });

    await eventually(async () => servedIds(await exporter.metrics()).has('orders'), 30);
    const samples = await exporter.metrics();

    const labels = samples.flatMap((sample) => Object.values(sample.labels));
    expect(Math.max(...labels.map((label) => Array.from(label).length))).toBeLessThanOrEqual(256);
    expect(valuesOf(samples, 'last_status', { resource_id: 'orders', state: 'succeeded' })).toEqual([1]);
  }, 60_000);

  it('whose responses are too large to be read fails only its own list', async () => {
    const cloud = await startCloud();
    const exporter = await startReady(cloud);
    const before = servedIds(await exporter.metrics());
    cloud.setBackups('ges', { rows: [gesV2Row({ graph_name: 'x'.repeat(20_000_000) })] });

    await eventually(
      async () =>
        (valuesOf(await exporter.metrics(), 'polls_total', { ...GES, outcome: 'malformed' })[0] ?? 0) > 1,
      30,
    );
    const samples = await exporter.metrics();

    expect(servedIds(samples)).toEqual(before);
    expect(valuesOf(samples, 'poll_success', GES)).toEqual([0]);
    expect(valuesOf(samples, 'poll_success', { cloud_service: 'gaussdb-mysql' })).toEqual([1]);
  }, 60_000);
});
