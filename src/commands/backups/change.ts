import { describePermission } from '../../cloud/advice.ts';
import { CloudFailure, type CloudFailureDetails } from '../../cloud/failure.ts';
import { isUnsent } from '../../cloud/network-failure.ts';
import type { ServiceConfig } from '../../config/config.ts';
import type { Backup, SucceededBackup } from '../../domain/backup.ts';
import type { UnixSeconds } from '../../domain/quantities.ts';
import { send as sendCall } from '../../poll/read-list.ts';
import type { ApiCall } from '../../services/api-call.ts';
import { defaultApi, SERVICES } from '../../services/index.ts';
import type { Started } from '../../services/service.ts';
import { CommandError, EXIT } from '../command-error.ts';
import { describeService, type PickedService, type Session, withinPoll, withServices } from '../session.ts';
import { print, type Terminal } from '../terminal.ts';
import { nameOf, visible } from '../text-table.ts';
import { commandFor, findOwner, findResource, type ResourceInService } from './find.ts';
import { checkJob, checkStarted, readBackupsOf, type StartedJob } from './status-check.ts';
import { type Followed, type FollowFlags, refusalOf, waitFor, writeStart } from './wait.ts';

export interface ChangeFlags extends FollowFlags {
  readonly yes?: true;
  readonly dryRun?: true;
  readonly wait?: true;
}

export interface Change extends Pick<Followed, 'target' | 'what'> {
  readonly call: ApiCall;
  readonly readStarted: (body: unknown) => Started;
  /** Whether it starts a backup, which the service lists; else there is only a job. */
  readonly makesBackup: boolean;
}

interface CreateFlags extends ChangeFlags {
  readonly resource: string;
}

export const create = (flags: CreateFlags, terminal: Terminal): Promise<number> =>
  makeChange(flags, terminal, async ({ services }) => {
    const target = await findResource(services, flags.resource);
    const { actions } = target.service.api;
    return {
      target,
      call: actions.create(target.resource, backupName(terminal.clock())),
      readStarted: (body) => actions.readCreated(body, target.resource),
      what: `the backup of ${nameOf(target.resource)}`,
      makesBackup: true,
    };
  });

// Names have 4 to 64 letters, digits, hyphens and underscores, a letter first.
const backupName = (now: UnixSeconds): string =>
  `backup-exporter-${new Date(now * 1000).toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;

interface ExportFlags extends ChangeFlags {
  readonly resource?: string;
  /** An id, or `latest`. */
  readonly backup: string;
  readonly to: string;
}

const LATEST = 'latest';

export async function exportTo(flags: ExportFlags, terminal: Terminal): Promise<number> {
  if (flags.backup === LATEST && flags.resource === undefined) {
    throw new CommandError('--backup latest needs --resource', EXIT.usage);
  }
  return await makeChange(flags, terminal, async ({ services }) => {
    const [only, ...others] = services;
    if (only !== undefined && others.length === 0) exportOf(only);
    const target =
      flags.resource === undefined
        ? await findOwner(services, flags.backup)
        : await findResource(services, flags.resource);
    const { call, readStarted } = exportOf(target);
    const { id } = await findBackup(target, flags);
    return {
      target,
      call: call(target.resource, id, flags.to),
      readStarted,
      what: `the export of backup ${visible(id)} of ${nameOf(target.resource)} to ${flags.to}`,
      makesBackup: false,
    };
  });
}

function exportOf(picked: PickedService) {
  const action = picked.service.api.actions.export;
  if (action !== undefined) return action;
  const exporting = SERVICES.filter((candidate) => defaultApi(candidate).actions.export !== undefined);
  throw new CommandError(
    `${describeService(picked)}: backups of this service cannot be exported, only those of ${exporting.map(({ type }) => type).join(', ')}`,
  );
}

async function findBackup(target: ResourceInService, flags: ExportFlags): Promise<SucceededBackup> {
  const { items, unread } = await target.backups();
  if (unread !== undefined) throw new CommandError(`${describeService(target)}: ${unread}`);
  const candidates = items.filter(({ resourceId }) => resourceId === target.resource.id);
  const isLatest = flags.backup === LATEST;
  const backup = isLatest ? newestSuccess(candidates) : candidates.find(({ id }) => id === flags.backup);
  if (backup?.state === 'succeeded') return backup;
  const name = nameOf(target.resource);
  if (backup !== undefined) {
    throw new CommandError(
      `backup ${visible(backup.id)} of ${name} is ${backup.state}; only a successful backup can be exported`,
    );
  }
  const missing = isLatest ? 'has no successful backup' : `has no backup "${visible(flags.backup)}"`;
  throw new CommandError(`${name} ${missing}; check with ${commandFor('list', target)}`);
}

const newestSuccess = (backups: readonly Backup[]): SucceededBackup | undefined =>
  backups
    .filter((backup) => backup.state === 'succeeded')
    .toSorted((one, other) => other.end - one.end || (other.start ?? other.end) - (one.start ?? one.end))[0];

/**
 * Plans a change, makes it once it is confirmed, reports it, and waits for it with `--wait`; `--dry-run` only shows it.
 * Without a terminal to confirm it, nothing is even planned.
 */
export async function makeChange(
  flags: ChangeFlags,
  terminal: Terminal,
  plan: (session: Session) => Promise<Change>,
): Promise<number> {
  if (!flags.yes && !flags.dryRun && !terminal.canAsk) {
    throw new CommandError('nothing was started: there is no terminal to ask for confirmation; use --yes');
  }
  return await withServices(flags, terminal, async (session) => {
    const change = await plan(session);
    const { target, what, makesBackup } = change;
    if (flags.dryRun) {
      await print(terminal, showCall(change, flags));
      return EXIT.done;
    }
    const question = `Start ${what}, ${describeService(target)}?`;
    if (!flags.yes && !(await terminal.ask(question, session.interruption.first))) {
      throw new CommandError('nothing was started');
    }
    const signal = withinPoll(session.config, session.interruption.first);
    // The backups before: otherwise the new one could not be distinguished from them.
    const before = flags.wait && makesBackup ? await readBackupsOf(target, signal) : [];
    const started = await send(change, session);
    const followed = { target, started, what, flags, session };
    await writeStart(followed);
    if (!flags.wait) return EXIT.done;
    const check = makesBackup
      ? checkStarted(target, started, before, terminal.writeError)
      : checkJob(target, started.jobId);
    return await waitFor(check, followed);
  });
}

export function showCall({ target, call }: Pick<Change, 'target' | 'call'>, { json }: ChangeFlags): string {
  const { method, path, body } = call;
  const { projectId = '{project_id}' } = target.project;
  const url = `${target.service.endpoint}${path.replace('{project_id}', projectId)}`;
  if (json) return `${JSON.stringify({ method, url, body })}\n`;
  return `${method} ${url}\n${JSON.stringify(body, undefined, 2)}\n`;
}

/**
 * Sends a request that changes something. Throws a {@link CommandError} with the reason if it was refused, or, if the
 * response was lost, saying that it may have succeeded. The first Ctrl-C does not abort it, as only the response shows
 * whether it arrived.
 */
async function send(
  { target, call, readStarted }: Change,
  { config, interruption, terminal }: Session,
): Promise<StartedJob> {
  const name = nameOf(target.resource);
  const checkWith = `check with ${commandFor('list', target)}`;
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
    throw new CommandError(`${name}: ${whyNotStarted(error, target.service, call, checkWith)}`);
  } finally {
    interruption.first.removeEventListener('abort', sayWaiting);
  }
}

const REQUEST_TIMEOUT = 408;

/** Why nothing was started; or that it may have been, unless the service refused it or no connection was made. */
function whyNotStarted(
  { message, details }: CloudFailure,
  service: ServiceConfig,
  call: ApiCall,
  checkWith: string,
): string {
  const { kind, operation, code } = details;
  // The failure came before the request: signing in or finding the project.
  if (operation !== call.operation) return message;
  const refusal = refusalOf(service, code);
  if (refusal !== undefined) return `${refusal} (${code})`;
  if (mayHaveArrived(details))
    return `${message}; it may have started anyway and is not retried; ${checkWith}`;
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

function mayHaveArrived({ status, code, cause }: CloudFailureDetails): boolean {
  if (status === undefined) return !isUnsent(cause);
  if (status < 300) return code === undefined;
  return status >= 500 || status === REQUEST_TIMEOUT;
}
