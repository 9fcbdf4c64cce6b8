import type { ProjectClient } from '../../cloud/client.ts';
import type { Config } from '../../config/config.ts';
import type { Backup } from '../../domain/backup.ts';
import { milliseconds } from '../../domain/quantities.ts';
import type { ListReader, ReadFailure } from '../../poll/read-list.ts';
import { listBackups, readInventory } from '../../poll/read-service.ts';
import { CommandError } from '../command-error.ts';
import type { PickedService } from '../configured.ts';

/** A resource in a list. */
export interface FoundResource {
  readonly id: string;
  readonly name: string;
  readonly parentId?: string | undefined;
}

/** A list of a service, or one sentence why it was not read. */
export type Listed<Item> =
  | { readonly kind: 'read'; readonly items: readonly Item[] }
  | { readonly kind: 'not_read'; readonly reason: string };

/** A service and its lists, each read once, when first needed. */
export interface OpenService extends PickedService {
  readonly client: ProjectClient;
  readonly backups: () => Promise<Listed<Backup>>;
  /** The resources; not read if the configuration says so. */
  readonly inventory: () => Promise<Listed<FoundResource>>;
}

/** Opens a service; its lists reject with a {@link CommandError} when `interrupted` aborts. */
export function openService(
  picked: PickedService,
  client: ProjectClient,
  config: Config,
  interrupted: AbortSignal,
): OpenService {
  const reader: ListReader = { client, service: picked.service, ahead: config.poll.concurrency - 1 };
  const limit = (): AbortSignal =>
    AbortSignal.any([interrupted, AbortSignal.timeout(milliseconds(config.poll.timeout))]);
  const notRead = ({ reason }: Pick<ReadFailure, 'reason'>): Listed<never> => {
    if (interrupted.aborted) throw new CommandError('interrupted');
    return { kind: 'not_read', reason };
  };

  const readBackups = async (): Promise<Listed<Backup>> => {
    const result = await listBackups(reader, limit());
    if (result.kind === 'failed') return notRead(result);
    const [failure] = result.failures.values();
    return failure === undefined ? { kind: 'read', items: result.items.items } : notRead(failure);
  };
  const readResources = async (): Promise<Listed<FoundResource>> => {
    const result = await readInventory(reader, limit());
    if (result === undefined) return { kind: 'not_read', reason: 'inventory is false in the configuration' };
    if (result.kind === 'failed') return notRead(result);
    const resources = Array.from(result.items.byId.values(), ({ id, name, parentId }) => ({
      id,
      name: name ?? id,
      parentId,
    }));
    return { kind: 'read', items: resources };
  };
  return { ...picked, client, backups: once(readBackups), inventory: once(readResources) };
}

function once<Value>(read: () => Promise<Value>): () => Promise<Value> {
  let result: Promise<Value> | undefined;
  return () => {
    result ??= read();
    return result;
  };
}
