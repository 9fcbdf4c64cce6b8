import { sumOf } from './duration.ts';
import {
  aggregate,
  call,
  type Expression,
  lastOverTime,
  manyToOne,
  now,
  number,
  operation,
  over,
  series,
} from './promql.ts';
import { age, lastPoll, lengthOf, metric, pollFails, REPLICA, SERVICE } from './reads.ts';
import type { AlertRule } from './rule.ts';
import type { Thresholds } from './thresholds.ts';

const polls = metric('polls_total');

const SERVICE_TEXT =
  '{{ $labels.cloud_service }} backups of project {{ $labels.project }}, {{ $labels.region }}';

/** The rules about the exporter and what it can read. */
export function exporterRules(thresholds: Thresholds): readonly AlertRule[] {
  const { exporterGap } = thresholds;
  const up = series('up', `job=${JSON.stringify(thresholds.job)}`);
  const rejected = over(metric('records_rejected_total'), thresholds.recordsRejectedWindow);
  const reload = lastOverTime(metric('config_last_reload_successful'), exporterGap);

  return [
    {
      alert: 'HuaweiCloudBackupExporterDown',
      expression: operation(operation(up, '==', number(0)), 'or', call('absent', up)),
      for: thresholds.exporterDownFor,
      severity: 'critical',
      summary: 'The backup exporter is down',
      description:
        'Prometheus cannot scrape {{ if $labels.instance }}{{ $labels.instance }}{{ else }}any target{{ end }} of job {{ $labels.job }}. Backups are not watched.',
      shows: ['job'],
    },
    {
      alert: 'HuaweiCloudBackupPollFailing',
      expression: pollFailing(thresholds),
      for: thresholds.pollFailingFor,
      severity: 'warning',
      summary: 'Not all backups of project {{ $labels.project }} can be read',
      description: `${SERVICE_TEXT}: {{ if eq $value 0.0 }}the list of backups, or the list of what exists, cannot be read. What was known before stays.{{ else }}the service counts {{ $value }} backups that it does not list.{{ end }}`,
      shows: SERVICE,
    },
    {
      alert: 'HuaweiCloudBackupDataStale',
      expression: dataStale(thresholds),
      for: thresholds.dataStaleFor,
      severity: 'critical',
      summary: 'What is known of the backups of project {{ $labels.project }} is old',
      description: `${SERVICE_TEXT}: {{ $labels.instance }} has had no complete poll for {{ $value | humanizeDuration }}. The other alerts see old values.`,
      shows: ['instance', ...SERVICE],
    },
    {
      alert: 'HuaweiCloudBackupAuthFailing',
      expression: authFailing(thresholds),
      for: thresholds.authFailingFor,
      severity: 'critical',
      summary: 'Project {{ $labels.project }} refuses the exporter',
      description: `${SERVICE_TEXT}: polls end because the credentials are refused or a permission is missing.`,
      shows: SERVICE,
    },
    {
      alert: 'HuaweiCloudBackupCredentialsExpiring',
      expression: credentialsExpiring(thresholds),
      for: thresholds.credentialsExpiringFor,
      severity: 'warning',
      summary: 'The password for project {{ $labels.project }} expires',
      description:
        'The password of the IAM user for project {{ $labels.project }}, {{ $labels.region }}, {{ if gt $value 0.0 }}expires in {{ $value | humanizeDuration }}{{ else }}has expired{{ end }}.',
      shows: ['region', 'project'],
    },
    {
      alert: 'HuaweiCloudBackupRecordsRejected',
      expression: operation(
        aggregate('max', [...SERVICE, 'reason'], call('increase', rejected)),
        '>',
        number(0),
      ),
      for: thresholds.recordsRejectedFor,
      severity: 'warning',
      summary: 'Some backups of project {{ $labels.project }} cannot be understood',
      description: `${SERVICE_TEXT}: rows of the list were rejected in the last ${thresholds.recordsRejectedWindow} for the reason "{{ $labels.reason }}".`,
      shows: SERVICE,
    },
    {
      alert: 'HuaweiCloudBackupConfigReloadFailing',
      expression: operation(reload, '==', number(0)),
      for: thresholds.configReloadFailingFor,
      severity: 'warning',
      summary: 'The configuration of the backup exporter was not taken over',
      description:
        '{{ $labels.instance }} could not load its changed configuration and goes on with the one it had.',
      shows: ['instance'],
    },
  ];
}

function pollFailing(thresholds: Thresholds): Expression {
  const recent = (name: string) => lastOverTime(metric(name), thresholds.exporterGap);
  const fails = (name: string) => operation(aggregate('min', SERVICE, recent(name)), '==', number(0));
  return operation(
    operation(fails('poll_success'), 'or', fails('inventory_success')),
    'or',
    operation(aggregate('max', SERVICE, recent('unlisted')), '>', number(0)),
  );
}

/**
 * Per replica, because a replica whose polls hang reports no failure. After a restart the last complete
 * poll is not exported, so it is remembered until the process itself is old enough to be judged.
 */
function dataStale({ dataStaleAfter, resourceGap }: Thresholds): Expression {
  const perReplica = [...REPLICA, ...SERVICE];
  const completed = lastOverTime(lastPoll, sumOf(dataStaleAfter, resourceGap));
  const started = aggregate('max', REPLICA, series('process_start_time_seconds'));
  const never = manyToOne(operation(polls, '*', number(0)), '+', started, REPLICA);
  const since = operation(aggregate('max', perReplica, completed), 'or', aggregate('max', perReplica, never));
  // A service has its counters from the start on. Without them it was taken out of the configuration, unless
  // the replica cannot be scraped; one that Prometheus no longer has as a target is gone.
  const isDown = operation(series('up'), '==', number(0));
  const remembered = operation(lastOverTime(polls, resourceGap), 'and', isDown, REPLICA);
  return operation(
    operation(age(since), '>', lengthOf(dataStaleAfter)),
    'and',
    operation(polls, 'or', remembered),
    perReplica,
  );
}

function authFailing(thresholds: Thresholds): Expression {
  const refused = metric('polls_total', 'outcome=~"auth|permission"');
  const counted = call('increase', over(refused, thresholds.authFailingWindow));
  return aggregate(
    'sum',
    SERVICE,
    operation(operation(counted, '>', number(0)), 'and', pollFails(thresholds), [...REPLICA, ...SERVICE]),
  );
}

function credentialsExpiring({ resourceGap, credentialsExpiringWithin }: Thresholds): Expression {
  const expiry = lastOverTime(metric('credentials_expiry_timestamp_seconds'), resourceGap);
  const left = operation(aggregate('min', ['region', 'project'], expiry), '-', now);
  return operation(left, '<', lengthOf(credentialsExpiringWithin));
}
