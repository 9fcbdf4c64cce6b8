import type { ProjectClient } from '../cloud/client.ts';
import { createSignInGuard } from '../cloud/credentials/sign-in-guard.ts';
import { createProjectClient, type ProjectClientOptions } from '../cloud/project-client.ts';
import type { Config, ProjectConfig } from '../config/config.ts';
import { systemClock } from '../domain/quantities.ts';
import type { Log } from '../log/log.ts';
import { createPinoLog } from '../log/pino-log.ts';
import { PROGRAM_NAME, readBuildInfo } from './program.ts';
import type { Terminal } from './terminal.ts';

type ClientHooks = Partial<Pick<ProjectClientOptions, 'observe' | 'sending' | 'onResponse'>>;

/**
 * Creates clients over the real network. They share the memory of refused sign-ins, also across reloads. `oneShot` is
 * for a command that exits by itself.
 */
export function projectClientFactory(
  { environment, sleep }: Pick<Terminal, 'environment' | 'sleep'>,
  log: Log,
  { oneShot = false }: { readonly oneShot?: boolean } = {},
) {
  const { version } = readBuildInfo(environment);
  const signInGuard = createSignInGuard(systemClock, { oneShot });
  return (project: ProjectConfig, poll: Config['poll'], hooks: ClientHooks = {}): ProjectClient =>
    createProjectClient(project, {
      requestTimeout: poll.requestTimeout,
      concurrency: poll.concurrency,
      clock: systemClock,
      sleep,
      random: Math.random,
      log,
      observe: () => undefined,
      ...hooks,
      userAgent: `${PROGRAM_NAME}/${version}`,
      environment,
      metadataOrigin: environment['HUAWEICLOUD_BACKUP_METADATA_ENDPOINT'],
      signInGuard,
    });
}

/** The client of a project, the same each time. */
export type ClientOf = (project: ProjectConfig, hooks?: ClientHooks) => ProjectClient;

/** Ctrl-C and SIGTERM while a command runs. */
export interface Interruption {
  /** Aborts at the first one. */
  readonly first: AbortSignal;
  /** Aborts at the second one, if the user does not want to wait. */
  readonly second: AbortSignal;
}

/**
 * Runs a command that decides for itself how to handle interruptions, with one client per project, created on first use
 * and closed at the end. The clients log only errors.
 */
export async function withClients<Result>(
  { poll }: Config,
  terminal: Terminal,
  command: (clientOf: ClientOf, interruption: Interruption) => Promise<Result>,
): Promise<Result> {
  const log = createPinoLog({ level: 'error', format: 'logfmt' }, terminal.writeError);
  const createClient = projectClientFactory(terminal, log, { oneShot: true });
  const clients = new Map<string, ProjectClient>();
  const clientOf: ClientOf = (project, hooks) => {
    const client = clients.get(project.name) ?? createClient(project, poll, hooks);
    clients.set(project.name, client);
    return client;
  };
  const first = new AbortController();
  const second = new AbortController();
  const letGo = terminal.onSignal(['SIGINT', 'SIGTERM'], () => {
    if (first.signal.aborted) second.abort();
    first.abort();
  });
  try {
    return await command(clientOf, { first: first.signal, second: second.signal });
  } finally {
    letGo();
    await Promise.all(clients.values().map((client) => client.close()));
  }
}
