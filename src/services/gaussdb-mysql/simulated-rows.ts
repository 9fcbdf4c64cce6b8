import { type Backup, backupId, DRAWS, draw, type Resource } from '../../simulated-cloud/resource.ts';
import { chineseTime, compactTime, zonelessTime } from '../../simulated-cloud/time-formats.ts';

const STATUS = {
  running: 'BUILDING',
  success: 'COMPLETED',
  failed: 'FAILED',
  unknown: 'FROZEN_COPY',
} as const satisfies Record<Backup['state'], string>;

const ENGINE_VERSIONS = ['8.0', '8.0.22'] as const;

const engineVersion = (instance: Resource): string =>
  ENGINE_VERSIONS[Math.floor(ENGINE_VERSIONS.length * draw(instance, DRAWS.details, 3))] ??
  ENGINE_VERSIONS[0];

/** The hour in which the instance is backed up, `19:00-20:00` in UTC. */
const backupWindow = (instance: Resource): string => {
  const hour = Number(zonelessTime(instance.anchor).slice(11, 13));
  const text = (value: number): string => `${String(value % 24).padStart(2, '0')}:00`;
  return `${text(hour)}-${text(hour + 1)}`;
};

const KEPT_DAYS = 7;

/** Name of an automatic backup, which contains the time with milliseconds. */
export const backupName = ({ name, resourceName, start }: Backup): string =>
  name ?? `GaussDBforMySQL-${resourceName}-${compactTime(start, 8)}266`;

/** A row of `GET /v3/{project_id}/backups`: whole minutes, MB. A running backup has no end, size or duration. */
export const gaussdbBackupRow = (backup: Backup): Record<string, unknown> => {
  const { resource: instance, start, end, description } = backup;
  return {
    id: backupId(backup),
    name: backupName(backup),
    begin_time: chineseTime(start),
    ...(end === undefined
      ? {}
      : { end_time: chineseTime(end), take_up_time: Math.floor((end - start) / 60) }),
    status: STATUS[backup.state],
    type: backup.method,
    ...(end === undefined ? {} : { size: backup.state === 'failed' ? 0 : backup.megabytes }),
    datastore: { type: 'GaussDB(for MySQL)', version: engineVersion(instance) },
    instance_id: instance.id,
    instance_name: instance.name,
    backup_level: backup.state === 'success' ? '2' : '0',
    ...(description === undefined ? {} : { description }),
  };
};

/** The `backup` in the response to `POST /v3/{project_id}/backups/create`. */
export const gaussdbCreatedBackup = (backup: Backup): Record<string, unknown> => ({
  id: backupId(backup),
  name: backupName(backup),
  description: backup.description ?? '',
  begin_time: chineseTime(backup.start),
  status: STATUS[backup.state],
  type: backup.method,
  instance_id: backup.resource.id,
});

/** A row of `GET /v3/{project_id}/instances`. */
export const instanceRow = (instance: Resource, region: string): Record<string, unknown> => ({
  id: instance.id,
  name: instance.name,
  status: 'ACTIVE',
  type: 'Cluster',
  region,
  port: '3306',
  db_user_name: 'root',
  datastore: { type: 'gaussdb-mysql', version: engineVersion(instance), kernel_version: '2.0.54.240600' },
  created: chineseTime(instance.created),
  updated: chineseTime(instance.created),
  backup_strategy: { start_time: backupWindow(instance), keep_days: String(KEPT_DAYS) },
  time_zone: 'UTC+08:00',
  enterprise_project_id: '0',
  tags: instance.index % 2 === 0 ? [{ key: 'team', value: instance.name.split('-')[0] }] : [],
});

/** The response to `GET …/backups/policy`. One instance in six writes its days as in the odd sample of the vendor. */
export const policyOf = (instance: Resource): Record<string, unknown> => ({
  backup_policy: {
    keep_days: instance.index % 6 === 5 ? `${KEPT_DAYS},` : KEPT_DAYS,
    start_time: backupWindow(instance),
    period: '1,2,3,4,5,6,7',
  },
});
