import type { Backup } from '../../domain/backup.ts';
import type { CommandTime } from '../command-time.ts';
import { describeService } from '../configured.ts';
import { EXIT } from '../exit-codes.ts';
import type { BackupsListFlags } from '../flags.ts';
import { print, type Terminal } from '../terminal.ts';
import { findResource } from './find.ts';
import { type ListedBackup, renderBackups, writeJsonLine } from './listed-backup.ts';
import type { OpenService } from './open-service.ts';
import { withServices } from './session.ts';

/** `backups list`: what the services list now, newest first. */
export function listCommand(
  flags: BackupsListFlags,
  terminal: Terminal,
  { clock }: Pick<CommandTime, 'clock'>,
): Promise<number> {
  const now = clock();
  const since = flags.since?.(now) ?? Number.NEGATIVE_INFINITY;
  return withServices(flags, terminal, async ({ services }) => {
    const wanted = flags.resource === undefined ? undefined : await findResource(services, flags.resource);
    const picked = wanted === undefined ? services : [wanted.service];
    const lists = await Promise.all(picked.map((service) => readService(service, terminal)));
    const rows = lists
      .flatMap((list) => list ?? [])
      .filter(({ backup }) => backup.resourceId === (wanted?.resource.id ?? backup.resourceId))
      .filter(({ backup }) => backup.state === (flags.state ?? backup.state))
      .filter(({ backup }) => startOf(backup) >= since)
      .filter(({ backup }) => backup.method === (flags.method ?? backup.method))
      .toSorted((one, other) => newestFirst(one.backup, other.backup))
      .slice(0, flags.limit);
    if (flags.json === true) await print(terminal, rows.map(writeJsonLine).join(''));
    else if (rows.length > 0) await print(terminal, renderBackups(rows, now, terminal.outputWidth, flags));
    const isWhole = lists.every((list) => list !== undefined);
    if (rows.length === 0 && isWhole) terminal.writeError(`${nothing(flags)}\n`);
    return isWhole ? EXIT.done : EXIT.failed;
  });
}

/** The backups of a service with the names of their resources; undefined, with a message, if they cannot be read. */
async function readService(
  service: OpenService,
  terminal: Terminal,
): Promise<readonly ListedBackup[] | undefined> {
  const [backups, names] = await Promise.all([service.backups(), namesOf(service, terminal)]);
  if (backups.kind === 'not_read') {
    terminal.writeError(`${describeService(service)}: ${backups.reason}\n`);
    return undefined;
  }
  return backups.items.map((backup) => ({
    picked: service,
    backup,
    resourceName: names.get(backup.resourceId) ?? backup.resourceName ?? backup.resourceId,
  }));
}

async function namesOf(service: OpenService, terminal: Terminal): Promise<ReadonlyMap<string, string>> {
  const inventory = await service.inventory();
  if (inventory.kind === 'read') return new Map(inventory.items.map(({ id, name }) => [id, name]));
  if (service.service.inventory) {
    terminal.writeError(`${describeService(service)}: ${inventory.reason}; using the names in the backups\n`);
  }
  return new Map();
}

const startOf = (backup: Backup): number =>
  backup.start ?? (backup.state === 'running' ? undefined : backup.end) ?? 0;

const newestFirst = (one: Backup, other: Backup): number =>
  startOf(other) - startOf(one) || (one.id < other.id ? -1 : 1);

function nothing({ state, method, since, resource, project, service }: BackupsListFlags): string {
  const isNarrowed = [state, method, since, resource, project, service].some((flag) => flag !== undefined);
  return isNarrowed ? 'No matching backups.' : 'No backups.';
}
