import { describe, expect, it } from 'vitest';
import { config, project, serviceConfig } from '../../../../test/support/config.ts';
import { startExporterWorld } from '../../../../test/support/exporter-world.ts';
import { ges } from '../index.ts';
import listBackupsV1 from './list-backups-v1.json' with { type: 'json' };
import listBackupsV2 from './list-backups-v2.json' with { type: 'json' };

/** The resources served when this is the whole list and there is no inventory. */
async function served(version: 'v2' | 'v1.0', body: unknown) {
  const service = serviceConfig(ges, { inventory: false }, { api_version: version });
  const world = await startExporterWorld(
    (cloud) => cloud.respond('ges', 'backups', { kind: 'body', body }),
    config({ projects: [project({ services: [service] })] }),
  );
  return await world.scrape();
}

describe("the vendor's sample response", () => {
  it('for v2 contains the newest success of a graph and its size', async () => {
    const { value } = await served('v2', listBackupsV2);
    const graph = { resource_id: '4c5f882d-a813-4d78-a8e3-6d3212ddd121' };

    expect(value('last_success_timestamp_seconds', graph)).toBe(1_623_242_004);
    expect(value('last_success_size_bytes', graph)).toBe(1_048_576);
    expect(value('last_success_duration_seconds', graph)).toBe(0);
    expect(value('oldest_success_timestamp_seconds', graph)).toBe(1_623_160_568);
    expect(value('stored_bytes', graph)).toBe(2_097_152);
    expect(value('consecutive_failures', graph)).toBe(0);
    expect(value('rpo_seconds', graph)).toBe(93_600);
  });

  it('for v2 contains a deleted graph, which has backups and no objective', async () => {
    const { value } = await served('v2', listBackupsV2);
    const graph = { resource_id: '9b9a05c2-0cdb-41ac-b55f-93caffb0519a' };

    expect(value('last_success_timestamp_seconds', graph)).toBe(1_623_160_577);
    expect(value('rpo_seconds', graph)).toBeUndefined();
  });

  it('for v1.0 is not eight hours early, and has no size', async () => {
    const { value } = await served('v1.0', listBackupsV1);
    const graph = { resource_id: '6c7b2fcc-4559-4037-8a56-6724d76d50c9' };

    expect(value('last_success_timestamp_seconds', graph)).toBe(1_530_803_749);
    expect(value('last_success_duration_seconds', graph)).toBe(67);
    expect(value('last_success_size_bytes', graph)).toBeUndefined();
    expect(value('stored_bytes', graph)).toBeUndefined();
    expect(value('rpo_seconds', graph)).toBe(93_600);
  });

  it('for v1.0 has a total of three and lists two, which leaves one unlisted', async () => {
    const { value } = await served('v1.0', listBackupsV1);

    expect(value('unlisted')).toBe(1);
    expect(value('poll_success')).toBe(1);
    expect(value('last_success_timestamp_seconds', { resource_name: 'sanguo' })).toBe(1_530_803_749);
  });
});
