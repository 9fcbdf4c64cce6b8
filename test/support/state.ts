import type { Backup, Resource } from '../../src/domain/backup.ts';
import { type UnixSeconds, unixSeconds } from '../../src/domain/quantities.ts';
import { createBackupTallies } from '../../src/state/backup-tallies.ts';
import type { Yield } from '../../src/state/event-loop.ts';
import type { FinishedCounts } from '../../src/state/finished.ts';
import type { InventoryResult } from '../../src/state/known-resource.ts';
import type { PolicyLookup } from '../../src/state/objective.ts';
import type { Origin } from '../../src/state/origin.ts';
import {
  createResourceTally,
  factsOf as factsOfTally,
  type ResourceFacts,
  tallyBackup,
} from '../../src/state/resource-facts.ts';
import {
  nextServiceState,
  type PollResult,
  type ResourceSelection,
  type ServiceState,
} from '../../src/state/service-state.ts';

/** Never yields to other work. */
export const NEVER_YIELD: Yield = () => undefined;

/** The facts from these backups of one resource. */
export function factsOf(backups: readonly Backup[]): ResourceFacts {
  const tally = createResourceTally();
  for (const backup of backups) tallyBackup(tally, backup);
  return factsOfTally(tally);
}

/** A complete list of these backups, collected with the ledger of the previous state. */
function completeList(
  backups: readonly Backup[],
  before: ServiceState | undefined,
  {
    rejectedIds = [],
    unlisted = 0,
    isUnread = () => false,
  }: Pick<PollOf, 'rejectedIds' | 'unlisted' | 'isUnread'> = {},
): PollResult['backups'] {
  const items = createBackupTallies(before?.ledger);
  for (const backup of backups) items.add(backup);
  const ids = new Set([...backups.map(({ id }) => id), ...rejectedIds]);
  return { tallies: items, ids, unreadIds: new Set(rejectedIds), unlisted, failedRuns: [], isUnread };
}

/** An inventory with these resources. */
export const inventoryOf = (
  ...resources: readonly Resource[]
): Extract<InventoryResult, { readonly kind: 'read' }> => ({
  kind: 'read',
  mayBeIncomplete: false,
  resources: new Map(resources.map((resource) => [resource.id, resource])),
});

/** The origin of the lists in these tests. */
export const ORIGIN: Origin = { projectId: 'project-1', endpoint: 'https://ges.example' };

/** The result of one poll of a service; by default without rows and without an inventory. */
export interface PollOf {
  readonly at?: UnixSeconds;
  readonly origin?: Origin;
  readonly backups?: readonly Backup[];
  readonly rejectedIds?: readonly string[];
  readonly unlisted?: number;
  /** Returns whether the list of a resource could not be read. */
  readonly isUnread?: (resourceId: string) => boolean;
  readonly inventory?: InventoryResult;
  readonly isSelected?: ResourceSelection['isSelected'];
  readonly limit?: number;
}

/** The state after a complete poll. */
export function stateAfter(before: ServiceState | undefined, poll: PollOf): Promise<ServiceState> {
  return nextServiceState(
    before,
    {
      at: poll.at ?? unixSeconds(1000),
      origin: poll.origin ?? ORIGIN,
      backups: completeList(poll.backups ?? [], before, poll),
      inventory: poll.inventory ?? { kind: 'not_read' },
    },
    { isSelected: poll.isSelected ?? (() => true), limit: poll.limit ?? 1000 },
    NEVER_YIELD,
  );
}

/** The state after complete polls, one after the other. */
export async function stateAfterAll(...polls: readonly PollOf[]): Promise<ServiceState> {
  let state: ServiceState | undefined;
  for (const poll of polls) state = await stateAfter(state, poll);
  if (state === undefined) throw new Error('a state needs a poll');
  return state;
}

/** The served counts of a resource. */
export const countsOf = (state: ServiceState, resourceId = 'graph-1'): FinishedCounts | undefined =>
  state.ledger.counts.get(resourceId);

/** Unknown policies. */
export const NO_POLICIES: PolicyLookup = { decides: false, policyOf: () => undefined };
