import type { ProjectClient } from '../../cloud/client.ts';
import type { Config } from '../../config/config.ts';
import type { Backup } from '../../domain/backup.ts';
import { listBackups, readInventory } from '../../poll/read-service.ts';
import { CommandError } from '../command-error.ts';
import type { PickedService } from '../configured.ts';

/** A graph or instance, as the lists tell of it. */
export interface FoundResource {
  readonly id: string;
  readonly name: string;
}

/** A service with what it lists now. */
export interface ListedService extends PickedService {
  readonly client: ProjectClient;
  readonly backups: readonly Backup[];
  readonly resources: readonly FoundResource[];
}

/** A resource and where it was found. */
export interface ResourceInService {
  readonly resource: FoundResource;
  readonly service: ListedService;
}

/** Reads the backups and resources of each service; throws a {@link CommandError} when a list of backups cannot be read. */
export function listServices(
  services: readonly PickedService[],
  clientOf: (picked: PickedService) => ProjectClient,
  config: Config,
  signal: AbortSignal,
): Promise<readonly ListedService[]> {
  return Promise.all(services.map((picked) => listService(picked, clientOf(picked), config, signal)));
}

async function listService(
  picked: PickedService,
  client: ProjectClient,
  config: Config,
  signal: AbortSignal,
): Promise<ListedService> {
  const reader = { client, service: picked.service, ahead: config.poll.concurrency - 1 };
  const [listed, inventory] = await Promise.all([listBackups(reader, signal), readInventory(reader, signal)]);
  if (listed.kind === 'failed') throw new CommandError(`${picked.project.name}: ${listed.reason}`);
  const names = new Map<string, string>();
  const { backups } = listed.items;
  for (const { resourceId, resourceName } of backups)
    names.set(resourceId, resourceName ?? names.get(resourceId) ?? resourceId);
  // Without the permission to list them, resources are known by their backups alone.
  if (inventory.kind === 'complete') {
    for (const { id, name } of inventory.items.byId.values()) names.set(id, name ?? names.get(id) ?? id);
  }
  return { ...picked, client, backups, resources: Array.from(names, ([id, name]) => ({ id, name })) };
}

/** The one resource with this id or name; throws a {@link CommandError} that lists the candidates otherwise. */
export function findResource(services: readonly ListedService[], wanted: string): ResourceInService {
  const all = services.flatMap((service) => service.resources.map((resource) => ({ resource, service })));
  const byId = all.filter(({ resource }) => resource.id === wanted);
  const found = byId.length > 0 ? byId : all.filter(({ resource }) => resource.name === wanted);
  const [only] = found;
  if (only === undefined) {
    throw new CommandError(
      `no graph or instance has the id or name ${JSON.stringify(wanted)}; there ${all.length === 0 ? 'is none' : `are: ${candidates(all)}`}`,
    );
  }
  if (found.length > 1)
    throw new CommandError(
      `${JSON.stringify(wanted)} names ${found.length} resources; give one by its id, with --project and --service where needed: ${candidates(found)}`,
    );
  return only;
}

const MOST_CANDIDATES = 10;

function candidates(found: readonly ResourceInService[]): string {
  const named = found
    .slice(0, MOST_CANDIDATES)
    .map(
      ({ resource, service }) =>
        `${resource.name} (${resource.id}, ${service.service.type} of ${service.project.name})`,
    );
  return [...named, ...(found.length > MOST_CANDIDATES ? [`and ${found.length - MOST_CANDIDATES} more`] : [])]
    .join(', ')
    .replaceAll(/\p{C}/gu, '\uFFFD');
}
