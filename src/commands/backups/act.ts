import type { ServiceRequest } from '../../cloud/client.ts';
import { CloudFailure } from '../../cloud/failure.ts';
import { type ActionCall, readStartedJob, refusalOf, type StartedJob } from '../../sources/actions.ts';
import { backupsCommand } from '../../status/shell.ts';
import { CommandError } from '../command-error.ts';
import { EXIT } from '../exit-codes.ts';
import type { Terminal } from '../terminal.ts';
import { visible } from '../text-table.ts';
import type { ListedService, ResourceInService } from './find.ts';

/** How a change is confirmed and shown. */
export interface ActionFlags {
  readonly yes?: true;
  readonly dryRun?: true;
}

/** A resource as messages call it. */
export const nameOf = ({ resource }: ResourceInService): string =>
  visible(resource.name === resource.id ? resource.id : `${resource.name} (${resource.id})`);

/** The call as it would be sent, for `--dry-run`. */
export function renderCall({ project, service }: ListedService, { method, path, body }: ActionCall): string {
  const filled = path.replace('{project_id}', project.projectId ?? '{project_id}');
  return `${method} ${service.endpoint}${filled}\n${JSON.stringify(body, undefined, 2)}\n`;
}

/** Asks whether to go on; `--yes` answers for scripts. Throws a {@link CommandError} where nobody can be asked. */
export async function confirm(question: string, flags: ActionFlags, terminal: Terminal): Promise<boolean> {
  if (flags.yes === true) return true;
  if (!terminal.canAsk)
    throw new CommandError('nothing was started: there is no terminal to ask on; give --yes');
  return terminal.ask(question);
}

/**
 * Sends a call that changes something, once. Throws a {@link CommandError} that says why it was refused, or, where
 * the answer was lost, that it may have been carried out.
 */
export async function send(
  target: ResourceInService,
  call: ActionCall,
  signal: AbortSignal,
): Promise<StartedJob> {
  const { client, service } = target.service;
  try {
    return readStartedJob(await client.call(requestOf(service, call), signal));
  } catch (error) {
    if (!(error instanceof CloudFailure)) throw error;
    const { code, status } = error.details;
    const refusal = refusalOf(code);
    if (refusal !== undefined) throw new CommandError(`${nameOf(target)}: ${refusal} (${code})`);
    if (status !== undefined && status < 500) throw new CommandError(`${nameOf(target)}: ${error.message}`);
    throw new CommandError(
      `${nameOf(target)}: ${error.message}; it may have been started all the same: look with ${lookCommand(target)} before you try again`,
    );
  }
}

/** The command that shows the backups of a resource. */
export const lookCommand = ({ resource, service }: ResourceInService): string =>
  backupsCommand('list', {
    project: service.project.name,
    service: service.service.type,
    resourceId: resource.id,
  });

/** A request of a service for an action. */
export function requestOf(
  service: ListedService['service'],
  { operation, method, path, body }: ActionCall,
): ServiceRequest {
  return { operation, service: service.type, method, endpoint: service.endpoint, path, query: {}, body };
}

/** What a command prints of a job that was started. */
export function writeStarted(started: StartedJob, what: string, json: boolean, terminal: Terminal): void {
  const text = `${what}${started.jobId === undefined ? '' : `: job ${visible(started.jobId)}`}\n`;
  terminal.write(json ? `${JSON.stringify({ job_id: started.jobId, backup_id: started.backupId })}\n` : text);
}

/** The exit code of a command that was not confirmed. */
export function declined(terminal: Terminal): number {
  terminal.writeError('Nothing was started.\n');
  return EXIT.failed;
}
