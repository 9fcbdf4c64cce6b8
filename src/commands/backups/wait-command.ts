import { CommandError } from '../command-error.ts';
import type { CommandTime } from '../command-time.ts';
import { placeWords } from '../configured.ts';
import { EXIT } from '../exit-codes.ts';
import type { BackupsWaitFlags } from '../flags.ts';
import type { Terminal } from '../terminal.ts';
import { visible } from '../text-table.ts';
import { findResource, nameOf, type ResourceInService } from './find.ts';
import { hasJobs, lookAtBackup, lookAtJob } from './look.ts';
import { lookCommand, waitCommandFor } from './next-command.ts';
import { writeEnd } from './result.ts';
import { withServices } from './session.ts';
import { type Look, waitFor } from './wait.ts';

/** `backups wait`: goes on waiting for a job or a backup that was started before. */
export async function waitCommand(
  flags: BackupsWaitFlags,
  terminal: Terminal,
  time: CommandTime,
): Promise<number> {
  if ((flags.job === undefined) === (flags.backup === undefined)) {
    throw new CommandError('backups wait: either --job or --backup is needed', EXIT.usage);
  }
  return await withServices(flags, terminal, async ({ config, services, interruption }) => {
    const target = await findResource(services, flags.resource);
    const { look, what } = lookAt(target, flags);
    const started = { jobId: flags.job, backupId: flags.backup };
    const waitCommand = waitCommandFor(target, started, flags);
    const waited = waitFor(look, {
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

function lookAt(
  target: ResourceInService,
  flags: BackupsWaitFlags,
): { readonly look: Look; readonly what: string } {
  const { job, backup = '' } = flags;
  const name = nameOf(target.resource);
  if (job === undefined) {
    const look = lookAtBackup(target, backup, lookCommand(target, flags));
    return { look, what: `backup ${visible(backup)} of ${name}` };
  }
  if (!hasJobs(target)) {
    throw new CommandError(`${placeWords(target.service)} has no jobs that can be asked for; give --backup`);
  }
  return { look: lookAtJob(target, job), what: `job ${visible(job)} of ${name}` };
}
