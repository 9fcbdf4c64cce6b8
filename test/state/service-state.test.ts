import { describe, expect, it } from 'vitest';
import { failed, listing, succeeded } from '../support/backups.ts';
import { countsOf, inventoryOf, stateAfter, stateAfterAll } from '../support/state.ts';

const backupsOf = (...resourceIds: readonly string[]) =>
  resourceIds.map((resourceId) =>
    succeeded({ id: `backup-of-${resourceId}`, resourceId, resourceName: resourceId }),
  );

const idsOf = (state: { readonly resources: ReadonlyMap<string, unknown> }) => [...state.resources.keys()];

describe('the resources of a service', () => {
  it('are those in the inventory and those with backups, without duplicates', async () => {
    const state = await stateAfter(undefined, {
      backups: backupsOf('a', 'b'),
      inventory: inventoryOf(listing({ id: 'b' }), listing({ id: 'c' })),
    });

    expect(idsOf(state).sort()).toEqual(['a', 'b', 'c']);
    expect(state.resources.get('a')).toMatchObject({ exists: false });
    expect(state.resources.get('b')).toMatchObject({ exists: true });
    expect(state.resources.get('c')).toMatchObject({ exists: true, facts: undefined });
  });

  it('are removed when neither list contains them any more', async () => {
    const state = await stateAfterAll(
      { backups: backupsOf('a', 'b'), inventory: inventoryOf(listing({ id: 'a' }), listing({ id: 'b' })) },
      { backups: backupsOf('b'), inventory: inventoryOf(listing({ id: 'b' })) },
    );

    expect(idsOf(state)).toEqual(['b']);
  });

  it('are kept while the inventory fails, with and without backups', async () => {
    const inventory = inventoryOf(listing({ id: 'a' }), listing({ id: 'b' }));
    const refused = { inventory: { kind: 'failed' } as const };

    const state = await stateAfterAll(
      { backups: backupsOf('a'), inventory },
      { backups: backupsOf('a'), ...refused },
      { backups: [], ...refused },
      { backups: [], ...refused },
    );

    expect(idsOf(state).sort()).toEqual(['a', 'b']);
    expect([...state.resources.values()].every(({ exists }) => exists)).toBe(true);
  });

  it('each have the counts of their own backups', async () => {
    const state = await stateAfter(undefined, {
      backups: [
        succeeded({ id: '1' }),
        failed({ id: '2', start: 300 }),
        succeeded({ id: '3', resourceId: 'graph-2' }),
      ],
    });

    expect(state.resources.get('graph-1')?.facts?.stored).toMatchObject({ succeeded: 1, failed: 1 });
    expect(state.resources.get('graph-2')?.facts?.stored).toMatchObject({ succeeded: 1, failed: 0 });
  });

  it('may have ids that are names of built-in JavaScript properties', async () => {
    const hostile = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];

    const state = await stateAfterAll({}, { backups: backupsOf(...hostile) });

    expect(idsOf(state)).toEqual(hostile);
    expect(countsOf(state, '__proto__')).toEqual({ succeeded: 1, failed: 0 });
  });

  it('are updated without changing the previous state', async () => {
    const before = await stateAfter(undefined, { backups: backupsOf('a') });

    await stateAfter(before, { backups: [...backupsOf('b'), failed({ id: 'f', resourceId: 'a' })] });

    expect(idsOf(before)).toEqual(['a']);
    expect(before.resources.get('a')?.facts?.stored.failed).toBe(0);
    expect(before.ledger.counts.size).toBe(0);
  });
});

describe('the limit of resources', () => {
  it('leaves out the resources over it and counts them', async () => {
    const state = await stateAfter(undefined, { backups: backupsOf('a', 'b', 'c'), limit: 2 });

    expect(idsOf(state)).toEqual(['a', 'b']);
    expect(state.overLimit).toBe(1);
  });

  it('keeps the known resources when others come before them in the list', async () => {
    const state = await stateAfterAll(
      { backups: backupsOf('x', 'y'), limit: 2 },
      {
        backups: backupsOf('a', 'b', 'y', 'x'),
        inventory: inventoryOf(...['a', 'b', 'c', 'x', 'y'].map((id) => listing({ id }))),
        limit: 2,
      },
    );

    expect(idsOf(state)).toEqual(['x', 'y']);
    expect(state.overLimit).toBe(3);
  });

  it('admits a new resource when a known one is gone', async () => {
    const state = await stateAfterAll(
      { backups: backupsOf('x', 'y'), limit: 2 },
      { backups: backupsOf('a', 'y'), limit: 2 },
    );

    expect(idsOf(state)).toEqual(['y', 'a']);
    expect(state.overLimit).toBe(0);
  });

  it('does not count excluded resources', async () => {
    const state = await stateAfter(undefined, {
      backups: backupsOf('a', 'b', 'c'),
      limit: 2,
      isSelected: ({ id }) => id !== 'a',
    });

    expect(state).toMatchObject({ overLimit: 0, excluded: expect.objectContaining({ size: 1 }) });
    expect(idsOf(state)).toEqual(['b', 'c']);
  });
});

describe('excluded resources', () => {
  it('are neither served nor counted as finished', async () => {
    const state = await stateAfterAll(
      {},
      { backups: backupsOf('a', 'b'), isSelected: ({ id }) => id === 'b' },
    );

    expect(idsOf(state)).toEqual(['b']);
    expect(state.excluded.size).toBe(1);
    expect(countsOf(state, 'a')).toBeUndefined();
    expect(countsOf(state, 'b')).toEqual({ succeeded: 1, failed: 0 });
  });

  it('are selected by the served name, which is the id if no name is known', async () => {
    const seen: string[] = [];

    await stateAfter(undefined, {
      backups: [succeeded({ id: '1', resourceId: 'a', resourceName: undefined })],
      inventory: inventoryOf(listing({ id: 'b', name: 'named' })),
      isSelected: ({ name }) => {
        seen.push(name);
        return true;
      },
    });

    expect(seen.sort()).toEqual(['a', 'named']);
  });

  it('stay excluded by a name from the inventory while the inventory fails', async () => {
    const backups = [succeeded({ resourceName: undefined })];
    const isSelected = ({ name }: { readonly name: string }) => !name.startsWith('scratch-');

    const state = await stateAfterAll(
      { backups, inventory: inventoryOf(listing({ name: 'scratch-orders' })), isSelected },
      { backups, inventory: { kind: 'failed' }, isSelected },
    );

    expect(idsOf(state)).toEqual([]);
    expect(state.excluded.size).toBe(1);
  });
});

describe('the state of a service', () => {
  it('contains the number of backups that the service does not list', async () => {
    expect((await stateAfter(undefined, { unlisted: 3 })).unlisted).toBe(3);
    expect((await stateAfterAll({ unlisted: 3 }, {})).unlisted).toBe(0);
  });

  it('remembers that an inventory was once read', async () => {
    const refused = { inventory: { kind: 'failed' } as const };

    expect((await stateAfterAll(refused)).inventoryWasRead).toBe(false);
    expect((await stateAfterAll({ inventory: inventoryOf() }, refused)).inventoryWasRead).toBe(true);
  });
});
