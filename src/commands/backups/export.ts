import type { Backup } from '../../domain/backup.ts';
import { systemClock } from '../../domain/quantities.ts';
import { actionsOf } from '../../sources/actions.ts';
import { sleep } from '../client-factory.ts';
import { CommandError } from '../command-error.ts';
import { EXIT } from '../exit-codes.ts';
import type { BackupsExportFlags } from '../flags.ts';
import type { Terminal } from '../terminal.ts';
import { visible } from '../text-table.ts';
import { confirm, declined, lookCommand, nameOf, renderCall, send, writeStarted } from './act.ts';
import { findResource, type ListedService, type ResourceInService } from './find.ts';
import { withListedServices } from './session.ts';
import { lookAtJob, waitFor } from './wait.ts';

/** `backups export`: copies one good backup of a graph to OBS, and waits for it where that is asked for. */
export function exportCommand(flags: BackupsExportFlags, terminal: Terminal): Promise<number> {
  return withListedServices(flags, terminal, async ({ config, services, interrupted }) => {
    const { target, backup } = findBackup(services, flags);
    const action = actionsOf(target.service.service.type).export;
    if (action === undefined) {
      throw new CommandError(
        `${nameOf(target)}: ${target.service.service.type} has no call that exports a backup; only backups of graphs can be exported`,
      );
    }
    const call = action(target.resource.id, backup.id, flags.to);
    if (flags.dryRun === true) {
      terminal.write(renderCall(target.service, call));
      return EXIT.done;
    }
    const what = `the export of backup ${visible(backup.id)} of ${nameOf(target)} to ${flags.to}`;
    if (!(await confirm(`Start ${what}?`, flags, terminal))) return declined(terminal);
    const started = await send(target, call, AbortSignal.timeout(config.poll.timeout * 1000));
    writeStarted(started, `Started ${what}`, flags.json === true, terminal);
    if (flags.wait !== true) return EXIT.done;
    if (started.jobId === undefined)
      throw new CommandError('the service named no job, so there is nothing to wait for');
    await waitFor(target, what, lookAtJob(target, started.jobId), {
      config,
      timeout: flags.waitTimeout,
      interrupted,
      terminal,
      clock: systemClock,
      sleep,
    });
    terminal.writeError(`${what} is complete.\n`);
    return EXIT.done;
  });
}

function findBackup(
  services: readonly ListedService[],
  flags: Pick<BackupsExportFlags, 'backup' | 'resource'>,
): { readonly target: ResourceInService; readonly backup: Backup } {
  const target =
    flags.resource === undefined ? ownerOf(services, flags.backup) : findResource(services, flags.resource);
  const candidates = target.service.backups.filter(({ resourceId }) => resourceId === target.resource.id);
  const backup =
    flags.backup === 'latest' ? newestGood(candidates) : candidates.find(({ id }) => id === flags.backup);
  if (backup === undefined) {
    const missing =
      flags.backup === 'latest' ? 'has no good backup' : `has no backup ${JSON.stringify(flags.backup)}`;
    throw new CommandError(`${nameOf(target)} ${missing}; see ${lookCommand(target)}`);
  }
  if (backup.state !== 'succeeded')
    throw new CommandError(
      `backup ${visible(backup.id)} is ${backup.state}; only a good one can be exported`,
    );
  return { target, backup };
}

function ownerOf(services: readonly ListedService[], backupId: string): ResourceInService {
  if (backupId === 'latest') throw new CommandError('--backup latest needs --resource', EXIT.usage);
  for (const service of services) {
    const backup = service.backups.find(({ id }) => id === backupId);
    const resource = service.resources.find(({ id }) => id === backup?.resourceId);
    if (resource !== undefined) return { resource, service };
  }
  throw new CommandError(`no backup has the id ${JSON.stringify(backupId)}`);
}

function newestGood(backups: readonly Backup[]): Backup | undefined {
  return backups
    .filter((backup) => backup.state === 'succeeded')
    .reduce<Extract<Backup, { state: 'succeeded' }> | undefined>(
      (newest, backup) => (newest === undefined || backup.end > newest.end ? backup : newest),
      undefined,
    );
}
