import { CommandError } from '../command-error.ts';
import type { CommandTime } from '../command-time.ts';
import { describeService } from '../configured.ts';
import { EXIT } from '../exit-codes.ts';
import type { BackupsWaitFlags } from '../flags.ts';
import type { Terminal } from '../terminal.ts';
import { visible } from '../text-table.ts';
import { findResource, nameOf, type ResourceInService } from './find.ts';
import { listCommandFor, waitCommandFor } from './next-command.ts';
import { writeEnd } from './result.ts';
import { withServices } from './session.ts';
import { checkBackup, checkJob, hasJobs } from './status-check.ts';
import { type StatusCheck, waitFor } from './wait.ts';

/** `backups wait`: waits for a job or a backup that was started earlier. */
export async function waitCommand(
  flags: BackupsWaitFlags,
  terminal: Terminal,
  time: CommandTime,
): Promise<number> {
  if ((flags.job === undefined) === (flags.backup === undefined)) {
    throw new CommandError('either --job or --backup is required', EXIT.usage);
  }
  return await withServices(flags, terminal, async ({ config, services, interruption }) => {
    const target = await findResource(services, flags.resource);
    const { check, what } = checkFor(target, flags);
    const started = { jobId: flags.job, backupId: flags.backup };
    const waitCommand = waitCommandFor(target, started, flags);
    const waited = waitFor(check, {
      what,
      waitCommand,
      service: target.service.service.type,
      config,
      timeout: flags.waitTimeout,
      interrupted: interruption.first,
      terminal,
      time,
    });
    const result = { target, started, what, waitCommand, json: flags.json === true };
    await writeEnd(result, waited, terminal);
    return EXIT.done;
  });
}

function checkFor(
  target: ResourceInService,
  flags: BackupsWaitFlags,
): { readonly check: StatusCheck; readonly what: string } {
  const { job, backup = '' } = flags;
  const name = nameOf(target.resource);
  if (job === undefined) {
    const check = checkBackup(target, backup, listCommandFor(target, flags));
    return { check, what: `backup ${visible(backup)} of ${name}` };
  }
  if (!hasJobs(target)) {
    throw new CommandError(`${describeService(target.service)} has no jobs to wait for; use --backup`);
  }
  return { check: checkJob(target, job), what: `job ${visible(job)} of ${name}` };
}
