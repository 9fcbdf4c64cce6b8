import { critical, type RuleGroup, type RuleLabels, record, warning } from './rule.ts';
import { durationText, type Thresholds } from './thresholds.ts';

const SERVICE = '{{ $labels.cloud_service }} backups of project {{ $labels.project }}, {{ $labels.region }}';

/** A sentence that says how the last poll ended. */
const OUTCOME =
  '{{ range printf "huaweicloud_backup_poll_last_outcome{cloud_service=%q,region=%q,project=%q} == 1" $labels.cloud_service $labels.region $labels.project | query }} Outcome of the last poll: {{ .Labels.outcome }}.{{ end }}';

/** All outcomes are counted from the start, so any one of them shows which services are polled. */
const POLLS = 'huaweicloud_backup_polls_total{outcome="success"}';
const BUILD = 'huaweicloud_backup_exporter_build_info';
const LAST_POLL = 'huaweicloud_backup_poll_last_success_timestamp_seconds';

/** The rules about the exporter and what it can read. */
export function exporterRules(t: Thresholds, by: RuleLabels): RuleGroup {
  const memory = durationText(t.exporterMemory);
  const resourceMemory = durationText(t.resourceMemory);
  const serviceMemory = durationText(t.serviceMemory);
  const rejectedWindow = durationText(t.recordsRejectedWindow);
  /** A little less than the memory, so that one alert starts before the other ends. */
  const nearlyForgotten = t.serviceMemory - t.neverPolledFor;
  const recent = (name: string) => `last_over_time(huaweicloud_backup_${name}[${memory}])`;

  return {
    name: 'huaweicloud-backup-exporter',
    about: 'service',
    rules: [
      record('huaweicloud_backup:last_poll_timestamp_seconds', {
        comment: `When the last complete poll of each service by each exporter ended, by the clock of the cloud. Kept for ${serviceMemory}.`,
        expr: `last_over_time(${LAST_POLL}[${serviceMemory}])
  - (last_over_time(huaweicloud_backup_clock_skew_seconds[${serviceMemory}]) or last_over_time(${LAST_POLL}[${serviceMemory}]) * 0)`,
      }),
      record('huaweicloud_backup:unpolled', {
        comment: `Every service that was polled in the last ${serviceMemory} but is not polled now, with the exporter that polled it.`,
        expr: `last_over_time(${POLLS}[${serviceMemory}])
  unless on (${by.service}) ${POLLS}`,
      }),
      record('huaweicloud_backup:replica_lag_seconds', {
        comment: 'How far an exporter is behind the one that polled the same service last.',
        expr: `max by (${by.service}) (huaweicloud_backup:last_poll_timestamp_seconds)
  - on (${by.service}) group_right () huaweicloud_backup:last_poll_timestamp_seconds
  and ${LAST_POLL}`,
      }),
      critical('ExporterDown', {
        expr: `count by (${by.job}) (huaweicloud_backup:unpolled and on (${by.exporter}) up == 0)
  or count by (${by.job}) (huaweicloud_backup:unpolled unless on (${by.job}) ${BUILD})
  or absent(last_over_time(${BUILD}[${durationText(nearlyForgotten)}]))`,
        summary: 'The backup exporter is down',
        description:
          '{{ if $labels.job }}Prometheus cannot scrape the exporter of job {{ $labels.job }}.{{ else }}Prometheus scrapes no huaweicloud-backup-exporter.{{ end }} Backups are not monitored.',
        about: 'job',
      }),
      warning('ReplicaDown', {
        expr: `max by (${by.exporter}) (huaweicloud_backup:replica_lag_seconds) > ${t.dataStaleAfter}
  or up == 0 and on (${by.exporter}) last_over_time(${BUILD}[${durationText(7 * t.serviceMemory)}])`,
        summary: 'A backup exporter is down or behind',
        description:
          '{{ if eq $value 0.0 }}Prometheus cannot scrape {{ $labels.instance }}.{{ else }}The data of {{ $labels.instance }} is {{ $value | humanizeDuration }} older than that of another exporter.{{ end }}',
        about: 'exporter',
      }),
      warning('ServiceGone', {
        expr: `count by (${by.service}) (
  huaweicloud_backup:unpolled
    unless on (${by.exporter}) up == 0
    and on (${by.job}) ${BUILD}
)`,
        summary: '{{ $labels.cloud_service }} in project {{ $labels.project }} is no longer polled',
        description: `${SERVICE}: polled within the last ${serviceMemory}, but by no exporter now. Their alerts have stopped too.`,
      }),
      critical('DataStale', {
        expr: `time() - max by (${by.service}) (huaweicloud_backup:last_poll_timestamp_seconds) > ${t.dataStaleAfter}
  and on (${by.service}) last_over_time(${POLLS}[${resourceMemory}])`,
        summary: 'Data on {{ $labels.cloud_service }} backups of project {{ $labels.project }} is stale',
        description: `${SERVICE}: no complete poll for {{ $value | humanizeDuration }}. The other alerts are based on old data.`,
      }),
      critical('NeverPolled', {
        expr: `count by (${by.service}) (last_over_time(${POLLS}[${resourceMemory}]))
  unless on (${by.service}) (
    huaweicloud_backup:last_poll_timestamp_seconds > time() - ${nearlyForgotten - t.neverPolledFor} or ${LAST_POLL}
  )`,
        summary:
          '{{ $labels.cloud_service }} backups of project {{ $labels.project }} have not been read yet',
        description: `${SERVICE}: no complete poll since the exporter started.${OUTCOME}`,
      }),
      record('huaweicloud_backup:omitted', {
        comment: 'What complete polls of a service leave out.',
        expr: `${recent('unlisted')} > 0
  or ${recent('resources_unlisted')} > 0
  or ${recent('policies_unread')} > 0`,
      }),
      warning('PollFailing', {
        expr: `min by (${by.service}) (
  ${recent('poll_success')} == 0
    or ${recent('inventory_success')} == 0
    or huaweicloud_backup:omitted
)`,
        summary: 'Not all {{ $labels.cloud_service }} backups of project {{ $labels.project }} can be read',
        description: `${SERVICE}: {{ if eq $value 0.0 }}the list of backups or of resources cannot be read. The last known values are kept.${OUTCOME}{{ else }}{{ $value }} backups, resources or policies are missing: the service counts but does not list them, or they cannot be read.{{ end }}`,
      }),
      critical('AuthFailing', {
        expr: `max by (${by.service}) (${recent('poll_last_outcome{outcome=~"auth|permission"}')}) == 1
  unless on (${by.service}) ${recent('poll_success')} == 1`,
        summary:
          'Authentication or permission failure for {{ $labels.cloud_service }} in project {{ $labels.project }}',
        description: `${SERVICE}: the cloud refuses the credentials, or they lack a permission.${OUTCOME}`,
      }),
      warning('CredentialsExpiring', {
        expr: `min by (${by.project}) (
  last_over_time(huaweicloud_backup_credentials_expiry_timestamp_seconds[${resourceMemory}])
) - time() < ${t.credentialsExpiringWithin}`,
        summary: 'The password for project {{ $labels.project }} is about to expire',
        description:
          'The password of the IAM user for project {{ $labels.project }}, {{ $labels.region }}, {{ if gt $value 0.0 }}expires in {{ $value | humanizeDuration }}{{ else }}has expired{{ end }}.',
        about: 'project',
      }),
      warning('ResourcesOverLimit', {
        expr: `max by (${by.service}) (${recent('resources_over_limit')}) > 0`,
        summary:
          'Some {{ $labels.cloud_service }} resources of project {{ $labels.project }} are not monitored',
        description: `${SERVICE}: limits.resources leaves out {{ $value }} resources.`,
      }),
      warning('RecordsRejected', {
        expr: `max by (${by.service}, reason) (
  increase(huaweicloud_backup_records_rejected_total[${rejectedWindow}])
) > 0`,
        summary: 'Some {{ $labels.cloud_service }} backups of project {{ $labels.project }} cannot be read',
        description: `${SERVICE}: rows were rejected in the last ${rejectedWindow}, reason "{{ $labels.reason }}".`,
      }),
      warning('ConfigReloadFailing', {
        expr: `${recent('config_last_reload_successful')} == 0`,
        summary: 'The backup exporter could not reload its configuration',
        description: '{{ $labels.instance }} keeps using the previous configuration.',
        about: 'exporter',
      }),
      warning('ClockSkew', {
        expr: `max by (${by.exporter}) (abs(${recent('clock_skew_seconds')})) > ${t.clockSkewBeyond}`,
        summary: 'The clock of a backup exporter is wrong',
        description:
          'The clock of {{ $labels.instance }} is {{ $value | humanizeDuration }} off the clock of the cloud.',
        about: 'exporter',
      }),
      warning('LabelsRenamed', {
        expr: `count by (${by.job}) (
  huaweicloud_backup_polls_total{exported_cloud_service!=""}
    or huaweicloud_backup_polls_total{exported_region!=""}
    or huaweicloud_backup_polls_total{exported_project!=""}
)`,
        summary: 'Prometheus renames labels of the backup exporter',
        description:
          'Targets of job {{ $labels.job }} have a label cloud_service, region or project, so the label of the exporter becomes exported_… and alerts mix up projects. Set honor_labels: true for the job.',
        about: 'job',
      }),
      critical('ShardingMismatch', {
        expr: `count by (${by.job}) (
  count_values by (${by.job}) ("shards", ${recent('exporter_total_shards')})
) > 1`,
        summary: 'Backup exporters disagree on the number of shards',
        description:
          'Exporters of job {{ $labels.job }} run with {{ $value }} different values of --total-shards: some projects may be polled twice or not at all.',
        about: 'job',
      }),
      critical('ShardsMissing', {
        expr: `max by (${by.job}) (${recent('exporter_total_shards')})
  - on (${by.job}) count by (${by.job}) (count_values by (${by.job}) ("shard", ${recent('exporter_shard_ordinal')})) > 0`,
        summary: 'A shard of the backup exporter is missing',
        description:
          'Shards of job {{ $labels.job }} that are not running: {{ $value }}. Their projects are not monitored.',
        about: 'job',
      }),
    ],
  };
}
