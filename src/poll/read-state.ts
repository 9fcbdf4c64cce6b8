import type { Config, ServiceConfig } from '../config/config.ts';
import type { BackupTallies } from '../state/backup-tallies.ts';
import type { InventoryReading } from '../state/known-resource.ts';
import { expressionsMatch, type ResourcePlace } from '../state/objective.ts';
import { createPace } from '../state/pace.ts';
import { nextServiceState, type ServiceState } from '../state/service-state.ts';
import {
  type ListReader,
  type ListReading,
  type ResourceListing,
  readBackups,
  readInventory,
} from './read-service.ts';

/** The service that is read, and by which settings. */
export interface StateReader extends ListReader {
  readonly place: ResourcePlace;
  readonly config: Pick<Config, 'limits'>;
}

/** What reading a service once came to. */
export interface StateReading {
  readonly backups: ListReading<BackupTallies>;
  /** Undefined where the inventory is not asked for. */
  readonly inventory: ListReading<ResourceListing> | undefined;
  /** Undefined unless the list of backups is complete. */
  readonly next: ServiceState | undefined;
}

/** Reads the backups and the inventory of a service at once, and makes the next state of them; never rejects. */
export async function readServiceState(
  reader: StateReader,
  previous: ServiceState | undefined,
  signal: AbortSignal,
): Promise<StateReading> {
  const { service, config } = reader;
  const [backups, inventory] = await Promise.all([
    readBackups(reader, previous?.ledger, signal),
    service.inventory ? readInventory(reader, signal) : undefined,
  ]);
  if (backups.kind === 'failed') return { backups, inventory, next: undefined };
  const next = await nextServiceState(
    previous,
    { backups, inventory: inventoryReading(inventory) },
    { isSelected: selectionOf(service), limit: config.limits.resources },
    createPace(),
  );
  return { backups, inventory, next };
}

function selectionOf({ include, exclude }: ServiceConfig) {
  return (resource: { readonly id: string; readonly name: string }): boolean =>
    (include === undefined || expressionsMatch(include, resource)) &&
    (exclude === undefined || !expressionsMatch(exclude, resource));
}

function inventoryReading(reading: ListReading<ResourceListing> | undefined): InventoryReading {
  if (reading === undefined) return { kind: 'not_asked' };
  if (reading.kind === 'failed') return { kind: 'failed' };
  const mayLeaveOut =
    reading.unlisted > 0 || Object.values(reading.walk.rejections).some((count) => count > 0);
  return { kind: 'read', resources: reading.items.byId, mayLeaveOut };
}
