import type { Backup, SucceededBackup } from '../../domain/backup.ts';
import type { UnixSeconds } from '../../domain/quantities.ts';
import { defaultApi, SERVICES } from '../../services/index.ts';
import { CommandError, EXIT } from '../command-error.ts';
import { describeService, type PickedService, withinPoll } from '../configured.ts';
import type { Terminal } from '../terminal.ts';
import { nameOf, visible } from '../text-table.ts';
import { type ChangeFlags, makeChange, requireConfirmation } from './change.ts';
import { findResource, type ResourceInService, resourcesOf } from './find.ts';
import { listCommandFor } from './result.ts';
import { type OpenService, withServices } from './session.ts';
import { checkJob, checkStarted, readBackupsOf, type StartedJob } from './status-check.ts';

interface CreateFlags extends ChangeFlags {
  readonly resource: string;
}

export async function create(flags: CreateFlags, terminal: Terminal): Promise<number> {
  requireConfirmation(flags, terminal);
  return await withServices(flags, terminal, async (session) => {
    const target = await findResource(session.services, flags.resource);
    const { actions } = target.service.api;
    const jobUnreadable = (reason: string): void =>
      terminal.writeError(`${reason}; checking the list of backups instead\n`);
    const change = {
      target,
      call: actions.create(target.resource, backupName(terminal.clock())),
      readStarted: (body: unknown) => actions.readCreated(body, target.resource),
      what: `the backup of ${nameOf(target.resource)}`,
      flags,
      // The backups before: otherwise the new one could not be distinguished from them.
      prepareCheck: async () => {
        const limit = withinPoll(session.config, session.interruption.first);
        const backups = await readBackupsOf(target, limit);
        const before = new Set(backups?.map(({ id }) => id));
        return (started: StartedJob) => checkStarted(target, started, before, jobUnreadable);
      },
    };
    return await makeChange(change, session);
  });
}

// Names have 4 to 64 letters, digits, hyphens and underscores, a letter first.
function backupName(now: UnixSeconds): string {
  return `backup-exporter-${new Date(now * 1000).toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
}

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
  requireConfirmation(flags, terminal);
  return await withServices(flags, terminal, async (session) => {
    const { target, backup } = await findBackup(session.services, flags);
    const { call, readStarted } = exportOf(target);
    const change = {
      target,
      call: call(target.resource, backup.id, flags.to),
      readStarted,
      what: `the export of backup ${visible(backup.id)} of ${nameOf(target.resource)} to ${flags.to}`,
      flags,
      prepareCheck: async () => (started: StartedJob) => {
        if (started.jobId === undefined) throw new CommandError('the response names no job to wait for');
        return checkJob(target, started.jobId);
      },
    };
    return await makeChange(change, session);
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

async function findBackup(
  services: readonly OpenService[],
  flags: ExportFlags,
): Promise<{ readonly target: ResourceInService; readonly backup: SucceededBackup }> {
  const [only] = services;
  if (services.length === 1 && only !== undefined) exportOf(only);
  const target =
    flags.resource === undefined
      ? await ownerOf(services, flags.backup)
      : await findResource(services, flags.resource);
  exportOf(target);
  const listed = await target.backups();
  if (listed.kind === 'not_read') throw new CommandError(`${describeService(target)}: ${listed.reason}`);
  const candidates = listed.items.filter(({ resourceId }) => resourceId === target.resource.id);
  const isLatest = flags.backup === LATEST;
  const backup = isLatest ? newestSuccess(candidates) : candidates.find(({ id }) => id === flags.backup);
  if (backup?.state === 'succeeded') return { target, backup };
  const name = nameOf(target.resource);
  if (backup !== undefined) {
    throw new CommandError(
      `backup ${visible(backup.id)} of ${name} is ${backup.state}; only a successful backup can be exported`,
    );
  }
  const missing = isLatest ? 'has no successful backup' : `has no backup "${visible(flags.backup)}"`;
  throw new CommandError(`${name} ${missing}; check with ${listCommandFor(target, flags)}`);
}

async function ownerOf(services: readonly OpenService[], backupId: string): Promise<ResourceInService> {
  const lists = await Promise.all(
    services.map(async (service) => ({ service, listed: await service.backups() })),
  );
  for (const { service, listed } of lists) {
    const backups = listed.kind === 'read' ? listed.items : [];
    const owner = backups.find(({ id }) => id === backupId)?.resourceId;
    const resource = resourcesOf(backups).find(({ id }) => id === owner);
    if (resource !== undefined) return { ...service, resource };
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
