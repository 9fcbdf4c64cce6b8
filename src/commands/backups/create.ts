import type { UnixSeconds } from '../../domain/quantities.ts';
import { withinPoll } from '../configured.ts';
import type { CommandTime, Terminal } from '../terminal.ts';
import { nameOf } from '../text-table.ts';
import { type ChangeFlags, makeChange, requireConfirmation } from './change.ts';
import { findResource } from './find.ts';
import { withServices } from './session.ts';
import { checkStarted, readBackupsOf, type StartedJob } from './status-check.ts';

interface CreateFlags extends ChangeFlags {
  readonly resource: string;
}

export async function create(flags: CreateFlags, terminal: Terminal, time: CommandTime): Promise<number> {
  requireConfirmation(flags, terminal);
  return await withServices(flags, terminal, time, async (session) => {
    const target = await findResource(session.services, flags.resource);
    const { actions } = target.service.service.api;
    const jobUnreadable = (reason: string): void =>
      terminal.writeError(`${reason}; checking the list of backups instead\n`);
    const change = {
      target,
      call: actions.create(target.resource, backupName(time.clock())),
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
