import { CloudFailure } from '../../cloud/failure.ts';
import type { Config } from '../../config/config.ts';
import { formatDuration } from '../../config/duration.ts';
import type { SucceededBackup } from '../../domain/backup.ts';
import { milliseconds, type Seconds, seconds } from '../../domain/quantities.ts';
import { humanizeDuration } from '../../status/humanize.ts';
import { CommandError } from '../command-error.ts';
import type { CommandTime } from '../command-time.ts';
import { createProgressLine } from '../progress-line.ts';
import type { Terminal } from '../terminal.ts';
import { visible } from '../text-table.ts';
import { refusalOf } from './refusal.ts';

/** The state of what a command waits for. */
export type Progress =
  | { readonly kind: 'running' }
  | Succeeded
  | { readonly kind: 'failed'; readonly reason: string | undefined };

export interface Succeeded {
  readonly kind: 'succeeded';
  /** Undefined if it is not a backup. */
  readonly backup: SucceededBackup | undefined;
}

/** Checks once; rejects with a `CloudFailure` when there is no response. */
export type StatusCheck = (signal: AbortSignal) => Promise<Progress>;

export interface WaitOptions {
  /** What to wait for, in words. */
  readonly what: string;
  /** The command that continues waiting. */
  readonly waitCommand: string;
  readonly service: string;
  readonly config: Config;
  readonly timeout: Seconds;
  readonly interrupted: AbortSignal;
  readonly terminal: Terminal;
  readonly time: CommandTime;
}

/** Thrown when the backup or job has failed. */
export class WaitFailed extends CommandError {
  readonly reason: string | undefined;

  constructor(what: string, reason: string | undefined) {
    super(`${what} failed${reason === undefined ? '' : `: ${visible(reason)}`}`);
    this.reason = reason;
  }
}

const FIRST_CHECK = 1;
const CHECK_EVERY = 10;

/**
 * Checks until it has finished: after a second, then at doubling intervals of up to ten seconds. Throws {@link
 * WaitFailed} if it failed, and a {@link CommandError} that says how to continue waiting at the timeout, at Ctrl-C, or
 * if no later check can help. A check without a response is repeated.
 */
export async function waitFor(check: StatusCheck, options: WaitOptions): Promise<Succeeded> {
  const { what, terminal, interrupted, time, timeout } = options;
  const began = time.clock();
  const line = createProgressLine(terminal, time.clock, { every: seconds(60), quiet: seconds(0) });
  let pause = FIRST_CHECK;
  let trouble: string | undefined;
  try {
    for (;;) {
      const elapsed = Math.max(0, time.clock() - began);
      if (elapsed >= timeout) throw new CommandError(timeIsOver(options, trouble));
      line.show(`Waiting for ${what}`, `: ${humanizeDuration(seconds(Math.floor(elapsed)))}`);
      await time.sleep(seconds(Math.min(pause, timeout - elapsed)), interrupted).catch(() => undefined);
      if (interrupted.aborted) throw new CommandError(`interrupted; ${stillRunning(options)}`);
      pause = Math.min(pause * 2, CHECK_EVERY);
      const seen = await checkOnce(check, options);
      if (seen.kind === 'succeeded') return seen;
      if (seen.kind === 'failed') throw new WaitFailed(what, seen.reason);
      trouble = seen.kind === 'unknown' ? seen.reason : undefined;
    }
  } finally {
    line.end();
  }
}

const stillRunning = ({ what, waitCommand }: WaitOptions): string =>
  `${what} may still be running; wait for it with ${waitCommand}`;

function timeIsOver(options: WaitOptions, trouble: string | undefined): string {
  const last = trouble === undefined ? '' : ` (the last check failed: ${trouble})`;
  return `not finished within ${formatDuration(options.timeout)}${last}; ${stillRunning(options)}`;
}

async function checkOnce(
  check: StatusCheck,
  options: WaitOptions,
): Promise<Progress | { readonly kind: 'unknown'; readonly reason: string }> {
  const limit = AbortSignal.timeout(milliseconds(options.config.poll.timeout));
  try {
    return await check(AbortSignal.any([options.interrupted, limit]));
  } catch (error) {
    if (!(error instanceof CloudFailure)) throw error;
    if (!isLasting(error)) return { kind: 'unknown', reason: error.message };
    const { code } = error.details;
    const refusal = refusalOf(options.service, code);
    throw new CommandError(
      refusal === undefined
        ? `${error.message}; ${stillRunning(options)}`
        : `${options.what}: ${refusal} (${code})`,
    );
  }
}

// Errors that a later check would get too.
function isLasting({ details: { kind } }: CloudFailure): boolean {
  switch (kind) {
    case 'permission':
    case 'auth':
    case 'refused':
      return true;
    case 'timeout':
    case 'network':
    case 'throttled':
    case 'server':
    case 'malformed':
    case 'incomplete':
      return false;
    default:
      return kind satisfies never;
  }
}
