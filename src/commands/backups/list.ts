import type { Backup, BackupState } from '../../domain/backup.ts';
import type { UnixSeconds } from '../../domain/quantities.ts';
import { humanizeAge, humanizeDuration, humanizeSize, humanizeTime } from '../../status/humanize.ts';
import { EXIT } from '../command-error.ts';
import { describeService, type PickedService, type ServiceFlags } from '../configured.ts';
import type { TimestampFlag } from '../flag-values.ts';
import { print, type Terminal } from '../terminal.ts';
import { textTable, visible } from '../text-table.ts';
import { findResource } from './find.ts';
import { backupFacts, jsonLine } from './result.ts';
import { type OpenService, withServices } from './session.ts';

interface ListFlags extends ServiceFlags {
  readonly resource?: string;
  readonly state?: BackupState;
  readonly method?: string;
  readonly since?: TimestampFlag;
  readonly limit?: number;
  readonly json?: true;
}

interface ListedBackup {
  readonly picked: PickedService;
  readonly backup: Backup;
  readonly resourceName: string;
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

function nothing({ state, method, since, resource, project, service }: ListFlags): string {
  const isNarrowed = [state, method, since, resource, project, service].some((flag) => flag !== undefined);
  return isNarrowed ? 'No matching backups.' : 'No backups.';
}

export const writeJsonLine = ({ picked, backup, resourceName }: ListedBackup): string =>
  jsonLine(
    picked,
    { id: backup.resourceId, name: resourceName },
    {
      backup_id: backup.id,
      backup_name: backup.name,
      state: backup.state,
      method: backup.method,
      ...backupFacts(backup),
    },
  );

interface Column {
  readonly heading: string;
  readonly cell: (row: ListedBackup, now: UnixSeconds) => string | undefined;
  readonly isNumber?: true;
  /** The flag that makes it the same in every row. */
  readonly fixedBy?: 'project' | 'service' | 'resource';
}

const COLUMNS: readonly Column[] = [
  {
    heading: 'STARTED (UTC)',
    cell: ({ backup: { start } }) => start && humanizeTime(start).replace(' UTC', 'Z'),
  },
  { heading: 'AGE', isNumber: true, cell: ({ backup: { start } }, now) => start && humanizeAge(start, now) },
  { heading: 'STATE', cell: ({ backup }) => backup.state },
  {
    heading: 'SIZE',
    isNumber: true,
    cell: ({ backup }) => inWords(backupFacts(backup).size_bytes, humanizeSize),
  },
  {
    heading: 'DURATION',
    isNumber: true,
    cell: ({ backup }) => inWords(backupFacts(backup).duration_seconds, humanizeDuration),
  },
  { heading: 'METHOD', cell: ({ backup }) => backup.method },
  { heading: 'PROJECT', fixedBy: 'project', cell: ({ picked }) => picked.project.name },
  { heading: 'SERVICE', fixedBy: 'service', cell: ({ picked }) => picked.service.type },
  { heading: 'RESOURCE', fixedBy: 'resource', cell: ({ resourceName }) => resourceName },
  { heading: 'BACKUP ID', cell: ({ backup }) => backup.id },
];

const inWords = <Quantity>(value: Quantity | undefined, words: (value: Quantity) => string) =>
  value === undefined ? undefined : words(value);

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
  const lines = textTable(
    columns.map(({ heading }) => heading),
    rows.map((row) => columns.map(({ cell }) => visible(cell(row, now) ?? '-'))),
    { right: new Set(columns.flatMap(({ isNumber }, index) => (isNumber ? [index] : []))), width },
  );
  return `${lines.join('\n')}\n`;
}
