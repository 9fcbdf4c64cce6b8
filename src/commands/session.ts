import type { ProjectClient } from '../cloud/client.ts';
import type { Config, ProjectConfig, ServiceConfig } from '../config/config.ts';
import { loadConfiguration } from '../config/find.ts';
import { nearest } from '../config/suggestion.ts';
import type { Backup } from '../domain/backup.ts';
import { milliseconds } from '../domain/quantities.ts';
import type { ServiceType } from '../domain/service.ts';
import { listBackups, readInventory } from '../poll/read-service.ts';
import type { ResourceKey } from '../services/service.ts';
import { type Interruption, withClients } from './clients.ts';
import { CommandError, ConfigurationError, EXIT } from './command-error.ts';
import type { Terminal } from './terminal.ts';
import { visible } from './text-table.ts';

export interface ServiceFlags {
  readonly 'config.file'?: string;
  readonly project?: string;
  readonly service?: ServiceType;
}

/** A service of a project, selected for a command. */
export interface PickedService {
  readonly project: ProjectConfig;
  readonly service: ServiceConfig;
}

/** A service as shown in messages: `SERVICE of prod`. */
export const describeService = ({ project, service }: PickedService): string =>
  `${service.type} of ${visible(project.name)}`;

export interface FoundResource extends ResourceKey {
  readonly name: string;
}

/** A list of a service; without items if it was not read, and with the reason in one sentence. */
export interface Listed<Item> {
  readonly items: readonly Item[];
  readonly unread?: string | undefined;
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
  const configFile = flags['config.file'];
  const config = await loadConfig(configFile, terminal);
  const picked = pickServices(config, flags);
  return await withClients(config, terminal, (clientOf, interruption) => {
    const services = picked.map((service) =>
      openService({ ...service, client: clientOf(service.project), configFile }, config, interruption.first),
    );
    return command({ config, services, interruption, terminal });
  });
}

/** Loads the configuration of a command; throws a {@link ConfigurationError} with every mistake. */
export async function loadConfig(file: string | undefined, terminal: Terminal): Promise<Config> {
  const loaded = await loadConfiguration(file, terminal.environment);
  if (!loaded.ok) throw new ConfigurationError(loaded.problems.join('\n'));
  // Like compilers: `config.yml:3: warning: …`.
  for (const warning of loaded.warnings) terminal.writeError(`${warning.replace(': ', ': warning: ')}\n`);
  return loaded.config;
}

/** Aborts when the signal does, or after `poll.timeout`. */
export const withinPoll = ({ poll }: Config, signal: AbortSignal): AbortSignal =>
  AbortSignal.any([signal, AbortSignal.timeout(milliseconds(poll.timeout))]);

/** The project with that name, or all projects; throws a {@link CommandError} that lists the names. */
export function pickProjects({ projects }: Config, wanted: string | undefined): readonly ProjectConfig[] {
  const picked = projects.filter(({ name }) => name === (wanted ?? name));
  if (wanted === undefined || picked.length > 0) return picked;
  const names = projects.map(({ name }) => name);
  const meant = nearest(wanted, names);
  const hint = meant === undefined ? '' : ` did you mean ${visible(meant)}?`;
  throw new CommandError(
    `--project ${visible(wanted)}: no such project in the configuration;${hint} configured: ${names.map(visible).join(', ')}`,
    EXIT.usage,
  );
}

/** The selected services, at least one; throws a {@link CommandError} that lists the choices. */
function pickServices(config: Config, flags: ServiceFlags): readonly PickedService[] {
  const projects = pickProjects(config, flags.project);
  const services = projects.flatMap((project) => project.services.map((service) => ({ project, service })));
  const picked = services.filter(({ service }) => service.type === (flags.service ?? service.type));
  if (picked.length > 0) return picked;
  const types = new Set(services.map(({ service }) => service.type));
  const where = flags.project === undefined ? '' : ' in that project';
  throw new CommandError(
    `--service ${flags.service}: not configured${where}; configured: ${[...types].join(', ')}`,
    EXIT.usage,
  );
}

/** A service and its lists, each read once, when first needed; they reject when the command is interrupted. */
export type OpenService = Readonly<ReturnType<typeof openService>>;

interface Selected extends PickedService {
  readonly client: ProjectClient;
  /** The value of `--config.file`, for commands to copy. */
  readonly configFile: string | undefined;
}

function openService(selected: Selected, config: Config, interrupted: AbortSignal) {
  const { client, service } = selected;
  const reader = { client, service, ahead: config.poll.concurrency - 1 };
  const once = <Item>(read: (signal: AbortSignal) => Promise<Listed<Item>>) => {
    let list: Promise<Listed<Item>> | undefined;
    return () => {
      list ??= read(withinPoll(config, interrupted)).then((result) => {
        if (result.unread !== undefined && interrupted.aborted) throw new CommandError('interrupted');
        return result;
      });
      return list;
    };
  };
  return {
    ...selected,
    backups: once<Backup>(async (signal) => {
      const read = await listBackups(reader, signal);
      if (read.kind === 'failed') return { items: [], unread: read.reason };
      const [failure] = read.failures.values();
      return failure === undefined ? read.items : { items: [], unread: failure.reason };
    }),
    /** The resources; not read if the configuration says so. */
    inventory: once<FoundResource>(async (signal) => {
      const read = await readInventory(reader, signal);
      if (read?.kind !== 'complete') {
        return { items: [], unread: read?.reason ?? 'inventory is false in the configuration' };
      }
      const resources = read.items.byId.values();
      return { items: Array.from(resources, ({ id, name = id, parentId }) => ({ id, name, parentId })) };
    }),
  };
}
