import { milliseconds, type UnixSeconds } from '../../domain/quantities.ts';
import type { CommandTime } from '../command-time.ts';
import { EXIT } from '../exit-codes.ts';
import type { BackupsCreateFlags } from '../flags.ts';
import type { Terminal } from '../terminal.ts';
import { type Change, confirm, requireConfirmation, send, showCall } from './act.ts';
import { findResource, nameOf, type ResourceInService } from './find.ts';
import { waitCommandFor } from './next-command.ts';
import { readBackupsOf } from './resource-backups.ts';
import { writeEnd, writeStart } from './result.ts';
import { type BackupsSession, withServices } from './session.ts';
import { checkStarted } from './status-check.ts';
import { waitFor } from './wait.ts';

/** `backups create`: starts a backup of one resource; `--wait` waits for it. */
export async function createCommand(
  flags: BackupsCreateFlags,
  terminal: Terminal,
  time: CommandTime,
): Promise<number> {
  requireConfirmation(flags, terminal);
  return await withServices(flags, terminal, async (session) => {
    const target = await findResource(session.services, flags.resource);
    const { actions } = target.service.service.api;
    const call = actions.create(target.resource, backupName(time.clock()));
    const readStarted = (body: unknown) => actions.readCreated(body, target.resource);
    const change = { target, call, readStarted, what: `the backup of ${nameOf(target.resource)}`, flags };
    if (flags.dryRun === true) {
      await showCall(change, terminal);
      return EXIT.done;
    }
    await confirm(change, terminal, session.interruption);
    await start(change, session, terminal, time);
    return EXIT.done;
  });
}

async function start(
  change: Change,
  { config, interruption }: BackupsSession,
  terminal: Terminal,
  time: CommandTime,
): Promise<void> {
  const { target, what, flags } = change;
  // Read before anything is sent: otherwise the new backup could not be distinguished from the others.
  const before =
    flags.wait === true ? await idsOf(target, config.poll.timeout, interruption.first) : new Set<string>();
  const started = await send(change, config, terminal, interruption);
  const waitCommand = waitCommandFor(target, started, flags);
  const result = { target, started, what, waitCommand, json: flags.json === true };
  await writeStart(result, terminal);
  if (flags.wait !== true) return;
  const jobUnreadable = (reason: string): void =>
    terminal.writeError(`${reason}; checking the list of backups instead\n`);
  const waited = waitFor(checkStarted(target, started, before, jobUnreadable), {
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

async function idsOf(
  target: ResourceInService,
  timeout: number,
  interrupted: AbortSignal,
): Promise<ReadonlySet<string>> {
  const limit = AbortSignal.any([interrupted, AbortSignal.timeout(milliseconds(timeout))]);
  const backups = await readBackupsOf(target, limit);
  return new Set(backups?.map(({ id }) => id));
}

// Names have 4 to 64 letters, digits, hyphens and underscores, a letter first.
function backupName(now: UnixSeconds): string {
  return `backup-exporter-${new Date(now * 1000).toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
}
