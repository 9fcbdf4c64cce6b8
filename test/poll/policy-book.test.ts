import { describe, expect, it } from 'vitest';
import { config, gadgetService, override, project } from '../support/config.ts';
import { startExporterWorld } from '../support/exporter-world.ts';
import { type FakeCloud, type FakeResponse, failure, list } from '../support/fake-cloud.ts';
import { resourceRow } from '../support/made-up-services.ts';

const HOUR = 3600;
const INTERVAL = 300;
const STANDARD = 26 * HOUR;
const WEEKLY = 7 * 24 * HOUR;
const DAILY = 24 * HOUR;

const policy = (hours?: number): FakeResponse => ({ kind: 'body', body: { policy: { every_hours: hours } } });

const byPolicy = config({
  projects: [project({ services: [gadgetService()] })],
  rpo: {
    default: config().rpo.default,
    overrides: [override({ kind: 'policy' }, { resourceId: /^gadget-/ })],
  },
});

const gadgets =
  (response: FakeResponse, ...ids: readonly string[]) =>
  (cloud: FakeCloud) => {
    cloud.respond('gadgets', 'inventory', list(...ids.map((id) => resourceRow({ id }))));
    cloud.respond('gadgets', 'policy', response);
  };

describe('an objective by policy', () => {
  it("follows from the resource's own policy", async () => {
    const world = await startExporterWorld(gadgets(policy(7 * 24), 'gadget-1', 'other'), byPolicy);

    const { value } = await world.scrape();

    expect(value('rpo_seconds', { resource_id: 'gadget-1' })).toBe(WEEKLY);
    expect(value('rpo_seconds', { resource_id: 'other' })).toBe(STANDARD);
    expect(
      world.cloud.calls.filter(({ operation }) => operation === 'get_policy').map(({ path }) => path),
    ).toEqual(['/v1/{project_id}/gadgets/gadget-1/policy']);
  });

  it('is requested rarely, and follows changes of the policy', async () => {
    const world = await startExporterWorld(gadgets(policy(7 * 24), 'gadget-1'), byPolicy);
    world.cloud.respond('gadgets', 'policy', policy(24));

    await world.time.pass(6 * HOUR - INTERVAL);
    const before = await world.scrape();
    await world.time.pass(2 * INTERVAL);
    const after = await world.scrape();

    expect(before.value('rpo_seconds')).toBe(WEEKLY);
    expect(after.value('rpo_seconds')).toBe(DAILY);
    expect(world.cloud.calls.filter(({ operation }) => operation === 'get_policy')).toHaveLength(2);
  });

  it.each<[string, FakeResponse]>([
    ['is refused', failure('permission', 403)],
    ['has no schedule', policy()],
    ['causes an unexpected error', { kind: 'fault', error: new TypeError('unforeseen') }],
    ['is malformed', { kind: 'body', body: { error: 'none' } }],
  ])(
    'falls back to the default if the policy %s, logs it once, and is requested again after an hour',
    async (_what, response) => {
      const world = await startExporterWorld(gadgets(response, 'gadget-1'), byPolicy);
      const first = await world.scrape();

      world.cloud.respond('gadgets', 'policy', policy(7 * 24));
      await world.time.pass(HOUR - INTERVAL);
      const requests = world.cloud.calls.filter(({ operation }) => operation === 'get_policy').length;
      await world.time.pass(2 * INTERVAL);
      const later = await world.scrape();

      expect(first.value('rpo_seconds')).toBe(STANDARD);
      expect(first.value('poll_success')).toBe(1);
      expect(requests).toBe(1);
      expect(later.value('rpo_seconds')).toBe(WEEKLY);
      const warnings = world.log.filter(
        ({ level, message }) => level === 'warn' && message.includes('policies'),
      );
      expect(warnings[0]?.message).toContain('rpo.default');
      expect(warnings).toHaveLength(2);
    },
  );

  it('is unknown, which is counted, while an unreadable policy decides whether there is one', async () => {
    const { api } = gadgetService();
    if (api.policies?.of !== 'resource') throw new Error('gadgets have policies of their own');
    const decisive = gadgetService({ api: { ...api, policies: { ...api.policies, decides: true } } });
    const world = await startExporterWorld(
      gadgets(failure('permission', 403), 'gadget-1', 'gadget-2'),
      config({ projects: [project({ services: [decisive] })] }),
    );
    const before = await world.scrape();
    world.cloud.respond('gadgets', 'policy', policy(24));
    await world.time.pass(HOUR + INTERVAL);
    const after = await world.scrape();

    expect(before.value('policies_unread')).toBe(2);
    expect(before.resourceSeries.filter((series) => series.includes('rpo_seconds'))).toEqual([]);
    expect(after.value('policies_unread')).toBe(0);
    expect(after.value('rpo_seconds', { resource_id: 'gadget-1' })).toBe(STANDARD);
  });

  it('is requested again in the next poll after a failure that may pass', async () => {
    const world = await startExporterWorld(gadgets(failure('server', 500), 'gadget-1'), byPolicy);
    world.cloud.respond('gadgets', 'policy', policy(24));

    await world.time.pass(INTERVAL);

    expect((await world.scrape()).value('rpo_seconds')).toBe(DAILY);
  });

  it('is kept while the policy cannot be read', async () => {
    const world = await startExporterWorld(gadgets(policy(7 * 24), 'gadget-1'), byPolicy);

    world.cloud.respond('gadgets', 'policy', failure('server'));
    await world.time.pass(12 * HOUR);

    expect((await world.scrape()).value('rpo_seconds')).toBe(WEEKLY);
  });

  it('is the only reason for policies to be requested', async () => {
    const world = await startExporterWorld(
      gadgets(policy(7 * 24), 'gadget-1'),
      config({ projects: [project({ services: [gadgetService()] })] }),
    );

    expect(world.cloud.calls.some(({ operation }) => operation === 'get_policy')).toBe(false);
  });

  it('is kept after a reload without another request', async () => {
    const world = await startExporterWorld(gadgets(policy(7 * 24), 'gadget-1'), byPolicy);

    await world.exporter.apply(byPolicy);
    await world.time.pass(30);

    expect((await world.scrape()).value('rpo_seconds')).toBe(WEEKLY);
    expect(world.cloud.calls.filter(({ operation }) => operation === 'get_policy')).toHaveLength(1);
  });
});
