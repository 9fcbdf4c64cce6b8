import { describe, expect, it } from 'vitest';
import { gesGraphs } from '../../src/sources/ges.ts';
import { objectiveOf } from '../../src/state/objective.ts';
import { listing, running, succeeded, unknown } from '../support/backups.ts';
import { age } from '../support/config.ts';
import { graphRow, without } from '../support/rows.ts';
import { countsOf, factsOf, inventoryOf, type PollOf, stateAfterAll } from '../support/state.ts';

describe('a backup that was counted as finished', () => {
  it.each<[string, PollOf]>([
    ['cannot be read for one poll', { rejectedIds: ['backup-1'] }],
    ['is in an unknown state for one poll', { backups: [unknown()] }],
    ['is listed as running for one poll', { backups: [running()] }],
  ])('is not counted again when its row %s', async (_what, between) => {
    const state = await stateAfterAll({}, { backups: [succeeded()] }, between, { backups: [succeeded()] });

    expect(countsOf(state)).toEqual({ succeeded: 1, failed: 0 });
  });

  it('by the first complete poll is never counted, though its row cannot be read for one poll', async () => {
    const state = await stateAfterAll(
      { backups: [succeeded()] },
      { rejectedIds: ['backup-1'] },
      { backups: [succeeded()] },
    );

    expect(countsOf(state)).toBeUndefined();
  });

  it('is not counted again when it left the list and comes back in an unknown state first', async () => {
    const state = await stateAfterAll(
      {},
      { backups: [succeeded()] },
      {},
      { backups: [unknown()] },
      { backups: [succeeded()] },
    );

    expect(countsOf(state)).toEqual({ succeeded: 1, failed: 0 });
  });
});

describe('a resource that is excluded by its name', () => {
  it('stays excluded while the inventory, which alone knows the name, fails', async () => {
    const backups = [succeeded({ resourceName: undefined })];
    const isSelected = ({ name }: { readonly name: string }) => !name.startsWith('scratch-');

    const state = await stateAfterAll(
      { backups, inventory: inventoryOf(listing({ name: 'scratch-orders' })), isSelected },
      { backups, inventory: { kind: 'failed' }, isSelected },
    );

    expect([...state.resources.keys()]).toEqual([]);
    expect(state.excluded.size).toBe(1);
  });
});

describe('what a row does not tell', () => {
  it('of automatic backups is taken from the backups of the graph, not made up', () => {
    const inventoryRow = gesGraphs.readRow(without(graphRow(), 'graph_size_type_index'));
    if (typeof inventoryRow === 'string') throw new Error(inventoryRow);
    const small = {
      id: 'graph-1',
      name: 'orders',
      exists: true,
      listing: inventoryRow,
      facts: factsOf([succeeded({ automaticBackup: false })]),
    };

    const objective = objectiveOf(
      { default: age(26 * 3600), overrides: [] },
      { service: 'ges', region: 'cn-north-4', project: 'prod' },
      small,
      () => undefined,
    );

    expect(objective).toBeUndefined();
  });

  it('of the deletion of its graph is taken from the newest row that tells', () => {
    const backups = [
      succeeded({ id: 'a', start: 100, resourceDeleted: true }),
      succeeded({ id: 'b', start: 200, resourceDeleted: undefined }),
    ];

    expect(factsOf(backups).deleted).toBe(true);
  });
});
