import type { ProjectClient } from '../../cloud/client.ts';
import type { Config } from '../../config/config.ts';
import type { Backup } from '../../domain/backup.ts';
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

/** A list of a service; without items where it was not read, and one sentence why. */
export interface Listed<Item> {
  readonly items: readonly Item[];
  readonly unread?: string | undefined;
}

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

  const once = <Item>(read: (signal: AbortSignal) => Promise<Listed<Item>>) => {
    const start = async (): Promise<Listed<Item>> => {
      const list = await read(withinPoll(config, interrupted));
      if (list.unread !== undefined && interrupted.aborted) throw new CommandError('interrupted');
      return list;
    };
    let list: Promise<Listed<Item>> | undefined;
    return () => {
      list ??= start();
      return list;
    };
  };

  return {
    ...picked,
    client,
    backups: once(async (signal) => {
      const read = await listBackups(reader, signal);
      if (read.kind === 'failed') return { items: [], unread: read.reason };
      const [failure] = read.failures.values();
      return failure === undefined ? read.items : { items: [], unread: failure.reason };
    }),
    inventory: once(async (signal) => {
      const read = await readInventory(reader, signal);
      if (read?.kind !== 'complete') {
        return { items: [], unread: read?.reason ?? 'inventory is false in the configuration' };
      }
      const resources = read.items.byId.values();
      return {
        items: Array.from(resources, ({ id, name = id, parentId }) => ({ id, name, parentId })),
      };
    }),
  };
}
