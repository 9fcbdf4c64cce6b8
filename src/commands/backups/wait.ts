import { CloudFailure } from '../../cloud/failure.ts';
import { formatDuration } from '../../config/duration.ts';
import type { FailureKind } from '../../domain/outcome.ts';
import { type Seconds, seconds } from '../../domain/quantities.ts';
import { humanizeDuration } from '../../status/humanize.ts';
import { CommandError, EXIT } from '../command-error.ts';
import { describeService, type ServiceFlags, withinPoll } from '../configured.ts';
import { createProgressLine } from '../progress-line.ts';
import type { Terminal } from '../terminal.ts';
import { nameOf, visible } from '../text-table.ts';
import { findResource } from './find.ts';
import { type Followed, listCommandFor, refusalOf, waitCommandFor, writeEnd } from './result.ts';
import { type Session, withServices } from './session.ts';
import {
  checkBackup,
  checkJob,
  type Finished,
  hasJobs,
  type Progress,
  type StatusCheck,
} from './status-check.ts';

interface WaitFlags extends ServiceFlags {
  readonly resource: string;
  readonly job?: string;
  readonly backup?: string;
  readonly waitTimeout: Seconds;
  readonly json?: true;
}

export async function wait(flags: WaitFlags, terminal: Terminal): Promise<number> {
  if ((flags.job === undefined) === (flags.backup === undefined)) {
    throw new CommandError('either --job or --backup is required', EXIT.usage);
  }
  return await withServices(flags, terminal, async (session) => {
    const target = await findResource(session.services, flags.resource);
    const { job, backup = '' } = flags;
    if (job !== undefined && !hasJobs(target)) {
      throw new CommandError(`${describeService(target)} has no jobs to wait for; use --backup`);
    }
    const check =
      job === undefined ? checkBackup(target, backup, listCommandFor(target, flags)) : checkJob(target, job);
    const id = job === undefined ? `backup ${visible(backup)}` : `job ${visible(job)}`;
    const what = `${id} of ${nameOf(target.resource)}`;
    const started = { jobId: job, backupId: flags.backup };
    await waitFor(check, { target, started, what, flags }, flags.waitTimeout, session);
    return EXIT.done;
  });
}

const FIRST_CHECK = 1;
const CHECK_EVERY = 10;

/** Waits for what was started and reports the result. Throws a {@link CommandError} if it fails. */
export async function waitFor(
  check: StatusCheck,
  followed: Followed,
  timeout: Seconds,
  session: Session,
): Promise<void> {
  const finished = await untilFinished(check, followed, timeout, session);
  await writeEnd(followed, finished, session.terminal);
}

/**
 * Checks until it has finished: after a second, then at doubling intervals of up to ten seconds. Throws a {@link
 * CommandError} that says how to continue waiting at the timeout, at Ctrl-C, or if no later check can help. A check
 * without a response is repeated.
 */
async function untilFinished(
  check: StatusCheck,
  followed: Followed,
  timeout: Seconds,
  { config, interruption: { first: interrupted }, terminal }: Session,
): Promise<Finished> {
  const began = terminal.clock();
  const line = createProgressLine(terminal, { every: seconds(60), quiet: seconds(0) });
  let pause = FIRST_CHECK;
  let trouble = '';
  try {
    for (;;) {
      const elapsed = Math.max(0, terminal.clock() - began);
      if (elapsed >= timeout) {
        const waited = `not finished within ${formatDuration(timeout)}${trouble}`;
        throw new CommandError(`${waited}; ${stillRunning(followed)}`);
      }
      line.show(`Waiting for ${followed.what}`, `: ${humanizeDuration(seconds(Math.floor(elapsed)))}`);
      await terminal.sleep(seconds(Math.min(pause, timeout - elapsed)), interrupted).catch(() => undefined);
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

/** Why a check failed if a later one may succeed; throws otherwise. */
function passingTrouble(error: unknown, followed: Followed): string {
  if (!(error instanceof CloudFailure)) throw error;
  const { kind, code } = error.details;
  if (!LASTING.has(kind)) return error.message;
  const refusal = refusalOf(followed.target.service.type, code);
  throw new CommandError(
    refusal === undefined
      ? `${error.message}; ${stillRunning(followed)}`
      : `${followed.what}: ${refusal} (${code})`,
  );
}
