import { CloudFailure } from '../../cloud/failure.ts';
import type { ServiceConfig } from '../../config/config.ts';
import { formatDuration } from '../../config/duration.ts';
import type { FailureKind } from '../../domain/outcome.ts';
import { type Seconds, seconds } from '../../domain/quantities.ts';
import { errorMessage } from '../../errors.ts';
import { humanizeDuration, humanizeSize, ifKnown, listed } from '../../status/humanize.ts';
import { CommandError, EXIT } from '../command-error.ts';
import { createProgressLine } from '../progress-line.ts';
import { type ServiceFlags, type Session, withinPoll, withServices } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import { nameOf, visible } from '../text-table.ts';
import { commandFor, findResource, type ResourceInService } from './find.ts';
import { backupFacts, jsonLine } from './list.ts';
import {
  checkBackup,
  checkJob,
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
  readonly session: Pick<Session, 'config' | 'interruption' | 'terminal'>;
}

/**
 * Reports what was started, with its ids. If standard output cannot be written, the error contains the command to
 * follow it, so that it is not started twice.
 */
export function writeStart(followed: Followed): Promise<void> {
  const { jobId, backupId } = followed.started;
  const ids = listed(
    ifKnown(jobId, (id) => `job ${visible(id)}`),
    ifKnown(backupId, (id) => `backup ${visible(id)}`),
  );
  const started = `started ${followed.what}${ids === '' ? '' : `: ${ids}`}`;
  const ifUnwritten = `${started}; follow it with ${waitCommandFor(followed)}`;
  return write(followed, started, { state: 'started' }, ifUnwritten);
}

/** Reports how it finished; rejects if it failed. */
export async function writeEnd(followed: Followed, finished: Progress): Promise<void> {
  const { what, flags } = followed;
  if (finished.kind === 'failed') {
    const { reason } = finished;
    const failed = `${what} failed${reason === undefined ? '' : `: ${visible(reason)}`}`;
    // The error says the same.
    if (flags.json) await write(followed, failed, { state: 'failed', reason }).catch(() => undefined);
    throw new CommandError(failed);
  }
  const backup = 'backup' in finished ? finished.backup : undefined;
  const facts = backup && [
    ifKnown(backup.size, humanizeSize),
    ifKnown(backup.duration, humanizeDuration),
    `backup ${visible(backup.id)}`,
  ];
  const ended = `${what} succeeded${facts === undefined ? '' : `: ${listed(...facts)}`}`;
  const keys = backup && { backup_id: backup.id, ...backupFacts(backup) };
  await write(followed, ended, { state: 'succeeded', ...keys });
}

/** Writes a sentence, or with `--json` an object. If that fails, the error says `ifUnwritten`. */
function write(followed: Followed, sentence: string, keys: object, ifUnwritten = sentence): Promise<void> {
  const { target, started, flags, session } = followed;
  const text = flags.json
    ? jsonLine(target, { job_id: started.jobId, backup_id: started.backupId, ...keys })
    : `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}\n`;
  return session.terminal.write(text).catch((error: unknown) => {
    throw new CommandError(`${errorMessage(error)}; ${ifUnwritten}`);
  });
}

/** The command that continues waiting; the one that lists the backups if there is no id to wait for. */
export function waitCommandFor({ target, started: { jobId, backupId } }: Followed): string {
  if (jobId !== undefined && hasJobs(target)) return commandFor('wait', target, '--job', jobId);
  if (backupId !== undefined) return commandFor('wait', target, '--backup', backupId);
  return commandFor('list', target);
}

interface WaitFlags extends FollowFlags {
  readonly resource: string;
  readonly job?: string;
  readonly backup?: string;
}

export async function wait(flags: WaitFlags, terminal: Terminal): Promise<number> {
  const { job: jobId, backup: backupId } = flags;
  if ((jobId === undefined) === (backupId === undefined)) {
    throw new CommandError('either --job or --backup is required', EXIT.usage);
  }
  return await withServices(flags, terminal, async (session) => {
    const target = await findResource(session.services, flags.resource);
    const [kind, checkOf] = jobId === undefined ? ['backup', checkBackup] : ['job', checkJob];
    const id = jobId ?? backupId ?? '';
    const what = `${kind} ${visible(id)} of ${nameOf(target.resource)}`;
    return await waitFor(checkOf(target, id), { target, started: { jobId, backupId }, what, flags, session });
  });
}

const FIRST_CHECK = 1;
const CHECK_EVERY = 10;

/** Waits for what was started and reports the result; resolves with the exit code. Throws a {@link CommandError} if it fails. */
export async function waitFor(check: StatusCheck, followed: Followed): Promise<number> {
  await writeEnd(followed, await untilFinished(check, followed));
  return EXIT.done;
}

/**
 * Checks until it has finished: after a second, then at doubling intervals of up to ten seconds. Throws a {@link
 * CommandError} that says how to continue waiting at the timeout, at Ctrl-C, or if no later check can help. A check
 * without a response is repeated.
 */
async function untilFinished(check: StatusCheck, followed: Followed): Promise<Progress> {
  const { config, interruption, terminal } = followed.session;
  const interrupted = interruption.first;
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
