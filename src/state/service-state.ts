import type { Backup } from '../domain/backup.ts';
import type { UnixSeconds } from '../domain/quantities.ts';
import type { BackupTallies, FirstEnds } from './backup-tallies.ts';
import type { Yield } from './event-loop.ts';
import { type FinishedLedger, nextLedger } from './finished.ts';
import { type InventoryResult, type KnownResource, knownResource } from './known-resource.ts';
import type { Origin } from './origin.ts';
import { factsOf } from './resource-facts.ts';

/** What is known about one service of one project. Immutable; each complete poll replaces it. */
export interface ServiceState {
  readonly origin: Origin;
  /** By id, in order of discovery. */
  readonly resources: ReadonlyMap<string, KnownResource>;
  readonly ledger: FinishedLedger;
  /** Resources whose own list was never read, so that none of their backups count as newly finished. */
  readonly uncounted: ReadonlySet<string>;
  /** Whether an inventory was ever read. */
  readonly inventoryWasRead: boolean;
  /** Resources left out because of the limit. */
  readonly overLimit: number;
  /** Resources left out by `include` and `exclude`, by id: their facts must not be forgotten either. */
  readonly excluded: ReadonlyMap<string, KnownResource>;
  /** Backups that the service counts but does not list. */
  readonly unlisted: number;
  /** Failed runs that left no backup. */
  readonly failedRuns: readonly Backup[];
  readonly firstEnds: FirstEnds;
}

/** The result of a poll. */
export interface PollResult {
  /** When the lists had been read. */
  readonly at: UnixSeconds;
  readonly origin: Origin;
  readonly backups: {
    readonly tallies: BackupTallies;
    /** Ids of all rows, including rejected ones. */
    readonly ids: ReadonlySetLike<string>;
    readonly unreadIds: ReadonlySet<string>;
    readonly unlisted: number;
    readonly failedRuns: readonly Backup[];
    /** Whether a resource's own list could not be read. */
    readonly isUnread: (resourceId: string) => boolean;
  };
  readonly inventory: InventoryResult;
}

export interface ResourceSelection {
  readonly isSelected: (resource: { readonly id: string; readonly name: string }) => boolean;
  readonly limit: number;
}

/** The state after a complete poll. Known resources come first, so that the limit never drops one for a new one. */
export async function nextServiceState(
  previous: ServiceState | undefined,
  poll: PollResult,
  selection: ResourceSelection,
  yieldIfDue: Yield,
): Promise<ServiceState> {
  const { tallies, ids, unreadIds, unlisted, failedRuns, isUnread } = poll.backups;
  const resources = new Map<string, KnownResource>();
  let overLimit = 0;
  const excluded = new Map<string, KnownResource>();
  for (const id of candidateIds(previous, poll)) {
    await yieldIfDue();
    const before = previous?.resources.get(id) ?? previous?.excluded.get(id);
    const tally = tallies.byResource.get(id);
    const backups = isUnread(id)
      ? ({ kind: 'failed' } as const)
      : ({ kind: 'read', facts: tally && factsOf(tally) } as const);
    const resource = knownResource(
      id,
      before,
      backups,
      poll.inventory,
      previous?.inventoryWasRead === true,
      poll.at,
    );
    if (resource === undefined) continue;
    if (!selection.isSelected(resource)) excluded.set(id, resource);
    else if (resources.size >= selection.limit) overLimit += 1;
    else resources.set(id, resource);
  }
  const uncounted = new Set(
    [...resources.keys()].filter((id) => isUnread(id) && (previous?.uncounted.has(id) ?? true)),
  );
  // What is listed when a resource is read for the first time finished before.
  const isCounted = (id: string): boolean => resources.has(id) && previous?.uncounted.has(id) !== true;
  return {
    origin: poll.origin,
    resources,
    ledger: await nextLedger(previous?.ledger, { ids, unreadIds }, tallies.finished, isCounted, yieldIfDue),
    uncounted,
    inventoryWasRead: poll.inventory.kind === 'read' || previous?.inventoryWasRead === true,
    overLimit,
    excluded,
    unlisted,
    failedRuns,
    firstEnds: tallies.firstEnds,
  };
}

function candidateIds(
  previous: ServiceState | undefined,
  { backups, inventory }: PollResult,
): ReadonlySet<string> {
  const ids = new Set([...(previous?.resources.keys() ?? []), ...(previous?.excluded.keys() ?? [])]);
  if (inventory.kind === 'read') for (const id of inventory.resources.keys()) ids.add(id);
  for (const id of backups.tallies.byResource.keys()) ids.add(id);
  return ids;
}
