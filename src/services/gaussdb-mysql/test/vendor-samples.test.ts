import { expect, it } from 'vitest';
import { config, project, serviceConfig } from '../../../../test/support/config.ts';
import { startExporterWorld } from '../../../../test/support/exporter-world.ts';
import { gaussdbMysql } from '../index.ts';
import body from './list-backups.json' with { type: 'json' };

it("the vendor's sample response contains the newest success of an instance, its size and its minutes", async () => {
  const world = await startExporterWorld(
    (cloud) => cloud.respond('gaussdb-mysql', 'backups', { kind: 'body', body }),
    config({ projects: [project({ services: [serviceConfig(gaussdbMysql, { inventory: false })] })] }),
  );
  const { value } = await world.scrape();
  const instance = { resource_id: '43e4feaab48f11e89039fa163ebaa7e4br01' };

  expect(value('last_success_timestamp_seconds', instance)).toBe(1_533_530_714);
  expect(value('last_success_size_bytes', instance)).toBe(2_939_158_528);
  expect(value('last_success_duration_seconds', instance)).toBe(240);
});
