import { describe, expect, it } from 'vitest';
import type { ServiceConfig } from '../../src/config/config.ts';
import { config, gaussdbService, gesService, project } from '../support/config.ts';
import { startExporterWorld } from '../support/exporter-world.ts';
import { list } from '../support/fake-cloud.ts';
import { vendorSample } from '../support/vendor-samples.ts';

const rowsOf = (sample: Parameters<typeof vendorSample>[0], key: string): readonly unknown[] =>
  vendorSample(sample)[key] as readonly unknown[];

const ROWS = {
  v2: rowsOf('ges-v2-list-backups', 'backup_list'),
  v1: rowsOf('ges-v1-list-backups', 'backupList'),
  gaussdb: rowsOf('gaussdb-mysql-v3-list-backups', 'backups'),
};

/** What is served when these rows are the whole list and no inventory is asked for. */
async function served(service: ServiceConfig, rows: readonly unknown[]) {
  const world = await startExporterWorld(
    (cloud) => cloud.answer(service.type, 'backups', list(...rows)),
    config({ projects: [project({ services: [{ ...service, inventory: false }] })] }),
  );
  const { value } = await world.scrape();
  return (metric: string, resourceId: string) => value(metric, { resource_id: resourceId });
}

describe('the rows that the vendor prints', () => {
  it('of GES v2 tell the newest success of a graph and its size', async () => {
    const value = await served(gesService(), ROWS.v2);
    const graph = '4c5f882d-a813-4d78-a8e3-6d3212ddd121';

    expect(value('last_success_timestamp_seconds', graph)).toBe(1_623_242_004);
    expect(value('last_success_size_bytes', graph)).toBe(1_048_576);
    expect(value('last_success_duration_seconds', graph)).toBe(0);
    expect(value('oldest_success_timestamp_seconds', graph)).toBe(1_623_160_568);
    expect(value('stored_bytes', graph)).toBe(2_097_152);
    expect(value('consecutive_failures', graph)).toBe(0);
    expect(value('rpo_seconds', graph)).toBe(93_600);
  });

  it('of GES v2 tell of a graph that is deleted: it has its backups and no objective', async () => {
    const value = await served(gesService(), ROWS.v2);
    const graph = '9b9a05c2-0cdb-41ac-b55f-93caffb0519a';

    expect(value('last_success_timestamp_seconds', graph)).toBe(1_623_160_577);
    expect(value('rpo_seconds', graph)).toBeUndefined();
  });

  it('of GES v1.0 are not eight hours early, and have no size', async () => {
    const value = await served(gesService({ apiVersion: 'v1.0' }), ROWS.v1);
    const graph = '6c7b2fcc-4559-4037-8a56-6724d76d50c9';

    expect(value('last_success_timestamp_seconds', graph)).toBe(1_530_803_749);
    expect(value('last_success_duration_seconds', graph)).toBe(67);
    expect(value('last_success_size_bytes', graph)).toBeUndefined();
    expect(value('stored_bytes', graph)).toBeUndefined();
    expect(value('rpo_seconds', graph)).toBe(93_600);
  });

  it('of GaussDB(for MySQL) tell the newest success of an instance, its size and its minutes', async () => {
    const value = await served(gaussdbService(), ROWS.gaussdb);
    const instance = '43e4feaab48f11e89039fa163ebaa7e4br01';

    expect(value('last_success_timestamp_seconds', instance)).toBe(1_533_530_714);
    expect(value('last_success_size_bytes', instance)).toBe(2_939_158_528);
    expect(value('last_success_duration_seconds', instance)).toBe(240);
  });

  it('of GES v1.0 in the printed answer, which counts three and lists two, leave one unlisted', async () => {
    const world = await startExporterWorld(
      (cloud) => cloud.answer('ges', 'backups', { kind: 'body', body: vendorSample('ges-v1-list-backups') }),
      config({ projects: [project({ services: [gesService({ apiVersion: 'v1.0', inventory: false })] })] }),
    );
    const { value } = await world.scrape();

    expect(value('unlisted')).toBe(1);
    expect(value('poll_success')).toBe(1);
    expect(value('last_success_timestamp_seconds', { resource_name: 'sanguo' })).toBe(1_530_803_749);
  });
});
