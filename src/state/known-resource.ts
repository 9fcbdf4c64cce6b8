import type { Resource } from '../domain/backup.ts';
import type { UnixSeconds } from '../domain/quantities.ts';
import type { ResourceFacts } from './resource-facts.ts';

/** The outcome of reading the inventory in a poll. */
export type InventoryResult =
  | {
      readonly kind: 'read';
      readonly resources: ReadonlyMap<string, Resource>;
      /** Whether rows were rejected, or counted and not listed: what it lacks may be among them. */
      readonly mayBeIncomplete: boolean;
    }
  | { readonly kind: 'failed' }
  | { readonly kind: 'not_read' };

/** One resource, as far as the polls until now tell. */
export interface KnownResource {
  readonly id: string;
  /** The last known name, else the id. */
  readonly name: string;
  /** When it first became known. */
  readonly firstSeen: UnixSeconds;
  /** Whether it is there to be backed up. */
  readonly exists: boolean;
  /** From the last inventory that could be read; undefined where that did not list it. */
  readonly listing: Resource | undefined;
  /** From the last complete list of backups; undefined when that holds none of it. */
  readonly facts: ResourceFacts | undefined;
  /** Whether its own list of backups has never been read since the start: nothing is known of them. */
  readonly unread: boolean;
}

/** What a poll read of a resource's backups: its facts, undefined without backups; or nothing, as its list failed. */
export type BackupsOfResource =
  | { readonly kind: 'read'; readonly facts: ResourceFacts | undefined }
  | { readonly kind: 'failed' };

/**
 * What is known of a resource after a complete list of backups; undefined when it is no longer served.
 * A failed inventory changes nothing that was known: it neither removes a resource nor brings one back.
 */
export function knownResource(
  id: string,
  before: KnownResource | undefined,
  backups: BackupsOfResource,
  inventory: InventoryResult,
  inventoryWasRead: boolean,
  now: UnixSeconds,
): KnownResource | undefined {
  const facts = backups.kind === 'read' ? backups.facts : before?.facts;
  const listed = inventory.kind === 'read' ? inventory.resources.get(id) : undefined;
  const exists = resourceExists(before, facts, inventory, listed, inventoryWasRead);
  if (facts === undefined && !exists) return undefined;
  return {
    id,
    name: listed?.name ?? changedName(before, facts) ?? before?.name ?? id,
    firstSeen: before?.firstSeen ?? now,
    exists,
    listing: listed ?? (leavesKnownAlone(inventory) ? before?.listing : undefined),
    facts,
    unread: backups.kind === 'failed' && (before?.unread ?? true),
  };
}

function resourceExists(
  before: KnownResource | undefined,
  facts: ResourceFacts | undefined,
  inventory: InventoryResult,
  listed: Resource | undefined,
  inventoryWasRead: boolean,
): boolean {
  switch (inventory.kind) {
    case 'read':
      return listed?.exists ?? (inventory.mayBeIncomplete && (before?.exists ?? facts?.deleted === false));
    case 'not_read':
      return facts?.deleted === false;
    case 'failed':
      if (before !== undefined && (inventoryWasRead || facts === undefined)) return before.exists;
      return facts?.deleted === false;
    default:
      return inventory satisfies never;
  }
}

const leavesKnownAlone = (inventory: InventoryResult): boolean =>
  inventory.kind === 'read' ? inventory.mayBeIncomplete : inventory.kind === 'failed';

// The rows may keep an old name that the inventory has corrected: only a name that changed is news.
function changedName(
  before: KnownResource | undefined,
  facts: ResourceFacts | undefined,
): string | undefined {
  return facts?.name === before?.facts?.name && before !== undefined ? undefined : facts?.name;
}
