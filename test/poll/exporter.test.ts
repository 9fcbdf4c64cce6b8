import { describe, expect, it } from 'vitest';
import { type FailureKind, OUTCOMES } from '../../src/domain/outcome.ts';
import { seconds, unixSeconds } from '../../src/domain/quantities.ts';
import { age, config, gadgetService, override, project, widgetService } from '../support/config.ts';
import { createExporterWorld, type ExporterWorld, startExporterWorld } from '../support/exporter-world.ts';
import { type FakeCloud, type FakeResponse, failure, list, NO_RESPONSE } from '../support/fake-cloud.ts';
import { FAKE_NOW } from '../support/fake-time.ts';
import { backupRow, resourceRow } from '../support/made-up-services.ts';
import { plainText } from '../support/published.ts';
import type { LogLine } from '../support/recording-log.ts';

const resourceText = ({ exporter }: ExporterWorld): string =>
  plainText(exporter.publication(), 'text')
    .split('\n')
    .filter((line) => line.includes('resource_id='))
    .join('\n');

const INTERVAL = 300;
const oneWidget = (cloud: FakeCloud): void => {
  cloud.respond('widgets', 'backups', list(backupRow()));
  cloud.respond('widgets', 'inventory', list(resourceRow()));
};
const FAILURES = OUTCOMES.filter(
  (outcome) => outcome !== 'success' && outcome !== 'incomplete',
) as FailureKind[];

const bothServices = config({ projects: [project({ services: [widgetService(), gadgetService()] })] });

describe('an exporter', () => {
  it('has no resource series, and counters at 0, before the first poll', async () => {
    const world = createExporterWorld();
    oneWidget(world.cloud);

    await world.exporter.apply(config());
    const { resourceSeries, value } = await world.scrape();

    expect(resourceSeries).toEqual([]);
    expect(value('polls_total', { outcome: 'success' })).toBe(0);
    expect(value('poll_success')).toBeUndefined();
    expect(world.exporter.isReady()).toBe(false);
  });

  it('serves the results of a poll', async () => {
    const world = await startExporterWorld(oneWidget);

    const { value } = await world.scrape();

    expect(value('last_success_timestamp_seconds', { resource_id: 'widget-1' })).toBe(1_704_330_000);
    expect(value('rpo_seconds', { resource_id: 'widget-1' })).toBe(93_600);
    expect(value('poll_success')).toBe(1);
    expect(value('inventory_success')).toBe(1);
    expect(value('poll_last_success_timestamp_seconds')).toBe(FAKE_NOW);
    expect(value('polls_total', { outcome: 'success' })).toBe(1);
    expect(value('unlisted')).toBe(0);
    expect(value('resources_over_limit')).toBe(0);
  });

  it('polls again after each interval', async () => {
    const world = await startExporterWorld(oneWidget);

    await world.time.pass(3 * INTERVAL);

    expect((await world.scrape()).value('polls_total', { outcome: 'success' })).toBe(4);
    expect(
      world.cloud.calls.filter(({ operation }) => operation === 'list_backups').map(({ at }) => at),
    ).toEqual([0, 1, 2, 3].map((times) => FAKE_NOW + times * INTERVAL));
  });

  it('reads a list once per poll, in pages of the largest size that the service accepts', async () => {
    const rows = Array.from({ length: 300 }, (_, n) => backupRow({ id: `backup-${n}` }));
    const world = await startExporterWorld((cloud) => cloud.respond('widgets', 'backups', list(...rows)));

    const calls = world.cloud.calls.filter(({ operation }) => operation === 'list_backups');

    expect(calls.map(({ query }) => query)).toEqual([
      { offset: '0', limit: '120' },
      { offset: '118', limit: '120' },
      { offset: '236', limit: '120' },
    ]);
    expect((await world.scrape()).value('stored', { state: 'succeeded' })).toBe(300);
  });

  it('is ready once every service has been polled, whatever the outcome, and stays ready', async () => {
    const world = createExporterWorld();
    world.cloud.respond('gadgets', 'backups', failure('auth'));
    await world.exporter.apply(bothServices);
    const before = world.exporter.isReady();

    await world.time.pass(30);
    const after = world.exporter.isReady();
    await world.exporter.apply(config({ projects: [project({ name: 'another' })] }));

    expect([before, after, world.exporter.isReady()]).toEqual([false, true, true]);
  });
});

describe('a failed poll', () => {
  it.each(FAILURES)(
    'with outcome %s leaves all resource series unchanged and is counted once',
    async (kind) => {
      const world = await startExporterWorld(oneWidget);
      const before = await world.scrape();

      world.cloud.respond('widgets', 'backups', failure(kind));
      await world.time.pass(INTERVAL);
      const after = await world.scrape();

      expect(after.resourceSeries).toEqual(before.resourceSeries);
      expect(after.value('poll_success')).toBe(0);
      expect(after.value('polls_total', { outcome: kind })).toBe(1);
      expect(after.value('polls_total', { outcome: 'success' })).toBe(1);
      expect(after.value('poll_last_success_timestamp_seconds')).toBe(FAKE_NOW);
      expect(after.value('unlisted')).toBe(0);
    },
  );

  it.each<[string, FakeResponse, string]>([
    ['is not a list', { kind: 'body', body: { error: 'none' } }, 'malformed'],
    ['is an error with status 200', { kind: 'body', body: { errorCode: 'MADE.0001' } }, 'malformed'],
    ['is null', { kind: 'body', body: null }, 'malformed'],
    ['causes an unexpected error', { kind: 'fault', error: new TypeError('unforeseen') }, 'malformed'],
    ['never arrives', NO_RESPONSE, 'timeout'],
  ])('whose response %s is counted with the matching outcome', async (_what, response, outcome) => {
    const world = await startExporterWorld(oneWidget);
    const before = await world.scrape();

    world.cloud.respond('widgets', 'backups', response);
    await world.time.pass(INTERVAL + 120);
    const after = await world.scrape();

    expect(after.value('polls_total', { outcome })).toBe(1);
    expect(after.resourceSeries).toEqual(before.resourceSeries);
  });

  it('is followed by a successful one once the service has recovered', async () => {
    const world = await startExporterWorld(oneWidget);
    world.cloud.respond('widgets', 'backups', failure('server'));
    await world.time.pass(2 * INTERVAL);

    world.cloud.respond('widgets', 'backups', list(backupRow(), backupRow({ id: 'backup-2' })));
    await world.time.pass(INTERVAL);
    const { value } = await world.scrape();

    expect(value('poll_success')).toBe(1);
    expect(value('stored', { state: 'succeeded' })).toBe(2);
    expect(value('finished_total', { result: 'succeeded' })).toBe(1);
    expect(value('polls_total', { outcome: 'server' })).toBe(2);
  });

  it('ends at the timeout and is counted as such', async () => {
    const world = createExporterWorld();
    world.cloud.respond('widgets', 'backups', NO_RESPONSE);
    await world.exporter.apply(config({ poll: { timeout: seconds(50) } }));

    await world.time.pass(49);
    const early = await world.scrape();
    await world.time.pass(2);
    const late = await world.scrape();

    expect(early.value('poll_success')).toBeUndefined();
    expect(late.value('poll_success')).toBe(0);
    expect(late.value('polls_total', { outcome: 'timeout' })).toBe(1);
    expect(late.value('poll_duration_seconds')).toBe(50);
  });

  it('leaves no resource series if it is the first one', async () => {
    const world = await startExporterWorld((cloud) =>
      cloud.respond('widgets', 'backups', failure('permission')),
    );

    const { resourceSeries, value } = await world.scrape();

    expect(resourceSeries).toEqual([]);
    expect(value('poll_last_success_timestamp_seconds')).toBeUndefined();
    expect(value('unlisted')).toBeUndefined();
    expect(world.exporter.isReady()).toBe(true);
  });

  it('is counted as incomplete if the list keeps changing', async () => {
    let made = 0;
    const body = {
      get rows() {
        made += 1;
        return Array.from({ length: 3 }, (_, n) => backupRow({ id: `backup-${made}-${n}` }));
      },
      total: 50,
    };
    const world = await startExporterWorld((cloud) =>
      cloud.respond('widgets', 'backups', { kind: 'body', body }),
    );

    const { value, resourceSeries } = await world.scrape();

    expect(value('polls_total', { outcome: 'incomplete' })).toBe(1);
    expect(resourceSeries).toEqual([]);
  });

  it('is logged once for consecutive failures, and so is the recovery', async () => {
    const world = await startExporterWorld(oneWidget);
    world.cloud.respond('widgets', 'backups', failure('server'));
    await world.time.pass(3 * INTERVAL);
    world.cloud.respond('widgets', 'backups', list(backupRow()));
    await world.time.pass(INTERVAL);

    const logged = world.log.filter(({ level, message }) => level !== 'debug' && message.startsWith('poll '));

    expect(logged.map(({ level, message }) => [level, message])).toEqual([
      ['info', 'poll complete'],
      ['warn', 'poll failed, keeping the previous values'],
      ['info', 'poll complete'],
    ]);
    expect(logged[1]?.fields).toMatchObject({ service: 'widgets', project: 'prod', outcome: 'server' });
  });
});

describe('a problem that affects several lists and services', () => {
  const warnings = (world: { readonly log: readonly LogLine[] }, text: string) =>
    world.log.filter(({ level, message }) => level === 'warn' && message.includes(text));
  const refuseAll = (cloud: FakeCloud): void => {
    for (const service of ['widgets', 'gadgets'] as const) {
      cloud.respond(service, 'backups', failure('auth', 401));
      cloud.respond(service, 'inventory', failure('auth', 401));
    }
  };

  it('is logged once for a project', async () => {
    const world = await startExporterWorld(refuseAll, bothServices);
    await world.time.pass(3 * INTERVAL);

    expect(world.log.filter(({ level }) => level === 'warn')).toHaveLength(1);
    expect(warnings(world, 'poll failed')).toHaveLength(1);
  });

  it('is logged for another service when the first one recovers', async () => {
    const world = await startExporterWorld(refuseAll, bothServices);
    const [first] = warnings(world, 'poll failed');
    const recovering = first?.fields['service'] === 'widgets' ? 'widgets' : 'gadgets';
    world.cloud.respond(recovering, 'backups', list());
    world.cloud.respond(recovering, 'inventory', list());

    await world.time.pass(2 * INTERVAL);

    const services = warnings(world, 'poll failed').map(({ fields }) => fields['service']);
    expect(services).toHaveLength(2);
    expect(new Set(services).size).toBe(2);
  });

  it('is logged for each project', async () => {
    const projects = ['one', 'two'].map((name) => project({ name, services: [widgetService()] }));
    const world = createExporterWorld();
    for (const { name } of projects) {
      world.cloud.respond('widgets', 'backups', failure('auth', 401), name);
      world.cloud.respond('widgets', 'inventory', failure('auth', 401), name);
    }
    await world.exporter.apply(config({ projects }));
    await world.time.pass(INTERVAL);

    expect(warnings(world, 'poll failed').map(({ fields }) => fields['project'])).toEqual(['one', 'two']);
  });
});

describe('the inventory', () => {
  const widgets = (cloud: FakeCloud): void => {
    cloud.respond('widgets', 'backups', list(backupRow({ resource_name: null })));
    cloud.respond('widgets', 'inventory', list(resourceRow(), resourceRow({ id: 'widget-2', name: 'new' })));
  };

  it('changes nothing else while it fails, even for an hour', async () => {
    const world = await startExporterWorld(widgets);
    const before = await world.scrape();

    world.cloud.respond('widgets', 'inventory', failure('permission', 403));
    await world.time.pass(3600);
    const after = await world.scrape();

    expect(after.resourceSeries).toEqual(before.resourceSeries);
    expect(after.value('inventory_success')).toBe(0);
    expect(after.value('poll_success')).toBe(1);
    expect(after.value('rpo_seconds', { resource_name: 'new' })).toBe(93_600);
  });

  it('is requested again by each poll after a failure, with a single warning', async () => {
    const world = await startExporterWorld(widgets);
    world.cloud.respond('widgets', 'inventory', failure('permission', 403));

    await world.time.pass(3 * INTERVAL);

    expect(world.cloud.calls.filter(({ operation }) => operation === 'list_widgets')).toHaveLength(4);
    expect(
      world.log.filter(({ message }) => message.startsWith('inventory could not be read')),
    ).toMatchObject([
      { level: 'warn', fields: { outcome: 'permission' } },
      { level: 'debug' },
      { level: 'debug' },
    ]);
  });

  it('can be replaced by the list of backups if it always fails', async () => {
    const world = await startExporterWorld((cloud) => {
      cloud.respond(
        'widgets',
        'backups',
        list(backupRow(), backupRow({ id: 'b', resource_id: 'gone', resource_deleted: true })),
      );
      cloud.respond('widgets', 'inventory', failure('permission', 400));
    });

    const { value } = await world.scrape();

    expect(value('rpo_seconds', { resource_id: 'widget-1' })).toBe(93_600);
    expect(value('rpo_seconds', { resource_id: 'gone' })).toBeUndefined();
    expect(value('inventory_success')).toBe(0);
  });

  it('is used, but removes no resources, if it lists fewer than its total', async () => {
    const world = await startExporterWorld((cloud) => {
      cloud.respond(
        'widgets',
        'inventory',
        list(resourceRow(), resourceRow({ id: 'widget-2', name: 'second' })),
      );
    });

    world.cloud.respond('widgets', 'inventory', { kind: 'list', rows: [resourceRow()], total: 2 });
    await world.time.pass(INTERVAL);
    const { value } = await world.scrape();

    expect(value('inventory_success')).toBe(1);
    expect(value('resources_unlisted')).toBe(1);
    expect(value('rpo_seconds', { resource_id: 'widget-2' })).toBe(93_600);
  });

  it('does not prevent the backups of a complete poll from being served when it fails', async () => {
    const world = await startExporterWorld(oneWidget);

    world.cloud.respond('widgets', 'inventory', NO_RESPONSE);
    world.cloud.respond('widgets', 'backups', list(backupRow(), backupRow({ id: 'backup-2' })));
    await world.time.pass(INTERVAL + 120);
    const { value } = await world.scrape();

    expect(value('stored', { state: 'succeeded' })).toBe(2);
    expect(value('inventory_success')).toBe(0);
  });

  it('removes no resource that an unreadable row may have been about', async () => {
    const world = await startExporterWorld((cloud) => {
      cloud.respond(
        'widgets',
        'inventory',
        list(resourceRow(), resourceRow({ id: 'widget-2', name: 'second' })),
      );
    });

    world.cloud.respond('widgets', 'inventory', list(resourceRow(), resourceRow({ id: 2, name: 'second' })));
    await world.time.pass(INTERVAL);
    const { value } = await world.scrape();

    expect(value('rpo_seconds', { resource_id: 'widget-2' })).toBe(93_600);
    expect(value('records_rejected_total', { reason: 'id' })).toBe(1);
  });

  it('is not requested if it is disabled', async () => {
    const world = await startExporterWorld(
      oneWidget,
      config({ projects: [project({ services: [widgetService({ inventory: false })] })] }),
    );

    const { value } = await world.scrape();

    expect(world.cloud.calls.map(({ operation }) => operation)).toEqual(['list_backups']);
    expect(value('inventory_success')).toBeUndefined();
    expect(value('resource_created_timestamp_seconds')).toBeUndefined();
  });
});

describe('a resource', () => {
  it('without backups has an objective, zero counts and a creation time, but no success', async () => {
    const world = await startExporterWorld((cloud) =>
      cloud.respond('widgets', 'inventory', list(resourceRow())),
    );

    const { value } = await world.scrape();

    expect(value('rpo_seconds')).toBe(93_600);
    expect(value('resource_created_timestamp_seconds')).toBe(1_699_263_238);
    expect(value('stored', { state: 'succeeded' })).toBe(0);
    expect(value('stored', { state: 'failed' })).toBe(0);
    expect(value('consecutive_failures')).toBe(0);
    expect(value('finished_total', { result: 'succeeded' })).toBe(0);
    expect(value('finished_total', { result: 'failed' })).toBe(0);
    expect(value('last_success_timestamp_seconds')).toBeUndefined();
    expect(value('last_status', { state: 'succeeded' })).toBeUndefined();
  });

  it('that is gone loses its objective at once, and its series with its last backup', async () => {
    const world = await startExporterWorld(oneWidget);

    world.cloud.respond('widgets', 'inventory', list());
    await world.time.pass(INTERVAL);
    const gone = await world.scrape();
    world.cloud.respond('widgets', 'backups', list());
    await world.time.pass(INTERVAL);
    const forgotten = await world.scrape();

    expect(gone.value('rpo_seconds')).toBeUndefined();
    expect(gone.value('last_success_timestamp_seconds')).toBe(1_704_330_000);
    expect(forgotten.resourceSeries).toEqual([]);
  });

  it('that is renamed keeps its counters and leaves no series with the old name', async () => {
    const world = await startExporterWorld(oneWidget);
    world.cloud.respond('widgets', 'backups', list(backupRow(), backupRow({ id: 'backup-2' })));
    await world.time.pass(INTERVAL);

    world.cloud.respond('widgets', 'inventory', list(resourceRow({ name: 'renamed' })));
    await world.time.pass(INTERVAL);
    const { samples, value } = await world.scrape();

    expect(value('finished_total', { resource_name: 'renamed', result: 'succeeded' })).toBe(1);
    expect(samples.filter(({ labels }) => labels['resource_name'] === 'orders')).toEqual([]);
  });

  it('has all its series updated at once', async () => {
    const world = await startExporterWorld(oneWidget);
    const before = resourceText(world);

    world.cloud.respond('widgets', 'backups', list(backupRow({ id: 'b', status: 'failed' })));
    const passing = world.time.pass(INTERVAL);
    const seen = new Set([resourceText(world)]);
    for (let turn = 0; turn < 200; turn += 1) {
      await Promise.resolve();
      seen.add(resourceText(world));
    }
    await passing;
    seen.add(resourceText(world));

    expect(seen.has(before)).toBe(true);
    expect(seen.size).toBe(2);
  });
});

describe('rows that cannot be read', () => {
  const rows = [backupRow(), backupRow({ id: null }), null, backupRow({ id: 'no time', ended: '' })];

  it('are counted by reason in each poll, which continues', async () => {
    const world = await startExporterWorld((cloud) => cloud.respond('widgets', 'backups', list(...rows)));

    await world.time.pass(INTERVAL);
    const { value } = await world.scrape();

    expect(value('poll_success')).toBe(1);
    expect(value('records_rejected_total', { reason: 'id' })).toBe(2);
    expect(value('records_rejected_total', { reason: 'not_an_object' })).toBe(2);
    expect(value('records_rejected_total', { reason: 'time' })).toBe(2);
    expect(value('stored', { state: 'succeeded' })).toBe(1);
  });

  it('are logged once per poll and reason, with the resource and the values of the first', async () => {
    const late = { ended: 'soon' };
    const many = [...rows, backupRow({ id: 'another', ...late })];
    const world = await startExporterWorld((cloud) => cloud.respond('widgets', 'backups', list(...many)));
    await world.time.pass(INTERVAL);

    const logged = world.log.filter(({ message }) => message.startsWith('rows rejected'));

    expect(
      logged.map(({ level, message, fields: { reason, rows: count } }) => [level, message, reason, count]),
    ).toEqual(
      [0, 1].flatMap(() => [
        ['warn', 'rows rejected: not JSON objects', 'not_an_object', 1],
        ['warn', 'rows rejected: no usable id', 'id', 1],
        ['warn', 'rows rejected: no usable time', 'time', 2],
      ]),
    );
    const fields = logged[2]?.fields;
    expect(fields).toMatchObject({ service: 'widgets', project: 'prod' });
    expect(JSON.parse(String(fields?.['example']))).toMatchObject({
      resource_id: 'widget-1',
      resource_name: 'orders',
      ended: '',
    });
  });

  it('are logged with long values shortened', async () => {
    const row = backupRow({ id: 'x'.repeat(300), resource_name: 'n'.repeat(5000), more: ['y'.repeat(5000)] });
    const world = await startExporterWorld((cloud) => cloud.respond('widgets', 'backups', list(row)));

    const [line] = world.log.filter(({ message }) => message.startsWith('rows rejected'));

    const example = String(line?.fields['example']);
    expect(example.length).toBeLessThan(1000);
    expect(example).toContain(`${'x'.repeat(64)}…`);
  });
});

describe('a new configuration', () => {
  it('applies to everything known before the next poll', async () => {
    const world = await startExporterWorld(oneWidget);

    await world.exporter.apply(config({ rpo: { default: age(7200), overrides: [] } }));
    const { value } = await world.scrape();

    expect(value('rpo_seconds', { resource_id: 'widget-1' })).toBe(7200);
  });
});

describe('services', () => {
  it('are polled independently: one that hangs does not delay the others', async () => {
    const world = createExporterWorld();
    world.cloud.respond('widgets', 'backups', NO_RESPONSE);
    world.cloud.respond('widgets', 'inventory', NO_RESPONSE);
    world.cloud.respond('gadgets', 'backups', list(backupRow({ resource_id: 'gadget-1' })));
    await world.exporter.apply(bothServices);

    await world.time.pass(30);
    const early = await world.scrape();
    await world.time.pass(5 * INTERVAL);
    const late = await world.scrape();

    expect(early.value('poll_success', { cloud_service: 'gadgets' })).toBe(1);
    expect(early.value('poll_success', { cloud_service: 'widgets' })).toBeUndefined();
    expect(
      late.value('polls_total', { cloud_service: 'gadgets', outcome: 'success' }),
    ).toBeGreaterThanOrEqual(5);
    expect(
      late.value('polls_total', { cloud_service: 'widgets', outcome: 'timeout' }),
    ).toBeGreaterThanOrEqual(4);
  });

  it('of several projects fail and succeed independently', async () => {
    const projects = ['one', 'two', 'three'].map((name) => project({ name }));
    const world = createExporterWorld();
    world.cloud.respond('widgets', 'backups', list(backupRow()));
    world.cloud.respond('widgets', 'backups', failure('auth'), 'two');
    await world.exporter.apply(config({ projects }));

    await world.time.pass(30);
    const { value } = await world.scrape();

    expect(['one', 'two', 'three'].map((name) => value('poll_success', { project: name }))).toEqual([
      1, 0, 1,
    ]);
    expect(value('last_success_timestamp_seconds', { project: 'two' })).toBeUndefined();
  });

  it('are first polled within 30 s if there are 200, and none is polled twice within half an interval', async () => {
    const projects = Array.from({ length: 200 }, (_, n) =>
      project({ name: `p-${n}`, services: [widgetService({ inventory: false })] }),
    );
    const world = createExporterWorld();
    await world.exporter.apply(config({ projects }));

    await world.time.pass(30);
    const polledAtFirst = new Set(world.cloud.calls.map((call) => call.project)).size;
    await world.time.pass(3 * INTERVAL);

    expect(polledAtFirst).toBe(200);
    for (const calls of Map.groupBy(world.cloud.calls, (call) => call.project).values()) {
      const gaps = calls.slice(1).map(({ at }, n) => at - (calls[n]?.at ?? 0));
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(INTERVAL / 2 - 1e-3);
    }
  });
});

describe('include and exclude', () => {
  const twoWidgets = (cloud: FakeCloud): void => {
    cloud.respond(
      'widgets',
      'inventory',
      list(resourceRow(), resourceRow({ id: 'widget-2', name: 'scratch-2' })),
    );
  };
  const by = (fields: Parameters<typeof widgetService>[0]) =>
    config({ projects: [project({ services: [widgetService(fields)] })] });
  const expressions = (resourceName: RegExp) => ({ resourceName, resourceId: undefined });

  it.each([
    ['include', by({ include: expressions(/^ord/) })],
    ['exclude', by({ exclude: expressions(/^scratch-/) })],
    ['both', by({ include: expressions(/r/), exclude: expressions(/scratch/) })],
  ])('select the served resources: %s', async (_what, selection) => {
    const world = await startExporterWorld(twoWidgets, selection);

    const { value } = await world.scrape();

    expect(value('resource_info')).toBe(1);
    expect(value('resource_info', { resource_name: 'orders' })).toBe(1);
    expect(world.log.filter(({ message }) => message.includes('include and exclude'))).toMatchObject([
      { level: 'info', fields: { resources: 1 } },
    ]);
  });

  it('apply to the name from the inventory, even while the inventory fails', async () => {
    const world = await startExporterWorld(
      (cloud) => {
        cloud.respond('widgets', 'backups', list(backupRow({ resource_name: undefined })));
        cloud.respond('widgets', 'inventory', list(resourceRow({ name: 'scratch-1' })));
      },
      config({ projects: [project({ services: [widgetService({ exclude: expressions(/^scratch-/) })] })] }),
    );

    world.cloud.respond('widgets', 'inventory', failure('permission', 403));
    await world.time.pass(INTERVAL);

    expect((await world.scrape()).resourceSeries).toEqual([]);
  });
});

describe('the resource limit', () => {
  it('is logged when it is exceeded, and resources over it are not served', async () => {
    const widgets = Array.from({ length: 5 }, (_, n) => resourceRow({ id: `widget-${n}` }));
    const world = await startExporterWorld(
      (cloud) => cloud.respond('widgets', 'inventory', list(...widgets)),
      config({ limits: { resources: 3 } }),
    );

    const { value, samples } = await world.scrape();

    expect(value('resources_over_limit')).toBe(2);
    expect(samples.filter(({ name }) => name === 'huaweicloud_backup_resource_info')).toHaveLength(3);
    expect(
      world.log.some(({ level, message }) => level === 'warn' && message.includes('limits.resources')),
    ).toBe(true);
  });
});

describe('the expiry of the credentials', () => {
  it('is served as soon as a poll has signed in, and until it is unknown again', async () => {
    const world = await startExporterWorld((cloud) =>
      cloud.setPasswordExpiry(unixSeconds(FAKE_NOW + 86_400)),
    );
    const known = await world.scrape();

    world.cloud.setPasswordExpiry(undefined);
    await world.time.pass(INTERVAL);
    const unknown = await world.scrape();

    expect(known.value('credentials_expiry_timestamp_seconds')).toBe(FAKE_NOW + 86_400);
    expect(unknown.value('credentials_expiry_timestamp_seconds')).toBeUndefined();
  });
});

describe('a new configuration', () => {
  const counting = async () => {
    const world = await startExporterWorld(oneWidget);
    world.cloud.respond('widgets', 'backups', list(backupRow(), backupRow({ id: 'backup-2' })));
    await world.time.pass(INTERVAL);
    return world;
  };

  it('keeps the series and counters of unchanged services, even before the next poll', async () => {
    const world = await counting();
    const before = await world.scrape();

    await world.exporter.apply(bothServices);
    await world.time.pass(0);
    const after = await world.scrape();

    expect(after.resourceSeries).toEqual(before.resourceSeries);
    expect(after.value('finished_total', { result: 'succeeded' })).toBe(1);
    expect(
      after.value('polls_total', { cloud_service: 'widgets', outcome: 'success' }),
    ).toBeGreaterThanOrEqual(2);
  });

  it('lets counters continue from their previous values', async () => {
    const world = await counting();
    await world.exporter.apply(config());

    world.cloud.respond(
      'widgets',
      'backups',
      list(backupRow({ id: 'backup-2' }), backupRow({ id: 'backup-3' })),
    );
    await world.time.pass(30);

    expect((await world.scrape()).value('finished_total', { result: 'succeeded' })).toBe(2);
  });

  it('changes the objectives at once, without a request to the cloud', async () => {
    const world = await startExporterWorld(oneWidget);
    world.cloud.respond('widgets', 'backups', failure('server'));

    await world.exporter.apply(config({ rpo: { default: age(60), overrides: [] } }));
    await world.time.pass(0);
    const shorter = await world.scrape();
    await world.exporter.apply(
      config({
        rpo: { default: age(60), overrides: [override({ kind: 'none' }, { resourceName: /orders/ })] },
      }),
    );
    await world.time.pass(0);
    const none = await world.scrape();

    expect(shorter.value('rpo_seconds')).toBe(60);
    expect(none.value('rpo_seconds')).toBeUndefined();
  });

  it('drops the series of a service that it no longer contains', async () => {
    const world = createExporterWorld();
    world.cloud.respond('widgets', 'backups', list(backupRow()));
    world.cloud.respond('gadgets', 'inventory', list(resourceRow({ id: 'gadget-1' })));
    world.cloud.respond('gadgets', 'backups', list(backupRow({ resource_id: 'gadget-1' })));
    await world.exporter.apply(bothServices);
    await world.time.pass(30);

    await world.exporter.apply(config());
    await world.time.pass(0);
    const { samples, resourceSeries } = await world.scrape();

    expect(resourceSeries.some((line) => line.includes('gadgets'))).toBe(false);
    expect(resourceSeries.some((line) => line.includes('cloud_service="widgets"'))).toBe(true);
    expect(
      samples.filter(({ name, labels }) => labels['cloud_service'] === 'gadgets' && name.includes('poll')),
    ).toEqual([]);
  });

  it('starts from scratch with a service that was removed and is added again', async () => {
    const world = await counting();
    await world.exporter.apply(config({ projects: [project({ name: 'another' })] }));
    await world.time.pass(30);

    await world.exporter.apply(config());
    await world.time.pass(30);

    expect((await world.scrape()).value('finished_total', { result: 'succeeded' })).toBe(0);
  });

  it('replaces the poll interval', async () => {
    const world = await startExporterWorld(oneWidget);
    await world.exporter.apply(config({ poll: { interval: seconds(60) } }));
    world.cloud.calls.length = 0;

    await world.time.pass(600);

    expect(
      world.cloud.calls.filter(({ operation }) => operation === 'list_backups').length,
    ).toBeGreaterThanOrEqual(9);
    expect(
      world.cloud.calls.filter(({ operation }) => operation === 'list_backups').length,
    ).toBeLessThanOrEqual(11);
  });

  it('drops the credentials expiry of a project that it no longer contains', async () => {
    const world = await startExporterWorld((cloud) =>
      cloud.setPasswordExpiry(unixSeconds(FAKE_NOW + 86_400)),
    );

    world.cloud.setPasswordExpiry(undefined);
    await world.exporter.apply(config({ projects: [project({ name: 'another' })] }));
    await world.time.pass(0);

    expect((await world.scrape()).value('credentials_expiry_timestamp_seconds')).toBeUndefined();
  });

  it('waits until the one before it has been applied, then replaces it', async () => {
    const world = await startExporterWorld(() => undefined);

    await Promise.all([
      world.exporter.apply(config({ projects: [project({ name: 'first' })] })),
      world.exporter.apply(config({ projects: [project({ name: 'second' })] })),
    ]);
    world.cloud.calls.length = 0;
    await world.time.pass(2 * INTERVAL);

    expect(new Set(world.cloud.calls.map((call) => call.project))).toEqual(new Set(['second']));
    expect(world.cloud.open()).toBe(1);
  });

  it('leaves the exporter ready, even if readiness was never checked before', async () => {
    const world = await startExporterWorld(oneWidget);

    await world.exporter.apply(config({ projects: [project(), project({ name: 'another' })] }));

    expect(world.exporter.isReady()).toBe(true);
  });

  it('without inventory drops inventory_success', async () => {
    const world = await startExporterWorld(oneWidget);

    await world.exporter.apply(
      config({ projects: [project({ services: [widgetService({ inventory: false })] })] }),
    );
    await world.time.pass(30);

    expect((await world.scrape()).value('inventory_success')).toBeUndefined();
  });

  it('aborts the polls in progress without counting them', async () => {
    const world = createExporterWorld();
    world.cloud.respond('widgets', 'backups', NO_RESPONSE);
    await world.exporter.apply(config());
    await world.time.pass(1);

    world.cloud.respond('widgets', 'backups', list(backupRow()));
    await world.exporter.apply(config());
    await world.time.pass(30);
    const { value } = await world.scrape();

    expect(value('polls_total', { outcome: 'timeout' })).toBe(0);
    expect(value('polls_total', { outcome: 'success' })).toBe(1);
    expect(world.cloud.open()).toBe(1);
  });
});

describe('a reload', () => {
  const prod = project();
  const dev = project({ name: 'dev' });

  it.each([
    ['changes nothing', config({ projects: [prod, dev] })],
    ['changes objectives', config({ projects: [prod, dev], rpo: { default: age(60), overrides: [] } })],
    ['changes services', config({ projects: [project({ services: [gadgetService()] }), dev] })],
    ['changes the order', config({ projects: [dev, prod] })],
    ['changes the interval', config({ projects: [prod, dev], poll: { interval: seconds(60) } })],
    ['removes a project', config({ projects: [dev] })],
  ])('that %s keeps the connections and tokens of the remaining projects', async (_, next) => {
    const world = await startExporterWorld(oneWidget, config({ projects: [prod, dev] }));

    await world.exporter.apply(next);
    await world.time.pass(2 * INTERVAL);

    expect(world.cloud.made).toEqual(['prod', 'dev']);
    expect(world.cloud.open()).toBe(next.projects.length);
    expect((await world.scrape()).value('poll_success', { project: 'dev' })).toBe(1);
  });

  it('that changes the endpoint of a project reconnects this project only', async () => {
    const world = await startExporterWorld(oneWidget, config({ projects: [prod, dev] }));

    await world.exporter.apply(config({ projects: [project({ iamEndpoint: 'https://other.test' }), dev] }));
    await world.time.pass(INTERVAL);

    expect(world.cloud.made).toEqual(['prod', 'dev', 'prod']);
    expect(world.cloud.open()).toBe(2);
  });
});

describe('a stopped exporter', () => {
  it('aborts a poll in progress at once without counting it, and closes its connections', async () => {
    const world = createExporterWorld();
    world.cloud.respond('widgets', 'backups', NO_RESPONSE);
    await world.exporter.apply(bothServices);
    await world.time.pass(1);
    const calls = world.cloud.calls.length;

    await world.exporter.stop();
    await world.time.pass(3600);
    const { value } = await world.scrape();

    expect(value('polls_total', { cloud_service: 'widgets', outcome: 'timeout' })).toBe(0);
    expect(world.cloud.open()).toBe(0);
    expect(world.cloud.calls).toHaveLength(calls);
    expect(world.time.sleepers()).toBe(0);
  });

  it('no longer polls, even if it was stopped while a configuration was being applied', async () => {
    const world = await startExporterWorld(oneWidget);

    await Promise.all([world.exporter.apply(config()), world.exporter.stop()]);
    world.cloud.calls.length = 0;
    await world.time.pass(2 * INTERVAL);

    expect(world.cloud.calls).toEqual([]);
    expect(world.cloud.open()).toBe(0);
  });

  it('still serves its last values', async () => {
    const world = await startExporterWorld(oneWidget);
    const before = await world.scrape();

    await world.exporter.stop();

    expect((await world.scrape()).resourceSeries).toEqual(before.resourceSeries);
  });
});

describe('a clock that is set back during a poll', () => {
  it('does not delay the following polls', async () => {
    const world = createExporterWorld();
    await world.exporter.apply(config());
    await world.time.pass(10 * INTERVAL);
    world.cloud.respond('widgets', 'backups', NO_RESPONSE);
    await world.time.pass(INTERVAL);

    world.time.setClockBy(-2400);
    world.cloud.respond('widgets', 'backups', list());
    await world.time.pass(120);
    world.cloud.calls.length = 0;
    await world.time.pass(2 * INTERVAL);

    expect(world.cloud.calls.length).toBeGreaterThan(0);
  });
});

describe('the status', () => {
  it('contains each poll and each resource', async () => {
    const world = await startExporterWorld(oneWidget);
    world.cloud.respond('widgets', 'inventory', failure('permission'));
    await world.time.pass(INTERVAL);
    world.cloud.respond('widgets', 'backups', failure('throttled'));
    await world.time.pass(INTERVAL);

    const { polls, resources } = world.exporter.status();

    const record = {
      ended: FAKE_NOW + INTERVAL,
      duration: 0,
      outcome: 'success',
      reason: undefined,
      requests: 0,
    };
    expect(polls).toEqual([
      {
        service: 'widgets',
        region: 'cn-north-4',
        project: 'prod',
        recent: [
          {
            ...record,
            ended: FAKE_NOW + 2 * INTERVAL,
            outcome: 'throttled',
            reason: 'cannot list_backups: cloud.test returned throttled',
          },
          record,
          { ...record, ended: FAKE_NOW },
        ],
        lastComplete: FAKE_NOW + INTERVAL,
        inventory: { complete: false, reason: 'cannot list_widgets: cloud.test returned permission' },
        rejected: { not_an_object: 0, id: 0, resource: 0, time: 0 },
        clockSkew: undefined,
        unlisted: 0,
        resourcesUnlisted: 0,
        overLimit: 0,
        resources: 1,
      },
    ]);
    expect(resources).toMatchObject([
      { id: 'widget-1', name: 'orders', lastSuccess: { end: 1_704_330_000 } },
    ]);
  });

  it('contains the served resources right after a reload', async () => {
    const world = await startExporterWorld(oneWidget);

    await world.exporter.apply(config());

    expect(world.exporter.status().resources).toHaveLength(1);
  });

  it('contains no polls before the first one', async () => {
    const world = createExporterWorld();
    await world.exporter.apply(config());

    expect(world.exporter.status()).toMatchObject({ polls: [{ recent: [] }], resources: [] });
  });
});
