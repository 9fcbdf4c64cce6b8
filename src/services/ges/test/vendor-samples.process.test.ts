import { describe, expect, it } from 'vitest';
import { cloudFor, exporterFor, isReady } from '../../../../test/process/command-world.ts';
import { eventually, valuesOf } from '../../../../test/support/exporter-process.ts';
import listBackupsV1 from './list-backups-v1.json' with { type: 'json' };
import listBackupsV2 from './list-backups-v2.json' with { type: 'json' };

const servicesAt = (endpoint: string, settings: object = {}) => [
  { type: 'ges', endpoint, inventory: false, ...settings },
];

describe('the exporter process', () => {
  it("serves the facts of the vendor's sample rows", async () => {
    const cloud = await cloudFor();
    const { backup_list: rows } = listBackupsV2;
    cloud.setBackups('ges', { rows, total: rows.length, ignorePaging: true });
    const exporter = await exporterFor(cloud, { services: servicesAt(cloud.origin) });

    await eventually(isReady(exporter));
    const samples = await exporter.metrics();

    const graph = { resource_id: '4c5f882d-a813-4d78-a8e3-6d3212ddd121' };
    expect(valuesOf(samples, 'last_success_timestamp_seconds', graph)).toEqual([1623242004]);
    expect(valuesOf(samples, 'last_success_size_bytes', graph)).toEqual([1048576]);
    expect(valuesOf(samples, 'rpo_seconds', graph)).toEqual([93600]);
    const deleted = { resource_id: '9b9a05c2-0cdb-41ac-b55f-93caffb0519a' };
    expect(valuesOf(samples, 'last_success_timestamp_seconds', deleted)).toEqual([1623160577]);
    expect(valuesOf(samples, 'rpo_seconds', deleted)).toEqual([]);
  });

  it('reads the times of v1.0 from text, which are eight hours later than the numbers', async () => {
    const cloud = await cloudFor();
    cloud.setBackups('ges-v1', { rows: listBackupsV1.backupList });
    const exporter = await exporterFor(cloud, {
      services: servicesAt(cloud.origin, { api_version: 'v1.0' }),
    });

    await eventually(isReady(exporter));
    const samples = await exporter.metrics();

    const graph = { resource_id: '6c7b2fcc-4559-4037-8a56-6724d76d50c9' };
    expect(valuesOf(samples, 'last_success_timestamp_seconds', graph)).toEqual([1530803749]);
    expect(valuesOf(samples, 'last_success_duration_seconds', graph)).toEqual([67]);
    expect(valuesOf(samples, 'last_success_size_bytes', graph)).toEqual([]);
  });
});
