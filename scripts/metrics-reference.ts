import { BACKUP_STATES } from '../src/domain/backup.ts';
import { OUTCOMES } from '../src/domain/outcome.ts';
import type { MetricDescription } from '../src/metrics/metric.ts';
import { PROCESS_METRICS } from '../src/metrics/process-metrics.ts';
import { RESOURCE_LABELS, RESOURCE_METRICS } from '../src/metrics/resource-metrics.ts';
import { SERVICE_METRICS } from '../src/metrics/service-metrics.ts';
import { REJECTION_REASONS } from '../src/pagination/list.ts';
import { callsOf, defaultApi, SERVICE_TYPES, SERVICES } from '../src/services/index.ts';

const OPERATIONS = new Set([
  'sign_in',
  'find_project',
  ...SERVICES.flatMap((service) => callsOf(service).map(({ call }) => call.operation)),
]);

const LABEL_MEANINGS: readonly (readonly [string, string])[] = [
  ['cloud_service', `${SERVICE_TYPES.map((type) => `\`${type}\``).join(', ')}; \`iam\` for sign-in requests`],
  ['region', 'as configured'],
  ['project', 'name of the project in the configuration'],
  ['resource_id', 'id of the resource'],
  ['resource_name', 'last known name of the resource, or its id'],
  ['kind', 'engine or type of the resource, as the service names it: `MySQL`, `OS::Nova::Server`, …'],
  ['status', "status of the resource, the service's own word or code: `ACTIVE`, `200`, …"],
  ['engine_version', 'version of the engine'],
  ['arch', 'CPU architecture'],
  ['encrypted', 'true, false'],
  [
    'tag_KEY',
    'value of the tag `KEY`, for the keys in `tags` of the configuration; in the name, characters other than letters, digits and `_` become `_`',
  ],
  ['state', BACKUP_STATES.join(', ')],
  ['result', 'succeeded, failed'],
  ['method', 'how a backup was started, as the service names it: `auto`, `manual`, …'],
  ['outcome', OUTCOMES.join(', ')],
  ['reason', REJECTION_REASONS.join(', ')],
  ['operation', [...OPERATIONS].join(', ')],
  ['code', 'HTTP status, or `network` or `timeout` if there was no complete response'],
];

const LISTED_BY_RESOURCE = SERVICES.filter((service) => defaultApi(service).backups.of === 'resource')
  .map(({ type }) => `\`${type}\``)
  .join(', ');

/** The text of docs/metrics.md. */
export function renderMetricsReference(): string {
  return `# Metrics

<!-- Written by \`npm run generate\`. -->

Unknown values are absent, never 0. Times are timestamps, never ages; \`time() - …\` is the age. Backup ids and names are never
labels.

## Resources

Every series has the labels ${RESOURCE_LABELS.map(code).join(', ')}. All series
of a service come from the same complete poll and change together. A failed poll leaves them unchanged. Before the first
complete poll there are none. If only the lists of some resources fail, the poll has failed, but the series
of the other resources are updated; ${LISTED_BY_RESOURCE} have a list of backups for each resource. Labels and series with unknown values are absent. A resource has 20 to 26 series, about 5 KB of text.

${table(RESOURCE_METRICS, RESOURCE_LABELS)}

## The exporter

${table([...SERVICE_METRICS, ...Object.values(PROCESS_METRICS)], [])}

Series with the label \`project\` are updated at the end of each poll of their service. The exporter also serves
prom-client's \`process_*\` and \`nodejs_*\` metrics. Event loop lag is sampled once a second.

## Labels

| label | values |
|---|---|
${LABEL_MEANINGS.map(([label, meaning]) => `| ${code(label)} | ${meaning} |`).join('\n')}
`;
}

function table(metrics: readonly MetricDescription[], common: readonly string[]): string {
  const rows = metrics.map(({ name, type, help, labels }) => {
    const own = labels.filter((label) => !common.includes(label));
    return `| ${code(name)} | ${type} | ${own.map(code).join(', ')} | ${help} |`;
  });
  const heading = common.length === 0 ? 'labels' : 'more labels';
  return `| metric | type | ${heading} | value |\n|---|---|---|---|\n${rows.join('\n')}`;
}

const code = (text: string): string => `\`${text}\``;
