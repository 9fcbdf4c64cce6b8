import { CloudFailure } from '../../cloud/failure.ts';
import type { ServiceConfig } from '../../config/config.ts';
import { formatDuration } from '../../config/duration.ts';
import type { FailureKind } from '../../domain/outcome.ts';
import { type Seconds, seconds } from '../../domain/quantities.ts';
import { errorMessage } from '../../errors.ts';
import { humanizeDuration, humanizeSize, ifKnown, listed } from '../../status/humanize.ts';
import { backupsCommand, shellWord } from '../../status/shell.ts';
import { CommandError, EXIT } from '../command-error.ts';
import { createProgressLine } from '../progress-line.ts';
import { type ServiceFlags, type Session, withinPoll, withServices } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import { nameOf, visible } from '../text-table.ts';
import { findResource, type ResourceInService } from './find.ts';
import { backupFacts, jsonLine } from './list.ts';
import {
  checkBackup,
  checkJob,
  type Finished,
  hasJobs,
  type Progress,
  type StartedJob,
  type StatusCheck,
} from './status-check.ts';

export interface FollowFlags extends ServiceFlags {
  readonly waitTimeout: Seconds;
  readonly json?: true;
}

/** Something that was started. */
export interface Followed {
  readonly target: ResourceInService;
  readonly started: StartedJob;
  /** In words: `the backup of orders (4c5f882d)`. */
  readonly what: string;
  readonly flags: FollowFlags;
}

/**
 * Reports what was started, with its ids. If standard output cannot be written, the error contains the command to
 * follow it, so that nobody starts it twice.
 */
export function writeStart(followed: Followed, terminal: Pick<Terminal, 'write'>): Promise<void> {
  const { jobId, backupId } = followed.started;
  const ids = listed(
    ifKnown(jobId, (id) => `job ${visible(id)}`),
    ifKnown(backupId, (id) => `backup ${visible(id)}`),
  );
  const started = `started ${followed.what}${ids === '' ? '' : `: ${ids}`}`;
  const ifUnwritten = `${started}; follow it with ${waitCommandFor(followed)}`;
  return write(followed, started, { state: 'started' }, terminal, ifUnwritten);
}

/** Reports how it finished; rejects if it failed. */
export async function writeEnd(
  followed: Followed,
  finished: Finished,
  terminal: Pick<Terminal, 'write'>,
): Promise<void> {
  const { what, flags } = followed;
  if (finished.kind === 'failed') {
    const { reason } = finished;
    const failed = `${what} failed${reason === undefined ? '' : `: ${visible(reason)}`}`;
    // The error says the same.
    if (flags.json)
      await write(followed, failed, { state: 'failed', reason }, terminal).catch(() => undefined);
    throw new CommandError(failed);
  }
  const { backup } = finished;
  const facts = backup && [
    ifKnown(backup.size, humanizeSize),
    ifKnown(backup.duration, humanizeDuration),
    `backup ${visible(backup.id)}`,
  ];
  const ended = `${what} succeeded${facts === undefined ? '' : `: ${listed(...facts)}`}`;
  const keys = backup && { backup_id: backup.id, ...backupFacts(backup) };
  await write(followed, ended, { state: 'succeeded', ...keys }, terminal);
}

/** Writes a sentence, or with `--json` an object. If that fails, the error says `ifUnwritten`. */
function write(
  { target, started: { jobId, backupId }, flags }: Followed,
  sentence: string,
  keys: object,
  terminal: Pick<Terminal, 'write'>,
  ifUnwritten = sentence,
): Promise<void> {
  const text = flags.json
    ? jsonLine(target, { job_id: jobId, backup_id: backupId, ...keys })
    : `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}\n`;
  return terminal.write(text).catch((error: unknown) => {
    throw new CommandError(`${errorMessage(error)}; ${ifUnwritten}`);
  });
}

/** The command that lists the backups of a resource. */
export const listCommandFor = (target: ResourceInService, flags: ServiceFlags): string =>
  commandFor('list', target, flags);

/** The command that continues waiting; the one that lists the backups if there is no id to wait for. */
export function waitCommandFor({ target, started: { jobId, backupId }, flags }: Followed): string {
  if (jobId !== undefined && hasJobs(target)) return commandFor('wait', target, flags, '--job', jobId);
  if (backupId !== undefined) return commandFor('wait', target, flags, '--backup', backupId);
  return listCommandFor(target, flags);
}

function commandFor(
  action: 'list' | 'wait',
  { project, service, resource }: ResourceInService,
  { 'config.file': file }: ServiceFlags,
  ...id: readonly string[]
): string {
  const place = { project: project.name, service: service.type, id: resource.id };
  const more = [...id, ...(file === undefined ? [] : ['--config.file', file])];
  return [backupsCommand(action, place), ...more.map(shellWord)].join(' ');
}

interface WaitFlags extends FollowFlags {
  readonly resource: string;
  readonly job?: string;
  readonly backup?: string;
}

export async function wait(flags: WaitFlags, terminal: Terminal): Promise<number> {
  const { resource, job, backup = '' } = flags;
  if ((job === undefined) === (flags.backup === undefined)) {
    throw new CommandError('either --job or --backup is required', EXIT.usage);
  }
  return await withServices(flags, terminal, async (session) => {
    const target = await findResource(session.services, resource);
    const [id, check] =
      job === undefined
        ? [`backup ${visible(backup)}`, checkBackup(target, backup, listCommandFor(target, flags))]
        : [`job ${visible(job)}`, checkJob(target, job)];
    const started = { jobId: job, backupId: flags.backup };
    return await waitFor(
      check,
      { target, started, what: `${id} of ${nameOf(target.resource)}`, flags },
      session,
    );
  });
}

const FIRST_CHECK = 1;
const CHECK_EVERY = 10;

/** Waits for what was started and reports the result; resolves with the exit code. Throws a {@link CommandError} if it fails. */
export async function waitFor(check: StatusCheck, followed: Followed, session: Session): Promise<number> {
  const finished = await untilFinished(check, followed, session);
  await writeEnd(followed, finished, session.terminal);
  return EXIT.done;
}

/**
 * Checks until it has finished: after a second, then at doubling intervals of up to ten seconds. Throws a {@link
 * CommandError} that says how to continue waiting at the timeout, at Ctrl-C, or if no later check can help. A check
 * without a response is repeated.
 */
async function untilFinished(
  check: StatusCheck,
  followed: Followed,
  { config, interruption: { first: interrupted }, terminal }: Session,
): Promise<Finished> {
  const { waitTimeout } = followed.flags;
  const began = terminal.clock();
  const line = createProgressLine(terminal, { every: seconds(60), quiet: seconds(0) });
  let pause = FIRST_CHECK;
  let trouble = '';
  try {
    for (;;) {
      const elapsed = Math.max(0, terminal.clock() - began);
      if (elapsed >= waitTimeout) {
        const waited = `not finished within ${formatDuration(waitTimeout)}${trouble}`;
        throw new CommandError(`${waited}; ${stillRunning(followed)}`);
      }
      line.show(`Waiting for ${followed.what}`, `: ${humanizeDuration(seconds(Math.floor(elapsed)))}`);
      const nap = seconds(Math.min(pause, waitTimeout - elapsed));
      await terminal.sleep(nap, interrupted).catch(() => undefined);
      if (interrupted.aborted) throw new CommandError(`interrupted; ${stillRunning(followed)}`);
      pause = Math.min(pause * 2, CHECK_EVERY);
      trouble = '';
      const seen = await check(withinPoll(config, interrupted)).catch((error: unknown): Progress => {
        trouble = ` (the last check failed: ${passingTrouble(error, followed)})`;
        return { kind: 'running' };
      });
      if (seen.kind !== 'running') return seen;
    }
  } finally {
    line.end();
  }
}

const stillRunning = (followed: Followed): string =>
  `${followed.what} may still be running; wait for it with ${waitCommandFor(followed)}`;

// Every later check would get them too.
const LASTING: ReadonlySet<FailureKind> = new Set(['permission', 'auth', 'refused']);

/** Why a service refused, by the vendor's code; undefined if the code is not known. */
export const refusalOf = ({ errors }: Pick<ServiceConfig, 'errors'>, code = ''): string | undefined =>
  errors.codes[code]?.words;

/** Why a check failed if a later one may succeed; throws otherwise. */
function passingTrouble(error: unknown, followed: Followed): string {
  if (!(error instanceof CloudFailure)) throw error;
  const { kind, code } = error.details;
  if (!LASTING.has(kind)) return error.message;
  const refusal = refusalOf(followed.target.service, code);
  throw new CommandError(
    refusal === undefined
      ? `${error.message}; ${stillRunning(followed)}`
      : `${followed.what}: ${refusal} (${code})`,
  );
}
