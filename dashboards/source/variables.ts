import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** The data source that every query is sent to: the one that the user picks. */
export const DATASOURCE = { type: 'prometheus', uid: `\${datasource}` } as const;

const datasource = new DatasourceVariableBuilder('datasource')
  .label('Data source')
  .description('The Prometheus that scrapes the exporter')
  .type('prometheus')
  .current({ text: 'default', value: 'default' });

// Prometheus sets a label `service` of its own on targets in Kubernetes.
const LABEL_OF: Readonly<Record<string, string>> = { service: 'cloud_service' };

/** A variable that offers the values of a label, narrowed by the variables before it. */
const choice = (
  name: string,
  label: string,
  metric: string,
  values: string,
  narrowedBy: readonly string[],
) => {
  const matchers = narrowedBy
    .map((variable) => `${LABEL_OF[variable] ?? variable}=~"$${variable}"`)
    .join(', ');
  const query = `label_values(${metric}${matchers && `{${matchers}}`}, ${values})`;
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query({ query, refId: name })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.NaturalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.+')
    .current({ selected: true, text: ['All'], value: ['$__all'] });
};

const BUILD = 'huaweicloud_backup_exporter_build_info';
const POLLS = 'huaweicloud_backup_polls_total';
const RESOURCES = 'huaweicloud_backup_resource_info';

/** The variables in the order in which they narrow each other. */
export const variables = () => [
  datasource,
  choice('job', 'Job', BUILD, 'job', []),
  choice('instance', 'Instance', BUILD, 'instance', ['job']),
  choice('project', 'Project', POLLS, 'project', ['job', 'instance']),
  choice('service', 'Service', POLLS, 'cloud_service', ['job', 'instance', 'project']),
  choice('region', 'Region', POLLS, 'region', ['job', 'instance', 'project', 'service']),
  choice('resource', 'Resource', RESOURCES, 'resource_name', [
    'job',
    'instance',
    'project',
    'service',
    'region',
  ]),
];
