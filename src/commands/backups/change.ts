import { describePermission } from '../../cloud/advice.ts';
import { CloudFailure } from '../../cloud/failure.ts';
import { isUnsent } from '../../cloud/network-failure.ts';
import type { Seconds } from '../../domain/quantities.ts';
import { send as sendCall } from '../../poll/read-list.ts';
import type { ApiCall } from '../../services/api-call.ts';
import type { Started } from '../../services/service.ts';
import { CommandError, EXIT } from '../command-error.ts';
import { describeService, type ServiceFlags, withinPoll } from '../configured.ts';
import { print, type Terminal } from '../terminal.ts';
import { nameOf, visible } from '../text-table.ts';
import type { ResourceInService } from './find.ts';
import { listCommandFor, refusalOf, writeStart } from './result.ts';
import type { Session } from './session.ts';
import type { StartedJob, StatusCheck } from './status-check.ts';
import { waitFor } from './wait.ts';

export interface ChangeFlags extends ServiceFlags {
  readonly yes?: true;
  readonly dryRun?: true;
  readonly json?: true;
  readonly wait?: true;
  readonly waitTimeout: Seconds;
}

export interface Change {
  readonly target: ResourceInService;
  readonly call: ApiCall;
  readonly readStarted: (body: unknown) => Started;
  /** What is started, in words: `the backup of orders (4c5f882d)`. */
  readonly what: string;
  readonly flags: ChangeFlags;
  /** Called before the request is sent; resolves with how to check what it starts. */
  readonly prepareCheck: () => Promise<(started: StartedJob) => StatusCheck>;
}

/** Ends a command that nobody can confirm, before any request is sent. */
export function requireConfirmation(flags: ChangeFlags, terminal: Pick<Terminal, 'canAsk'>): void {
  if (flags.yes || flags.dryRun || terminal.canAsk) return;
  throw new CommandError('nothing was started: there is no terminal to ask for confirmation; use --yes');
}

/** Makes a change once it is confirmed, reports it, and waits for it with `--wait`; `--dry-run` only shows it. */
export async function makeChange(change: Change, session: Session): Promise<number> {
  const { target, what, flags } = change;
  const { terminal } = session;
  if (flags.dryRun) {
    await showCall(change, terminal);
    return EXIT.done;
  }
  await confirm(change, session);
  const checkOf = flags.wait ? await change.prepareCheck() : undefined;
  const started = await send(change, session);
  const followed = { target, started, what, flags };
  await writeStart(followed, terminal);
  if (checkOf !== undefined) await waitFor(checkOf(started), followed, flags.waitTimeout, session);
  return EXIT.done;
}

export function showCall(
  { target: { project, service }, call, flags }: Pick<Change, 'target' | 'call' | 'flags'>,
  terminal: Terminal,
): Promise<void> {
  const { method, path, body } = call;
  const { projectId = '{project_id}' } = project;
  const url = `${service.endpoint}${path.replace('{project_id}', projectId)}`;
  return print(
    terminal,
    flags.json
      ? `${JSON.stringify({ method, url, body })}\n`
      : `${method} ${url}\n${JSON.stringify(body, undefined, 2)}\n`,
  );
}

async function confirm({ target, what, flags }: Change, { terminal, interruption }: Session): Promise<void> {
  if (flags.yes) return;
  const question = `Start ${what}, ${describeService(target)}?`;
  if (!(await terminal.ask(question, interruption.first))) throw new CommandError('nothing was started');
}

/**
 * Sends a request that changes something. Throws a {@link CommandError} with the reason if it was refused, or, if the
 * response was lost, saying that it may have succeeded. The first Ctrl-C does not abort it, as only the response shows
 * whether it arrived.
 */
async function send(
  { target, call, flags, readStarted }: Change,
  { config, interruption, terminal }: Session,
): Promise<StartedJob> {
  const name = nameOf(target.resource);
  const checkWith = `check with ${listCommandFor(target, flags)}`;
  const sayWaiting = (): void =>
    terminal.writeError(
      'The request was sent; waiting for the response. Press Ctrl-C again to stop waiting.\n',
    );
  interruption.first.addEventListener('abort', sayWaiting, { once: true });
  try {
    const started = readStarted(await sendCall(target, call, withinPoll(config, interruption.second)));
    if (started.kind === 'started') return started;
    throw new CommandError(
      started.kind === 'refused'
        ? `${name}: nothing was started: ${visible(started.reason)}`
        : `${name}: the response names neither a job nor a backup; it may have started anyway; ${checkWith}`,
    );
  } catch (error) {
    if (!(error instanceof CloudFailure)) throw error;
    const service = target.service.type;
    throw new CommandError(
      mayHaveArrived(error, call.operation, service)
        ? `${name}: ${error.message}; it may have started anyway and is not retried; ${checkWith}`
        : `${name}: ${whyRefused(error, call, service)}`,
    );
  } finally {
    interruption.first.removeEventListener('abort', sayWaiting);
  }
}

const REQUEST_TIMEOUT = 408;

/**
 * Whether a failed request may have been carried out: not if the service refused it or no connection was made,
 * otherwise possibly.
 */
function mayHaveArrived({ details }: CloudFailure, sent: string, service: string): boolean {
  const { operation, status, code, cause } = details;
  // The failure came before the request: signing in or finding the project.
  if (operation !== sent) return false;
  if (refusalOf(service, code) !== undefined) return false;
  if (status === undefined) return !isUnsent(cause);
  if (status < 300) return code === undefined;
  return status >= 500 || status === REQUEST_TIMEOUT;
}

function whyRefused({ message, details }: CloudFailure, call: ApiCall, service: string): string {
  const { kind, code, operation } = details;
  if (operation !== call.operation) return message;
  const refusal = refusalOf(service, code);
  if (refusal !== undefined) return `${refusal} (${code})`;
  const codeShown = code === undefined ? '' : ` (${code})`;
  if (kind === 'throttled') {
    return `the service is throttling requests${codeShown}; nothing was started, try again later`;
  }
  if (kind !== 'permission') return message;
  const permission =
    call.permission === undefined
      ? `the permission for ${call.method} ${call.path}`
      : describePermission(call.permission);
  return `this user or agency is not allowed to do that${codeShown}; grant ${permission}`;
}
