import type { ProjectClient, RequestObservation } from '../cloud/client.ts';
import type { Config, ProjectConfig, ServiceConfig } from '../config/config.ts';
import { loadConfiguration } from '../config/find.ts';
import { formatProblem, type Problem } from '../config/problem.ts';
import { createPinoLog } from '../log/pino-log.ts';
import { projectClientFactory } from './client-factory.ts';
import { CommandError, ConfigurationError } from './command-error.ts';
import { EXIT } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';
import { visible } from './text-table.ts';

/** A service of a project, picked for a command. */
export interface PickedService {
  readonly project: ProjectConfig;
  readonly service: ServiceConfig;
}

/** Loads the configuration of a command that runs once; throws a {@link ConfigurationError} with every mistake. */
export async function loadConfig(file: string | undefined, terminal: Terminal): Promise<Config> {
  const loaded = await loadConfiguration(file, terminal.environment);
  if (!loaded.ok) throw new ConfigurationError(loaded.problems.map(formatProblem));
  for (const warning of loaded.warnings) terminal.writeError(`${warningLine(warning)}\n`);
  return loaded.config;
}

const warningLine = (warning: Problem): string =>
  formatProblem({ ...warning, message: `warning: ${warning.message}` });

/** Makes the client of a project for a command that runs once; it logs errors alone. */
export type CommandClientFactory = (
  project: ProjectConfig,
  observe?: (observation: RequestObservation) => void,
) => ProjectClient;

/** A factory whose clients have the limits of the configuration. */
export function commandClientFactory(config: Config, terminal: Terminal): CommandClientFactory {
  const log = createPinoLog({ level: 'error', format: 'logfmt' }, terminal.writeError);
  const createClient = projectClientFactory(terminal.environment, log, { oneShot: true });
  return (project, observe = () => undefined) => createClient(project, config.poll, observe);
}

/** The clients of a configuration's projects, each made when it is first asked for. */
export interface CommandClients {
  /** The client of a project, the same each time. */
  readonly of: (project: ProjectConfig) => ProjectClient;
  readonly close: () => Promise<void>;
}

/** Clients that are opened as they are needed and closed together. */
export function openClients(config: Config, terminal: Terminal): CommandClients {
  const createClient = commandClientFactory(config, terminal);
  const clients = new Map<string, ProjectClient>();
  return {
    of: (project) => {
      const client = clients.get(project.name) ?? createClient(project);
      clients.set(project.name, client);
      return client;
    },
    close: async () => {
      await Promise.all(Array.from(clients.values(), (client) => client.close()));
    },
  };
}

/** A service as messages call it: `ges of prod`. */
export const placeWords = ({ project, service }: PickedService): string =>
  `${service.type} of ${visible(project.name)}`;

/** The services that the flags leave, at least one; throws a {@link CommandError} that lists what there is. */
export function pickServices(
  config: Config,
  flags: { readonly project?: string; readonly service?: string },
): readonly PickedService[] {
  const projects = config.projects.filter(({ name }) => name === (flags.project ?? name));
  if (projects.length === 0) {
    const names = config.projects.map(({ name }) => visible(name)).join(', ');
    throw new CommandError(
      `--project ${visible(flags.project ?? '')}: no project of the configuration is called that; configured: ${names}`,
      EXIT.usage,
    );
  }
  const services = projects.flatMap((project) => project.services.map((service) => ({ project, service })));
  const picked = services.filter(({ service }) => service.type === (flags.service ?? service.type));
  if (picked.length === 0) {
    const types = new Set(services.map(({ service }) => service.type));
    throw new CommandError(
      `--service ${flags.service}: it is not configured${flags.project === undefined ? '' : ' in that project'}; configured: ${[...types].join(', ')}`,
      EXIT.usage,
    );
  }
  return picked;
}
