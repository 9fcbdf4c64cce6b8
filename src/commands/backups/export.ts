import type { Backup, SucceededBackup } from '../../domain/backup.ts';
import { defaultApi, SERVICES } from '../../services/index.ts';
import { CommandError } from '../command-error.ts';
import type { CommandTime } from '../command-time.ts';
import { describeService } from '../configured.ts';
import { EXIT } from '../exit-codes.ts';
import type { BackupsExportFlags } from '../flags.ts';
import type { Terminal } from '../terminal.ts';
import { visible } from '../text-table.ts';
import { type Change, confirm, requireConfirmation, send, showCall } from './act.ts';
import { findResource, nameOf, type ResourceInService, resourcesOf } from './find.ts';
import { listCommandFor, waitCommandFor } from './next-command.ts';
import type { OpenService } from './open-service.ts';
import { writeEnd, writeStart } from './result.ts';
import { type BackupsSession, withServices } from './session.ts';
import { checkJob } from './status-check.ts';
import { waitFor } from './wait.ts';

/** `backups export`: copies one successful backup to OBS; `--wait` waits for it. */
export async function exportCommand(
  flags: BackupsExportFlags,
  terminal: Terminal,
  time: CommandTime,
): Promise<number> {
  if (flags.backup === LATEST && flags.resource === undefined) {
    throw new CommandError('--backup latest needs --resource', EXIT.usage);
  }
  requireConfirmation(flags, terminal);
  return await withServices(flags, terminal, async (session) => {
    const { target, backup } = await findBackup(session.services, flags);
    const { call: callOf, readStarted } = exportOf(target.service);
    const call = callOf(target.resource, backup.id, flags.to);
    const what = `the export of backup ${visible(backup.id)} of ${nameOf(target.resource)} to ${flags.to}`;
    const change = { target, call, readStarted, what, flags };
    if (flags.dryRun === true) {
      await showCall(change, terminal);
      return EXIT.done;
    }
    await confirm(change, terminal, session.interruption);
    await start(change, session, terminal, time);
    return EXIT.done;
  });
}

const LATEST = 'latest';

async function start(
  change: Change,
  { config, interruption }: BackupsSession,
  terminal: Terminal,
  time: CommandTime,
): Promise<void> {
  const { target, what, flags } = change;
  const started = await send(change, config, terminal, interruption);
  const waitCommand = waitCommandFor(target, started, flags);
  const result = { target, started, what, waitCommand, json: flags.json === true };
  await writeStart(result, terminal);
  if (flags.wait !== true) return;
  if (started.jobId === undefined) {
    throw new CommandError('the response names no job to wait for');
  }
  const waited = waitFor(checkJob(target, started.jobId), {
    what,
    waitCommand,
    service: target.service.service.type,
    config,
    timeout: flags.waitTimeout,
    interrupted: interruption.first,
    terminal,
    time,
  });
  await writeEnd(result, waited, terminal);
}

function exportOf(service: OpenService) {
  const action = service.service.api.actions.export;
  if (action !== undefined) return action;
  const exporting = SERVICES.filter((candidate) => defaultApi(candidate).actions.export !== undefined);
  throw new CommandError(
    `${describeService(service)}: backups of this service cannot be exported, only those of ${exporting.map(({ type }) => type).join(', ')}`,
  );
}

async function findBackup(
  services: readonly OpenService[],
  flags: Pick<BackupsExportFlags, 'backup' | 'resource' | 'config.file'>,
): Promise<{ readonly target: ResourceInService; readonly backup: SucceededBackup }> {
  const [only] = services;
  if (services.length === 1 && only !== undefined) exportOf(only);
  const target =
    flags.resource === undefined
      ? await ownerOf(services, flags.backup)
      : await findResource(services, flags.resource);
  exportOf(target.service);
  const listed = await target.service.backups();
  if (listed.kind === 'not_read')
    throw new CommandError(`${describeService(target.service)}: ${listed.reason}`);
  const candidates = listed.items.filter(({ resourceId }) => resourceId === target.resource.id);
  const backup =
    flags.backup === LATEST ? newestSuccess(candidates) : candidates.find(({ id }) => id === flags.backup);
  if (backup === undefined) {
    const missing =
      flags.backup === LATEST ? 'has no successful backup' : `has no backup "${visible(flags.backup)}"`;
    throw new CommandError(
      `${nameOf(target.resource)} ${missing}; check with ${listCommandFor(target, flags)}`,
    );
  }
  if (backup.state !== 'succeeded') {
    throw new CommandError(
      `backup ${visible(backup.id)} of ${nameOf(target.resource)} is ${backup.state}; only a successful backup can be exported`,
    );
  }
  return { target, backup };
}

async function ownerOf(services: readonly OpenService[], backupId: string): Promise<ResourceInService> {
  const lists = await Promise.all(
    services.map(async (service) => ({ service, listed: await service.backups() })),
  );
  for (const { service, listed } of lists) {
    if (listed.kind === 'not_read') continue;
    const backup = listed.items.find(({ id }) => id === backupId);
    const named = resourcesOf(listed);
    const resource =
      named.kind === 'read' ? named.items.find(({ id }) => id === backup?.resourceId) : undefined;
    if (resource !== undefined) return { resource, service };
  }
  const unread = lists.flatMap(({ service, listed }) =>
    listed.kind === 'not_read' ? [`; ${describeService(service)}: ${listed.reason}`] : [],
  );
  throw new CommandError(`--backup "${visible(backupId)}": no backup has this id${unread.join('')}`);
}

function newestSuccess(backups: readonly Backup[]): SucceededBackup | undefined {
  return backups
    .filter((backup) => backup.state === 'succeeded')
    .toSorted((one, other) => other.end - one.end || (other.start ?? other.end) - (one.start ?? one.end))[0];
}
