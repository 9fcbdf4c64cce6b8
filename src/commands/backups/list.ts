import type { Backup } from '../../domain/backup.ts';
import { seconds, type UnixSeconds } from '../../domain/quantities.ts';
import { durationWords, momentWords, sizeWords } from '../../status/words.ts';
import type { BackupsListFlags } from '../flags.ts';
import type { Terminal } from '../terminal.ts';
import { textTable, visible } from '../text-table.ts';
import { findResource, type ListedService } from './find.ts';
import { withListedServices } from './session.ts';

/** `backups list`: what the services list now, newest first. */
export function listCommand(flags: BackupsListFlags, terminal: Terminal): Promise<number> {
  return withListedServices(flags, terminal, async ({ services }) => {
    const wanted = flags.resource === undefined ? undefined : findResource(services, flags.resource);
    const rows = services
      .flatMap((service) => service.backups.map((backup) => ({ service, backup })))
      .filter(
        ({ service, backup }) =>
          wanted === undefined || (service === wanted.service && backup.resourceId === wanted.resource.id),
      )
      .filter(({ backup }) => backup.state === (flags.state ?? backup.state))
      .filter(({ backup }) => backup.method === (flags.method ?? backup.method))
      .sort((one, other) => placeInTime(other.backup) - placeInTime(one.backup))
      .slice(0, flags.limit ?? Number.POSITIVE_INFINITY);
    terminal.write(flags.json === true ? rows.map(jsonLine).join('') : renderTable(rows));
    return 0;
  });
}

interface ListedBackup {
  readonly service: ListedService;
  readonly backup: Backup;
}

const startOf = (backup: Backup): UnixSeconds | undefined => backup.start;
const endOf = (backup: Backup): UnixSeconds | undefined =>
  backup.state === 'running' ? undefined : backup.end;
const placeInTime = (backup: Backup): number => startOf(backup) ?? endOf(backup) ?? 0;

function jsonLine({ service: { project, service }, backup }: ListedBackup): string {
  const succeeded = backup.state === 'succeeded' ? backup : undefined;
  return `${JSON.stringify({
    project: project.name,
    region: project.region,
    service: service.type,
    resource_id: backup.resourceId,
    resource_name: backup.resourceName,
    backup_id: backup.id,
    backup_name: backup.name,
    state: backup.state,
    method: backup.method,
    start_timestamp_seconds: startOf(backup),
    end_timestamp_seconds: endOf(backup),
    size_bytes: succeeded?.size,
    duration_seconds: succeeded?.duration,
  })}\n`;
}

const HEADINGS = [
  'STARTED (LOCAL)',
  'STARTED (UTC)',
  'STATE',
  'METHOD',
  'SIZE',
  'DURATION',
  'PROJECT',
  'SERVICE',
  'RESOURCE',
  'BACKUP ID',
];
const NUMBERS: ReadonlySet<number> = new Set([4, 5]);

function renderTable(rows: readonly ListedBackup[]): string {
  if (rows.length === 0) return 'No backup.\n';
  return `${textTable([HEADINGS, ...rows.map(cells)], NUMBERS).join('\n')}\n`;
}

function cells({ service: { project, service, resources }, backup }: ListedBackup): readonly string[] {
  const succeeded = backup.state === 'succeeded' ? backup : undefined;
  const start = startOf(backup);
  const name =
    backup.resourceName ?? resources.find(({ id }) => id === backup.resourceId)?.name ?? backup.resourceId;
  return [
    start === undefined ? '-' : localTime(start),
    start === undefined ? '-' : momentWords(start).replace(' UTC', 'Z'),
    backup.state,
    backup.method ?? '-',
    succeeded?.size === undefined ? '-' : sizeWords(succeeded.size),
    succeeded?.duration === undefined ? '-' : durationWords(seconds(succeeded.duration)),
    project.name,
    service.type,
    name,
    backup.id,
  ].map(visible);
}

// Swedish writes times as ISO 8601 does.
const LOCAL_TIME = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium' });

const localTime = (moment: UnixSeconds): string => LOCAL_TIME.format(new Date(moment * 1000));
