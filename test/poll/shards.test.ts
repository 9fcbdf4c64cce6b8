import { describe, expect, it } from 'vitest';
import { isInShard } from '../../src/shard.ts';
import { config, gadgetService, project, widgetService } from '../support/config.ts';
import { createExporterWorld } from '../support/exporter-world.ts';
import { list } from '../support/fake-cloud.ts';
import { backupRow, resourceRow } from '../support/made-up-services.ts';
import { plainText } from '../support/published.ts';

const NAMES = Array.from({ length: 24 }, (_, index) => `team-${index}`);
const configOf = (names: readonly string[] = NAMES) =>
  config({ projects: names.map((name) => project({ name, services: [widgetService(), gadgetService()] })) });

/** The resource series of one shard after its first polls, one line each. */
async function served(ordinal: number, total: number, ...configured: readonly (readonly string[])[]) {
  const world = createExporterWorld({ shard: { ordinal, total } });
  world.cloud.respond('widgets', 'backups', list(backupRow()));
  world.cloud.respond('widgets', 'inventory', list(resourceRow()));
  world.cloud.respond('gadgets', 'backups', list(backupRow({ resource_id: 'gadget-1' })));
  world.cloud.respond('gadgets', 'inventory', list(resourceRow({ id: 'gadget-1' })));
  for (const names of configured.length === 0 ? [NAMES] : configured) {
    await world.exporter.apply(configOf(names));
    await world.time.pass(300);
  }
  const lines = plainText(world.exporter.publication(), 'text').split('\n');
  await world.exporter.stop();
  return lines.filter((line) => line.includes('resource_id='));
}

describe('shards', () => {
  it.each([1, 2, 3, 5, 7])(
    '%i of them together serve the same as a single process, without duplicates',
    async (total) => {
      const whole = await served(0, 1);
      const parts = await Promise.all(Array.from({ length: total }, (_, ordinal) => served(ordinal, total)));

      expect(parts.flat().toSorted()).toEqual(whole.toSorted());
    },
  );

  it('together serve the same as a single process after a reload that adds and removes projects', async () => {
    const after = [...NAMES.slice(6), 'newcomer-1', 'newcomer-2'];
    const whole = await served(0, 1, NAMES, after);
    const parts = await Promise.all([0, 1, 2].map((ordinal) => served(ordinal, 3, NAMES, after)));

    expect(parts.flat().toSorted()).toEqual(whole.toSorted());
  });

  it('move only one in N projects when their number grows to N', () => {
    const names = Array.from({ length: 5000 }, (_, index) => `project-${index}`);
    const shardOf = (name: string, total: number) =>
      Array.from({ length: total }, (_, ordinal) => ordinal).filter((ordinal) =>
        isInShard({ ordinal, total }, name),
      );

    const moved = names.filter((name) => shardOf(name, 8)[0] !== shardOf(name, 9)[0]);

    expect(names.every((name) => shardOf(name, 8).length === 1)).toBe(true);
    expect(moved.every((name) => shardOf(name, 9)[0] === 8)).toBe(true);
    expect(moved.length / names.length).toBeGreaterThan(0.09);
    expect(moved.length / names.length).toBeLessThan(0.135);
  });

  it('without projects are ready at once', async () => {
    const ordinal = [0, 1, 2].find((one) => !isInShard({ ordinal: one, total: 3 }, 'alone')) ?? 0;
    const world = createExporterWorld({ shard: { ordinal, total: 3 } });

    await world.exporter.apply(configOf(['alone']));

    expect(world.exporter.isReady()).toBe(true);
    await world.exporter.stop();
  });
});
