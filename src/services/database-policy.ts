import type { Permission } from './api-call.ts';
import { asObject, readNumber } from './fields.ts';
import { weeklyObjective } from './schedule.ts';
import type { BackupPolicy, PolicyApi } from './service.ts';

/** `GET …/instances/{instance_id}/backups/policy` of the database services. */
export const databasePolicies = (version: 'v3' | 'v3.1', permission: Permission): PolicyApi => ({
  of: 'resource',
  call: ({ id }) => ({
    operation: 'get_policy',
    method: 'GET',
    path: `/${version}/{project_id}/instances/${encodeURIComponent(id)}/backups/policy`,
    permission,
  }),
  read: readDatabasePolicy,
});

/**
 * Reads `{"backup_policy": {keep_days, start_time, period}}`: days of the week in `period`, a start window (UTC), no
 * automatic backup when `keep_days` is 0. Only the gaps between the days matter, not which day is 1; one of the
 * vendor's pages counts from 0.
 */
export function readDatabasePolicy(body: unknown): BackupPolicy | undefined {
  const policy = asObject(asObject(body)?.['backup_policy']);
  if (policy === undefined) return undefined;
  if (readNumber(policy['keep_days']) === 0) return { kind: 'off' };
  const days = readDays(policy['period']);
  return {
    kind: 'scheduled',
    objective: days === undefined ? undefined : weeklyObjective(days, policy['start_time']),
  };
}

function readDays(period: unknown): readonly number[] | undefined {
  if (typeof period !== 'string') return undefined;
  const words = period
    .split(',')
    .map((day) => day.trim())
    .filter((day) => day !== '');
  return words.length > 0 && words.every((day) => /^[0-7]$/.test(day)) ? words.map(Number) : undefined;
}
