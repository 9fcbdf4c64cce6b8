import { describe, expect, it } from 'vitest';
import { serviceConfig } from '../../../../test/support/config.ts';
import type { ProjectClient } from '../../../cloud/client.ts';
import { readInventory } from '../../../poll/read-service.ts';
import { cbr } from '../index.ts';

const vault = (id: string, ...resources: readonly unknown[]) => ({
  id,
  billing: { protect_type: 'backup', status: 'available' },
  resources,
});

/** The inventory read from these vaults. */
async function inventoryOf(...vaults: readonly unknown[]) {
  const call = () => Promise.resolve({ vaults, count: vaults.length });
  const reader = { client: { call } as unknown as ProjectClient, service: serviceConfig(cbr), ahead: 0 };
  const read = await readInventory(reader, new AbortController().signal);
  if (read?.kind !== 'complete') throw new Error('the inventory could not be read');
  return { resources: read.items.byId, rejections: read.walk.rejections };
}

describe('the resources of vaults', () => {
  it('are kept if one of them cannot be read, which is counted', async () => {
    const { resources, rejections } = await inventoryOf(
      vault('v-1', { id: 'a' }, { name: 'b' }, { id: 'c' }),
    );

    expect([...resources.keys()]).toEqual(['a', 'c']);
    expect(rejections).toMatchObject({ resource: 1 });
  });

  it.each([
    ['before', [{ id: 'a', protect_status: 'deleted' }, { id: 'a' }]],
    ['after', [{ id: 'a' }, { id: 'a', protect_status: 'deleted' }]],
    ['before', [{ id: 'a', auto_protect: false }, { id: 'a' }]],
  ])('are those of the vault that backs them up, with an inactive one %s it', async (_, [first, second]) => {
    const { resources } = await inventoryOf(vault('v-1', first), vault('v-2', second));

    expect(resources.get('a')).toMatchObject({ exists: true, notExpected: undefined });
  });
});
