import { CloudFailure } from '../../cloud/failure.ts';
import type { Config } from '../../config/config.ts';
import { type Clock, type Seconds, seconds, type UnixSeconds } from '../../domain/quantities.ts';
import { listBackups } from '../../poll/read-service.ts';
import { actionsOf, type JobState, readJobState, type StartedJob } from '../../sources/actions.ts';
import { durationWords } from '../../status/words.ts';
import { CommandError } from '../command-error.ts';
import type { Terminal } from '../terminal.ts';
import { visible } from '../text-table.ts';
import { lookCommand, nameOf, requestOf } from './act.ts';
import type { ResourceInService } from './find.ts';

/** What waiting works with. */
export interface WaitOptions {
  readonly config: Config;
  readonly timeout: Seconds;
  readonly interrupted: AbortSignal;
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly sleep: (duration: Seconds, signal: AbortSignal) => Promise<void>;
}

/** How far the thing that is waited for is. */
export type Progress = JobState;

const FIRST_LOOK = seconds(1);
const LOOK_EVERY = seconds(10);

/**
 * Waits until `look` says that it has ended. Throws a {@link CommandError} when it failed, when the time is over or
 * at Ctrl-C; the last two say how to go on. An answer that fails in between is waited over.
 */
export async function waitFor(
  target: ResourceInService,
  what: string,
  look: (signal: AbortSignal) => Promise<Progress>,
  options: WaitOptions,
): Promise<void> {
  const { clock, terminal, interrupted } = options;
  const began = clock();
  const show = createProgressLine(terminal, what);
  let pause: Seconds = FIRST_LOOK;
  try {
    while (clock() - began < options.timeout) {
      await options.sleep(pause, interrupted).catch(() => undefined);
      if (interrupted.aborted)
        throw new CommandError(`interrupted; ${what} goes on. Follow it with: ${lookCommand(target)}`);
      pause = seconds(Math.min(pause * 2, LOOK_EVERY));
      const progress = await lookOnce(
        look,
        AbortSignal.any([interrupted, AbortSignal.timeout(options.config.poll.timeout * 1000)]),
      );
      if (progress.kind === 'succeeded') return;
      if (progress.kind === 'failed') {
        throw new CommandError(
          `${what} failed${progress.reason === undefined ? '' : `: ${visible(progress.reason)}`}`,
        );
      }
      show.update(seconds(Math.max(0, clock() - began)));
    }
  } finally {
    show.end();
  }
  throw new CommandError(
    `${what} has not ended within ${durationWords(options.timeout)} and goes on. Follow it with: ${lookCommand(target)}`,
  );
}

async function lookOnce(
  look: (signal: AbortSignal) => Promise<Progress>,
  signal: AbortSignal,
): Promise<Progress> {
  try {
    return await look(signal);
  } catch (error) {
    if (error instanceof CloudFailure && !isFinal(error)) return { kind: 'running' };
    throw error instanceof CloudFailure ? new CommandError(error.message) : error;
  }
}

// What a later look will not find otherwise.
const isFinal = ({ details: { kind } }: CloudFailure): boolean =>
  kind === 'permission' || kind === 'auth' || kind === 'refused';

/** Looks at a job of a service that has jobs. */
export function lookAtJob({ resource, service }: ResourceInService, jobId: string) {
  return async (signal: AbortSignal): Promise<Progress> => {
    const call = actionsOf(service.service.type).job?.(resource.id, jobId);
    if (call === undefined) return { kind: 'succeeded' };
    return readJobState(await service.client.call(requestOf(service.service, call), signal));
  };
}

/** Looks for the backup that was started: the one with its id, or one of the resource that was not listed before. */
export function lookForBackup({ resource, service }: ResourceInService, started: StartedJob, config: Config) {
  const before = new Set(service.backups.map(({ id }) => id));
  const reader = { client: service.client, service: service.service, ahead: config.poll.concurrency - 1 };
  return async (signal: AbortSignal): Promise<Progress> => {
    const reading = await listBackups(reader, signal);
    if (reading.kind === 'failed') return { kind: 'running' };
    const backup = reading.items.backups
      .filter(({ resourceId }) => resourceId === resource.id)
      .find(({ id }) => (started.backupId === undefined ? !before.has(id) : id === started.backupId));
    switch (backup?.state) {
      case 'succeeded':
        return { kind: 'succeeded' };
      case 'failed':
        return { kind: 'failed', reason: undefined };
      case 'running':
      case 'unknown':
      case undefined:
        return { kind: 'running' };
      default:
        return (backup satisfies undefined) ?? { kind: 'running' };
    }
  };
}

/** Looks at the job first, and when that has ended, for the backup itself. */
export function lookForGoodBackup(target: ResourceInService, started: StartedJob, config: Config) {
  const atBackup = lookForBackup(target, started, config);
  const atJob = started.jobId === undefined ? undefined : lookAtJob(target, started.jobId);
  return async (signal: AbortSignal): Promise<Progress> => {
    const job = await atJob?.(signal);
    return job === undefined || job.kind === 'succeeded' ? atBackup(signal) : job;
  };
}

const SAY_EVERY = 60;

/** On a terminal one line that is written over; elsewhere a line a minute. */
function createProgressLine(terminal: Terminal, what: string) {
  let said: UnixSeconds | number = Number.NEGATIVE_INFINITY;
  let shown = false;
  return {
    update: (elapsed: Seconds): void => {
      if (terminal.errorsAreInteractive) {
        terminal.writeError(`\r\u001b[2K${what} runs since ${durationWords(elapsed)}`);
        shown = true;
      } else if (elapsed - said >= SAY_EVERY) {
        terminal.writeError(`${what} runs since ${durationWords(elapsed)}\n`);
        said = elapsed;
      }
    },
    end: (): void => {
      if (shown) terminal.writeError('\r\u001b[2K');
    },
  };
}

/** What is waited for, in words. */
export const backupOf = (target: ResourceInService): string => `the backup of ${nameOf(target)}`;
