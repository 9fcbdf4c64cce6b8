import type { Backup } from '../../domain/backup.ts';
import type { UnixSeconds } from '../../domain/quantities.ts';
import { humanizeAge, humanizeDuration, humanizeSize, humanizeTime } from '../../status/humanize.ts';
import type { PickedService } from '../configured.ts';
import { textTable, visible } from '../text-table.ts';

/** A backup and the service that lists it. */
export interface ListedBackup {
  readonly picked: PickedService;
  readonly backup: Backup;
  readonly resourceName: string;
}

/** One JSON object per line; unknown fields are left out. */
export function writeJsonLine({ picked: { project, service }, backup, resourceName }: ListedBackup): string {
  const succeeded = backup.state === 'succeeded' ? backup : undefined;
  return `${JSON.stringify({
    project: project.name,
    region: project.region,
    service: service.type,
    resource_id: backup.resourceId,
    resource_name: resourceName,
    backup_id: backup.id,
    backup_name: backup.name,
    state: backup.state,
    method: backup.method,
    start_timestamp_seconds: backup.start,
    end_timestamp_seconds: endOf(backup),
    size_bytes: succeeded?.size,
    duration_seconds: succeeded?.duration,
  })}\n`;
}

const endOf = (backup: Backup): UnixSeconds | undefined =>
  backup.state === 'running' ? undefined : backup.end;

/** A column of the table. */
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
    cell: ({ backup }) =>
      backup.state === 'succeeded' && backup.size !== undefined ? humanizeSize(backup.size) : undefined,
  },
  {
    heading: 'DURATION',
    isNumber: true,
    cell: ({ backup }) =>
      backup.state === 'succeeded' && backup.duration !== undefined
        ? humanizeDuration(backup.duration)
        : undefined,
  },
  { heading: 'METHOD', cell: ({ backup }) => backup.method },
  { heading: 'PROJECT', fixedBy: 'project', cell: ({ picked }) => picked.project.name },
  { heading: 'SERVICE', fixedBy: 'service', cell: ({ picked }) => picked.service.type },
  { heading: 'RESOURCE', fixedBy: 'resource', cell: ({ resourceName }) => resourceName },
  { heading: 'BACKUP ID', cell: ({ backup }) => backup.id },
];

/**
 * A table of backups. On a terminal it is fitted into `width` and omits columns fixed by flags; elsewhere it has all
 * columns and one line per backup.
 */
export function renderBackups(
  rows: readonly ListedBackup[],
  now: UnixSeconds,
  width: number | undefined,
  flags: Readonly<Partial<Record<'project' | 'service' | 'resource', unknown>>>,
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
