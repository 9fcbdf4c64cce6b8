import type { ProjectClient } from '../../cloud/client.ts';
import type { Config } from '../../config/config.ts';
import type { Backup } from '../../domain/backup.ts';
import type { ReadFailure } from '../../poll/read-list.ts';
import { listBackups, readInventory } from '../../poll/read-service.ts';
import type { ResourceKey } from '../../services/service.ts';
import { type Interruption, withClients } from '../clients.ts';
import { CommandError } from '../command-error.ts';
import {
  loadConfig,
  type PickedService,
  pickServices,
  type ServiceFlags,
  withinPoll,
} from '../configured.ts';
import type { Terminal } from '../terminal.ts';

export interface FoundResource extends ResourceKey {
  readonly name: string;
}

/** A list of a service, or one sentence why it was not read. */
export type Listed<Item> =
  | { readonly kind: 'read'; readonly items: readonly Item[] }
  | { readonly kind: 'not_read'; readonly reason: string };

/** A service and its lists, each read once, when first needed; they reject when the command is interrupted. */
export interface OpenService extends PickedService {
  readonly client: ProjectClient;
  readonly backups: () => Promise<Listed<Backup>>;
  /** The resources; not read if the configuration says so. */
  readonly inventory: () => Promise<Listed<FoundResource>>;
}

export interface Session {
  readonly config: Config;
  /** The selected services, at least one. No request has been sent yet. */
  readonly services: readonly OpenService[];
  readonly interruption: Interruption;
  readonly terminal: Terminal;
}

/** Runs a command on the selected services, then closes their clients. */
export async function withServices(
  flags: ServiceFlags,
  terminal: Terminal,
  command: (session: Session) => Promise<number>,
): Promise<number> {
  const config = await loadConfig(flags['config.file'], terminal);
  const picked = pickServices(config, flags);
  return await withClients(config, terminal, (clientOf, interruption) => {
    const services = picked.map((service) =>
      openService(service, clientOf(service.project), config, interruption.first),
    );
    return command({ config, services, interruption, terminal });
  });
}

function openService(
  picked: PickedService,
  client: ProjectClient,
  config: Config,
  interrupted: AbortSignal,
): OpenService {
  const reader = { client, service: picked.service, ahead: config.poll.concurrency - 1 };
  const notRead = ({ reason }: ReadFailure): Listed<never> => {
    if (interrupted.aborted) throw new CommandError('interrupted');
    return { kind: 'not_read', reason };
  };

  const readBackups = async (): Promise<Listed<Backup>> => {
    const result = await listBackups(reader, withinPoll(config, interrupted));
    if (result.kind === 'failed') return notRead(result);
    const [failure] = result.failures.values();
    return failure === undefined ? { kind: 'read', items: result.items.items } : notRead(failure);
  };
  const readResources = async (): Promise<Listed<FoundResource>> => {
    const result = await readInventory(reader, withinPoll(config, interrupted));
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
