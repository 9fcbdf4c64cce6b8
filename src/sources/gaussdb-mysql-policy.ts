import { type Seconds, seconds } from '../domain/quantities.ts';
import { asObject } from './fields.ts';

/** `GET /v3/{project_id}/instances/{instance_id}/backups/policy`: when an instance is backed up automatically. */
export const gaussdbMysqlPolicyPath = (instanceId: string): string =>
  `/v3/{project_id}/instances/${encodeURIComponent(instanceId)}/backups/policy`;

const DAY = 24 * 3600;
const MARGIN = 2 * 3600;
const WINDOW = /^(\d\d):(\d\d)-(\d\d):(\d\d)$/;

/**
 * The objective that follows from a policy: the longest gap between two of its days of the week, the start window
 * (UTC), and two hours for the backup to run. Undefined when the policy cannot be read or names no day.
 */
export function readPolicyObjective(body: unknown): Seconds | undefined {
  const policy = asObject(asObject(body)?.['backup_policy']);
  const gap = longestGapInDays(policy?.['period']);
  const window = windowLength(policy?.['start_time']);
  return gap === undefined || window === undefined ? undefined : seconds(gap * DAY + window + MARGIN);
}

function longestGapInDays(period: unknown): number | undefined {
  if (typeof period !== 'string') return undefined;
  const words = period
    .split(',')
    .map((day) => day.trim())
    .filter((day) => day !== '');
  if (words.length === 0 || !words.every((day) => /^[1-7]$/.test(day))) return undefined;
  const days = [...new Set(words.map(Number))].sort((one, other) => one - other);
  const [first = 0] = days;
  return Math.max(...days.map((day, index) => (days[index + 1] ?? first + 7) - day));
}

function windowLength(startTime: unknown): number | undefined {
  const match = typeof startTime === 'string' ? WINDOW.exec(startTime) : null;
  if (match === null) return undefined;
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = match.slice(1).map(Number);
  if (fromHour > 23 || toHour > 24 || fromMinute > 59 || toMinute > 59) return undefined;
  const length = (toHour - fromHour) * 3600 + (toMinute - fromMinute) * 60;
  return length < 0 ? length + DAY : length;
}
