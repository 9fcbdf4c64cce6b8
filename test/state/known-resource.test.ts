import { describe, expect, it } from 'vitest';
import { unixSeconds } from '../../src/domain/quantities.ts';
import {
  type InventoryResult,
  type KnownResource,
  knownResource as knownAfter,
} from '../../src/state/known-resource.ts';
import type { ResourceFacts } from '../../src/state/resource-facts.ts';
import { listing, succeeded } from '../support/backups.ts';
import { factsOf, inventoryOf } from '../support/state.ts';

type Rows = 'none' | 'of an existing graph' | 'of a deleted graph' | 'that do not say';
type Before = 'unknown' | 'existed' | 'gone';
type Standing = 'exists' | 'gone' | 'not served';

const DELETED = {
  'of an existing graph': false,
  'of a deleted graph': true,
  'that do not say': undefined,
};
const ANY_ROWS: readonly Rows[] = ['none', 'of an existing graph', 'of a deleted graph', 'that do not say'];
const SOME_ROWS = ANY_ROWS.slice(1);
const NOT_DELETED: readonly Rows[] = ['of an existing graph', 'that do not say'];
const ANY_BEFORE: readonly Before[] = ['unknown', 'existed', 'gone'];

const INVENTORIES = {
  'lists it': inventoryOf(listing()),
  'lists it as deleted': inventoryOf(listing({ exists: false })),
  'does not list it': inventoryOf(listing({ id: 'graph-2' })),
  'has unread rows and does not list it': {
    ...inventoryOf(listing({ id: 'graph-2' })),
    mayBeIncomplete: true,
  },
  failed: { kind: 'failed' },
  'is not requested': { kind: 'not_read' },
} as const satisfies Readonly<Record<string, InventoryResult>>;

interface Line {
  readonly inventory: keyof typeof INVENTORIES;
  readonly everRead: boolean;
  readonly before: Before;
  readonly rows: Rows;
  readonly standing: Standing;
}

const lines = (
  inventory: Line['inventory'],
  everRead: readonly boolean[],
  befores: readonly Before[],
  rows: readonly Rows[],
  standing: Standing,
): readonly Line[] =>
  everRead.flatMap((read) =>
    befores.flatMap((before) =>
      rows.map((some) => ({ inventory, everRead: read, before, rows: some, standing })),
    ),
  );

const EITHER = [true, false];
const NONE: readonly Rows[] = ['none'];

const MATRIX: readonly Line[] = [
  ...lines('lists it', EITHER, ANY_BEFORE, ANY_ROWS, 'exists'),
  ...lines('lists it as deleted', EITHER, ANY_BEFORE, SOME_ROWS, 'gone'),
  ...lines('lists it as deleted', EITHER, ANY_BEFORE, NONE, 'not served'),
  ...lines('does not list it', EITHER, ANY_BEFORE, SOME_ROWS, 'gone'),
  ...lines('does not list it', EITHER, ANY_BEFORE, NONE, 'not served'),

  ...lines('has unread rows and does not list it', EITHER, ['existed'], ANY_ROWS, 'exists'),
  ...lines('has unread rows and does not list it', EITHER, ['gone'], SOME_ROWS, 'gone'),
  ...lines('has unread rows and does not list it', EITHER, ['gone'], NONE, 'not served'),

  ...lines('failed', [true], ['existed'], ANY_ROWS, 'exists'),
  ...lines('failed', [true], ['gone'], SOME_ROWS, 'gone'),
  ...lines('failed', EITHER, ['gone'], NONE, 'not served'),
  ...lines('failed', EITHER, ['unknown'], NOT_DELETED, 'exists'),
  ...lines('failed', [false], ['existed'], NONE, 'exists'),
  ...lines('failed', [false], ANY_BEFORE, NOT_DELETED, 'exists'),
  ...lines('failed', [false], ANY_BEFORE, ['of a deleted graph'], 'gone'),

  ...lines('is not requested', [false], ANY_BEFORE, NOT_DELETED, 'exists'),
  ...lines('is not requested', [false], ANY_BEFORE, ['of a deleted graph'], 'gone'),
  ...lines('is not requested', [false], ANY_BEFORE, NONE, 'not served'),
];

const factsOfRows = (rows: Rows) =>
  rows === 'none' ? undefined : factsOf([succeeded({ resourceDeleted: DELETED[rows] })]);

/** What is known after a list of backups that could be read. */
const knownResource = (
  id: string,
  before: KnownResource | undefined,
  facts: ResourceFacts | undefined,
  inventory: InventoryResult,
  everRead: boolean,
) => knownAfter(id, before, { kind: 'read', facts }, inventory, everRead, NOW);

const NOW = unixSeconds(1000);

const known = (fields: Partial<KnownResource> = {}): KnownResource => ({
  id: 'graph-1',
  name: 'orders',
  firstSeen: unixSeconds(500),
  exists: true,
  listing: undefined,
  facts: factsOf([succeeded()]),
  unread: false,
  ...fields,
});

describe('a resource', () => {
  it.each(MATRIX)(
    'when the inventory $inventory (ever read: $everRead), $before before, with rows $rows: $standing',
    ({ inventory, everRead, before, rows, standing }) => {
      const previous = before === 'unknown' ? undefined : known({ exists: before === 'existed' });

      const resource = knownResource(
        'graph-1',
        previous,
        factsOfRows(rows),
        INVENTORIES[inventory],
        everRead,
      );

      const found = resource === undefined ? 'not served' : resource.exists ? 'exists' : 'gone';
      expect(found).toBe(standing);
    },
  );
});

describe('the inventory data of a resource', () => {
  const created = listing({ created: unixSeconds(77) });

  it('is kept while the inventory fails', () => {
    const before = known({ listing: created });

    expect(knownResource('graph-1', before, before.facts, { kind: 'failed' }, true)?.listing).toBe(created);
  });

  it('is dropped when the inventory no longer lists it', () => {
    const before = known({ listing: created });

    expect(knownResource('graph-1', before, before.facts, inventoryOf(), true)?.listing).toBeUndefined();
  });

  it('is replaced by newer data', () => {
    const before = known({ listing: created });
    const now = listing({ created: unixSeconds(78) });

    expect(knownResource('graph-1', before, before.facts, inventoryOf(now), true)?.listing).toBe(now);
  });
});

describe('the name of a resource', () => {
  const named = (resourceName: string | undefined) => factsOf([succeeded({ resourceName })]);
  const failedInventory: InventoryResult = { kind: 'failed' };

  it.each<[string, KnownResource | undefined, ReturnType<typeof named> | undefined, InventoryResult, string]>(
    [
      [
        'is that of the inventory',
        undefined,
        named('row'),
        inventoryOf(listing({ name: 'listed' })),
        'listed',
      ],
      [
        'is that of the rows if the inventory has none',
        undefined,
        named('row'),
        inventoryOf(listing({ name: undefined })),
        'row',
      ],
      ['is that of the rows without an inventory', undefined, named('row'), failedInventory, 'row'],
      ['is the id if no name is known', undefined, named(undefined), failedInventory, 'graph-1'],
      [
        'is the last known one if no source has it any more',
        known({ name: 'last' }),
        named(undefined),
        failedInventory,
        'last',
      ],
      [
        'is the last known one for a resource without rows',
        known({ name: 'last' }),
        undefined,
        failedInventory,
        'last',
      ],
      [
        'changes with the inventory',
        known({ name: 'old' }),
        named('orders'),
        inventoryOf(listing({ name: 'new' })),
        'new',
      ],
      [
        'changes with the rows while the inventory fails',
        known({ name: 'orders' }),
        named('new'),
        failedInventory,
        'new',
      ],
      [
        'is still the one corrected by the inventory while the inventory fails and the rows have the old one',
        known({ name: 'corrected', facts: named('old') }),
        named('old'),
        failedInventory,
        'corrected',
      ],
    ],
  )('%s', (_what, before, facts, inventory, name) => {
    expect(knownResource('graph-1', before, facts, inventory, true)?.name).toBe(name);
  });
});

describe('a resource whose own list could not be read', () => {
  const FAILED = { kind: 'failed' } as const;

  it('keeps the facts of the last poll', () => {
    const before = known();

    expect(knownAfter('graph-1', before, FAILED, { kind: 'failed' }, true, NOW)).toMatchObject({
      facts: before.facts,
      unread: false,
    });
  });

  it('is unread until its list has been read once', () => {
    const first = knownAfter('graph-1', undefined, FAILED, inventoryOf(listing()), true, NOW);

    expect(first?.unread).toBe(true);
    expect(knownAfter('graph-1', first, FAILED, inventoryOf(listing()), true, NOW)?.unread).toBe(true);
    expect(knownResource('graph-1', first, undefined, inventoryOf(listing()), true)?.unread).toBe(false);
  });
});

describe('when a resource was first seen', () => {
  const seen = (before?: KnownResource) =>
    knownResource('graph-1', before, undefined, inventoryOf(listing()), true);

  it('is the time of the poll that first listed it', () => {
    expect(seen()?.firstSeen).toBe(NOW);
  });

  it('stays while it is known', () => {
    expect(seen(known())?.firstSeen).toBe(500);
  });

  it('is no later than now, even if the clock was ahead', () => {
    expect(seen({ ...known(), firstSeen: unixSeconds(NOW + 1_000_000) })?.firstSeen).toBe(NOW);
  });
});
