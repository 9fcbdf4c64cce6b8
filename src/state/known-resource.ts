import type { Resource } from '../domain/backup.ts';
import type { ResourceFacts } from './resource-facts.ts';

/** What came of asking for the inventory in a poll. */
export type InventoryReading =
  | {
      readonly kind: 'read';
      readonly resources: ReadonlyMap<string, Resource>;
      /** Whether rows of it could not be read or were counted and not listed: what it leaves out may be among them. */
      readonly mayLeaveOut: boolean;
    }
  | { readonly kind: 'failed' }
  | { readonly kind: 'not_asked' };

/** One graph or instance, as far as the polls until now tell. */
export interface KnownResource {
  readonly id: string;
  /** The last known name, else the id. */
  readonly name: string;
  /** Whether it is there to be backed up. */
  readonly exists: boolean;
  /** From the last inventory that could be read; undefined where that did not list it. */
  readonly listing: Resource | undefined;
  /** From the last complete list of backups; undefined when that holds none of it. */
  readonly facts: ResourceFacts | undefined;
}

/**
 * What is known of a resource after a complete list of backups; undefined when it is no longer served.
 * A failed inventory changes nothing that was known: it neither removes a resource nor brings one back.
 */
export function knownResource(
  id: string,
  before: KnownResource | undefined,
  facts: ResourceFacts | undefined,
  inventory: InventoryReading,
  inventoryWasRead: boolean,
): KnownResource | undefined {
  const listed = inventory.kind === 'read' ? inventory.resources.get(id) : undefined;
  const exists = resourceExists(before, facts, inventory, listed, inventoryWasRead);
  if (facts === undefined && !exists) return undefined;
  return {
    id,
    name: listed?.name ?? changedName(before, facts) ?? before?.name ?? id,
    exists,
    listing: listed ?? (leavesKnownAlone(inventory) ? before?.listing : undefined),
    facts,
  };
}

function resourceExists(
  before: KnownResource | undefined,
  facts: ResourceFacts | undefined,
  inventory: InventoryReading,
  listed: Resource | undefined,
  inventoryWasRead: boolean,
): boolean {
  switch (inventory.kind) {
    case 'read':
      return listed?.exists ?? (inventory.mayLeaveOut && (before?.exists ?? facts?.deleted === false));
    case 'not_asked':
      return facts?.deleted === false;
    case 'failed':
      if (before !== undefined && (inventoryWasRead || facts === undefined)) return before.exists;
      return facts?.deleted === false;
    default:
      return inventory satisfies never;
  }
}

const leavesKnownAlone = (inventory: InventoryReading): boolean =>
  inventory.kind === 'read' ? inventory.mayLeaveOut : inventory.kind === 'failed';

// The rows may keep an old name that the inventory has corrected: only a name that changed is news.
function changedName(
  before: KnownResource | undefined,
  facts: ResourceFacts | undefined,
): string | undefined {
  return facts?.name === before?.facts?.name && before !== undefined ? undefined : facts?.name;
}
