import type { Backup, Resource } from '../../src/domain/backup.ts';
import type { CompleteList } from '../../src/pagination/complete-list.ts';
import { type BackupTallies, createBackupTallies } from '../../src/state/backup-tallies.ts';
import type { FinishedCounts } from '../../src/state/finished.ts';
import type { InventoryReading } from '../../src/state/known-resource.ts';
import type { Pace } from '../../src/state/pace.ts';
import { createResourceTally, type ResourceFacts } from '../../src/state/resource-facts.ts';
import {
  nextServiceState,
  type ResourceSelection,
  type ServiceState,
} from '../../src/state/service-state.ts';

/** A pace that never gives way. */
export const NO_PACE: Pace = () => undefined;

/** The facts that follow from these backups of one resource. */
export function factsOf(backups: readonly Backup[]): ResourceFacts {
  const tally = createResourceTally();
  for (const backup of backups) tally.add(backup);
  return tally.facts();
}

/** A complete list of these backups, gathered against the ledger of the state before. */
function completeList(
  backups: readonly Backup[],
  before: ServiceState | undefined,
  {
    rejectedIds = [],
    unlisted = 0,
  }: { readonly rejectedIds?: readonly string[]; readonly unlisted?: number } = {},
): CompleteList<BackupTallies> {
  const items = createBackupTallies(before?.ledger);
  for (const backup of backups) items.add(backup);
  const ids = new Set([...backups.map(({ id }) => id), ...rejectedIds]);
  return {
    kind: 'complete',
    items,
    walk: {
      ids,
      unreadIds: new Set(rejectedIds),
      listed: ids.size,
      total: ids.size + unlisted,
      unlisted,
      rejections: { not_an_object: 0, id: 0, resource: 0, time: rejectedIds.length },
      gaps: 'none',
      pages: 1,
    },
    unlisted,
  };
}

/** An inventory that was read and lists these. */
export const inventoryOf = (
  ...resources: readonly Resource[]
): Extract<InventoryReading, { readonly kind: 'read' }> => ({
  kind: 'read',
  mayLeaveOut: false,
  resources: new Map(resources.map((resource) => [resource.id, resource])),
});

/** What one poll brings to a service; what is left out is a poll without rows and without an inventory. */
export interface PollOf {
  readonly backups?: readonly Backup[];
  readonly rejectedIds?: readonly string[];
  readonly unlisted?: number;
  readonly inventory?: InventoryReading;
  readonly isSelected?: ResourceSelection['isSelected'];
  readonly limit?: number;
}

/** The state after a complete poll. */
export function stateAfter(before: ServiceState | undefined, poll: PollOf): Promise<ServiceState> {
  return nextServiceState(
    before,
    {
      backups: completeList(poll.backups ?? [], before, poll),
      inventory: poll.inventory ?? { kind: 'not_asked' },
    },
    { isSelected: poll.isSelected ?? (() => true), limit: poll.limit ?? 1000 },
    NO_PACE,
  );
}

/** The state after complete polls, one after the other. */
export async function stateAfterAll(...polls: readonly PollOf[]): Promise<ServiceState> {
  let state: ServiceState | undefined;
  for (const poll of polls) state = await stateAfter(state, poll);
  if (state === undefined) throw new Error('a state needs a poll');
  return state;
}

/** The counts of a resource as they are served. */
export const countsOf = (state: ServiceState, resourceId = 'graph-1'): FinishedCounts | undefined =>
  state.ledger.counts.get(resourceId);
