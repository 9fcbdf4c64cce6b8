import { CloudFailure } from '../../cloud/failure.ts';
import { describePermission } from '../../cloud/message.ts';
import type { Config } from '../../config/config.ts';
import { milliseconds } from '../../domain/quantities.ts';
import { send as sendCall } from '../../poll/read-list.ts';
import type { ApiCall } from '../../services/api-call.ts';
import type { Started } from '../../services/service.ts';
import { CommandError } from '../command-error.ts';
import { describeService } from '../configured.ts';
import type { ChangeFlags } from '../flags.ts';
import type { Interruption } from '../interruption.ts';
import { print, type Terminal } from '../terminal.ts';
import { visible } from '../text-table.ts';
import { nameOf, type ResourceInService } from './find.ts';
import { listCommandFor } from './next-command.ts';
import { refusalOf } from './refusal.ts';
import { mayHaveArrived } from './whether-arrived.ts';

/** The ids for following something that was started. */
export interface StartedJob {
  readonly jobId: string | undefined;
  readonly backupId: string | undefined;
}

/** A change that is about to be made. */
export interface Change {
  readonly target: ResourceInService;
  readonly call: ApiCall;
  readonly readStarted: (body: unknown) => Started;
  /** What is started, in words: `the backup of orders (4c5f882d)`. */
  readonly what: string;
  readonly flags: ChangeFlags;
}

/** Ends a command that nobody can confirm, before any request is sent. */
export function requireConfirmation(flags: ChangeFlags, terminal: Pick<Terminal, 'canAsk'>): void {
  if (flags.yes === true || flags.dryRun === true || terminal.canAsk) return;
  throw new CommandError('nothing was started: no terminal to confirm on; use --yes');
}

/** Prints the request without sending it. */
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

/** Asks for confirmation unless `--yes` was given; throws a {@link CommandError} if the user declines. */
export async function confirm(
  { target, what, flags }: Change,
  terminal: Terminal,
  interruption: Interruption,
): Promise<void> {
  if (flags.yes === true) return;
  const confirmed = await terminal.ask(
    `Start ${what}, ${describeService(target.service)}?`,
    interruption.first,
  );
  if (!confirmed) throw new CommandError('nothing was started');
}

/**
 * Sends a request that changes something. Throws a {@link CommandError} with the reason if it was refused, or, if the
 * response was lost, saying that it may have succeeded. The first Ctrl-C does not abort it, as only the response shows
 * whether it arrived.
 */
export async function send(
  change: Change,
  config: Config,
  terminal: Terminal,
  interruption: Interruption,
): Promise<StartedJob> {
  const { target, call, flags, readStarted } = change;
  const limit = AbortSignal.any([
    interruption.second,
    AbortSignal.timeout(milliseconds(config.poll.timeout)),
  ]);
  const sayWaiting = (): void =>
    terminal.writeError(
      'The request was sent; waiting for the response. Press Ctrl-C again to stop waiting.\n',
    );
  interruption.first.addEventListener('abort', sayWaiting, { once: true });
  try {
    const started = readStarted(await sendCall(target.service, call, limit));
    if (started.kind === 'started') return started;
    throw new CommandError(
      started.kind === 'refused'
        ? `${nameOf(target.resource)}: nothing was started: ${visible(started.reason)}`
        : `${nameOf(target.resource)}: the response names neither a job nor a backup; it may have started anyway; check with ${listCommandFor(target, flags)}`,
    );
  } catch (error) {
    if (!(error instanceof CloudFailure)) throw error;
    const name = nameOf(target.resource);
    const service = target.service.service.type;
    if (!mayHaveArrived(error, call.operation, service)) {
      throw new CommandError(`${name}: ${whyRefused(error, call, service)}`);
    }
    throw new CommandError(
      `${name}: ${error.message}; it may have started anyway and is not retried; check with ${listCommandFor(target, flags)}`,
    );
  } finally {
    interruption.first.removeEventListener('abort', sayWaiting);
  }
}

function whyRefused(
  { message, details: { kind, code, operation } }: CloudFailure,
  call: ApiCall,
  service: string,
): string {
  if (operation !== call.operation) return message;
  const words = refusalOf(service, code);
  if (words !== undefined) return `${words} (${code})`;
  if (kind === 'throttled')
    return `the service is throttling requests${withCode(code)}; nothing was started, try again later`;
  if (kind !== 'permission') return message;
  const permission =
    call.permission === undefined
      ? `the permission for ${call.method} ${call.path}`
      : describePermission(call.permission);
  return `this user or agency is not allowed to do that${withCode(code)}; grant ${permission}`;
}

const withCode = (code: string | undefined): string => (code === undefined ? '' : ` (${code})`);
