import type { Backup } from '../../domain/backup.ts';
import type { PickedService } from '../configured.ts';

/** One JSON object on a line: what identifies the resource, then `more`. Undefined fields are left out. */
export function jsonLine(
  { project, service }: PickedService,
  resource: { readonly id: string; readonly name: string },
  more: object,
): string {
  return `${JSON.stringify({
    project: project.name,
    region: project.region,
    service: service.type,
    resource_id: resource.id,
    resource_name: resource.name,
    ...more,
  })}\n`;
}

export const backupFacts = (backup: Backup) => ({
  start_timestamp_seconds: backup.start,
  end_timestamp_seconds: backup.state === 'running' ? undefined : backup.end,
  size_bytes: backup.state === 'succeeded' ? backup.size : undefined,
  duration_seconds: backup.state === 'succeeded' ? backup.duration : undefined,
});
