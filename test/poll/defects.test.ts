import { describe, expect, it } from 'vitest';
import { config } from '../support/config.ts';
import { startExporterWorld } from '../support/exporter-world.ts';
import { list } from '../support/fake-cloud.ts';
import { backupRow } from '../support/made-up-services.ts';

describe('the status during a reload', () => {
  it('still contains the polls and the served resources', async () => {
    const world = await startExporterWorld((cloud) => cloud.respond('widgets', 'backups', list(backupRow())));

    const reloading = world.exporter.apply(config());
    await Promise.resolve();
    const { polls, resources } = world.exporter.status();
    await reloading;

    expect(polls).toHaveLength(1);
    expect(resources).toHaveLength(1);
  });
});
