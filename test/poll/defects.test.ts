import { describe, expect, it } from 'vitest';
import { unixSeconds } from '../../src/domain/quantities.ts';
import { config, gaussdbService, gesService, override, project } from '../support/config.ts';
import { createExporterWorld, startExporterWorld } from '../support/exporter-world.ts';
import { failure, list } from '../support/fake-cloud.ts';
import { FAKE_NOW } from '../support/fake-time.ts';
import { gaussdbRow, gesV2Row, graphRow, instanceRow } from '../support/rows.ts';

const INTERVAL = 300;

describe('a project that a reload removes', () => {
  it('loses the expiry of its credentials: nobody can act on it any more', async () => {
    const world = await startExporterWorld((cloud) =>
      cloud.setPasswordExpiry(unixSeconds(FAKE_NOW + 86_400)),
    );

    world.cloud.setPasswordExpiry(undefined);
    await world.exporter.apply(config({ projects: [project({ name: 'another' })] }));
    await world.time.pass(2 * INTERVAL);
    const { value } = await world.scrape();

    expect(value('credentials_expiry_timestamp_seconds', { project: 'prod' })).toBeUndefined();
  });
});

describe('two reloads at the same time', () => {
  it('leave one configuration polling, the later one', async () => {
    const world = await startExporterWorld(() => undefined);

    await Promise.all([
      world.exporter.apply(config({ projects: [project({ name: 'first' })] })),
      world.exporter.apply(config({ projects: [project({ name: 'second' })] })),
    ]);
    await world.time.pass(30);
    world.cloud.calls.length = 0;
    await world.time.pass(2 * INTERVAL);

    expect(new Set(world.cloud.calls.map((call) => call.project))).toEqual(new Set(['second']));
    expect(world.cloud.open()).toBe(1);
  });

  it('and a stop leave nothing polling', async () => {
    const world = await startExporterWorld(() => undefined);

    await Promise.all([world.exporter.apply(config()), world.exporter.stop()]);
    world.cloud.calls.length = 0;
    await world.time.pass(2 * INTERVAL);

    expect(world.cloud.calls).toEqual([]);
    expect(world.cloud.open()).toBe(0);
  });
});

describe('a clock that is set back while a poll is under way', () => {
  it('does not stop the polls for as long', async () => {
    const world = createExporterWorld();
    await world.exporter.apply(config());
    await world.time.pass(10 * INTERVAL);
    world.cloud.answer('ges', 'backups', { kind: 'silence' });
    await world.time.pass(INTERVAL);

    world.time.setClockBy(-2400);
    world.cloud.answer('ges', 'backups', list());
    await world.time.pass(120);
    world.cloud.calls.length = 0;
    await world.time.pass(2 * INTERVAL);

    expect(world.cloud.calls.length).toBeGreaterThan(0);
  });
});

describe('an exporter that has polled everything', () => {
  it('stays ready through a reload, though nobody asked before it', async () => {
    const world = await startExporterWorld((cloud) => cloud.answer('ges', 'backups', list(gesV2Row())));

    await world.exporter.apply(config({ projects: [project(), project({ name: 'another' })] }));

    expect(world.exporter.isReady()).toBe(true);
  });
});

describe('the status right after a reload', () => {
  it('still shows the resources that are served', async () => {
    const world = await startExporterWorld((cloud) => cloud.answer('ges', 'backups', list(gesV2Row())));

    await world.exporter.apply(config());

    expect(world.exporter.status().resources).toHaveLength(1);
  });
});

describe('a policy whose answer nobody foresaw', () => {
  it('stops neither this service nor the polls after it', async () => {
    const world = await startExporterWorld(
      (cloud) => {
        cloud.answer('gaussdb-mysql', 'inventory', list(instanceRow()));
        cloud.answer('gaussdb-mysql', 'backups', list(gaussdbRow()));
        cloud.answer('gaussdb-mysql', 'policy', { kind: 'fault', error: new TypeError('unforeseen') });
      },
      config({
        projects: [project({ services: [gaussdbService()] })],
        rpo: { default: config().rpo.default, overrides: [override({ kind: 'policy' })] },
      }),
    );

    await world.time.pass(2 * INTERVAL);

    expect((await world.scrape()).value('polls_total', { outcome: 'success' })).toBe(3);
  });
});

describe('an inventory with a row that cannot be read', () => {
  it('takes nothing away from the resource that the row may have been about', async () => {
    const world = await startExporterWorld((cloud) => {
      cloud.answer('ges', 'backups', list(gesV2Row()));
      cloud.answer('ges', 'inventory', list(graphRow(), graphRow({ id: 'graph-2', name: 'second' })));
    });

    world.cloud.answer('ges', 'inventory', list(graphRow(), graphRow({ id: 2, name: 'second' })));
    await world.time.pass(INTERVAL);

    expect((await world.scrape()).value('rpo_seconds', { resource_id: 'graph-2' })).toBe(93_600);
  });
});

describe('an inventory that an excluded instance is known by', () => {
  it('keeps it excluded while it fails', async () => {
    const world = await startExporterWorld(
      (cloud) => {
        cloud.answer('gaussdb-mysql', 'backups', list(gaussdbRow({ instance_name: undefined })));
        cloud.answer('gaussdb-mysql', 'inventory', list(instanceRow({ name: 'scratch-1' })));
      },
      config({
        projects: [
          project({
            services: [gaussdbService({ exclude: { resourceName: /^scratch-/, resourceId: undefined } })],
          }),
        ],
      }),
    );

    world.cloud.answer('gaussdb-mysql', 'inventory', failure('permission', 403));
    await world.time.pass(INTERVAL);

    expect((await world.scrape()).resourceSeries).toEqual([]);
  });
});

describe('a reload that ends asking for the inventory', () => {
  it('ends saying whether it could be read', async () => {
    const world = await startExporterWorld(() => undefined);

    await world.exporter.apply(
      config({ projects: [project({ services: [gesService({ inventory: false })] })] }),
    );
    await world.time.pass(30);

    expect((await world.scrape()).value('inventory_success')).toBeUndefined();
  });
});
