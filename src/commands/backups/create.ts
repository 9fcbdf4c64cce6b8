import { systemClock, type UnixSeconds } from '../../domain/quantities.ts';
import { actionsOf } from '../../sources/actions.ts';
import { sleep } from '../client-factory.ts';
import { EXIT } from '../exit-codes.ts';
import type { BackupsCreateFlags } from '../flags.ts';
import type { Terminal } from '../terminal.ts';
import { confirm, declined, nameOf, renderCall, send, writeStarted } from './act.ts';
import { findResource } from './find.ts';
import { withListedServices } from './session.ts';
import { backupOf, lookForGoodBackup, waitFor } from './wait.ts';

/** `backups create`: starts a backup of one graph or instance, and waits for it where that is asked for. */
export function createCommand(flags: BackupsCreateFlags, terminal: Terminal): Promise<number> {
  return withListedServices(flags, terminal, async ({ config, services, interrupted }) => {
    const target = findResource(services, flags.resource);
    const { service, project } = target.service;
    const call = actionsOf(service.type).create(target.resource.id, backupName(systemClock()));
    if (flags.dryRun === true) {
      terminal.write(renderCall(target.service, call));
      return EXIT.done;
    }
    const question = `Start a backup of ${nameOf(target)}, ${service.type} of project ${project.name}?`;
    if (!(await confirm(question, flags, terminal))) return declined(terminal);
    const started = await send(target, call, AbortSignal.timeout(config.poll.timeout * 1000));
    writeStarted(started, `Started ${backupOf(target)}`, flags.json === true, terminal);
    if (flags.wait !== true) return EXIT.done;
    await waitFor(target, backupOf(target), lookForGoodBackup(target, started, config), {
      config,
      timeout: flags.waitTimeout,
      interrupted,
      terminal,
      clock: systemClock,
      sleep,
    });
    terminal.writeError(`${backupOf(target)} is complete and good.\n`);
    return EXIT.done;
  });
}

// 4 to 64 letters, digits, hyphens and underscores, a letter first, are allowed in a name.
function backupName(now: UnixSeconds): string {
  return `backup-exporter-${new Date(now * 1000).toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
}
