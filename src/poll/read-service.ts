import type { Config, ServiceConfig } from '../config/config.ts';
import type { Backup, Resource } from '../domain/backup.ts';
import type { Clock } from '../domain/quantities.ts';
import type { Collector, Rejections, RowCounts } from '../pagination/walk.ts';
import type { ResourceKey } from '../services/service.ts';
import { type BackupTallies, createBackupTallies } from '../state/backup-tallies.ts';
import { createYield } from '../state/event-loop.ts';
import type { InventoryResult, KnownResource } from '../state/known-resource.ts';
import { expressionsMatch } from '../state/objective.ts';
import { isSameOrigin } from '../state/origin.ts';
import { nextServiceState, type ServiceState } from '../state/service-state.ts';
import { type BackupsRead, readProjectBackups, readResourceBackups, sumRejections } from './read-backups.ts';
import {
  type ItemList,
  type ListReader,
  type ListResult,
  listItems,
  type ReadFailure,
  readList,
} from './read-list.ts';

/** The service to read, and its settings. */
export interface ServiceReader extends ListReader {
  readonly config: Pick<Config, 'limits'>;
  readonly clock: Clock;
  /** Also receives every backup; cleared when a list is read again. */
  readonly alsoInto?: () => Collector<Backup>;
}

export interface ResourceListing extends Collector<Resource> {
  readonly byId: ReadonlyMap<string, Resource>;
}

/** The lists of a service. */
interface ListsRead<Items extends Collector<Backup>> {
  readonly backups: BackupsRead<Items> | ReadFailure;
  /** Undefined if the inventory is not read. */
  readonly inventory: ListResult<ResourceListing> | undefined;
}

/** The outcome of reading a service once. */
export interface ServiceRead extends ListsRead<BackupTallies> {
  /** Undefined if no backups could be read. */
  readonly next: ServiceState | undefined;
}

/** Why some or all backups of a service could not be read; undefined if they could. */
export function failureOf({ backups }: Pick<ServiceRead, 'backups'>): ReadFailure | undefined {
  if (backups.kind === 'failed') return backups;
  const { failures, items } = backups;
  const [first] = failures.values();
  if (first === undefined) return undefined;
  const of = failures.size + items.byResource.size;
  return {
    ...first,
    reason: `${failures.size} of ${of} resources could not be read, first error: ${first.reason}`,
  };
}

/** Entries of the inventory that the service counts but does not list; undefined if the inventory was not read. */
export const unlistedResources = ({ inventory }: Pick<ServiceRead, 'inventory'>): number | undefined =>
  inventory?.kind === 'complete' ? inventory.unlisted : undefined;

/** The rows of the lists of a service; undefined for a list that was not read to its end. */
export const rowsOf = ({ backups, inventory }: ServiceRead): readonly (RowCounts | undefined)[] => [
  backups.kind === 'read' ? backups : backups.walk,
  inventory?.walk,
];

/** The rows of all lists of a service that could not be parsed. */
export const rejectionsIn = (read: ServiceRead): Rejections =>
  sumRejections(rowsOf(read).map((rows) => rows?.rejections));

/**
 * Reads the backups and the inventory of a service and computes its next state; never rejects. The state of another
 * project with the same name is not continued.
 */
export async function readService(
  reader: ServiceReader,
  previous: ServiceState | undefined,
  signal: AbortSignal,
): Promise<ServiceRead> {
  const { client, service, config } = reader;
  const createItems = (): BackupTallies => {
    const tallies = createBackupTallies(previous?.ledger, previous?.firstEnds);
    const also = reader.alsoInto?.();
    if (also === undefined) return tallies;
    const add = (backup: Backup): void => {
      tallies.add(backup);
      also.add(backup);
    };
    return { ...tallies, add };
  };
  const { backups, inventory } = await readLists(reader, createItems, previous, signal);
  if (backups.kind === 'failed') return { backups, inventory, next: undefined };
  // Certain only now: the requests may have looked up the project by its name.
  const origin = { projectId: client.projectId(), endpoint: service.endpoint };
  if (previous !== undefined && !isSameOrigin(previous.origin, origin)) {
    return await readService(reader, undefined, signal);
  }
  const { items: tallies, failures } = backups;
  const poll = {
    at: reader.clock(),
    origin,
    backups: { ...backups, tallies, isUnread: (id: string) => failures.has(id) },
    inventory: inventoryResult(inventory),
  };
  const selection = { isSelected: selectionOf(service), limit: config.limits.resources };
  const next = await nextServiceState(previous, poll, selection, createYield());
  return { backups, inventory, next };
}

/** Reads all backups of a service for a command, and the inventory only if they need it; never rejects. */
export async function listBackups(
  reader: ListReader,
  signal: AbortSignal,
): Promise<BackupsRead<ItemList<Backup>> | ReadFailure> {
  const service = { ...reader.service, inventory: false };
  const { backups } = await readLists({ ...reader, service }, listItems<Backup>, undefined, signal);
  return backups;
}

async function readLists<Items extends Collector<Backup>>(
  reader: ListReader,
  createItems: () => Items,
  previous: ServiceState | undefined,
  signal: AbortSignal,
): Promise<ListsRead<Items>> {
  const { api } = reader.service;
  const before = previous && { ids: previous.ledger.listed, failedRuns: previous.failedRuns };
  if (api.backups.of === 'project') {
    const [backups, inventory] = await Promise.all([
      readProjectBackups(reader, api.backups.list, createItems, before, signal),
      readInventory(reader, signal),
    ]);
    return { backups, inventory };
  }
  const inventory = await readInventory(reader, signal);
  const resources = resourcesToRead(reader.service, inventory, previous);
  if (inventory?.kind === 'failed' && resources.length === 0) return { backups: inventory, inventory };
  return { backups: await readResourceBackups(reader, resources, createItems, before, signal), inventory };
}

/** Reads the resources of a service; never rejects. Undefined if they are neither configured nor needed. */
export async function readInventory(
  reader: ListReader,
  signal: AbortSignal,
): Promise<ListResult<ResourceListing> | undefined> {
  const { inventory, api } = reader.service;
  if (!inventory && api.backups.of === 'project') return undefined;
  return await readList<Resource, ResourceListing>(reader, api.resources, createResourceListing, signal);
}

function createResourceListing(): ResourceListing {
  const byId = new Map<string, Resource>();
  const add = (resource: Resource): void => {
    const known = byId.get(resource.id);
    if (known === undefined || !saysMore(known, resource)) byId.set(resource.id, resource);
  };
  return { byId, add };
}

/** Of a resource that is listed twice, as in an old vault and its new one, the entry that is backed up counts. */
const saysMore = (one: Resource, other: Resource): boolean =>
  one.exists === other.exists ? one.notExpected === undefined && other.notExpected !== undefined : one.exists;

/** Whose lists to read: the selected resources of the inventory, or else those known before. */
function resourcesToRead(
  service: ServiceConfig,
  inventory: ServiceRead['inventory'],
  previous: ServiceState | undefined,
): readonly ResourceKey[] {
  const isSelected = selectionOf(service);
  if (inventory?.kind === 'complete') {
    return [...inventory.items.byId.values()].filter(
      ({ id, name, exists }) => exists && isSelected({ id, name: name ?? id }),
    );
  }
  const known: readonly KnownResource[] = [...(previous?.resources.values() ?? [])];
  return known.filter(isSelected).map(({ id, listing }) => ({ id, parentId: listing?.parentId }));
}

function selectionOf({ include, exclude }: ServiceConfig) {
  return (resource: { readonly id: string; readonly name: string }): boolean =>
    (include === undefined || expressionsMatch(include, resource)) &&
    (exclude === undefined || !expressionsMatch(exclude, resource));
}

function inventoryResult(result: ServiceRead['inventory']): InventoryResult {
  if (result === undefined) return { kind: 'not_read' };
  if (result.kind === 'failed') return { kind: 'failed' };
  const mayBeIncomplete =
    result.unlisted > 0 || Object.values(result.walk.rejections).some((count) => count > 0);
  return { kind: 'read', resources: result.items.byId, mayBeIncomplete };
}
