import type { ProjectClient } from '../../cloud/client.ts';
import type { Config, ProjectConfig } from '../../config/config.ts';
import { milliseconds, type Seconds } from '../../domain/quantities.ts';
import type { Collector } from '../../recording/collect.ts';
import { withClients } from '../clients.ts';
import { CommandError } from '../command-error.ts';
import { showPending } from '../progress-line.ts';
import { readOnce, type ServiceReading } from '../read-once.ts';
import type { Terminal } from '../terminal.ts';
import { checkReading, type ProjectCheck } from './results.ts';

export interface CheckOptions {
  readonly collector: Collector;
  /** How long one project may take. */
  readonly longest: Seconds;
  /** Slows the requests of a client down. */
  readonly paced?: (client: ProjectClient, interrupted: AbortSignal) => ProjectClient;
  /** Called after each service was read. */
  readonly afterRead?: (reading: ServiceReading, signal: AbortSignal) => Promise<void>;
}

/** Signs in to each project and reads each of its services once, as a poll would. */
export async function checkProjects(
  config: Config,
  terminal: Terminal,
  { collector, longest, paced, afterRead }: CheckOptions,
): Promise<readonly ProjectCheck[]> {
  const { clock } = terminal;
  return await withClients(config, terminal, async (clientOf, { first: interrupted }) => {
    const pending = showPending(terminal);
    const checkProject = async (project: ProjectConfig): Promise<ProjectCheck> => {
      let signedIn = false;
      const client = clientOf(project, {
        observe: ({ operation, code }) => {
          if (operation === 'sign_in' && code.startsWith('2')) signedIn = true;
        },
        sending: (request) => pending.sending(project.name, request),
        onResponse: (response) => collector.add(project.name, response),
      });
      const reader = { project, client: paced?.(client, interrupted) ?? client, config, clock };
      const signal = AbortSignal.any([interrupted, AbortSignal.timeout(milliseconds(longest))]);
      const services = await Promise.all(
        project.services.map(async (service) => {
          const reading = await readOnce({ ...reader, service }, signal);
          await afterRead?.(reading, signal);
          return reading;
        }),
      );
      const [responses, passwordExpires] = [collector.responses(), client.passwordExpiresAt()];
      return checkReading({ project, services, responses, signedIn, passwordExpires }, config, clock());
    };
    const checked = await Promise.all(config.projects.map(checkProject)).finally(pending.stop);
    if (interrupted.aborted) throw new CommandError('interrupted before all checks were done');
    return checked;
  });
}
