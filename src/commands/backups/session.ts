import type { ProjectClient } from '../../cloud/client.ts';
import type { Config } from '../../config/config.ts';
import { createPinoLog } from '../../log/pino-log.ts';
import { projectClientFactory } from '../client-factory.ts';
import { CommandError } from '../command-error.ts';
import { loadConfig, type PickedService, pickServices } from '../configured.ts';
import type { Terminal } from '../terminal.ts';
import { type ListedService, listServices } from './find.ts';

/** What a command about backups works with. */
export interface BackupsSession {
  readonly config: Config;
  readonly services: readonly ListedService[];
  /** Aborts at Ctrl-C. */
  readonly interrupted: AbortSignal;
}

/** The flags by which services are picked. */
export interface PlaceFlags {
  readonly 'config.file'?: string;
  readonly project?: string;
  readonly service?: string;
}

/** Runs a command on what the picked services list now; closes what it opened. */
export async function withListedServices(
  flags: PlaceFlags,
  terminal: Terminal,
  command: (session: BackupsSession) => Promise<number>,
): Promise<number> {
  const config = await loadConfig(flags['config.file'], terminal);
  const picked = pickServices(config, flags);
  const log = createPinoLog({ level: 'error', format: 'logfmt' }, terminal.writeError);
  const createClient = projectClientFactory(terminal.environment, log);
  const clients = new Map<string, ProjectClient>();
  const clientOf = ({ project }: PickedService): ProjectClient => {
    const client = clients.get(project.name) ?? createClient(project, config.poll, () => undefined);
    clients.set(project.name, client);
    return client;
  };
  const interruption = new AbortController();
  const letGo = terminal.onSignal(['SIGINT', 'SIGTERM'], () => interruption.abort());
  try {
    const limit = AbortSignal.any([interruption.signal, AbortSignal.timeout(config.poll.timeout * 1000)]);
    const services = await listServices(picked, clientOf, config, limit).catch((error: unknown) => {
      throw interruption.signal.aborted ? new CommandError('interrupted') : error;
    });
    return await command({ config, services, interrupted: interruption.signal });
  } finally {
    letGo();
    await Promise.all(Array.from(clients.values(), (client) => client.close()));
  }
}
