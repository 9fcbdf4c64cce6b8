import { describe, expect, it } from 'vitest';
import { bytes, seconds, unixSeconds } from '../../src/domain/quantities.ts';
import { serveResources, storedBytesOf } from '../../src/state/served.ts';
import type { ServiceState } from '../../src/state/service-state.ts';
import { resourceStatuses } from '../../src/status/report.ts';
import { failed, listing, succeeded } from '../support/backups.ts';
import { age, override } from '../support/config.ts';
import { PLACE } from '../support/served.ts';
import {
  inventoryOf,
  NEVER_YIELD,
  NO_POLICIES,
  type PollOf,
  stateAfter,
  stateAfterAll,
} from '../support/state.ts';

const OBJECTIVE = 1000;
const RPO = { default: age(seconds(OBJECTIVE)), overrides: [] };

async function serve(state: ServiceState, config: Partial<Parameters<typeof serveResources>[1]> = {}) {
  const { resources } = await serveResources(
    PLACE,
    { rpo: RPO, tags: [], ...config },
    state,
    NO_POLICIES,
    NEVER_YIELD,
  );
  return resources;
}

const graph = listing({ created: unixSeconds(5000) });
const AGELESS = listing({ created: undefined });

describe('the time the next backup is due', () => {
  it.each<[string, PollOf, number | undefined]>([
    [
      'follows from the newest successful backup',
      { backups: [succeeded({ end: 7000 })], inventory: inventoryOf(graph) },
      8000,
    ],
    [
      'follows from the creation if no backup succeeded',
      { backups: [failed()], inventory: inventoryOf(graph) },
      6000,
    ],
    ['follows from the creation if there are no backups', { inventory: inventoryOf(graph) }, 6000],
    [
      'follows from when the resource was first listed if its creation is unknown',
      { at: unixSeconds(9000), inventory: inventoryOf(AGELESS) },
      10_000,
    ],
    [
      'is absent for a resource that is gone',
      {
        backups: [succeeded({ resourceDeleted: true })],
        inventory: inventoryOf(listing({ id: 'another graph' })),
      },
      undefined,
    ],
    [
      'is absent for a resource that cannot be backed up now',
      { inventory: inventoryOf(listing({ notExpected: 'stopped' })) },
      undefined,
    ],
  ])('%s', async (_what, poll, due) => {
    const resources = await serve(await stateAfter(undefined, poll));

    expect(resources.find(({ id }) => id === 'graph-1')?.due).toBe(due);
  });

  it('does not change with later polls', async () => {
    const poll = { inventory: inventoryOf(AGELESS) };
    const state = await stateAfterAll({ ...poll, at: unixSeconds(9000) }, { ...poll, at: unixSeconds(9300) });

    expect((await serve(state))[0]?.due).toBe(10_000);
  });

  it('is present for a resource that cannot be backed up now if an override expects it', async () => {
    const state = await stateAfter(undefined, {
      inventory: inventoryOf(listing({ notExpected: 'stopped', created: unixSeconds(5000) })),
    });
    const overrides = [override(age(seconds(300)))];

    expect((await serve(state, { rpo: { ...RPO, overrides } }))[0]?.due).toBe(5300);
  });
});

describe('the tags of a resource', () => {
  const TAGS = { team: 'shop', env: 'prod', 'cost-center': '17', toString: 'text' };

  it('are served as labels if they are configured', async () => {
    const state = await stateAfter(undefined, { inventory: inventoryOf(listing({ tags: TAGS })) });

    const [resource] = await serve(state, { tags: ['team', 'cost-center', 'owner'] });

    expect(resource?.tags).toEqual({ tag_team: 'shop', tag_cost_center: '17' });
  });

  it.each(['constructor', 'toString', '__proto__'])(
    'do not include inherited properties: %s',
    async (key) => {
      const state = await stateAfter(undefined, { inventory: inventoryOf(listing({ tags: {} })) });

      const [resource] = await serve(state, { tags: [key] });

      expect(resource?.tags).toEqual({});
    },
  );

  it('are unknown until the inventory has been read', async () => {
    const [resource] = await serve(await stateAfter(undefined, { backups: [succeeded()] }), {
      tags: ['team'],
    });

    expect(resource?.tags).toEqual({});
  });
});

describe('the size of the stored backups', () => {
  const inVault = listing({ storedBytes: bytes(104_857_600) });

  it.each<[string, PollOf, number | undefined]>([
    [
      'is that of the listed backups',
      { backups: [succeeded({ size: 5 }), succeeded({ id: 'b2', size: 7 })] },
      12,
    ],
    ['is unknown if one of them has no size', { backups: [succeeded({ size: undefined })] }, undefined],
    [
      'is that of the inventory if they have none',
      { backups: [succeeded({ size: undefined })], inventory: inventoryOf(inVault) },
      104_857_600,
    ],
    ['is that of the inventory without backups', { inventory: inventoryOf(inVault) }, 104_857_600],
    ['is 0 if no backup is listed', { inventory: inventoryOf(listing()) }, 0],
  ])('%s, on the page too', async (_, poll, expected) => {
    const resources = await serve(await stateAfter(undefined, poll));

    expect(resources.map(storedBytesOf)).toEqual([expected]);
    const statuses = resourceStatuses({ ...PLACE, resources }, true, unixSeconds(9000));
    expect(statuses.map(({ storedBytes }) => storedBytes)).toEqual([expected]);
  });
});
