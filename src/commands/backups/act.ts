import type { ServiceRequest } from '../../cloud/client.ts';
import { CloudFailure } from '../../cloud/failure.ts';
import type { Config } from '../../config/config.ts';
import { type ActionCall, readStartedJob, refusalOf, type StartedJob } from '../../sources/actions.ts';
import { CommandError } from '../command-error.ts';
import { placeWords } from '../configured.ts';
import type { ChangeFlags } from '../flags.ts';
import type { Interruption } from '../interruption.ts';
import { print, type Terminal } from '../terminal.ts';
import { nameOf, type ResourceInService } from './find.ts';
import { lookCommand } from './next-command.ts';
import type { OpenService } from './open-service.ts';
import { mayHaveArrived } from './whether-arrived.ts';

/** A change of a resource that is about to be made. */
export interface Change {
  readonly target: ResourceInService;
  readonly call: ActionCall;
  /** What is started, in words: `the backup of orders (4c5f882d)`. */
  readonly what: string;
  readonly flags: ChangeFlags;
}

/** Ends a command that nobody could confirm, before anything is asked of the cloud. */
export function requireConfirmation(flags: ChangeFlags, terminal: Pick<Terminal, 'canAsk'>): void {
  if (flags.yes === true || flags.dryRun === true || terminal.canAsk) return;
  throw new CommandError('nothing was started: there is no terminal to ask on; give --yes');
}

/** Shows the call as it would be sent. */
export function showCall({ target: { service }, call, flags }: Change, terminal: Terminal): Promise<void> {
  const { method, path, body } = call;
  const { projectId = '{project_id}' } = service.project;
  const url = `${service.service.endpoint}${path.replace('{project_id}', projectId)}`;
  return print(
    terminal,
    flags.json === true
      ? `${JSON.stringify({ method, url, body })}\n`
      : `${method} ${url}\n${JSON.stringify(body, undefined, 2)}\n`,
  );
}

/** Asks whether to go on; `--yes` answers for scripts. Throws a {@link CommandError} where the answer is no. */
export async function confirm(
  { target, what, flags }: Change,
  terminal: Terminal,
  interruption: Interruption,
): Promise<void> {
  if (flags.yes === true) return;
  const confirmed = await terminal.ask(`Start ${what}, ${placeWords(target.service)}?`, interruption.first);
  if (!confirmed) throw new CommandError('nothing was started');
}

/**
 * Sends a call that changes something, once. Throws a {@link CommandError} that says why it was refused, or, where
 * the answer was lost, that it may have been carried out. The first Ctrl-C does not end it: whether the request has
 * arrived is known only from the answer.
 */
export async function send(
  change: Change,
  config: Config,
  terminal: Terminal,
  interruption: Interruption,
): Promise<StartedJob> {
  const { target, call, flags } = change;
  const { client } = target.service;
  const limit = AbortSignal.any([interruption.second, AbortSignal.timeout(config.poll.timeout * 1000)]);
  const tellToWait = (): void =>
    terminal.writeError('The request has been sent; waiting for its answer. Ctrl-C again ends without it.\n');
  interruption.first.addEventListener('abort', tellToWait, { once: true });
  try {
    return readStartedJob(await client.call(requestOf(target.service, call), limit));
  } catch (error) {
    if (!(error instanceof CloudFailure)) throw error;
    const name = nameOf(target.resource);
    if (!mayHaveArrived(error, call.operation)) throw new CommandError(`${name}: ${whyRefused(error, call)}`);
    throw new CommandError(
      `${name}: ${error.message}; it may have been started all the same and is not sent again: look with ${lookCommand(target, flags)}`,
    );
  } finally {
    interruption.first.removeEventListener('abort', tellToWait);
  }
}

function whyRefused({ message, details: { kind, code, operation } }: CloudFailure, call: ActionCall): string {
  if (operation !== call.operation) return message;
  const words = refusalOf(code);
  if (words !== undefined) return `${words} (${code})`;
  if (kind !== 'permission') return message;
  const permission = call.permission ?? `the permission for ${call.method} ${call.path}`;
  return `this user or agency is not allowed to do that${code === undefined ? '' : ` (${code})`}; grant ${permission}`;
}

/** A request of a service for an action. */
export function requestOf(
  { service }: Pick<OpenService, 'service'>,
  { operation, method, path, body }: ActionCall,
): ServiceRequest {
  return { operation, service: service.type, method, endpoint: service.endpoint, path, query: {}, body };
}
