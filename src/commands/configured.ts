import type { Config, ProjectConfig, ServiceConfig } from '../config/config.ts';
import { loadConfiguration } from '../config/find.ts';
import { formatProblem } from '../config/problem.ts';
import { nearest } from '../config/suggestion.ts';
import { milliseconds } from '../domain/quantities.ts';
import type { ServiceType } from '../domain/service.ts';
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

/** Loads the configuration of a command; throws a {@link ConfigurationError} with every mistake. */
export async function loadConfig(file: string | undefined, terminal: Terminal): Promise<Config> {
  const loaded = await loadConfiguration(file, terminal.environment);
  if (!loaded.ok) throw new ConfigurationError(loaded.problems.map(formatProblem).join('\n'));
  for (const warning of loaded.warnings) {
    terminal.writeError(`${formatProblem({ ...warning, message: `warning: ${warning.message}` })}\n`);
  }
  return loaded.config;
}

/** Aborts when the signal does, or after `poll.timeout`. */
export const withinPoll = ({ poll }: Config, signal: AbortSignal): AbortSignal =>
  AbortSignal.any([signal, AbortSignal.timeout(milliseconds(poll.timeout))]);

/** A service as shown in messages: `SERVICE of prod`. */
export const describeService = ({ project, service }: PickedService): string =>
  `${service.type} of ${visible(project.name)}`;

/** The project with that name, or all projects; throws a {@link CommandError} that lists the names. */
export function pickProjects({ projects }: Config, wanted: string | undefined): readonly ProjectConfig[] {
  if (wanted === undefined) return projects;
  const picked = projects.filter(({ name }) => name === wanted);
  if (picked.length > 0) return picked;
  const names = projects.map(({ name }) => name);
  const meant = nearest(wanted, names);
  const hint = meant === undefined ? '' : ` did you mean ${visible(meant)}?`;
  throw new CommandError(
    `--project ${visible(wanted)}: no such project in the configuration;${hint} configured: ${names.map(visible).join(', ')}`,
    EXIT.usage,
  );
}

/** The selected services, at least one; throws a {@link CommandError} that lists the choices. */
export function pickServices(config: Config, flags: ServiceFlags): readonly PickedService[] {
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
