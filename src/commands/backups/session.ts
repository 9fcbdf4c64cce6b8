import type { Config } from '../../config/config.ts';
import { loadConfig, openClients, pickServices } from '../configured.ts';
import type { ServiceFlags } from '../flags.ts';
import { type Interruption, withInterruption } from '../interruption.ts';
import type { Terminal } from '../terminal.ts';
import { type OpenService, openService } from './open-service.ts';

export interface BackupsSession {
  readonly config: Config;
  /** The selected services, at least one. No request has been sent yet. */
  readonly services: readonly OpenService[];
  readonly interruption: Interruption;
}

/** Runs a command on the selected services, then closes their clients. */
export async function withServices(
  flags: ServiceFlags,
  terminal: Terminal,
  command: (session: BackupsSession) => Promise<number>,
): Promise<number> {
  const config = await loadConfig(flags['config.file'], terminal);
  const picked = pickServices(config, flags);
  const clients = openClients(config, terminal);
  try {
    return await withInterruption(terminal, (interruption) => {
      const services = picked.map((service) =>
        openService(service, clients.of(service.project), config, interruption.first),
      );
      return command({ config, services, interruption });
    });
  } finally {
    await clients.close();
  }
}
