import type { Backup, BackupState } from '../../domain/backup.ts';
import type { UnixSeconds } from '../../domain/quantities.ts';
import { humanizeAge, humanizeDuration, humanizeSize, humanizeTime, ifKnown } from '../../status/humanize.ts';
import { EXIT } from '../command-error.ts';
import type { TimestampFlag } from '../flag-values.ts';
import {
  describeService,
  type OpenService,
  type PickedService,
  type ServiceFlags,
  withServices,
} from '../session.ts';
import { print, type Terminal } from '../terminal.ts';
import { type TableColumn, textTable, visible } from '../text-table.ts';
import { findResource } from './find.ts';

interface ListFlags extends ServiceFlags {
  readonly resource?: string;
  readonly state?: BackupState;
  readonly method?: string;
  readonly since?: TimestampFlag;
  readonly limit?: number;
  readonly json?: true;
}

interface ListedBackup extends PickedService {
  readonly resource: { readonly id: string; readonly name: string };
  readonly backup: Backup;
}

export function list(flags: ListFlags, terminal: Terminal): Promise<number> {
  const now = terminal.clock();
  const since = flags.since?.(now) ?? Number.NEGATIVE_INFINITY;
  return withServices(flags, terminal, async ({ services }) => {
    const wanted = flags.resource === undefined ? undefined : await findResource(services, flags.resource);
    const picked = wanted === undefined ? services : [wanted];
    const lists = await Promise.all(picked.map((service) => readService(service, terminal)));
    const rows = lists
      .flatMap((backups) => backups ?? [])
      .filter(
        ({ backup }) =>
          backup.resourceId === (wanted?.resource.id ?? backup.resourceId) &&
          backup.state === (flags.state ?? backup.state) &&
          backup.method === (flags.method ?? backup.method) &&
          startOf(backup) >= since,
      )
      .toSorted((one, other) => newestFirst(one.backup, other.backup))
      .slice(0, flags.limit);
    if (flags.json) await print(terminal, rows.map(writeJsonLine).join(''));
    else if (rows.length > 0) await print(terminal, renderBackups(rows, now, terminal.outputWidth, flags));
    const isWhole = lists.every((backups) => backups !== undefined);
    if (rows.length === 0 && isWhole) terminal.writeError(`${nothing(flags)}\n`);
    return isWhole ? EXIT.done : EXIT.failed;
  });
}

/** The backups of a service with the names of their resources; undefined, with a message, if they cannot be read. */
async function readService(
  picked: OpenService,
  terminal: Terminal,
): Promise<readonly ListedBackup[] | undefined> {
  const [backups, inventory] = await Promise.all([picked.backups(), picked.inventory()]);
  const say = (problem: string): void => terminal.writeError(`${describeService(picked)}: ${problem}\n`);
  if (inventory.unread !== undefined && picked.service.inventory) {
    say(`${inventory.unread}; using the names in the backups`);
  }
  if (backups.unread !== undefined) {
    say(backups.unread);
    return undefined;
  }
  const names = new Map(inventory.items.map(({ id, name }) => [id, name]));
  return backups.items.map((backup) => {
    const { resourceId: id, resourceName = id } = backup;
    return { ...picked, resource: { id, name: names.get(id) ?? resourceName }, backup };
  });
}

const startOf = (backup: Backup): number =>
  backup.start ?? (backup.state === 'running' ? undefined : backup.end) ?? 0;

const newestFirst = (one: Backup, other: Backup): number =>
  startOf(other) - startOf(one) || (one.id < other.id ? -1 : 1);

function nothing({ state, method, since, resource, project, service }: ListFlags): string {
  const isNarrowed = [state, method, since, resource, project, service].some((flag) => flag !== undefined);
  return isNarrowed ? 'No matching backups.' : 'No backups.';
}

export const writeJsonLine = (row: ListedBackup): string => {
  const { id, name, state, method } = row.backup;
  return jsonLine(row, { backup_id: id, backup_name: name, state, method, ...backupFacts(row.backup) });
};

/** One JSON object on a line: what identifies the resource, then `more`. Undefined fields are left out. */
export function jsonLine(
  { project, service, resource }: Pick<ListedBackup, 'project' | 'service' | 'resource'>,
  more: object,
): string {
  const place = {
    project: project.name,
    region: project.region,
    service: service.type,
    resource_id: resource.id,
    resource_name: resource.name,
  };
  return `${JSON.stringify({ ...place, ...more })}\n`;
}

export const backupFacts = (backup: Backup) => ({
  start_timestamp_seconds: backup.start,
  end_timestamp_seconds: backup.state === 'running' ? undefined : backup.end,
  size_bytes: backup.state === 'succeeded' ? backup.size : undefined,
  duration_seconds: backup.state === 'succeeded' ? backup.duration : undefined,
});

interface Column extends TableColumn {
  readonly cell: (row: ListedBackup, now: UnixSeconds) => string | undefined;
  /** The flag that makes it the same in every row. */
  readonly fixedBy?: 'project' | 'service' | 'resource';
}

const COLUMNS: readonly Column[] = [
  {
    heading: 'STARTED (UTC)',
    cell: ({ backup: { start } }) => start && humanizeTime(start).replace(' UTC', 'Z'),
  },
  { heading: 'AGE', right: true, cell: ({ backup: { start } }, now) => start && humanizeAge(start, now) },
  { heading: 'STATE', cell: ({ backup }) => backup.state },
  {
    heading: 'SIZE',
    right: true,
    cell: ({ backup }) => ifKnown(backupFacts(backup).size_bytes, humanizeSize),
  },
  {
    heading: 'DURATION',
    right: true,
    cell: ({ backup }) => ifKnown(backupFacts(backup).duration_seconds, humanizeDuration),
  },
  { heading: 'METHOD', cell: ({ backup }) => backup.method },
  { heading: 'PROJECT', fixedBy: 'project', cell: ({ project }) => project.name },
  { heading: 'SERVICE', fixedBy: 'service', cell: ({ service }) => service.type },
  { heading: 'RESOURCE', fixedBy: 'resource', cell: ({ resource }) => resource.name },
  { heading: 'BACKUP ID', cell: ({ backup }) => backup.id },
];

/**
 * A table of backups. On a terminal it is fitted into `width` and omits columns fixed by flags; elsewhere it has all
 * columns and one line per backup.
 */
function renderBackups(
  rows: readonly ListedBackup[],
  now: UnixSeconds,
  width: number | undefined,
  flags: ListFlags,
): string {
  const columns = COLUMNS.filter(
    ({ fixedBy }) => width === undefined || fixedBy === undefined || flags[fixedBy] === undefined,
  );
  const cells = rows.map((row) => columns.map(({ cell }) => visible(cell(row, now) ?? '-')));
  return `${textTable(columns, cells, width).join('\n')}\n`;
}
