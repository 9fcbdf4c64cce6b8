import type { Config, ProjectConfig, ServiceConfig } from '../config/config.ts';
import { configFromEnvironment } from '../config/environment.ts';
import { loadConfigFile } from '../config/load.ts';
import { formatProblem } from '../config/problem.ts';
import { CommandError } from './command-error.ts';
import { EXIT } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** A service of a project, picked for a command. */
export interface PickedService {
  readonly project: ProjectConfig;
  readonly service: ServiceConfig;
}

/** Loads the configuration of a command that runs once; throws a {@link CommandError} that names every mistake. */
export async function loadConfig(file: string | undefined, terminal: Terminal): Promise<Config> {
  const loaded =
    file === undefined ? configFromEnvironment(terminal.environment) : await loadConfigFile(file);
  if (!loaded.ok) throw new CommandError(loaded.problems.map(formatProblem).join('\n'), EXIT.usage);
  for (const warning of loaded.warnings) terminal.writeError(`${formatProblem(warning)}\n`);
  return loaded.config;
}

/** The services that the flags leave, at least one; throws a {@link CommandError} that lists what there is. */
export function pickServices(
  config: Config,
  flags: { readonly project?: string; readonly service?: string },
): readonly PickedService[] {
  const projects = config.projects.filter(({ name }) => name === (flags.project ?? name));
  if (projects.length === 0) {
    throw new CommandError(
      `no project is called ${flags.project}; configured: ${config.projects.map(({ name }) => name).join(', ')}`,
      EXIT.usage,
    );
  }
  const services = projects.flatMap((project) => project.services.map((service) => ({ project, service })));
  const picked = services.filter(({ service }) => service.type === (flags.service ?? service.type));
  if (picked.length === 0) {
    const types = new Set(services.map(({ service }) => service.type));
    throw new CommandError(
      `no service ${flags.service} is configured there; configured: ${[...types].join(', ')}`,
      EXIT.usage,
    );
  }
  return picked;
}
