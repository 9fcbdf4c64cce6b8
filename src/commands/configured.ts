import type { ProjectClient, RequestObservation, ResponseHook, SendingHook } from '../cloud/client.ts';
import type { Config, ProjectConfig, ServiceConfig } from '../config/config.ts';
import { loadConfiguration } from '../config/find.ts';
import { formatProblem, type Problem } from '../config/problem.ts';
import { nearest } from '../config/suggestion.ts';
import { createPinoLog } from '../log/pino-log.ts';
import { projectClientFactory } from './client-factory.ts';
import { CommandError, ConfigurationError } from './command-error.ts';
import { EXIT } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';
import { visible } from './text-table.ts';

/** A service of a project, selected for a command. */
export interface PickedService {
  readonly project: ProjectConfig;
  readonly service: ServiceConfig;
}

/** Loads the configuration of a command; throws a {@link ConfigurationError} with every mistake. */
export async function loadConfig(file: string | undefined, terminal: Terminal): Promise<Config> {
  const loaded = await loadConfiguration(file, terminal.environment);
  if (!loaded.ok) throw new ConfigurationError(loaded.problems.map(formatProblem));
  for (const warning of loaded.warnings) terminal.writeError(`${warningLine(warning)}\n`);
  return loaded.config;
}

const warningLine = (warning: Problem): string =>
  formatProblem({ ...warning, message: `warning: ${warning.message}` });

/** Creates the client of a project for a command that runs once; it logs only errors. */
export type CommandClientFactory = (
  project: ProjectConfig,
  observe?: (observation: RequestObservation) => void,
  sending?: SendingHook,
  onResponse?: ResponseHook,
) => ProjectClient;

export function commandClientFactory(config: Config, terminal: Terminal): CommandClientFactory {
  const log = createPinoLog({ level: 'error', format: 'logfmt' }, terminal.writeError);
  const createClient = projectClientFactory(terminal.environment, log, { oneShot: true });
  return (project, observe = () => undefined, sending?, onResponse?) =>
    createClient(project, config.poll, observe, sending, onResponse);
}

/** The clients of a configuration's projects, each created on first use. */
export interface CommandClients {
  /** The client of a project, the same each time. */
  readonly of: (project: ProjectConfig) => ProjectClient;
  readonly close: () => Promise<void>;
}

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

/** A service as shown in messages: `SERVICE of prod`. */
export const describeService = ({ project, service }: PickedService): string =>
  `${service.type} of ${visible(project.name)}`;

/** The project with that name, or all projects; throws a {@link CommandError} that lists the names. */
export function pickProjects({ projects }: Config, wanted: string | undefined): readonly ProjectConfig[] {
  const picked = projects.filter(({ name }) => name === (wanted ?? name));
  if (picked.length > 0) return picked;
  const names = projects.map(({ name }) => name);
  const meant = nearest(wanted ?? '', names);
  const hint = meant === undefined ? '' : ` did you mean ${visible(meant)}?`;
  throw new CommandError(
    `--project ${visible(wanted ?? '')}: no such project in the configuration;${hint} configured: ${names.map(visible).join(', ')}`,
    EXIT.usage,
  );
}

/** The services selected by flags, at least one; throws a {@link CommandError} that lists the choices. */
export function pickServices(
  config: Config,
  flags: { readonly project?: string; readonly service?: string },
): readonly PickedService[] {
  const projects = pickProjects(config, flags.project);
  const services = projects.flatMap((project) => project.services.map((service) => ({ project, service })));
  const picked = services.filter(({ service }) => service.type === (flags.service ?? service.type));
  if (picked.length === 0) {
    const types = new Set(services.map(({ service }) => service.type));
    throw new CommandError(
      `--service ${flags.service}: not configured${flags.project === undefined ? '' : ' in that project'}; configured: ${[...types].join(', ')}`,
      EXIT.usage,
    );
  }
  return picked;
}
