import type { Resource } from '../domain/backup.ts';
import type { UnixSeconds } from '../domain/quantities.ts';
import type { ResourceFacts } from './resource-facts.ts';

/** The outcome of reading the inventory in a poll. */
export type InventoryResult =
  | {
      readonly kind: 'read';
      readonly resources: ReadonlyMap<string, Resource>;
      /** Whether rows were rejected, or counted but not listed: missing resources may be among them. */
      readonly mayBeIncomplete: boolean;
    }
  | { readonly kind: 'failed' }
  | { readonly kind: 'not_read' };

/** What is known about one resource. */
export interface KnownResource {
  readonly id: string;
  /** The last known name, else the id. */
  readonly name: string;
  /** When it first became known. */
  readonly firstSeen: UnixSeconds;
  /** Whether it exists. */
  readonly exists: boolean;
  /** From the last readable inventory; undefined if not listed there. */
  readonly listing: Resource | undefined;
  /** From the last complete backup list; undefined without backups. */
  readonly facts: ResourceFacts | undefined;
  /** Whether its own backup list was never read since startup, so that its backups are unknown. */
  readonly unread: boolean;
}

/** The backups of a resource in a poll: its facts, undefined without backups; or nothing, as its list failed. */
export type BackupsOfResource =
  | { readonly kind: 'read'; readonly facts: ResourceFacts | undefined }
  | { readonly kind: 'failed' };

/**
 * A resource after a complete backup list; undefined when it is no longer served. A failed inventory changes nothing:
 * it neither removes a resource nor brings one back.
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
    // A clock that was ahead must not put it off.
    firstSeen: before === undefined || before.firstSeen > now ? now : before.firstSeen,
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

// Rows may keep an old name that the inventory has corrected: only a changed name is new.
function changedName(
  before: KnownResource | undefined,
  facts: ResourceFacts | undefined,
): string | undefined {
  return facts?.name === before?.facts?.name && before !== undefined ? undefined : facts?.name;
}
