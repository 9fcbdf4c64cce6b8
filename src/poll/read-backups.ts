import type { Backup } from '../domain/backup.ts';
import type { CompleteList } from '../pagination/complete-list.ts';
import { createIdSet, iterate } from '../pagination/id-set.ts';
import { REJECTION_REASONS, type RejectionReason, type Row } from '../pagination/list.ts';
import type { Collector, Rejections, RowCounts } from '../pagination/walk.ts';
import type { List, ResourceKey } from '../services/service.ts';
import {
  type ItemList,
  isMissing,
  type ListReader,
  type ListResult,
  listItems,
  type ReadFailure,
  readList,
} from './read-list.ts';

/** All backups of a service, as far as they could be read. */
export interface BackupsRead<Items extends Collector<Backup>> extends RowCounts {
  readonly kind: 'read';
  readonly items: Items;
  /** Backups that the service counts but does not list. */
  readonly unlisted: number;
  /** Failed lists of resources, by resource id; empty if the project has one list. */
  readonly failures: ReadonlyMap<string, ReadFailure>;
  /** Failed runs that left no backup: those read before if they could not be read now. */
  readonly failedRuns: readonly Backup[];
  /** Why failed runs could not be read; undefined if they could, or if there is no list of them. */
  readonly failedRunsUnread: ReadFailure | undefined;
}

export const sumRejections = (parts: readonly (Rejections | undefined)[]): Rejections =>
  Object.fromEntries(
    REJECTION_REASONS.map((reason) => [reason, parts.reduce((sum, part) => sum + (part?.[reason] ?? 0), 0)]),
  ) as Rejections;

/** What was read in the last complete poll. */
export interface ReadBefore {
  /** The ids of all rows. */
  readonly ids: ReadonlySetLike<string>;
  readonly failedRuns: readonly Backup[];
}

/**
 * Reads the backups of a project from one list; never rejects. If a service repeats one page, and more was listed
 * before, the poll is incomplete.
 */
export async function readProjectBackups<Items extends Collector<Backup>>(
  reader: ListReader,
  list: List<Backup>,
  createItems: () => Items,
  before: ReadBefore | undefined,
  signal: AbortSignal,
): Promise<BackupsRead<Items> | ReadFailure> {
  const earlier = before?.ids ?? createIdSet();
  const result = await readList<Backup, Items>(reader, list, createItems, signal, earlier);
  if (result.kind === 'failed') return result;
  const { items, unlisted, walk } = result;
  if (walk.holes === 'repeated page' && walk.listed !== walk.total && walk.listed < earlier.size) {
    const reason = `the service repeats a page: ${walk.listed} backups, after it listed ${earlier.size} before`;
    return { kind: 'failed', outcome: 'incomplete', reason, operation: list.call.operation, walk };
  }
  const runs = await readFailedRuns(reader, signal);
  const failedRuns = runs?.kind === 'complete' ? runs.items.items : (before?.failedRuns ?? []);
  for (const run of failedRuns) items.add(run);
  const failedRunsUnread = runs?.kind === 'failed' ? runs : undefined;
  return { ...walk, kind: 'read', items, unlisted, failures: new Map(), failedRuns, failedRunsUnread };
}

/** Reads failed runs that left no backup, if the service lists them. The backup list is complete without them. */
async function readFailedRuns(
  reader: ListReader,
  signal: AbortSignal,
): Promise<ListResult<ItemList<Backup>> | undefined> {
  const { backups } = reader.service.api;
  if (backups.of !== 'project' || backups.failedRuns === undefined) return undefined;
  return await readList(reader, backups.failedRuns, listItems<Backup>, signal);
}

/**
 * Reads the backups of each resource from its own list; never rejects. A failed list does not affect the others; a
 * resource unknown to the service has no backups. Fails if every resource fails.
 */
export async function readResourceBackups<Items extends Collector<Backup>>(
  reader: ListReader,
  resources: readonly ResourceKey[],
  createItems: () => Items,
  before: ReadBefore | undefined,
  signal: AbortSignal,
): Promise<BackupsRead<Items> | ReadFailure> {
  const items = createItems();
  const ids = createIdSet(before?.ids);
  const unreadIds = new Set<string>();
  const failures = new Map<string, ReadFailure>();
  const rejections: Rejections[] = [];
  const examples = new Map<RejectionReason, Row>();
  let withoutId = 0;
  let collected = 0;
  let unlisted = 0;

  const readResource = async (resource: ResourceKey): Promise<void> => {
    const lists = reader.service.api.backups.ofResource(resource);
    const results = await Promise.all(lists.map((list) => readList(reader, list, listItems<Backup>, signal)));
    const failure = results.find((result) => result.kind === 'failed');
    if (failure !== undefined) {
      if (!isMissing(failure, reader.service)) failures.set(resource.id, failure);
      return;
    }
    for (const result of results) if (result.kind === 'complete') add(result);
  };

  const add = ({ items: list, walk, unlisted: missing }: CompleteList<ItemList<Backup>>): void => {
    // An id counts once across all lists.
    for (const backup of list.items) {
      if (!ids.add(backup.id)) continue;
      items.add(backup);
      collected += 1;
    }
    for (const id of iterate(walk.ids)) ids.add(id);
    for (const id of walk.unreadIds) unreadIds.add(id);
    rejections.push(walk.rejections);
    for (const [reason, row] of walk.examples) if (!examples.has(reason)) examples.set(reason, row);
    withoutId += walk.listed - walk.ids.size;
    unlisted += missing;
  };

  // The client limits how many requests run at once.
  await Promise.all(resources.map(readResource));
  const [first] = failures.values();
  if (first !== undefined && failures.size === resources.length) return first;
  return {
    kind: 'read',
    items,
    ids,
    unreadIds,
    listed: ids.size + withoutId,
    collected,
    rejections: sumRejections(rejections),
    examples,
    unlisted,
    failures,
    failedRuns: [],
    failedRunsUnread: undefined,
  };
}
