import { expect, it } from 'vitest';
import { cloudFor, exporterFor, isReady } from '../../../../test/process/command-world.ts';
import { eventually, valuesOf } from '../../../../test/support/exporter-process.ts';
import sample from './list-backups.json' with { type: 'json' };

it("the exporter process serves the facts of the vendor's sample rows", async () => {
  const cloud = await cloudFor();
  cloud.setBackups('gaussdb', { rows: sample.backups });
  const exporter = await exporterFor(cloud, {
    services: [{ type: 'gaussdb-mysql', endpoint: cloud.origin, inventory: false }],
  });

  await eventually(isReady(exporter));
  const samples = await exporter.metrics();

  const instance = { resource_id: '43e4feaab48f11e89039fa163ebaa7e4br01' };
  expect(valuesOf(samples, 'last_success_timestamp_seconds', instance)).toEqual([1533530714]);
  expect(valuesOf(samples, 'last_success_size_bytes', instance)).toEqual([2939158528]);
  expect(valuesOf(samples, 'last_success_duration_seconds', instance)).toEqual([240]);
});
